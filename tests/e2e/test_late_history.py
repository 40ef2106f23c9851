"""Stage history that comes later than its rows, or never (contract.md G1: once, in order, nothing lost)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.world import DEAL, INVOICE, N, P, S, World

INVOICES = '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
DEALS = '[poll]\nwatch = ["deal"]\nreconcile_every = "0s"\n'
SENT, PAID = ("status_changed", "draft", "sent"), ("status_changed", "sent", "paid")
Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds that end with the test."""
    return lambda config=INVOICES, **how: worlds(config, **how)


def _baseline(world: World) -> int:
    one = world.portal.add_item(INVOICE)
    world.poll()
    world.advance(3600)
    return one


def _move(world: World, one: int, *stages: str, late: bool = True) -> list[int]:
    """Move an invoice; gives the ids of the rows, withheld if they are late."""
    ids = []
    for stage in stages:
        world.portal.update_item(INVOICE, one, stageId=stage)
        ids.append(world.portal.stage_history(INVOICE)[-1]["ID"])
        world.advance(1)
    if late:
        world.portal.withhold_history(INVOICE, *ids)
    return ids


def _later(world: World, seconds: int = 60) -> Any:
    world.advance(seconds)
    return world.poll()


def _settled(world: World) -> None:
    """Nothing follows any more, also when a reconcile looks."""
    for _ in range(3):
        assert _later(world, 301).events == 0
    assert world.poll(reconcile=True).events == 0
    world.idle()


def test_a_move_whose_row_is_there_is_told_in_the_same_poll(make: Make) -> None:
    world = make()
    one = _baseline(world)
    _move(world, one, S, late=False)
    world.poll()
    assert world.story(f"invoice:{one}") == [SENT]
    _settled(world)


def test_two_late_rows_are_two_moves_in_order_and_once(make: Make) -> None:
    world = make()
    one = _baseline(world)
    _move(world, one, S, P)
    world.poll()
    world.portal.release_history(INVOICE)
    _later(world)
    assert world.story(f"invoice:{one}") == [SENT, PAID]
    _settled(world)
    assert world.story(f"invoice:{one}") == [SENT, PAID]


def test_two_rows_that_come_one_after_the_other_are_two_moves(make: Make) -> None:
    world = make()
    one = _baseline(world)
    first, second = _move(world, one, S, P)
    world.poll()
    world.portal.release_history(INVOICE, first)
    _later(world)
    world.portal.release_history(INVOICE, second)
    _later(world)
    assert world.story(f"invoice:{one}") == [SENT, PAID]
    _settled(world)


def test_a_first_row_that_is_late_is_told_first(make: Make) -> None:
    world = make()
    one = _baseline(world)
    (first,) = _move(world, one, S)
    _move(world, one, P, late=False)
    world.poll()
    world.portal.release_history(INVOICE, first)
    _later(world)
    assert world.story(f"invoice:{one}") == [SENT, PAID]
    _settled(world)


def test_a_first_row_of_a_deal_that_is_late_is_not_lost(make: Make) -> None:
    world = make(DEALS)
    one = world.portal.add_item(DEAL, stageId="NEW")
    world.poll()
    world.advance(3600)
    for stage in ("PREPARATION", "EXECUTING"):
        world.portal.update_item(DEAL, one, stageId=stage)
    world.portal.withhold_history(DEAL, world.portal.stage_history(DEAL)[-2]["ID"])
    world.poll()
    world.portal.release_history(DEAL)
    _later(world)
    told = world.story(f"deal:{one}")
    assert sorted(to or "" for _, _, to in told) == ["EXECUTING", "PREPARATION"]
    assert ("stage_changed", "NEW", "PREPARATION") in told
    assert world.rows("SELECT stage FROM entities") == [{"stage": "EXECUTING"}]
    _settled(world)
    assert world.story(f"deal:{one}") == told


def test_a_new_invoice_whose_history_is_late_is_created_at_once_and_moved_when_it_comes(make: Make) -> None:
    world = make()
    _baseline(world)
    one = world.portal.add_item(INVOICE)
    born = world.portal.stage_history(INVOICE)[-1]["ID"]
    world.portal.withhold_history(INVOICE, born)
    _move(world, one, S, P)
    world.poll()
    assert world.story(f"invoice:{one}") == [("created", None, None)]
    world.portal.release_history(INVOICE)
    _later(world)
    assert world.story(f"invoice:{one}") == [("created", None, None), SENT, PAID]
    _settled(world)


def test_a_move_without_a_row_is_told_by_the_row_when_the_overlap_is_over(make: Make) -> None:
    world = make()
    one = _baseline(world)
    _move(world, one, S)
    assert world.poll().events == 0
    assert _later(world, 240).events == 0
    assert _later(world, 120).events == 1
    assert world.story(f"invoice:{one}") == [SENT]
    _settled(world)


def test_a_row_that_comes_after_the_row_has_spoken_is_no_second_move(make: Make) -> None:
    world = make()
    one = _baseline(world)
    _move(world, one, S)
    world.poll()
    _later(world, 400)
    world.portal.release_history(INVOICE)
    _later(world, 10)
    assert world.story(f"invoice:{one}") == [SENT]
    _settled(world)


def test_an_old_move_without_a_row_is_told_at_once(make: Make) -> None:
    world = make()
    one = _baseline(world)
    _move(world, one, S)
    assert _later(world, 400).events == 1
    assert world.story(f"invoice:{one}") == [SENT]
    _settled(world)


def test_there_and_back_with_late_rows_is_two_moves(make: Make) -> None:
    world = make()
    one = _baseline(world)
    _move(world, one, S, N)
    world.poll()
    world.portal.release_history(INVOICE)
    _later(world)
    assert world.story(f"invoice:{one}") == [SENT, ("status_changed", "sent", "draft")]
    _settled(world)


def test_a_stage_that_was_recorded_wrongly_is_healed_by_a_reconcile(make: Make) -> None:
    import sqlite3
    from contextlib import closing

    world = make()
    one = _baseline(world)
    _move(world, one, S, late=False)
    world.poll()
    _later(world, 400)
    with closing(sqlite3.connect(world.database)) as connection, connection:
        connection.execute("UPDATE entities SET stage = ?, stage_at = stage_at + 5", (P,))
    world.poll(reconcile=True)
    assert world.rows("SELECT stage FROM entities") == [{"stage": S}]
    assert world.story(f"invoice:{one}") == [SENT, ("status_changed", "paid", "sent")]
    _settled(world)


def test_a_kill_while_a_move_waits_for_its_row_loses_nothing(make: Make) -> None:
    from tests.support.world import Killed

    world = make()
    one = _baseline(world)
    _move(world, one, S)
    world.poll()
    world.advance(400)
    with pytest.raises(Killed):
        world.poll(crash="poll.before_commit")
    world.poll()
    assert world.story(f"invoice:{one}") == [SENT]
    _settled(world)


def test_a_row_that_was_read_in_the_second_of_a_move_and_never_again_is_not_believed(make: Make) -> None:
    world = make()
    one = _baseline(world)
    world.portal.update_item(INVOICE, one, stageId=S)

    def before_command(method: str, _params: dict[str, Any]) -> None:
        if method == "crm.stagehistory.list":
            world.portal.before_command = lambda _method, _params: None
            world.portal.update_item(INVOICE, one, stageId=N)

    world.portal.before_command = before_command
    world.poll()
    told = world.story(f"invoice:{one}")
    world.portal.delete_item(INVOICE, one)
    for _ in range(3):
        _later(world, 301)
    assert world.story(f"invoice:{one}") == told == [SENT, ("status_changed", "sent", "draft")]
