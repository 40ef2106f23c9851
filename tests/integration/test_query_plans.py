"""What a poll asks its database for is found by an index: no statement walks a table that grows.

Every statement that polls make is taken down and explained, so a new one is held to it, too. A reconcile is
left out: it compares everything.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from b24sync.cli.poll import poll_once
from b24sync.engine.poller import Options
from tests.support.world import DEAL, INVOICE, N, S, World

GROWING = (
    "entities",
    "revisions",
    "events",
    "verdicts",
    "actions",
    "runs",
    "own_made",
    "own_runs",
    "due_dates",
    "documents",
    "reminders",
    "closings",
    "ledger",
    "task_bindings",
)
CONFIG = """
language = "ru"
timezone = "Europe/Moscow"
[poll]
reconcile_every = "0s"
[invoice]
count_bound_tasks = true
[mail]
transport = "file"
from = "Счета <billing@example.ru>"
[reminders]
[commission]
[[commission.rates]]
for = "invoice.responsible"
percent = "5"
[[rules]]
name = "booked"
on = ["invoice.created", "invoice.paid"]
[[rules.steps]]
use = "commission"
[[rules.steps]]
use = "notify"
to = ["responsible"]
text = "{{ invoice.number }}"
[[rules]]
name = "due"
on = ["invoice.created", "invoice.updated"]
[[rules.steps]]
use = "shift_due_date"
[[rules]]
name = "mailed"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
attach = false
to = ["buyer@example.ru"]
[[rules]]
name = "made"
on = "invoice.sent"
[[rules.steps]]
use = "create_task"
title = "Акт"
responsible = "user:3"
[[rules]]
name = "agreed"
on = "invoice.tasks_completed"
[[rules.steps]]
use = "notify"
to = ["responsible"]
text = "{{ invoice.number }}"
[[rules]]
name = "remind"
on = "invoice.reminder_due"
[[rules.steps]]
use = "send_reminder"
attach = false
to = ["buyer@example.ru"]
[[rules]]
name = "stuck"
on = "deal.stuck"
after = "3d"
[[rules.steps]]
use = "notify"
to = ["responsible"]
text = "{{ deal.title }}"
"""


@pytest.fixture
def world(tmp_path):
    with World(tmp_path, CONFIG) as world:
        yield world


def traced(world: World) -> list[str]:
    """The statements of one poll, each form once, with values as they were."""
    app = world.app()
    said: dict[str, str] = {}
    app.store.connection.set_trace_callback(
        lambda sql: said.setdefault(re.sub(r"'[^']*'|\d+|, (?:NULL|\?)", "?", sql), sql)
    )
    try:
        poll_once(app, Options(), progress=False)
    finally:
        app.close()
    return [sql for sql in said.values() if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)", sql)]


def walks(world: World, statements: list[str]) -> list[str]:
    """Statements that walk a growing table or all of a kind, with the line of the plan that says so."""
    found = []
    with closing(sqlite3.connect(world.database)) as connection:
        for sql in statements:
            names = aliases(sql)
            for _, _, _, line in connection.execute(f"EXPLAIN QUERY PLAN {sql}"):
                walked = re.match(r"SCAN (\w+)", line) or re.match(r"SEARCH (\w+) .*\(kind=\?\)$", line)
                if walked and names.get(walked[1], walked[1]) in GROWING:
                    found.append(f"{line}: {' '.join(sql.split())[:300]}")
    return found


def aliases(sql: str) -> dict[str, str]:
    """Alias → table of a statement."""
    pairs = re.findall(r"(?:FROM|JOIN|,)\s+(\w+)\s+(?:AS\s+)?(\w+)", sql)
    return {alias: table for table, alias in pairs}


def news(world: World) -> int:
    """An invoice of a deal with a person's task, sent and due today; returns its id."""
    deal = world.portal.add_item(DEAL, title="Сделка", assignedById=3)
    invoice = world.portal.add_item(
        INVOICE, title="Счёт", parentId2=deal, stageId=N, opportunity=1000, assignedById=3
    )
    return int(invoice)


def test_a_poll_walks_no_table_that_grows(world):
    world.poll()
    world.advance(3600)
    idle = traced(world)
    assert walks(world, idle) == []
    assert len(idle) > 20
    busy: list[str] = []
    for _ in range(3):
        invoice = news(world)
        world.advance(60)
        busy += traced(world)
        world.portal.update_item(INVOICE, invoice, stageId=S, closedate="2026-03-05")
        world.advance(60)
        busy += traced(world)
        world.advance(86_400 * 2)
        busy += traced(world)
    assert walks(world, busy) == []
    assert len(busy) > 200
    with closing(sqlite3.connect(world.database)) as connection:
        done = dict(connection.execute("SELECT step, count(*) FROM actions GROUP BY step").fetchall())
    assert {"commission", "notify", "send_invoice", "create_task", "send_reminder", "shift_due_date"} <= set(
        done
    )
