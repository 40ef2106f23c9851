"""The portal's clock goes back, by hand or by summer time: nothing is lost, nothing twice (G1, G6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.cli import LONG
from tests.support.world import INVOICE, P, S, World

INVOICES = '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
TASKS = '[poll]\nwatch = ["task"]\nreconcile_every = "0s"\n'
BEFORE = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # in Berlin 02:30 for the first time
Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds that end with the test."""
    return lambda config=INVOICES, **how: worlds(config, **how)


def _baseline(world: World, count: int = 2) -> list[int]:
    ids = [world.portal.add_item(INVOICE, title=f"row {n}") for n in range(count)]
    world.advance(3600)
    world.poll()
    world.advance(600)
    world.poll()
    return ids


@pytest.mark.parametrize(
    ("history", "back"),
    [
        (history, back)
        for back in (30, 400, 3600, 86400, 40 * 86400)
        for history in (True, False)
        if LONG or history or back in {30, 400, 40 * 86400}  # within and beyond the overlap
    ],
)
def test_what_happens_after_the_clock_was_set_back_is_told(make: Make, history: bool, back: int) -> None:
    world = make(stagehistory31=history)
    one, two = _baseline(world)
    world.portal.update_item(INVOICE, one, stageId=S)
    world.poll()
    world.clock.advance(-back)
    world.advance(20)
    world.portal.update_item(INVOICE, one, stageId=P)
    world.portal.update_item(INVOICE, two, title="another")
    made = world.portal.add_item(INVOICE, title="new")
    assert world.poll().exit_code == 0
    moves = [("status_changed", "draft", "sent"), ("status_changed", "sent", "paid")]
    assert [row for row in world.story(f"invoice:{one}") if row[0] != "updated"] == moves
    assert world.story(f"invoice:{two}") == [("updated", None, None)]
    assert world.story(f"invoice:{made}") == [("created", None, None)]
    world.advance(20)
    later = world.portal.add_item(INVOICE, title="later")
    world.portal.update_item(INVOICE, two, stageId=S)
    world.poll()
    assert world.story(f"invoice:{later}") == [("created", None, None)]
    assert world.story(f"invoice:{two}")[1:] == [("status_changed", "draft", "sent")]
    for _ in range(3):
        world.advance(301)
        world.quiet()
    world.advance(back)
    world.quiet()


def test_a_comparison_that_fails_after_the_clock_was_set_back_is_made_by_the_next_poll(make: Make) -> None:
    world = make()
    (one, _) = _baseline(world)
    world.clock.advance(-7200)
    world.portal.update_item(INVOICE, one, title="another")
    world.advance(5000)
    first = world.portal.served
    world.portal.before_request = lambda number: setattr(world.portal, "down", number - first > 1)
    assert world.poll().exit_code == 69
    world.portal.before_request = lambda _number: None
    world.portal.down = False
    assert world.poll().exit_code == 0
    assert world.story(f"invoice:{one}") == [("updated", None, None)]
    world.quiet()
    world.advance(301)
    world.quiet()
    world.advance(301)
    world.idle()


@pytest.mark.parametrize("history", [True, False])
def test_the_hour_that_summer_time_repeats_loses_nothing(make: Make, history: bool) -> None:
    world = make(
        start=BEFORE - timedelta(minutes=80),
        server_tz="Europe/Berlin",
        owner_tz="Europe/Berlin",
        wall_times=True,
        stagehistory31=history,
    )
    one, two = _baseline(world)
    told = []
    for minute in range(0, 150, 10):
        world.portal.update_item(INVOICE, two, title=f"at {minute}")
        told.append(world.portal.add_item(INVOICE, title=f"made at {minute}"))
        if minute == 40:
            world.portal.update_item(INVOICE, one, stageId=S)
        if minute == 60:
            world.portal.update_item(INVOICE, one, stageId=P)
        assert world.poll().exit_code == 0
        world.advance(600)
    world.poll()
    assert [world.story(f"invoice:{number}") for number in told] == [[("created", None, None)]] * len(told)
    assert world.story(f"invoice:{two}") == [("updated", None, None)] * len(told)
    assert [row for row in world.story(f"invoice:{one}") if row[0] != "updated"] == [
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]
    for _ in range(3):
        world.advance(3600)
        world.quiet()
    world.idle()


def test_an_old_invoice_that_is_shown_while_the_clock_is_back_is_adopted_silently(make: Make) -> None:
    world = make()
    hidden = world.portal.add_item(INVOICE)
    world.portal.hide(INVOICE, hidden)
    world.advance(86400)
    _baseline(world)
    world.clock.advance(-3600)
    world.portal.reveal(INVOICE, hidden)
    assert world.poll().events == 0
    assert world.story(f"invoice:{hidden}") == []


def test_tasks_made_and_closed_after_the_clock_was_set_back_are_told(make: Make) -> None:
    world = make(TASKS)
    old = world.portal.add_task(TITLE="old", RESPONSIBLE_ID=2)
    world.advance(3600)
    world.poll()
    world.clock.advance(-7200)
    made = world.portal.add_task(TITLE="new", RESPONSIBLE_ID=2)
    world.portal.complete_task(old)
    world.poll()
    assert world.story(f"task:{made}")[0] == ("created", None, None)
    assert "completed" in [name for name, _, _ in world.story(f"task:{old}")]
