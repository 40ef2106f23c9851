"""What a poll reads: how many requests, how far, and what is left out (contract.md G1, G4, G6, §7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from math import ceil
from typing import Any

import pytest

from b24sync.errors import UsageError
from b24sync.sandbox import Fault
from tests.support.cli import LONG
from tests.support.world import DEAL, INVOICE, MONDAY, OBJECT, D, Killed, N, P, S, World

INVOICES = '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
BOTH = '[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n'
ALL = (
    '[poll]\nwatch = ["invoice", "deal", "task", "object"]\nreconcile_every = '
    '"0s"\n[kinds.object]\nentity_type_id = 1046\n'
)

COUNTS = [1, 50, 51, *([49, 120, 1200, 2500] if LONG else [])]
MOVED, EDITED = 1260, 2500  # fifty pages of the history, fifty of the rows: a batch of them and more
ZONES = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"]  # the farthest, and one within an hour
MORE_ZONES = ["America/Los_Angeles", "Asia/Vladivostok"]

Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds that end with the test."""
    return lambda config=INVOICES, **how: worlds(config, **how)


def _baseline(world: World, count: int = 3) -> list[int]:
    ids = [world.portal.add_item(INVOICE, title=f"invoice {n}") for n in range(count)]
    world.advance(3600)
    report = world.poll()
    assert (report.exit_code, report.events, report.baseline) == (0, 0, True)
    world.advance(3600)
    return ids


def _comes_to_rest(world: World) -> None:
    """What many rows changed is read once more and tells nothing; behind the overlap a poll is one request.

    As `World.long_idle`, of which each poll within the overlap would walk all those rows again.
    """
    world.advance(602)
    world.quiet()
    world.idle()


# requests


def test_an_idle_poll_of_four_kinds_is_one_request(make: Make) -> None:
    world = make(ALL)
    world.portal.add_item(INVOICE)
    world.portal.add_item(DEAL)
    world.portal.add_item(OBJECT)
    world.portal.add_task(TITLE="task")
    world.poll()
    for pause in (0, 1, 299, 301, 86400):
        world.advance(pause)
        world.idle()


def test_a_baseline_of_130_invoices_is_silent(make: Make) -> None:
    world = make()
    for n in range(130):
        number = world.portal.add_item(INVOICE)
        world.portal.update_item(INVOICE, number, stageId=(N, S, P, D)[n % 4])
    world.advance(3600)
    report = world.poll()
    assert (report.exit_code, report.events, report.baseline) == (0, 0, True)
    assert (
        world.last_requests <= 5
    )  # where history begins, the rows, what came meanwhile, the funnels, their stages
    assert len(world.rows("SELECT id FROM entities")) == 130
    _comes_to_rest(world)


@pytest.mark.parametrize("count", [*COUNTS, MOVED, *([10_000] if LONG else [])])
def test_created_and_moved_invoices_cost_their_pages(make: Make, count: int) -> None:
    world = make()
    _baseline(world)
    made = [world.portal.add_item(INVOICE, title=f"new {n}") for n in range(count)]
    for number in made:
        world.portal.update_item(INVOICE, number, stageId=S)
    report = world.poll()
    assert report.events == 2 * count
    assert {row["name"] for row in world.events()} == {"invoice.created", "invoice.status_changed"}
    pages = count // 50 + 1 + 2 * count // 50 + 1  # rows and history, each with its closing page
    assert world.last_requests <= 1 + ceil(pages / 50)
    if count == 1:
        assert world.last_requests == 1
    world.check_database()
    _comes_to_rest(world)


@pytest.mark.parametrize("count", sorted({*COUNTS, EDITED}))
def test_edited_invoices_of_sparse_ids_cost_their_pages(make: Make, count: int) -> None:
    world = make()
    ids = [world.portal.add_item(INVOICE, id=1 + 997 * n, title="old") for n in range(count)]
    world.advance(3600)
    world.poll()
    world.advance(3600)
    for number in ids:
        world.portal.update_item(INVOICE, number, title="new")
    report = world.poll()
    assert (report.exit_code, report.events, report.changes) == (0, count, {"invoice": count})
    assert world.last_requests <= 1 + ceil((count // 50 + 2) / 50)
    _comes_to_rest(world)


def test_a_large_feed_and_a_small_one_are_walked_in_the_requests_of_their_pages(make: Make) -> None:
    world = make(BOTH)
    invoices = [world.portal.add_item(INVOICE, title="old") for _ in range(600)]
    deals = [world.portal.add_item(DEAL, title="old") for _ in range(120)]
    world.poll()
    world.advance(3600)
    for number in invoices:
        world.portal.update_item(INVOICE, number, title="new")
    for number in deals:
        world.portal.update_item(DEAL, number, title="new")
    report = world.poll()
    assert report.events == 720
    assert (
        world.last_requests <= 3
    )  # 12 + 3 pages and two closing ones; one request more as two feeds are walked side by side


def test_rereading_the_overlap_gives_nothing(make: Make) -> None:
    world = make()
    ids = _baseline(world, 60)
    for number in ids[:40]:
        world.portal.update_item(INVOICE, number, stageId=S, title="new")
    assert world.poll().events == 80
    for pause in (0, 1, 100, 150, 47, 1, 1, 1):
        world.advance(pause)
        world.idle()


# moves


def test_a_second_edit_in_the_same_second_is_seen(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    world.portal.update_item(INVOICE, one, title="first")
    assert world.poll().events == 1
    world.portal.update_item(INVOICE, one, title="second")
    assert world.poll().events == 1
    assert [json.loads(row["changes"])["title"] for row in world.events()] == [
        ["invoice 0", "first"],
        ["first", "second"],
    ]


def test_there_and_back_between_two_polls_is_four_moves(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    for stage in (S, N, S, N):
        world.portal.update_item(INVOICE, one, stageId=stage)
    world.poll()
    moved = "status_changed"
    assert world.story(f"invoice:{one}") == [
        (moved, "draft", "sent"),
        (moved, "sent", "draft"),
        (moved, "draft", "sent"),
        (moved, "sent", "draft"),
    ]
    world.idle()


def test_created_in_a_final_stage_comes_from_nowhere(make: Make) -> None:
    world = make()
    _baseline(world)
    one = world.portal.add_item(INVOICE, stageId=P)
    world.poll()
    assert world.story(f"invoice:{one}") == [("created", None, None), ("status_changed", None, "paid")]
    world.idle()


def test_leaving_a_final_stage_whose_history_row_the_portal_deletes(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    world.portal.update_item(INVOICE, one, stageId=P)
    world.poll()
    world.advance(60)
    world.portal.update_item(INVOICE, one, stageId=S)
    world.poll()
    assert world.story(f"invoice:{one}") == [
        ("status_changed", "draft", "paid"),
        ("status_changed", "paid", "sent"),
    ]
    world.idle()


def test_a_move_of_which_no_history_row_is_left_is_told_by_the_row(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    world.portal.update_item(INVOICE, one, stageId=P)
    world.poll()
    world.advance(60)
    world.portal.update_item(INVOICE, one, stageId=S)
    world.portal.history.forget(INVOICE, one)
    world.poll()
    assert world.story(f"invoice:{one}")[1:] == [("status_changed", "paid", "sent")]
    world.idle()
    world.advance(60)
    world.portal.update_item(INVOICE, one, stageId=P)
    world.poll()
    assert world.story(f"invoice:{one}")[2:] == [("status_changed", "sent", "paid")]
    world.idle()


def test_a_move_into_another_funnel(make: Make) -> None:
    world = make('[poll]\nwatch = ["deal"]\nreconcile_every = "0s"\n')
    one = world.portal.add_item(DEAL, stageId="EXECUTING")
    world.poll()
    world.advance(3600)
    world.portal.update_item(DEAL, one, categoryId=1)
    world.poll()
    world.portal.update_item(DEAL, one, stageId="C1:WON")
    world.poll()
    moves = [row for row in world.story(f"deal:{one}") if row[0] == "stage_changed"]
    assert moves == [("stage_changed", "EXECUTING", "C1:NEW"), ("stage_changed", "C1:NEW", "C1:WON")]
    world.idle()


def test_a_move_between_the_reading_of_rows_and_of_history_is_told_once(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    world.portal.update_item(INVOICE, one, title="brings it into the feed")

    def before_command(method: str, _params: dict[str, Any]) -> None:
        if method == "crm.stagehistory.list":
            world.portal.before_command = lambda _method, _params: None
            world.advance(1)
            world.portal.update_item(INVOICE, one, stageId=S)
            world.portal.update_item(INVOICE, one, stageId=P)

    world.portal.before_command = before_command
    world.poll()
    world.poll()
    assert [row for row in world.story(f"invoice:{one}") if row[0] != "updated"] == [
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]
    world.idle()


def test_an_unknown_stage_is_learnt_and_told(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    fresh = world.portal.funnels.add_stage(INVOICE, 1, "UC_NEW", "Новая стадия")
    paid = world.portal.funnels.add_stage(INVOICE, 1, "UC_PAID", "Оплачен картой", "S")
    world.portal.update_item(INVOICE, one, stageId=fresh)
    world.portal.update_item(INVOICE, one, stageId=paid)
    world.poll()
    assert world.story(f"invoice:{one}") == [
        ("status_changed", "draft", fresh),
        ("status_changed", fresh, "paid"),
    ]
    world.idle()


def test_a_stage_that_got_another_meaning_is_learnt_within_a_day(make: Make) -> None:
    world = make()
    one, two, three = _baseline(world)
    card = world.portal.funnels.add_stage(INVOICE, 1, "UC_CARD", "Картой")
    world.portal.update_item(INVOICE, one, stageId=card)
    world.poll()
    world.portal.funnels.remove_stage(INVOICE, card)
    assert world.portal.funnels.add_stage(INVOICE, 1, "UC_CARD", "Оплачен картой", "S") == card
    world.advance(25 * 3600)
    world.portal.faults.add(Fault("error", method="crm.status.list", where="command", code="ACCESS_DENIED"))
    world.portal.update_item(INVOICE, two, stageId=card)
    assert world.poll().exit_code == 0  # what was known serves until the stages can be read again
    assert world.story(f"invoice:{two}") == [("status_changed", "draft", card)]
    world.advance(25 * 3600)
    world.portal.update_item(INVOICE, three, stageId=card)
    world.poll()
    assert world.story(f"invoice:{three}") == [("status_changed", "draft", "paid")]


# rows that change during a walk


@pytest.mark.parametrize("deleted", [0, 60])
def test_nothing_is_lost_when_rows_change_during_a_walk(make: Make, deleted: int) -> None:
    world = make()
    ids = _baseline(world, 200)
    for number in ids:
        world.portal.update_item(INVOICE, number, title="first")
    gone, again = set(ids[:deleted]), ids[100:160]

    def before_command(method: str, params: dict[str, Any]) -> None:
        if (
            method == "crm.item.list"
            and ">id" in params.get("filter", {})
            and int(params["filter"][">id"]) >= 100
        ):
            world.portal.before_command = lambda _method, _params: None
            world.advance(2)
            for number in gone:
                world.portal.delete_item(INVOICE, number)
            for number in again:
                world.portal.update_item(INVOICE, number, title="second", stageId=S)
            world.portal.add_item(INVOICE, title="made meanwhile")

    world.portal.before_command = before_command
    world.poll()
    world.poll()
    told: dict[int, list[dict[str, Any]]] = {number: [] for number in ids}
    others = []
    for row in world.events():
        told.get(row["entity_id"], others).append(row)
    for number in set(ids) - gone:
        names = [row["name"] for row in told[number]]
        assert names.count("invoice.status_changed") == (number in again), number
        assert 1 <= names.count("invoice.updated") <= 1 + (number in again)
        last = [row["changes"] for row in told[number] if row["name"] == "invoice.updated"][-1]
        assert json.loads(last)["title"][1] == ("second" if number in again else "first")
    assert [row["name"] for row in others] == ["invoice.created"]
    _comes_to_rest(world)


# clocks and zones


@pytest.mark.parametrize("owner", [*ZONES, *(MORE_ZONES if LONG else [])])
def test_a_long_walk_loses_nothing_whatever_the_zone_of_the_owner(make: Make, owner: str) -> None:
    world = make(owner_tz=owner)
    ids = _baseline(world, 130)
    for number in ids:
        world.portal.update_item(INVOICE, number, title="changed")
    assert world.poll().events == 130
    _comes_to_rest(world)
    for number in ids:
        world.portal.update_item(INVOICE, number, title="changed again")
    assert world.poll().events == 130
    assert world.last_requests == 2  # the shift is known now


def test_the_owner_moves_to_another_zone_between_two_polls(make: Make) -> None:
    world = make()
    ids = _baseline(world, 130)
    for owner in ("America/Los_Angeles", "Asia/Tokyo", "Europe/Moscow"):
        world.set(owner_tz=owner)
        for number in ids:
            world.portal.update_item(INVOICE, number, title=owner)
        assert world.poll().events == 130, owner
        world.advance(3600)


@pytest.mark.parametrize("jump", [-86400 * 400, -3600, 3600, 86400 * 400])
def test_a_wrong_local_clock_loses_nothing(make: Make, jump: float) -> None:
    world = make()
    one = _baseline(world)[0]
    world.local.jump(jump)
    world.portal.update_item(INVOICE, one, stageId=S)
    assert world.poll().events == 1
    world.local.jump(-jump)
    world.portal.update_item(INVOICE, one, stageId=P)
    assert world.poll().events == 1
    world.idle()


def test_the_portals_clock_set_back_loses_and_repeats_nothing(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    world.portal.update_item(INVOICE, one, stageId=S)
    world.poll()
    world.clock.advance(-200)  # within the overlap
    world.portal.update_item(INVOICE, one, stageId=P)
    two = world.portal.add_item(INVOICE, title="new")
    world.poll()
    world.clock.advance(200)
    world.poll()
    assert world.story(f"invoice:{one}") == [
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]
    assert world.story(f"invoice:{two}") == [("created", None, None)]


# beginnings


def test_since_opens_a_start_in_the_past(make: Make) -> None:
    world = make()
    old = world.portal.add_item(INVOICE)
    world.portal.update_item(INVOICE, old, stageId=S)
    world.advance(3600)
    opened = world.clock.now()
    world.advance(60)
    world.portal.update_item(INVOICE, old, stageId=P)
    new = world.portal.add_item(INVOICE)
    world.portal.update_item(INVOICE, new, stageId=S)
    world.advance(60)
    report = world.poll(since=opened)
    assert not report.baseline
    assert world.story(f"invoice:{old}") == [("status_changed", "sent", "paid")]
    assert world.story(f"invoice:{new}") == [("created", None, None), ("status_changed", "draft", "sent")]
    world.idle()
    with pytest.raises(UsageError):
        world.poll(since=opened)


def test_a_kind_watched_later_starts_quietly_also_where_the_first_poll_opened_the_past(make: Make) -> None:
    world = make()
    world.portal.add_item(INVOICE)
    deal = world.portal.add_item(DEAL)
    world.portal.update_item(DEAL, deal, stageId="EXECUTING")
    world.advance(3600)
    world.poll(since=MONDAY - timedelta(days=1))
    assert world.events()
    before = len(world.events())
    world.advance(86400)
    world.portal.update_item(DEAL, deal, stageId="WON")
    world.configure(BOTH)
    report = world.poll()
    assert (report.events, report.baseline) == (0, True)
    assert len(world.events()) == before
    world.advance(60)
    world.portal.update_item(DEAL, deal, stageId="EXECUTING")
    world.poll()
    assert [row for row in world.story(f"deal:{deal}") if row[0] == "stage_changed"] == [
        ("stage_changed", "WON", "EXECUTING")
    ]


def test_since_is_remembered_by_a_first_poll_that_was_killed(make: Make) -> None:
    world = make(BOTH)
    one, deal = world.portal.add_item(INVOICE), world.portal.add_item(DEAL)
    world.advance(3600)
    with pytest.raises(Killed):
        world.poll(since=MONDAY - timedelta(days=1), crash="poll.before_commit")
    assert world.events() == []
    world.advance(60)
    world.poll()
    assert world.story(f"invoice:{one}") == [("created", None, None)]
    assert world.story(f"deal:{deal}") == [("created", None, None)]
    world.idle()


def test_a_new_baseline_is_quiet_and_goes_on_from_there(make: Make) -> None:
    world = make()
    ids = _baseline(world, 120)
    for number in ids:
        world.portal.update_item(INVOICE, number, stageId=S, title="missed")
    made = world.portal.add_item(INVOICE)
    world.portal.delete_item(INVOICE, ids[0])
    report = world.poll(baseline=True)
    assert (report.events, report.baseline, report.exit_code) == (0, True, 0)
    world.advance(3600)
    world.portal.update_item(INVOICE, ids[1], stageId=P)
    world.portal.update_item(INVOICE, made, stageId=P)
    assert world.poll().events == 2
    assert world.story(f"invoice:{ids[1]}") == [("status_changed", "sent", "paid")]
    assert world.story(f"invoice:{made}") == [("status_changed", "draft", "paid")]
    world.poll(reconcile=True)
    assert world.story(f"invoice:{ids[0]}") == []  # it was gone before the new beginning
    _comes_to_rest(world)


@pytest.mark.parametrize("point", ["poll.begun", "poll.read", "poll.before_commit", "poll.applied"])
def test_a_killed_baseline_goes_on_where_it_stopped(make: Make, point: str) -> None:
    world = make(BOTH)
    ids = [world.portal.add_item(INVOICE) for _ in range(130)]
    deal = world.portal.add_item(DEAL)
    world.advance(3600)  # else each later poll walks them all within the overlap
    with pytest.raises(Killed):
        world.poll(crash=point)
    world.advance(60)
    world.portal.update_item(INVOICE, ids[5], stageId=S)
    world.poll()
    world.advance(60)
    world.portal.update_item(INVOICE, ids[5], stageId=P)
    world.portal.update_item(DEAL, deal, stageId="WON")
    world.poll()
    told = world.story(f"invoice:{ids[5]}")
    assert told[-1] == ("status_changed", "sent", "paid")
    assert len(told) == (2 if point == "poll.applied" else 1)
    assert [row for row in world.story(f"deal:{deal}") if row[0] == "stage_changed"] == [
        ("stage_changed", "NEW", "WON")
    ]
    world.check_database()
    _comes_to_rest(world)


def test_a_baseline_whose_connection_breaks_goes_on_where_it_stopped(make: Make) -> None:
    world = make()
    for _ in range(2600):
        world.portal.add_item(INVOICE)
    world.advance(3600)
    world.portal.before_request = lambda number: setattr(world.portal, "down", number >= 2)
    assert world.poll().exit_code == 69
    walked = world.cursor("invoice")["walked_id"]
    assert walked == 2500
    world.portal.before_request = lambda _number: None
    world.portal.down = False
    world.portal.requests.clear()
    report = world.poll()
    assert (report.exit_code, report.events, report.baseline) == (0, 0, True)
    assert len(world.rows("SELECT id FROM entities")) == 2600
    assert world.last_requests <= 6
    _comes_to_rest(world)


# kinds that are left out


def test_a_kind_whose_feed_fails_keeps_its_cursors_and_the_others_go_on(make: Make) -> None:
    world = make(BOTH)
    one, deal = world.portal.add_item(INVOICE), world.portal.add_item(DEAL)
    world.poll()
    before = world.cursor("invoice")
    world.advance(3600)
    world.portal.update_item(INVOICE, one, stageId=S)
    world.portal.update_item(DEAL, deal, stageId="WON")

    def before_command(method: str, params: dict[str, Any]) -> None:
        if method == "crm.stagehistory.list" and str(params["entityTypeId"]) == "31":
            world.portal.faults.add(Fault("error", method, where="command", code="ERROR_CORE", http=400))

    world.portal.before_command = before_command
    report = world.poll()
    assert report.exit_code == 69
    assert report.changes.get("deal") == 1
    assert world.events(f"deal:{deal}")
    assert world.cursor("invoice") == before
    assert world.events(f"invoice:{one}") == []
    world.portal.before_command = lambda _method, _params: None
    world.portal.faults.clear()
    world.advance(3600)
    assert world.poll().exit_code == 0
    assert world.story(f"invoice:{one}") == [("status_changed", "draft", "sent")]
    world.idle()


def test_a_page_in_the_middle_of_a_walk_that_fails_leaves_the_kind_out(make: Make) -> None:
    world = make()
    ids = _baseline(world, 200)
    before = world.cursor("invoice")
    for number in ids:
        world.portal.update_item(INVOICE, number, title="new")
    world.portal.faults.add(
        Fault("error", "crm.item.list", where="command", code="ERROR_CORE", after=6, times=1)
    )
    assert world.poll().exit_code == 69
    assert world.events() == []
    assert world.cursor("invoice") == before
    assert world.poll().events == 200
    _comes_to_rest(world)


def test_a_missing_scope_is_exit_77_and_the_other_kinds_go_on(make: Make) -> None:
    world = make('[poll]\nwatch = ["invoice", "task"]\nreconcile_every = "0s"\n')
    one = world.portal.add_item(INVOICE)
    task = world.portal.add_task(TITLE="task")
    world.poll()
    world.advance(3600)
    scopes = world.portal.settings.scopes
    world.set(scopes=tuple(scope for scope in scopes if scope not in {"task", "tasks"}))
    world.portal.update_item(INVOICE, one, stageId=S)
    world.portal.complete_task(task)
    report = world.poll()
    assert report.exit_code == 77
    assert any("task" in trouble for trouble in report.troubles)
    assert world.events(f"invoice:{one}")
    world.set(scopes=scopes)
    assert world.poll().exit_code == 0
    assert "completed" in [name for name, _, _ in world.story(f"task:{task}")]


def test_a_baseline_with_a_missing_scope_is_taken_when_the_scope_is_there(make: Make) -> None:
    world = make('[poll]\nwatch = ["invoice", "task"]\nreconcile_every = "0s"\n')
    scopes = world.portal.settings.scopes
    world.set(scopes=tuple(scope for scope in scopes if scope not in {"task", "tasks"}))
    one = world.portal.add_item(INVOICE)
    task = world.portal.add_task(TITLE="task")
    assert world.poll().exit_code == 77
    world.advance(3600)
    world.portal.update_item(INVOICE, one, stageId=S)
    assert world.poll().exit_code == 77
    assert world.story(f"invoice:{one}") == [("status_changed", "draft", "sent")]
    world.set(scopes=scopes)
    assert world.poll().exit_code == 0
    assert world.events(f"task:{task}") == []
    world.idle()


def test_a_history_that_is_refused_for_want_of_rights_is_not_taken_for_an_old_portal(make: Make) -> None:
    world = make()
    world.portal.add_item(INVOICE)
    world.portal.faults.add(
        Fault("error", "crm.stagehistory.list", where="command", code="ACCESS_DENIED", http=403, times=9)
    )
    assert world.poll().exit_code == 77
    world.portal.faults.clear()
    assert world.poll().exit_code == 0
    assert world.cursor("invoice")["history"] == "yes"


def test_an_old_portal_without_history_is_told_by_the_rows(make: Make) -> None:
    world = make(stagehistory31=False)
    one = _baseline(world)[0]
    for stage in (S, P):
        world.portal.update_item(INVOICE, one, stageId=stage)
        assert world.poll().events == 1
    made = world.portal.add_item(INVOICE, stageId=D)
    world.poll()
    assert world.story(f"invoice:{one}") == [
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]
    assert world.story(f"invoice:{made}") == [("created", None, None), ("status_changed", None, "rejected")]
    world.idle()


def test_an_outage_of_days_is_caught_up(make: Make) -> None:
    world = make()
    ids = _baseline(world, 3)
    world.portal.down = True
    assert world.poll().exit_code == 69
    for day in range(3):
        world.advance(86400)
        world.portal.update_item(INVOICE, ids[day], stageId=S)
        world.portal.update_item(INVOICE, ids[day], stageId=P)
        assert world.poll().exit_code == 69
    world.portal.down = False
    assert world.poll().events == 6
    world.idle()


def test_a_dry_run_changes_nothing_at_either_end(make: Make) -> None:
    world = make()
    one = _baseline(world)[0]
    world.portal.update_item(INVOICE, one, stageId=S)
    from b24sync.cli.poll import Wanted, poll_configuration

    app = world.app()
    before = world.rows("SELECT * FROM cursors"), world.rows("SELECT count(*) FROM runs")
    assert poll_configuration(app, Wanted(dry_run=True, quiet=True)) == 0
    app.close()
    assert (world.rows("SELECT * FROM cursors"), world.rows("SELECT count(*) FROM runs")) == before
    assert world.events() == []
    assert world.poll().events == 1


@pytest.mark.parametrize("count", [1, 60])
def test_tasks_that_were_never_changed_are_seen_although_they_have_no_time_of_change(
    make: Make, count: int
) -> None:
    world = make('[poll]\nwatch = ["task"]\nreconcile_every = "0s"\n')
    for n in range(120):
        world.portal.add_task(TITLE=f"old {n}")
    world.advance(3600)
    world.poll()
    world.advance(3600)
    made = [world.portal.add_task(TITLE=f"new {n}") for n in range(count)]
    for number in made:
        world.portal.task_book.all[number]["CHANGED_DATE"] = None
    assert world.poll().events == count
    _comes_to_rest(world)


def test_an_entity_waits_for_the_links_of_its_conditions_and_all_others_go_on(make: Make) -> None:
    rule = '[[rules]]\nname = "told"\non = "invoice.sent"\nwhen = "deal.amount > 10"\n'
    rule += '[[rules.steps]]\nuse = "notify"\nto = ["user:2"]\ntext = "sent"\n'
    world = make(BOTH + rule)
    deal = world.portal.add_item(DEAL, opportunity=100)
    one, other = (world.portal.add_item(INVOICE, parentId2=deal) for _ in range(2))
    world.poll()
    world.advance(3600)
    world.portal.update_item(INVOICE, one, stageId=S)
    world.portal.update_item(INVOICE, other, title="new")
    world.portal.update_item(DEAL, deal, stageId="EXECUTING")
    first = world.portal.served
    world.portal.before_request = lambda number: setattr(world.portal, "down", number - first >= 1)
    assert world.poll().exit_code == 69
    assert world.story(f"invoice:{one}") == []
    assert [row["entity_id"] for row in world.events() if row["kind"] == "invoice"] == [other]
    assert [row["kind"] for row in world.events()].count("deal") == 1
    world.portal.before_request = lambda _number: None
    world.portal.down = False
    world.advance(3600)
    assert world.poll().events == 1
    assert [row["state"] for row in world.actions()] == ["done"]
    world.long_idle()
