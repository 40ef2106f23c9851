"""What doctor says of funnels: a stage of another one, and one whose invoices have no such status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Ran, b24sync
from tests.support.config import written
from tests.support.portals import served_portal


def examined(folder: Path, more: str, *, language: str = "en", as_json: bool = True) -> Ran:
    """The doctor's lines at the odd portal."""
    with served_portal("odd") as (_, _, webhook):
        written(folder, f'language = "{language}"\n[portal]\nwebhook = "{webhook}"\n{more}')
        return b24sync("doctor", *(["--json"] if as_json else []), cwd=folder)


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


@pytest.mark.parametrize(
    ("stage", "to", "words"),
    [
        ('"C1:WON"', '["EXECUTING"]', ("C1:WON", "funnel 1 (Сервис)", "funnel 0 (Общая)")),
        ('"WON"', '["C7:UC_WORK", "C1:EXECUTING"]', ("WON", "funnel 0 (Общая)", "funnel 7 (Опт)")),
        ('{ 1 = "next" }', '["EXECUTING"]', ("funnel 0 (Общая)",)),
    ],
)
def test_a_deal_that_comes_from_another_funnel_than_its_goal_fails(tmp_path, stage, to, words):
    ended = examined(tmp_path, moving(stage, "deal.stage_changed", f"to = {to}"))
    (found,) = ended.of("funnels")
    assert (ended.code, found["status"]) == (1, "fail")
    assert found["message"].startswith("rules[0].steps[0].stage")
    for word in words:
        assert word in found["message"] + found["remedy"]


def test_a_funnel_that_is_not_there_fails(tmp_path):
    (found,) = examined(tmp_path, moving('{ 0 = "WON", 9 = "next" }')).of("funnels")
    assert found["status"] == "fail"
    assert "rules[0].steps[0].stage.9" in found["message"]
    assert "7 (Опт)" in found["remedy"]


def test_funnels_whose_deals_would_stay_are_named(tmp_path):
    ended = examined(tmp_path, moving('"EXECUTING"'))
    (found,) = ended.of("funnels")
    assert (ended.code, found["status"]) == (0, "warn")
    assert "1 (Сервис), 7 (Опт)" in found["message"]


@pytest.mark.parametrize(
    ("stage", "on", "more"),
    [
        ('"next"', "invoice.paid", ""),
        ('"C7:UC_WORK"', "deal.stage_changed", 'to = ["C7:UC_CALC"]'),
        ('{ 0 = "WON", 7 = "C7:WON" }', "invoice.paid", ""),
        ('"C1:WON"', "deal.created", "when = 'deal.category_id == 1'"),
    ],
)
def test_what_stays_in_its_funnel_is_no_fault(tmp_path, stage, on, more):
    assert examined(tmp_path, moving(stage, on, more)).of("funnels") == []


STATUS = '[invoice.status]\nsent = ["DT31_1:S"]\n'
TOLD = '[[rules]]\nname = "t"\non = "invoice.sent"\n[[rules.steps]]\nuse = "notify"\nto = ["responsible"]\n'


def test_a_funnel_of_invoices_without_a_stage_for_a_used_status_is_named(tmp_path):
    (found,) = examined(tmp_path, STATUS + TOLD + 'text = "x"\n').of("funnels")
    assert found["status"] == "warn"
    assert "sent" in found["message"]
    assert "5 (Экспорт)" in found["message"]
    assert "DT31_5:UC_ISSUED (Выставлен покупателю)" in found["remedy"]


def test_a_status_that_every_funnel_has_is_no_news(tmp_path):
    both = STATUS.replace('["DT31_1:S"]', '["DT31_1:S", "DT31_5:UC_ISSUED"]')
    assert examined(tmp_path, both + TOLD + 'text = "x"\n').of("funnels") == []
    assert examined(tmp_path, TOLD.replace("sent", "paid") + 'text = "x"\n').of("funnels") == []


def test_people_are_told_in_russian_and_machines_in_english(tmp_path):
    rules = STATUS + TOLD + 'text = "x"\n' + moving('"WON"')
    told = examined(tmp_path, rules, language="ru", as_json=False).out.splitlines()
    lines = [line for line in told if " funnels: " in line]
    assert lines
    assert all("воронк" in line for line in lines)
    assert all("funnel" in line["message"] for line in examined(tmp_path, rules, language="ru").of("funnels"))
