"""How polls grow with what is known and configured: ``python -m tests.bench.growth [--largest N]``.

An idle poll and one that finds one changed invoice, in databases of growing size; and one that finds created
invoices under a growing number of rules. Each line ends with the ratio to the first of its kind: about 1 is
flat. The databases are filled directly, as histories of years would leave them: all invoices sent, due about
now and reminded of, with bound tasks, revisions, events and actions.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.measuring import PEAK, Cost, cost, write_configuration
from tests.bench.portal import BenchPortal

CONFIG = """
language = "en"
timezone = "Europe/Moscow"
[portal]
webhook = "{webhook}"
rate = "box"
[invoice]
count_bound_tasks = true
[reminders]
[[rules]]
name = "told"
on = ["invoice.status_changed", "invoice.updated"]
[[rules.steps]]
use = "notify"
to = ["user:1"]
text = "{{ invoice.number }}"
[[rules]]
name = "agreed"
on = ["invoice.tasks_completed", "invoice.reminder_due"]
[[rules.steps]]
use = "notify"
to = ["user:1"]
text = "{{ invoice.number }}"
"""
RULES = """
language = "en"
timezone = "Europe/Moscow"
[portal]
webhook = "{webhook}"
rate = "box"
[safety]
max_actions_per_poll = 1000000
"""
RULE = """
[[rules]]
name = "rule-{number}"
on = "invoice.created"
when = "invoice.amount >= {amount}"
[[rules.steps]]
use = "notify"
to = ["user:1"]
text = "{{ invoice.number }}"
"""
ABOVE = 10_000_000  # ids of what the portal does not have and no poll asks about
TIMES = 3


def main() -> None:
    """Print all lines."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth")
    parser.add_argument("--largest", type=int, default=100_000, help="entities and revisions, up to 1000000")
    parser.add_argument("--events", type=int, default=1_000, help="created invoices under many rules")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        run(Path(place), largest=given.largest, events=given.events)


def run(folder: Path, *, largest: int, events: int) -> None:
    """Grow the history, then the rules."""
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= largest]
    history(folder, sizes)
    rules(folder, events)


def history(folder: Path, sizes: list[int]) -> None:
    """Polls in databases of growing size."""
    first: dict[str, float] = {}
    for size in sizes:
        with BenchPortal() as portal:
            portal.add_invoices(200)
            portal.pass_time(3600)
            place = folder / f"history{size}"
            write_configuration(place, CONFIG.replace("{webhook}", portal.webhook))
            poll(place)
            fill(place / "b24sync.db", size)
            for _ in range(2):
                poll(place)
            idle = [poll(place) for _ in range(TIMES)]
            changed = [_one_change(portal, place) for _ in range(TIMES)]
            peak_mb = int((place / "peak").read_text()) / 1024
        for name, costs in (("idle", idle), ("one change", changed)):
            seconds = statistics.median(one.cpu_s for one in costs)
            first.setdefault(name, seconds)
            print(
                f"{name} poll with {size:>9,} invoices and revisions: {seconds:6.3f} s of CPU, "
                f"{peak_mb:5.1f} MB at most = {seconds / first[name]:5.2f}  (aim 1.0)",
                flush=True,
            )


def _one_change(portal: BenchPortal, place: Path) -> Cost:
    portal.pass_time(600)
    portal.change_invoices(1)
    return poll(place)


def rules(folder: Path, events: int) -> None:
    """Polls that find created invoices under a growing number of rules, none of which fits."""
    first = None
    for count in (1, 50, 500):
        with BenchPortal() as portal:
            place = folder / f"rules{count}"
            text = RULES + "".join(
                RULE.replace("{number}", str(number)).replace("{amount}", str(10**9 + number))
                for number in range(count)
            )
            write_configuration(place, text.replace("{webhook}", portal.webhook))
            poll(place)
            portal.pass_time(3600)
            portal.add_invoices(events)
            found = poll(place)
        first = first or found.cpu_s
        each = (found.cpu_s - first) / max(count - 1, 1) / events * 1e6
        print(
            f"poll of {events:,} created invoices under {count:>3} rules: {found.cpu_s:6.2f} s of CPU "
            f"= {found.cpu_s / first:5.2f}, {each:5.1f} µs for a rule and event",
            flush=True,
        )


def poll(place: Path) -> Cost:
    """One poll in a process of its own, which leaves its peak of memory in a file."""
    return cost(sys.executable, "-c", PEAK, cwd=place)


def fill(database: Path, size: int) -> None:
    """So many sent invoices that were reminded of, each with a revision, an event, an action and a task."""
    now = int(time.time())
    today = datetime.fromtimestamp(now, UTC).date()
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA synchronous=OFF")
        live = int(db.execute("SELECT coalesce(max(signpost), 0) FROM cursors").fetchone()[0] or now)
        entered = live - 200 * 86_400
        due = [(today + timedelta(days=days)).isoformat() for days in range(-40, 20)]
        invoice = "INSERT INTO entities (kind, id, created_at, updated_at, stage, stage_at, due_on, data)"
        db.executemany(f"{invoice} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _entities(size, entered, due))
        db.execute(
            "INSERT INTO revisions SELECT kind, id, 1, 1, created_at, updated_at, 'created', '{}' "
            "FROM entities WHERE id > ?",
            (ABOVE,),
        )
        db.execute(
            "INSERT INTO reminders SELECT id, due_on, 14, NULL FROM entities WHERE kind = 'invoice' "
            "AND id > ?",
            (ABOVE,),
        )
        db.execute(
            "INSERT INTO events (key, name, kind, entity_id, occurred_at, detected_at, changes, run) SELECT "
            "'invoice:' || id || '/created', 'invoice.created', kind, id, created_at, created_at, '{}', 1 "
            "FROM entities WHERE kind = 'invoice' AND id > ?",
            (ABOVE,),
        )
        db.execute(
            "INSERT INTO actions (key, event_id, rule, step, position, kind, entity_id, state, planned_run, "
            "planned_at, settled_at, settled_run) SELECT id || '/told/0', id, 'told', 'create_task', 0, "
            "kind, entity_id, 'done', 1, detected_at, detected_at, 1 FROM events WHERE entity_id > ?",
            (ABOVE,),
        )
        db.execute("INSERT OR REPLACE INTO meta VALUES ('tasks_judged_run', '2')")  # they were judged then
        db.commit()


def _entities(size: int, entered: int, due: list[str]) -> Iterator[tuple[object, ...]]:
    for number in range(ABOVE + 1, ABOVE + 1 + size):
        data = {"id": number, "title": f"Счёт {number}", "stageId": "DT31_1:S", "opportunity": 100}
        row = json.dumps(data, ensure_ascii=False)
        yield "invoice", number, entered, entered, "DT31_1:S", entered, due[number % len(due)], row
        task = json.dumps({"id": number, "status": "2", "ufCrmTask": [f"SI_{number}"]})
        yield "task", number, entered, entered, None, None, None, task


if __name__ == "__main__":
    main()
