"""Reconcile.

Deletions, lost rights, what only a comparison of everything finds (contract.md §2, §5 "Events").
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from math import ceil

import pytest

from b24sync.sandbox import Fault
from tests.support.cli import LONG
from tests.support.world import DEAL, INVOICE, MONDAY, P, S, World

INVOICES = '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
DAILY = '[poll]\nwatch = ["invoice"]\n'

Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds that end with the test."""
    return lambda config=INVOICES, **how: worlds(config, **how)


def _baseline(world: World, count: int = 3) -> list[int]:
    ids = [world.portal.add_item(INVOICE, title=f"row {n}") for n in range(count)]
    world.advance(3600)
    assert world.poll().exit_code == 0
    world.advance(3600)
    return ids


def _states(world: World) -> dict[int, str]:
    return {row["id"]: row["state"] for row in world.rows("SELECT id, state FROM entities")}


def test_a_deleted_invoice_is_told_once(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    world.portal.delete_item(INVOICE, ids[1])
    world.quiet()
    assert world.poll(reconcile=True).events == 1
    assert world.story(f"invoice:{ids[1]}") == [("deleted", None, None)]
    assert _states(world)[ids[1]] == "deleted"
    assert world.poll(reconcile=True).events == 0
    world.idle()


def test_a_hidden_invoice_is_not_deleted_and_comes_back_silently(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    world.portal.hide(INVOICE, ids[1])
    assert world.poll(reconcile=True).events == 0
    assert _states(world)[ids[1]] == "vanished"
    world.advance(86400)
    world.portal.update_item(INVOICE, ids[1], title="while hidden", stageId=S)
    world.advance(86400)
    world.portal.reveal(INVOICE, ids[1])
    assert world.poll(reconcile=True).events == 0
    assert _states(world)[ids[1]] == "present"
    world.portal.update_item(INVOICE, ids[1], stageId=P)
    world.poll()
    assert world.story(f"invoice:{ids[1]}") == [("status_changed", "sent", "paid")]
    world.idle()


def test_a_hidden_invoice_that_is_then_deleted_gives_no_event(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    world.portal.hide(INVOICE, ids[1])
    world.poll(reconcile=True)
    world.portal.delete_item(INVOICE, ids[1])
    assert world.poll(reconcile=True).events == 0


def test_an_old_invoice_revealed_is_adopted_silently_and_a_new_one_is_created(make: Make) -> None:
    world = make()
    _baseline(world)
    old = world.portal.add_item(INVOICE, title="hidden from birth")
    world.portal.hide(INVOICE, old)
    world.poll()
    world.advance(86400)
    world.poll()
    world.portal.reveal(INVOICE, old)
    world.portal.update_item(INVOICE, old, title="touched")
    new = world.portal.add_item(INVOICE)
    world.poll()
    assert world.story(f"invoice:{old}") == []
    assert world.story(f"invoice:{new}") == [("created", None, None)]
    world.portal.update_item(INVOICE, old, stageId=S)
    world.poll()
    assert world.story(f"invoice:{old}") == [("status_changed", "draft", "sent")]


def test_what_only_a_reconcile_finds_is_created_if_made_after_the_last_one(make: Make) -> None:
    world = make()
    _baseline(world)
    world.poll(reconcile=True)
    signpost = world.clock.now()
    world.advance(86400)
    world.poll()
    # a restored table: rows with times of before the last poll, and no stage history
    older = world.portal.add_item(INVOICE, createdTime=signpost - timedelta(hours=1), title="older")
    newer = world.portal.add_item(
        INVOICE, createdTime=signpost + timedelta(hours=1), title="newer", stageId=S
    )
    world.portal.history.forget(INVOICE, older)
    world.portal.history.forget(INVOICE, newer)
    world.quiet()
    world.poll(reconcile=True)
    assert world.story(f"invoice:{older}") == []
    assert world.story(f"invoice:{newer}") == [("created", None, None), ("status_changed", None, "sent")]
    world.idle()


def test_a_miss_is_healed(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    world.portal.update_item(INVOICE, ids[0], title="changed, and its time set back")
    item, book = world.portal.items.get(INVOICE, ids[0]), world.portal.items.book(INVOICE)
    assert item is not None
    book.put({**item, "updatedTime": MONDAY + timedelta(seconds=5)}, item["updatedTime"])
    world.quiet()
    assert world.poll(reconcile=True).events == 1
    assert world.story(f"invoice:{ids[0]}") == [("updated", None, None)]


def test_a_move_during_the_reconcile_is_told_once(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    world.portal.history.forget(INVOICE, ids[0])
    asked = 0

    def before_request(_number: int) -> None:
        nonlocal asked
        asked += 1
        if asked == 2:  # history was read, the rows of the sweep were not
            world.advance(1)
            world.portal.update_item(INVOICE, ids[0], stageId=S)
            world.portal.update_item(INVOICE, ids[0], stageId=P)

    world.portal.before_request = before_request
    world.poll(reconcile=True)
    world.portal.before_request = lambda _number: None
    world.poll()
    assert world.story(f"invoice:{ids[0]}") == [
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]
    world.idle()


@pytest.mark.parametrize(("gone", "guarded"), [(2, False), (6, True), (20, True)])
def test_a_mass_deletion_is_looked_at_by_a_person_first(make: Make, gone: int, guarded: bool) -> None:
    world = make(DAILY)
    ids = _baseline(world, 20)
    for number in ids[:gone]:
        world.portal.delete_item(INVOICE, number)
    world.advance(90000)
    report = world.poll()
    assert report.exit_code == (1 if guarded else 0)
    assert report.events == (0 if guarded else gone)
    if not guarded:
        return
    assert any(f"пропало {gone} из 20;" in one and "poll --reconcile" in one for one in report.troubles)
    assert set(_states(world).values()) == {"present"}
    world.advance(60)
    assert world.poll(reconcile=True).events == gone
    assert [state for state in _states(world).values() if state == "deleted"] == ["deleted"] * gone
    world.idle()


def test_all_rights_lost_deletes_nothing_even_by_hand(make: Make) -> None:
    world = make()
    ids = _baseline(world, 20)
    for number in ids:
        world.portal.hide(INVOICE, number)
    assert world.poll(reconcile=True).events == 0
    assert set(_states(world).values()) == {"vanished"}


def test_a_reconcile_comes_once_a_day_and_costs_its_pages(make: Make) -> None:
    world = make(DAILY)
    _baseline(world, 130)
    world.advance(3600)
    world.quiet()
    world.advance(79200)
    assert world.quiet().http_requests == 2  # three pages in one batch
    world.advance(60)
    assert world.quiet().http_requests == 1


def test_a_reconcile_of_thousands_of_rows_finds_the_one_that_is_gone(make: Make) -> None:
    world = make()
    count = 10_000 if LONG else 2_600  # two batches of pages
    gone = count * 7 // 9
    ids = world.portal.add_bulk(INVOICE, count, {"title": "bulk {n}"})
    world.advance(3600)
    world.poll()
    world.advance(3600)
    world.portal.delete_item(INVOICE, ids[gone])
    report = world.poll(reconcile=True)
    assert report.events == 1
    assert report.http_requests <= 1 + ceil((count // 50 + 1) / 50) + 1
    assert world.story(f"invoice:{ids[gone]}") == [("deleted", None, None)]


def test_a_broken_reconcile_changes_nothing_and_is_done_again(make: Make) -> None:
    world = make()
    ids = _baseline(world, 130)
    world.portal.delete_item(INVOICE, ids[0])
    before = world.cursor("invoice")
    world.portal.faults.add(Fault("error", "crm.item.list", where="command", code="ERROR_CORE", after=4))
    assert world.poll(reconcile=True).exit_code == 69
    assert world.events() == []
    assert world.cursor("invoice")["reconciled_at"] == before["reconciled_at"]
    assert world.poll(reconcile=True).events == 1


@pytest.mark.parametrize("request_number", [2, 3])
def test_an_outage_in_the_middle_of_a_reconcile_is_exit_69(make: Make, request_number: int) -> None:
    world = make('[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n')
    ids = _baseline(world)
    deals = [world.portal.add_item(DEAL)]
    world.portal.delete_item(INVOICE, ids[0])
    world.portal.update_item(DEAL, deals[0], stageId="EXECUTING")
    first = world.portal.served
    world.portal.before_request = lambda number: setattr(
        world.portal, "down", number - first >= request_number - 1
    )
    report = world.poll(reconcile=True)
    assert report.exit_code == 69
    world.portal.before_request = lambda _number: None
    world.portal.down = False
    world.poll(reconcile=True)
    assert world.story(f"invoice:{ids[0]}") == [("deleted", None, None)]
    assert world.story(f"deal:{deals[0]}") == [("created", None, None), ("stage_changed", "NEW", "EXECUTING")]
    world.check_database()


def test_unknown_stages_while_the_portal_is_away_make_the_kind_wait(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    paid = world.portal.funnels.add_stage(INVOICE, 1, "UC_PAID", "Оплачен картой", "S")
    world.portal.update_item(INVOICE, ids[0], stageId=paid)
    first = world.portal.served
    world.portal.before_request = lambda number: setattr(world.portal, "down", number - first >= 1)
    report = world.poll()
    assert (report.exit_code, report.events) == (69, 0)
    world.portal.before_request = lambda _number: None
    world.portal.down = False
    world.poll()
    assert world.story(f"invoice:{ids[0]}") == [("status_changed", "draft", "paid")]
    world.idle()


def test_a_deleted_task_and_a_hidden_one_give_no_event(make: Make) -> None:
    world = make('[poll]\nwatch = ["task"]\nreconcile_every = "0s"\n')
    tasks = [world.portal.add_task(TITLE=f"task {n}") for n in range(3)]
    world.poll()
    world.portal.delete_task(tasks[0])
    assert world.poll(reconcile=True).events == 0
    assert _states(world)[tasks[0]] != "present"
    world.portal.complete_task(tasks[1])
    world.poll()
    assert "completed" in [name for name, _, _ in world.story(f"task:{tasks[1]}")]
    world.idle()


def test_a_deleted_old_invoice_is_marked_vanished(make: Make) -> None:
    world = make(INVOICES + '[invoice]\napi = "legacy"\n', old_invoices=True)
    ids = [world.portal.add_legacy_invoice() for _ in range(3)]
    world.poll()
    world.portal.delete_legacy_invoice(ids[0])
    assert world.poll(reconcile=True).events == 0
    assert _states(world)[ids[0]] == "vanished"
    world.idle()


def test_rows_of_an_older_release_are_equal_to_what_the_portal_still_has(make: Make) -> None:
    world = make()
    ids = _baseline(world)
    world.poll(reconcile=True)
    with closing(world.store()) as store, store.transaction():
        for number in ids:
            kept = world.rows("SELECT data FROM entities WHERE id = ?", number)[0]["data"]
            assert kept.startswith("[")
            row = json.dumps(store.shapes.row(kept), ensure_ascii=False, separators=(",", ":"))
            store.connection.execute("UPDATE entities SET data = ? WHERE id = ?", (row, number))
    revisions = world.rows("SELECT * FROM revisions")
    report = world.poll(reconcile=True)
    assert (report.events, report.changes) == (0, {"invoice": 0})
    assert world.rows("SELECT * FROM revisions") == revisions
    world.portal.update_item(INVOICE, ids[0], title="changed")
    assert world.poll().events == 1
    assert world.rows("SELECT changes FROM revisions ORDER BY run DESC")[0]["changes"] == (
        '{"title":["row 0","changed"]}'
    )
