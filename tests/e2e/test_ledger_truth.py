"""Booked commissions stay true whatever was not seen (contract.md G4, G13, §6 "Commission")."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.support.world import INVOICE, N, P, World

CONFIG = """
[poll]
watch = ["invoice"]
reconcile_every = "0s"
[commission]
[[commission.rates]]
for = "invoice.responsible"
percent = "10"
[[rules]]
name = "booked"
on = ["invoice.created", "invoice.paid"]
[[rules.steps]]
use = "commission"
"""
Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds with an invoice, an hour after their baseline."""

    def build(config: str = CONFIG, **settings: Any) -> World:
        world = worlds(config, **settings)
        world.portal.add_item(INVOICE)
        world.poll()
        world.advance(3600)
        return world

    return build


def _booked(world: World, *, amount: int = 1000, paid: bool = True) -> int:
    one = world.portal.add_item(INVOICE, opportunity=amount, isManualOpportunity="Y", assignedById=2)
    world.poll()
    world.advance(60)
    if paid:
        world.portal.update_item(INVOICE, one, stageId=P)
        world.poll()
        world.advance(3600)
    return one


def _earned(world: World, invoice: int) -> Decimal:
    """What the earned rows of an invoice come to, with those that take them back."""
    sql = (
        "SELECT l.amount FROM ledger l LEFT JOIN ledger r ON r.id = l.reverses WHERE l.entity_id = ?"
        " AND (l.state = 'earned' OR r.state = 'earned')"
    )
    return sum((Decimal(row["amount"]) for row in world.rows(sql, invoice)), Decimal(0))


def test_after_a_new_baseline_what_was_repriced_unpaid_or_deleted_is_booked(make: Make) -> None:
    world = make()
    repriced, unpaid, deleted, same = (_booked(world) for _ in range(4))
    world.portal.update_item(INVOICE, repriced, opportunity=1500)
    world.portal.update_item(INVOICE, unpaid, stageId=N)
    world.portal.delete_item(INVOICE, deleted)
    world.advance(86400)
    report = world.poll(baseline=True)
    assert (report.exit_code, report.events) == (0, 0)
    assert [_earned(world, one) for one in (repriced, unpaid, deleted, same)] == [150, 0, 0, 100]
    world.advance(60)
    rows = world.rows("SELECT * FROM ledger")
    assert world.poll(reconcile=True).events == 0
    assert world.rows("SELECT * FROM ledger") == rows
    world.idle()


def test_what_a_new_baseline_cannot_see_is_not_taken_back(make: Make) -> None:
    world = make()
    hidden = _booked(world)
    world.portal.hide(INVOICE, hidden)
    world.poll(baseline=True)
    assert _earned(world, hidden) == 100
    world.portal.reveal(INVOICE, hidden)
    world.portal.update_item(INVOICE, hidden, opportunity=2000)
    world.advance(60)
    world.poll()
    assert _earned(world, hidden) == 200


def test_what_vanished_and_was_deleted_later_is_taken_back_without_an_event(make: Make) -> None:
    world = make()
    one = _booked(world)
    told = len(world.events())
    world.portal.hide(INVOICE, one)
    world.poll(reconcile=True)
    assert _earned(world, one) == 100
    world.portal.delete_item(INVOICE, one)
    world.advance(86400)
    world.poll(reconcile=True)
    assert _earned(world, one) == 0
    assert len(world.events()) == told


def test_a_kind_watched_again_leaves_the_ledger_true(make: Make) -> None:
    world = make()
    one, gone = _booked(world), _booked(world)
    world.configure('[poll]\nwatch = ["deal"]\nreconcile_every = "0s"\n')
    world.poll()
    world.advance(3600)
    world.portal.update_item(INVOICE, one, opportunity=3000)
    world.portal.delete_item(INVOICE, gone)
    world.poll()
    world.configure(CONFIG)
    assert world.poll().exit_code == 0
    assert (_earned(world, one), _earned(world, gone)) == (300, 0)


def test_a_new_baseline_while_the_portal_goes_away_is_caught_up(make: Make) -> None:
    world = make()
    one = _booked(world)
    world.portal.delete_item(INVOICE, one)
    for served in range(1, 8):
        first = world.portal.served
        world.portal.before_request = lambda number, first=first, served=served: setattr(  # type: ignore[misc]
            world.portal, "down", number - first > served
        )
        world.poll(baseline=served == 1)
        world.portal.down = False
    world.portal.before_request = lambda _number: None
    world.poll()
    assert _earned(world, one) == 0
    assert world.events(f"invoice:{one}", "invoice.deleted") == []
