"""The project's own documents: what the code cites is there, and a clone needs no other."""

from __future__ import annotations

import importlib
import json
import re
import sys
import types
from datetime import UTC
from pathlib import Path

import pytest

from b24sync.cli import reference, rule_tests
from b24sync.cli.intentions import brief, told_lines
from b24sync.cli.session import Session
from b24sync.config.json_schema import schema
from b24sync.domain.entity import DEAL, Key
from b24sync.rest import timeline
from b24sync.steps import registry
from b24sync.words import language, speak
from tests.crash.plays import ACTS, Play
from tests.support.config import PORTAL, faults, written
from tests.support.examples import Example, configured, tried
from tests.support.examples import example as toml
from tests.support.steps import Bench

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


# the example of architecture.md


def of_the_page(name: str, source: str, monkeypatch) -> types.ModuleType:
    """A module of the project, which is made of a block of the page."""
    package, _, own = name.rpartition(".")
    module = types.ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(importlib.import_module(package), own, module, raising=False)
    exec(compile(source, "architecture.md", "exec"), module.__dict__)
    return module


@pytest.fixture
def example(monkeypatch):
    """The example's step, registered as the page says: its file and one line."""
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    call, step = re.findall(r"(?ms)^```python\n(.*?)^```", text)
    of_the_page("b24sync.rest.talk", call, monkeypatch)
    module = of_the_page("b24sync.steps.rename_deal", step, monkeypatch)
    monkeypatch.setitem(registry.STEPS, "rename_deal", registry.Registered("RenameDeal"))
    before = language()
    yield module.RenameDeal
    speak(before)


def test_the_step_of_the_architecture_page_does_what_it_says(example):
    bench = Bench()
    deal = bench.company.deals[0]
    step = example(title="{{ deal.title }} (big)")
    assert bench.run(step, "deal.created", deal).changed
    assert bench.portal.item(2, deal)["title"].endswith(" (big)")
    assert bench.intended[-1]["entity"] == f"deal:{deal}"
    step = example(title=bench.portal.item(2, deal)["title"])
    assert not bench.run(step, "deal.updated", deal).changed
    assert len(bench.told) == 1


def test_the_method_of_the_architecture_page_is_read_by_nothing_else():
    told = [path for path in (ROOT / "b24sync").rglob("*.py") if "sandbox" not in path.parts]
    assert [path for path in told if "crm.timeline.comment.list" in path.read_text(encoding="utf-8")] == []


def test_the_step_of_the_architecture_page_reads_what_its_own_call_names(example):
    bench = Bench()
    deal = bench.company.deals[0]
    bench.call(timeline.comment(bench.kinds[DEAL], Key(DEAL, deal), "Call back"), write=True)
    result = bench.run(example(title="Big"), "deal.created", deal)
    assert result.reason == "talked_of"
    assert registry.reason_word("rename_deal", result.reason) == "people talk of the deal already"


def test_the_rule_of_the_architecture_page_is_a_configuration(example, tmp_path):
    (text,) = example.examples
    assert configured(text).settings.rules[0].steps == (example(title="{{ deal.title }} (big)"),)
    (fault,) = faults(tmp_path, toml(text.replace("{{ deal.title }} (big)", " ")))
    assert fault.endswith("rules[0].steps[0].title: is empty (write a text)")


def test_the_step_of_the_architecture_page_is_documented_by_being_registered(example):
    shown = reference.steps().partition("## rename_deal")[2]
    assert "Deal title / название сделки. Give the deal of the event's entity another title" in shown
    assert "| `title` | line with {{ values }} | required |" in shown
    assert 'use = "rename_deal"' in shown
    assert "rename_deal" in json.dumps(schema())


def test_the_step_of_the_architecture_page_is_told_in_both_languages(example):
    done = tried.__wrapped__(*example.examples)
    (told,) = done.bench.intended
    speak("ru")
    assert brief("rename_deal", told, UTC) == "название = Ремонт офиса на Тверской (big)"
    assert next(told_lines("", "rename_deal", told, UTC)) == "название сделки"
    speak("en")
    assert brief("rename_deal", told, UTC) == "title = Ремонт офиса на Тверской (big)"
    assert next(told_lines("", "rename_deal", told, UTC)) == "deal title"


def test_the_step_of_the_architecture_page_can_be_tested_and_killed(example, tmp_path, capsys):
    (text,) = example.examples
    test = """
[[tests]]
name = "renamed"
event = "invoice.created"
invoice = { id = 1 }
deal = { id = 3, title = "Roof" }
expect = [{ rule = "play", step = "rename_deal", entity = "deal:3", set = { title = "TITLE" } }]
"""
    right = written(tmp_path, toml(text) + test.replace("TITLE", "Roof (big)") + PORTAL)
    assert rule_tests.run(Session(right), None, as_json=False) == 0
    wrong = written(tmp_path, toml(text) + test.replace("TITLE", "Roof") + PORTAL)
    assert rule_tests.run(Session(wrong), None, as_json=False) == 1
    play = Play(Example("rename_deal", text, "invoice.created"))
    assert (play.methods, play.once, play.act) == (("crm.item.update",), False, ACTS["invoice.created"])
