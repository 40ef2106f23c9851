"""``move_deal``: onward only, within the funnel, and with the portal's words where it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from b24sync.domain.entity import Key
from b24sync.ports import Done, Failed, Skipped
from b24sync.sandbox import SandboxSettings
from b24sync.steps.move_deal import MoveDeal
from tests.support.steps import Bench, LostAnswerError

DEAL = 2


@pytest.fixture
def bench() -> Bench:
    return Bench()


def stage(bench: Bench, deal: int) -> str:
    item = bench.portal.item(DEAL, deal)
    assert item is not None
    return str(item["stageId"])


def move(bench: Bench, deal: int, stage_: Any = "next") -> Any:
    return bench.run(MoveDeal(stage=stage_), "deal.created", deal)


def test_next_is_the_following_stage_of_the_funnel(bench: Bench) -> None:
    deal = bench.company.deals[0]
    result = move(bench, deal)
    assert result == Done(details={"deal_id": deal, "from": "PREPARATION", "to": "PREPAYMENT_INVOICE"})
    assert stage(bench, deal) == "PREPAYMENT_INVOICE"
    assert (bench.told[0].entity, bench.told[0].sets) == (
        Key("deal", deal),
        {"stage_id": "PREPAYMENT_INVOICE"},
    )


def test_after_the_last_stage_in_process_comes_success_and_never_failure(bench: Bench) -> None:
    assert move(bench, bench.company.deals[4]).details["to"] == "WON"


def test_the_deal_of_an_invoice_is_moved_to_a_named_stage(bench: Bench) -> None:
    bench.run(MoveDeal(stage="EXECUTING"), "invoice.created", bench.company.invoices[0])
    assert stage(bench, bench.company.deals[0]) == "EXECUTING"


def test_a_deal_that_is_there_already_is_left(bench: Bench) -> None:
    result = move(bench, bench.company.deals[1], "EXECUTING")
    assert isinstance(result, Done)
    assert not result.changed
    assert not bench.told


def test_twice_is_once(bench: Bench) -> None:
    bench.lose_answer_of("crm.item.update")
    with pytest.raises(LostAnswerError):
        move(bench, bench.company.deals[0], "EXECUTING")
    result = move(bench, bench.company.deals[0], "EXECUTING")
    assert isinstance(result, Done)
    assert not result.changed
    assert len(bench.told) == 1


@pytest.mark.parametrize(
    ("stage_", "reason"),
    [("NEW", "backwards"), ("C1:EXECUTING", "other_funnel"), ({"1": "next"}, "funnel_not_listed")],
)
def test_what_is_not_onward_is_skipped(bench: Bench, stage_: Any, reason: str) -> None:
    result = move(bench, bench.company.deals[1], stage_)
    assert isinstance(result, Skipped)
    assert result.reason == reason
    assert stage(bench, bench.company.deals[1]) == "EXECUTING"


def test_a_closed_deal_stays_closed(bench: Bench) -> None:
    deal = bench.company.deals[0]
    bench.portal.update_item(DEAL, deal, stageId="LOSE")
    assert move(bench, deal, "EXECUTING").reason == "closed"
    assert move(bench, deal, "WON").reason == "closed"
    assert move(bench, deal).reason == "closed"
    assert stage(bench, deal) == "LOSE"


def test_after_success_there_is_nothing_to_do(bench: Bench) -> None:
    deal = bench.company.deals[0]
    bench.portal.update_item(DEAL, deal, stageId="WON")
    following = move(bench, deal)
    assert (following.changed, following.details["stage"]) == (False, "WON")


def test_a_table_says_the_stage_for_each_funnel(bench: Bench) -> None:
    table = {"0": "FINAL_INVOICE", "1": "C1:EXECUTING"}
    move(bench, bench.company.deals[1], table)
    move(bench, bench.company.deals[3], table)
    assert stage(bench, bench.company.deals[1]) == "FINAL_INVOICE"
    assert stage(bench, bench.company.deals[3]) == "C1:EXECUTING"


def test_an_unknown_stage_fails_and_says_which_are_known(bench: Bench) -> None:
    result = move(bench, bench.company.deals[0], "EXECUTED")
    assert isinstance(result, Failed)
    assert "EXECUTED" in result.message
    assert "EXECUTING" in result.message


def test_a_stage_made_after_the_last_look_is_found(bench: Bench) -> None:
    ctx = bench.context("deal.created", bench.company.deals[0])
    new = bench.portal.funnels.add_stage(DEAL, 0, "UC_NEW", "Ещё одна")
    assert bench.drive(MoveDeal(stage=new).run(ctx)).changed


def test_without_a_deal_it_is_skipped(bench: Bench) -> None:
    invoice = bench.portal.add_invoice("Без сделки")
    assert bench.run(MoveDeal(), "invoice.created", invoice) == Skipped("no_deal")


def test_a_required_field_is_named() -> None:
    bench = Bench(
        sandbox_settings=SandboxSettings(required_fields={2: {"PREPAYMENT_INVOICE": ("UF_CRM_ADDRESS",)}})
    )
    result = move(bench, bench.company.deals[0])
    assert isinstance(result, Failed)
    assert "Адрес объекта" in result.message
    assert "UF_CRM_ADDRESS" in result.message
    assert stage(bench, bench.company.deals[0]) == "PREPARATION"


def test_missing_rights_fail_with_the_portals_words(bench: Bench) -> None:
    from b24sync.sandbox import Fault

    bench.portal.faults.add(
        Fault("error", method="crm.item.update", code="ACCESS_DENIED", description="Доступ запрещён")
    )
    result = move(bench, bench.company.deals[0])
    assert "Доступ запрещён" in result.message
    assert "right" in result.message


def test_after_a_lost_answer_next_is_still_the_stage_that_was_decided_on(tmp_path: Path) -> None:
    bench = Bench()
    deal = bench.company.deals[0]
    bench.lose_answer_of("crm.item.update")
    with pytest.raises(LostAnswerError):
        move(bench, deal)
    assert stage(bench, deal) == "PREPAYMENT_INVOICE"
    assert move(bench, deal) == Done(changed=False, details={"deal_id": deal, "stage": "PREPAYMENT_INVOICE"})
    assert stage(bench, deal) == "PREPAYMENT_INVOICE"


def test_a_deal_that_may_not_be_seen_fails_by_its_name_so_that_nobody_is_told_that_it_moved(
    bench: Bench,
) -> None:
    deal = bench.company.deals[0]
    invoice = bench.portal.add_invoice("x", parentId2=deal)
    bench.portal.hide(DEAL, deal)
    result = bench.run(MoveDeal(stage="next"), "invoice.status_changed", invoice, to="paid")
    assert isinstance(result, Failed)
    assert f"deal:{deal}: Access denied" in result.message
    assert not bench.told
