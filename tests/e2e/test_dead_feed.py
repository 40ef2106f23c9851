"""A feed that is dead for days keeps no other kind back; what depends on it is judged later, once (G13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.support.cli import notify_rule
from tests.support.world import DEAL, INVOICE, P, S, World

CONFIG = (
    'language = "en"\n[poll]\nwatch = ["invoice", "deal", "task"]\nreconcile_every = "24h"\n'
    '[reminders]\ndays = [0]\nat = "10:00"\n'
    '[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "10"\n'
    + notify_rule("made", "invoice.created", to="user:2", text="new {{ invoice.id }}")
    + notify_rule("moved", "deal.stage_changed", to="user:2", text="deal {{ deal.id }}")
    + notify_rule("due", "invoice.reminder_due", to="user:2", text="due {{ invoice.id }}")
    + notify_rule("over", "invoice.tasks_completed", to="user:2", text="over {{ invoice.id }}")
    + notify_rule("task", "task.updated", to="user:2", text="task {{ task.id }}")
    + '[[rules]]\nname = "act"\non = "invoice.sent"\n[[rules.steps]]\nuse = "create_task"\n'
    'title = "Act {{ invoice.id }}"\nresponsible = "user:3"\n'
    '[[rules]]\nname = "book"\non = ["invoice.created", "invoice.paid"]\n[[rules.steps]]\n'
    'use = "commission"\n'
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two invoices with deals, booked; their acts are tasks that b24sync made."""
    with World(tmp_path, CONFIG) as world:
        world.poll()
        world.advance(600)
        tomorrow = (world.clock.now() + timedelta(days=1)).date().isoformat()
        for n in range(2):
            deal = world.portal.add_item(DEAL, title=f"deal {n}", stageId="NEW")
            number = world.portal.add_item(
                INVOICE, parentId2=deal, opportunity=1000, closedate=tomorrow, assignedById=3
            )
            world.portal.update_item(INVOICE, number, 1, stageId=S)
        world.poll()
        world.advance(600)
        world.poll()
        assert [task["TITLE"] for task in world.portal.tasks] == ["Act 1", "Act 2"]
        yield world


def _told(world: World) -> Counter[str]:
    return Counter(notice["MESSAGE"] for notice in world.portal.notices.shown)


def _close(world: World, task: int) -> None:
    world.portal.call("tasks.task.complete", {"taskId": task})


def _ledger(world: World) -> list[tuple[int, str, str]]:
    rows = world.rows("SELECT entity_id, state, amount FROM ledger ORDER BY id")
    return [(row["entity_id"], row["state"], row["amount"]) for row in rows]


def _days(world: World, method: str, having: str, happens: Any) -> None:
    """Three days on which one feed is dead; on the second something happens."""
    world.portal.faults.add(Fault("500", method, where="command", having=having, times=10**6))
    for day in range(3):
        for _ in range(2):
            world.advance(12 * 3600)
            report = world.poll()
            assert report.exit_code == 69, report.troubles
            assert world.last_requests <= 120
        if day == 0:
            happens()
    world.portal.faults.clear()


def test_dead_tasks_keep_no_invoice_deal_reminder_or_ledger_back(world: World) -> None:
    def happens() -> None:
        _close(world, 1)
        world.portal.add_item(INVOICE, title="new")
        world.portal.update_item(DEAL, 1, stageId="WON")
        world.portal.update_item(INVOICE, 2, stageId=P)

    _days(world, "tasks.task.list", "", happens)
    told = _told(world)
    assert (told["new 3"], told["deal 1"], told["due 1"], told["over 1"]) == (1, 1, 1, 0)
    assert (2, "earned", "100") in [
        (one, state, amount.split(".")[0]) for one, state, amount in _ledger(world)
    ]
    for _ in range(3):
        world.advance(25 * 3600)
        assert world.poll().exit_code == 0
    told = _told(world)
    assert (told["over 1"], told["over 2"]) == (1, 0)
    assert max(told.values()) == 1
    world.advance(600)
    world.quiet()


def test_dead_invoices_keep_no_task_or_deal_back_and_all_of_theirs_comes_once(world: World) -> None:
    def happens() -> None:
        _close(world, 1)
        _close(world, 2)
        world.portal.call("tasks.task.update", {"taskId": 2, "fields": {"TITLE": "edited"}})
        world.portal.update_item(DEAL, 1, stageId="WON")
        world.portal.update_item(INVOICE, 2, stageId=P)
        world.portal.add_item(INVOICE, title="new")

    _days(world, "crm.item.list", '"entityTypeId": "31"', happens)
    told = _told(world)
    assert (told["deal 1"], told["new 3"]) == (1, 0)
    assert [row for row in world.events() if row["name"] in {"task.completed", "task.updated"}]
    assert not any(state == "earned" for _, state, _ in _ledger(world))
    for _ in range(3):
        world.advance(25 * 3600)
        assert world.poll().exit_code == 0
    told = _told(world)
    assert (told["new 3"], told["over 1"], told["over 2"]) == (1, 1, 1), told
    assert [one[:2] for one in _ledger(world)].count((2, "earned")) == 1
    assert max(told.values()) == 1
    world.advance(600)
    world.quiet()
