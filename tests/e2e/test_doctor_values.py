"""What doctor finds in values that are written out: statuses, catalogue sections, fields of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.test_doctor import looked
from tests.support.commands import Ran
from tests.support.portals import served_portal

Examine = Callable[..., Ran]


@pytest.fixture
def examined(tmp_path: Path) -> Iterator[Examine]:
    """The doctor's findings on rules at the small company's portal."""
    with served_portal() as (_, _, webhook):
        yield lambda rules, people="": looked(tmp_path, webhook, rules, top='language = "en"', people=people)


def rule(on: str, when: str = "", step: str = 'use = "notify"\nto = ["responsible"]\ntext = "hello"') -> str:
    """One rule with one step."""
    condition = f"when = '{when}'\n" if when else ""
    return f'[[rules]]\nname = "one"\non = "{on}"\n{condition}[[rules.steps]]\n{step}\n'


def test_a_mistyped_status_in_a_condition_fails(examined: Examine) -> None:
    for when in (
        'event.to == "paidd"',
        'invoice.status in ["sent", "paidd"]',
        '"paidd" == invoice.status and deal.id',
    ):
        ended = examined(rule("invoice.status_changed", when))
        (found,) = ended.of("conditions")
        assert ended.code == 1, when
        assert found["status"] == "fail", when
        assert "paidd" in found["message"], when
        assert "paid" in found["remedy"], when


def test_a_stage_that_deals_do_not_have_in_a_condition_fails(examined: Examine) -> None:
    ended = examined(rule("deal.stage_changed", 'deal.stage_id == "C9:WON"'))
    assert [line["status"] for line in ended.of("conditions")] == ["fail"]


def test_what_is_there_or_is_no_status_is_no_fault(examined: Examine) -> None:
    for when in ('event.to == "paid"', 'invoice.stage_id != "DT31_1:P"', 'invoice.title == "paidd"'):
        assert examined(rule("invoice.status_changed", when)).of("conditions") == [], when


def test_a_missing_catalogue_section_fails(examined: Examine) -> None:
    step = (
        'use = "create_tasks"\n[[rules.steps.tasks]]\nsection = 987654\nresponsible = "user:1"\ntitle = "t"'
    )
    ended = examined(rule("invoice.paid", step=step))
    (found,) = ended.of("sections")
    assert (ended.code, found["status"]) == (1, "fail")
    assert "987654" in found["message"]


def test_a_text_field_in_place_of_a_person_fails(examined: Examine) -> None:
    people = '[people]\nlead = "deal.fields.UF_CRM_ADDRESS"\n'
    step = 'use = "notify"\nto = ["lead"]\ntext = "hello"'
    ended = examined(rule("deal.created", step=step), people)
    assert ended.code == 1
    assert any("holds no user" in line["message"] and line["status"] == "fail" for line in ended.of("fields"))
