"""The project's own documents: what the code cites is there, and a clone needs no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "b24sync" / "docs"
CITED = re.compile(r"\b(contract|portal|calendar)\.md (?:§ ?([0-9]+(?:\.[0-9]+)?)|(G[0-9]+))")


def sources() -> list[Path]:
    """Every text of the project that may cite a document."""
    found = [path for folder in ("b24sync", "tests") for path in (ROOT / folder).rglob("*.py")]
    return [*found, ROOT / "README.md", ROOT / "sample.toml", ROOT / "cron.example"]


def marks(document: str) -> set[str]:
    """The sections and guarantees that a document has."""
    text = (DOCS / f"{document}.md").read_text(encoding="utf-8")
    return {*re.findall(r"(?m)^#{2,3} ([0-9]+(?:\.[0-9]+)?)\.? ", text), *re.findall(r"\*\*(G[0-9]+) ", text)}


def test_every_section_that_the_code_cites_is_there():
    there = {document: marks(document) for document in ("contract", "portal", "calendar")}
    missing = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in sources()
        for found in CITED.finditer(path.read_text(encoding="utf-8"))
        if (found[2] or found[3]) not in there[found[1]]
    ]
    assert missing == []


def test_no_text_cites_a_document_that_a_clone_lacks():
    foreign = re.compile(r"\b(?:DESIGN|BITRIX24|CALENDAR|STYLE|PEERS)\.md")
    here = Path(__file__)
    assert [str(path) for path in sources() if path != here and foreign.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("number", range(1, 16))
def test_every_guarantee_is_stated_once(number):
    assert (DOCS / "contract.md").read_text(encoding="utf-8").count(f"**G{number} ") == 1


def test_the_code_cites_the_documents_at_all():
    cited = sum(len(CITED.findall(path.read_text(encoding="utf-8"))) for path in sources())
    assert cited > 50
