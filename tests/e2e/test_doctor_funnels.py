"""What doctor says of funnels: a stage of another one, and one whose invoices have no such status."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.test_doctor import looked
from tests.support.commands import Ran, b24sync
from tests.support.config import written
from tests.support.portals import served_portal

Examine = Callable[[str], Ran]


@pytest.fixture
def examined(tmp_path: Path) -> Iterator[Examine]:
    """The doctor's findings at the odd portal."""
    with served_portal("odd") as (_, _, webhook):
        yield lambda more: looked(tmp_path, webhook, more, top='language = "en"', people="")


def moving(stage: str, on: str = "invoice.paid", more: str = "") -> str:
    """A rule that moves a deal."""
    return f"""
[[rules]]
name = "on"
on = "{on}"
{more}
[[rules.steps]]
use = "move_deal"
stage = {stage}
"""


def test_a_deal_that_comes_from_another_funnel_than_its_goal_fails(examined: Examine) -> None:
    for stage, to, words in (
        ('"C1:WON"', '["EXECUTING"]', ("C1:WON", "funnel 1 (Сервис)", "funnel 0 (Общая)")),
        ('"WON"', '["C7:UC_WORK", "C1:EXECUTING"]', ("WON", "funnel 0 (Общая)", "funnel 7 (Опт)")),
        ('{ 1 = "next" }', '["EXECUTING"]', ("funnel 0 (Общая)",)),
    ):
        ended = examined(moving(stage, "deal.stage_changed", f"to = {to}"))
        (found,) = ended.of("funnels")
        assert (ended.code, found["status"]) == (1, "fail"), stage
        assert found["message"].startswith("rules[0].steps[0].stage"), stage
        for word in words:
            assert word in found["message"] + found["remedy"], stage


def test_a_funnel_that_is_not_there_fails(examined: Examine) -> None:
    (found,) = examined(moving('{ 0 = "WON", 9 = "next" }')).of("funnels")
    assert found["status"] == "fail"
    assert "rules[0].steps[0].stage.9" in found["message"]
    assert "7 (Опт)" in found["remedy"]


def test_funnels_whose_deals_would_stay_are_named(examined: Examine) -> None:
    ended = examined(moving('"EXECUTING"'))
    (found,) = ended.of("funnels")
    assert (ended.code, found["status"]) == (0, "warn")
    assert "1 (Сервис), 7 (Опт)" in found["message"]


def test_what_stays_in_its_funnel_is_no_fault(examined: Examine) -> None:
    for stage, on, more in (
        ('"next"', "invoice.paid", ""),
        ('"C7:UC_WORK"', "deal.stage_changed", 'to = ["C7:UC_CALC"]'),
        ('{ 0 = "WON", 7 = "C7:WON" }', "invoice.paid", ""),
        ('"C1:WON"', "deal.created", "when = 'deal.category_id == 1'"),
    ):
        ended = examined(moving(stage, on, more))
        assert ended.of("stages"), stage
        assert ended.of("funnels") == [], stage


STATUS = '[invoice.status]\nsent = ["DT31_1:S"]\n'
TOLD = '[[rules]]\nname = "t"\non = "invoice.sent"\n[[rules.steps]]\nuse = "notify"\nto = ["responsible"]\n'


def test_a_funnel_of_invoices_without_a_stage_for_a_used_status_is_named(examined: Examine) -> None:
    (found,) = examined(STATUS + TOLD + 'text = "x"\n').of("funnels")
    assert found["status"] == "warn"
    assert "sent" in found["message"]
    assert "5 (Экспорт)" in found["message"]
    assert "DT31_5:UC_ISSUED (Выставлен покупателю)" in found["remedy"]


def test_a_status_that_every_funnel_has_is_no_news(examined: Examine) -> None:
    both = STATUS.replace('["DT31_1:S"]', '["DT31_1:S", "DT31_5:UC_ISSUED"]')
    assert examined(both + TOLD + 'text = "x"\n').of("funnels") == []
    assert examined(TOLD.replace("sent", "paid") + 'text = "x"\n').of("funnels") == []


def test_people_are_told_in_russian_and_machines_in_english(tmp_path: Path) -> None:
    rules = STATUS + TOLD + 'text = "x"\n' + moving('"WON"')
    with served_portal("odd") as (_, _, webhook):
        written(tmp_path, f'language = "ru"\n[portal]\nwebhook = "{webhook}"\n{rules}')
        told = b24sync("doctor", cwd=tmp_path).out.splitlines()
        machines = b24sync("doctor", "--json", cwd=tmp_path)
    lines = [line for line in told if " funnels: " in line]
    assert lines
    assert all("воронк" in line for line in lines)
    assert all("funnel" in line["message"] for line in machines.of("funnels"))
