"""What doctor finds in values that are written out: statuses, catalogue sections, fields of people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Ran, b24sync
from tests.support.config import written
from tests.support.portals import served_portal


def examined(folder: Path, rules: str, people: str = "") -> Ran:
    """The doctor's lines on rules at the small company's portal."""
    with served_portal() as (_, _, webhook):
        written(folder, f'language = "en"\n[portal]\nwebhook = "{webhook}"\n{people}{rules}')
        return b24sync("doctor", "--json", cwd=folder)


def rule(on: str, when: str = "", step: str = 'use = "notify"\nto = ["responsible"]\ntext = "hello"') -> str:
    """One rule with one step."""
    condition = f"when = '{when}'\n" if when else ""
    return f'[[rules]]\nname = "one"\non = "{on}"\n{condition}[[rules.steps]]\n{step}\n'


@pytest.mark.parametrize(
    "when",
    ['event.to == "paidd"', 'invoice.status in ["sent", "paidd"]', '"paidd" == invoice.status and deal.id'],
)
def test_a_mistyped_status_in_a_condition_fails(tmp_path, when):
    ended = examined(tmp_path, rule("invoice.status_changed", when))
    (found,) = ended.of("conditions")
    assert ended.code == 1
    assert found["status"] == "fail"
    assert "paidd" in found["message"]
    assert "paid" in found["remedy"]


def test_a_stage_that_deals_do_not_have_in_a_condition_fails(tmp_path):
    ended = examined(tmp_path, rule("deal.stage_changed", 'deal.stage_id == "C9:WON"'))
    assert [line["status"] for line in ended.of("conditions")] == ["fail"]


@pytest.mark.parametrize(
    "when", ['event.to == "paid"', 'invoice.stage_id != "DT31_1:P"', 'invoice.title == "paidd"']
)
def test_what_is_there_or_is_no_status_is_no_fault(tmp_path, when):
    assert examined(tmp_path, rule("invoice.status_changed", when)).of("conditions") == []


def test_a_missing_catalogue_section_fails(tmp_path):
    step = (
        'use = "create_tasks"\n[[rules.steps.tasks]]\nsection = 987654\nresponsible = "user:1"\ntitle = "t"'
    )
    ended = examined(tmp_path, rule("invoice.paid", step=step))
    (found,) = ended.of("sections")
    assert (ended.code, found["status"]) == (1, "fail")
    assert "987654" in found["message"]


def test_a_text_field_in_place_of_a_person_fails(tmp_path):
    people = '[people]\nlead = "deal.fields.UF_CRM_ADDRESS"\n'
    step = 'use = "notify"\nto = ["lead"]\ntext = "hello"'
    ended = examined(tmp_path, rule("deal.created", step=step), people)
    assert ended.code == 1
    assert any("holds no user" in line["message"] and line["status"] == "fail" for line in ended.of("fields"))
