"""Odd rows of feeds, and what a poll does about them (contract.md G1, G2, G10; portal.md §4, §22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.support.world import DEAL, INVOICE, P, S, World

INVOICES = '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
DEALS = '[poll]\nwatch = ["deal"]\nreconcile_every = "0s"\n'
Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds that end with the test."""
    return lambda config=INVOICES, **how: worlds(config, **how)


def _baseline(world: World, kind: int = INVOICE, count: int = 2) -> list[int]:
    ids = [world.portal.add_item(kind, title=f"row {n}") for n in range(count)]
    world.poll()
    world.advance(3600)
    return ids


def test_history_that_is_there_before_its_owner_is_not_forgotten(make: Make) -> None:
    world = make()
    _baseline(world)
    made = world.portal.add_item(INVOICE)
    world.portal.update_item(INVOICE, made, stageId=S)
    world.portal.update_item(INVOICE, made, stageId=P)
    world.portal.hide(INVOICE, made, history=False)
    world.advance(1)
    assert world.poll().events == 0
    world.portal.reveal(INVOICE, made)
    world.advance(60)
    world.poll()
    assert world.story(f"invoice:{made}") == [
        ("created", None, None),
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]
    world.long_idle()


def test_history_of_what_can_never_be_seen_is_let_go_after_the_overlap(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    hidden = world.portal.add_item(INVOICE)
    world.portal.hide(INVOICE, hidden, history=False)
    world.poll()
    world.advance(301)
    world.poll()
    world.advance(301)
    world.idle()
    floor = world.cursor("invoice")["history_floor"]
    assert floor == world.portal.stage_history(INVOICE)[-1]["ID"]
    world.portal.update_item(INVOICE, ids[0], stageId=S)
    world.poll()
    assert world.story(f"invoice:{ids[0]}") == [("status_changed", "draft", "sent")]


def test_a_reconcile_adopts_nothing_that_the_feed_would_have_told(make: Make) -> None:
    world = make()
    _baseline(world)
    made = world.portal.add_item(INVOICE)
    world.portal.hide(INVOICE, made)
    world.advance(60)
    assert world.poll(reconcile=True).events == 0
    world.portal.reveal(INVOICE, made)
    world.advance(60)
    world.poll(reconcile=True)
    assert world.story(f"invoice:{made}") == [("created", None, None)]


def test_a_portal_that_learns_stage_history_is_noticed_within_a_day(make: Make) -> None:
    world = make(stagehistory31=False)
    (one, two) = _baseline(world)
    world.portal.update_item(INVOICE, one, stageId=S)
    world.poll()
    assert world.cursor("invoice")["history"] == "no"
    world.advance(3600)
    world.quiet()
    world.set(stagehistory31=True)
    world.advance(90000)
    world.portal.update_item(INVOICE, two, stageId=S)
    world.poll()
    assert world.story(f"invoice:{two}") == [("status_changed", "draft", "sent")]
    assert world.cursor("invoice")["history"] == "yes"
    world.advance(60)
    for stage in (P, S, P):
        world.portal.update_item(INVOICE, two, stageId=stage)
    world.set(history_drops_final=False)
    world.poll()
    told = world.story(f"invoice:{two}")
    assert told[0] == ("status_changed", "draft", "sent")
    assert told[-1][2] == "paid"
    assert world.story(f"invoice:{one}") == [("status_changed", "draft", "sent")]
    world.long_idle()


@pytest.mark.parametrize("code", ["INVALID_ARG_VALUE", "100"])
def test_a_refused_question_is_no_portal_without_stage_history(make: Make, code: str) -> None:
    world = make(history_drops_final=False)
    (number,) = [world.portal.add_item(INVOICE, title="one")]
    refused = Fault(
        "error", "crm.stagehistory.list", code=code, description="Invalid filter", where="command", times=1
    )
    world.portal.faults.add(refused)
    report = world.poll()
    assert report.exit_code == 69
    assert "Invalid filter" in report.troubles[0]
    world.advance(600)
    world.poll()
    world.advance(600)
    for stage in (S, P, S):
        world.portal.update_item(INVOICE, number, 1, stageId=stage)
    world.poll()
    assert [move[2] for move in world.story(f"invoice:{number}")] == ["sent", "paid", "sent"]


@pytest.mark.parametrize("code", ["INVALID_ARG_VALUE", "100", "0", "ENTITY_TYPE_NOT_SUPPORTED"])
def test_a_portal_that_refuses_even_the_plain_question_keeps_no_stage_history(make: Make, code: str) -> None:
    world = make()
    number = world.portal.add_item(INVOICE, title="one")
    world.portal.faults.add(
        Fault("error", "crm.stagehistory.list", code=code, description="No", where="command", times=10_000)
    )
    world.poll()
    world.advance(600)
    world.portal.update_item(INVOICE, number, 1, stageId=S)
    assert world.poll().exit_code == 0
    assert [move[2] for move in world.story(f"invoice:{number}")] == ["sent"]


def test_a_portal_without_stage_history_is_asked_for_it_once_a_day(make: Make) -> None:
    world = make(stagehistory31=False)
    _baseline(world)
    for _ in range(30):
        world.advance(3600)
        world.quiet()
    asked = [
        record
        for record in world.portal.requests
        for name in record.commands
        if name == "crm.stagehistory.list"
    ]
    assert 1 <= len(asked) <= 4


def test_sixty_history_rows_without_a_stage_are_passed_over(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    for _ in range(60):
        world.portal.history.moved(
            world.portal.settings, INVOICE, ids[1], world.portal.second(), 1, "", "P", funnel_changed=True
        )
        last = world.portal.stage_history(INVOICE)[-1]["ID"]
        world.portal.history._owned[INVOICE, ids[1]] = []  # the portal keeps them all
    world.portal.update_item(INVOICE, ids[0], stageId=S)
    assert world.portal.stage_history(INVOICE)[-1]["ID"] == last + 1
    assert world.poll().exit_code == 0
    assert world.story(f"invoice:{ids[0]}") == [("status_changed", "draft", "sent")]


def test_a_history_row_of_the_future_does_not_make_every_poll_read_what_follows_it(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    world.portal.update_item(INVOICE, ids[0], stageId=S)
    table = world.portal.history.table(INVOICE)
    last = world.portal.stage_history(INVOICE)[-1]["ID"]
    row = table.get(last)
    assert row is not None
    table.put(last, replace(row, created=row.created + timedelta(days=400)))
    world.poll()
    assert world.story(f"invoice:{ids[0]}") == [("status_changed", "draft", "sent")]
    world.advance(301)
    world.quiet()
    world.advance(301)
    world.quiet()
    assert world.cursor("invoice")["history_floor"] == last


def test_what_was_restored_and_is_deleted_again_gives_deleted_again(make: Make) -> None:
    world = make()
    (one, _) = _baseline(world)
    kept = world.portal.items.get(INVOICE, one)
    assert kept is not None
    world.portal.delete_item(INVOICE, one)
    world.poll(reconcile=True)
    world.advance(3600)
    world.portal.add_item(INVOICE, id=one, title="restored", createdTime=kept["createdTime"])
    world.poll(reconcile=True)
    world.advance(3600)
    world.portal.delete_item(INVOICE, one)
    world.poll(reconcile=True)
    assert world.story(f"invoice:{one}") == [("deleted", None, None), ("deleted", None, None)]
    assert world.poll(reconcile=True).events == 0


# templates


@pytest.mark.parametrize(("kind", "config"), [(DEAL, DEALS), (INVOICE, INVOICES)])
def test_a_template_of_recurring_ones_is_none_itself(make: Make, kind: int, config: str) -> None:
    world = make(config)
    old = world.portal.add_item(kind, title="old template", isRecurring="Y")
    world.poll()
    world.advance(3600)
    new = world.portal.add_item(kind, title="new template", isRecurring="Y")
    plain = world.portal.add_item(kind, title="made of it", isRecurring="N")
    for one in (old, new):
        world.portal.update_item(kind, one, title="another title")
        world.portal.update_item(kind, one, stageId=S if kind == INVOICE else "WON")
    assert world.poll().exit_code == 0
    assert {row["entity_id"] for row in world.events()} == {plain}
    world.advance(3600)
    assert world.poll(reconcile=True).events == 0
    assert [row["id"] for row in world.rows("SELECT id FROM entities")] == [plain]


def test_the_classic_list_leaves_templates_out_unless_it_is_asked_for_them(make: Make) -> None:
    portal = make(DEALS).portal
    template = portal.add_item(DEAL, title="template", isRecurring="Y")
    plain = portal.add_item(DEAL, title="plain")

    def ids(**params: Any) -> list[str]:
        return [row["ID"] for row in portal.call("crm.deal.list", params)[1]["result"]]

    assert ids() == [str(plain)]
    assert ids(filter={"IS_RECURRING": "Y"}) == [str(template)]
