"""``docs`` and ``schema``: the reference from the package alone, and made from the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from b24sync import errors
from b24sync.domain.event import event_names
from b24sync.steps.registry import STEPS
from tests.support.commands import b24sync
from tests.support.portals import served_portal

DOCS = Path(__file__).parents[2] / "b24sync" / "docs"
GENERATED = {
    *("settings", "events", "steps", "variables", "filters", "people", "exit-codes", "test", "commands"),
    "guarantees",
}


def shown(folder: Path, *words: str) -> str:
    ended = b24sync("docs", *words, cwd=folder)
    assert ended.code == 0, ended.err
    assert ended.err == ""
    return ended.out


def test_without_a_topic_all_of_them_are_listed_and_each_is_shown(tmp_path: Path) -> None:
    listed = re.findall(r"(?m)^  ([a-z-]+)  ", shown(tmp_path))
    assert set(listed) == GENERATED | {path.stem for path in DOCS.glob("*.md")}
    for topic in listed:
        text = shown(tmp_path, topic)
        assert text.startswith("#"), topic
        assert "``" not in text.replace("```", ""), topic


def test_a_written_document_is_shown_as_it_is(tmp_path: Path) -> None:
    assert shown(tmp_path, "contract").strip() == (DOCS / "contract.md").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("words", [("exit", "codes"), ("exit-codes",), ("Exit_Codes",), ("exit codes",)])
def test_a_topic_may_be_written_in_several_ways(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert "| 69 |" in shown(tmp_path, *words)


def test_an_unknown_topic_is_refused_with_the_one_that_was_meant(tmp_path: Path) -> None:
    ended = b24sync("docs", "setings", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "did you mean settings?" in ended.err


def test_every_step_event_and_exit_code_is_there(tmp_path: Path) -> None:
    steps = shown(tmp_path, "steps")
    assert set(STEPS) <= set(re.findall(r"(?m)^## (\w+)$", steps))
    assert "`overwrite`" in steps
    events = shown(tmp_path, "events")
    for kind in ("invoice", "deal", "task"):
        assert all(f"`{name}`" in events for name in event_names(kind))
    codes = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", shown(tmp_path, "exit-codes"))}
    known = {one.exit_code for one in vars(errors).values() if hasattr(one, "exit_code")}
    assert codes == known | {0}


def test_settings_show_their_defaults_and_variables_their_names(tmp_path: Path) -> None:
    settings = shown(tmp_path, "settings")
    assert '| `overlap` | duration ("5m") | `"5m"` |' in settings
    assert "## [mail]" in settings
    assert "## [[rules]]" in settings
    variables = shown(tmp_path, "variables")
    assert "`issued_date`" in variables
    assert "`from_title`" in variables
    assert "| `money` |" in shown(tmp_path, "filters")
    assert "`department_head`" in shown(tmp_path, "people")


def test_the_schema_is_json_and_init_points_editors_to_it(tmp_path: Path) -> None:
    ended = b24sync("schema", cwd=tmp_path)
    assert ended.code == 0
    assert json.loads(ended.out)["$schema"].endswith("draft-04/schema#")
    with served_portal() as (_, _, webhook):
        made = b24sync("init", "--webhook", webhook, cwd=tmp_path)
    assert made.code == 0, made.err
    first = (tmp_path / "b24sync.toml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "#:schema ./b24sync.schema.json"
    assert [path.name for path in tmp_path.iterdir()] == ["b24sync.toml"]
