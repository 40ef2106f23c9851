"""Commands on a long history against the same on an empty one.

``python -m tests.bench.history_size [--revisions N] [--keep FOLDER]``.

The aim is that of contract.md §8: on 1,000,000 revisions at most 1.5 times the time on an empty history, and
100 ms.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from b24sync.store import Store

CONFIG = """
language = "en"
timezone = "Europe/Moscow"
[portal]
webhook = "env:NOT_SET_HERE"
[[rules]]
name = "told"
on = ["invoice.status_changed", "invoice.updated"]
when = "deal.id"
[[rules.steps]]
use = "notify"
to = ["user:1"]
text = "{{ invoice.number }}"
"""
EACH = 20  # revisions of one invoice
COMMANDS = (
    ("events", "--json"),
    ("events", "--json", "--entity", "invoice:{one}"),
    ("events", "--json", "--name", "invoice.created"),
    ("events", "--json", "--name", "deal.created"),
    ("events", "--json", "--since", "1h"),
    ("events", "--json", "--since", "2001-01-01"),
    ("events", "--json", "--entity", "invoice:{one}", "--since", "2001-01-01"),
    ("events", "--json", "--name", "invoice.created", "--since", "1h"),
    ("actions", "--json"),
    ("actions", "--json", "--entity", "invoice:{one}"),
    ("actions", "--json", "--state", "failed"),
    ("actions", "--json", "--state", "done", "--since", "1h"),
    ("actions", "--json", "--since", "1h"),
    ("actions", "--json", "--since", "2001-01-01"),
    ("explain", "invoice:{one}", "--json"),
    ("status", "--json"),
    ("metrics",),
)


def fill(database: Path, revisions: int) -> None:
    """A database with so many revisions.

    Each invoice was made and changed until it had its share, each change was told to somebody.
    """
    Store.open(database).close()
    invoices = max(revisions // EACH, 1)
    start, span = int(time.time()) - 400 * 86_400, 399 * 86_400
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(
            "INSERT INTO cursors (kind, state, signpost, baseline_at) VALUES ('invoice', 'live', ?, ?)",
            (start + span, start),
        )
        connection.executemany(
            "INSERT INTO entities (kind, id, created_at, updated_at, stage, data, revision) VALUES "
            "('invoice', ?, ?, ?, 'DT31_1:S', ?, ?)",
            ((number, start, start, _data(number), EACH) for number in range(1, invoices + 1)),
        )
        connection.executemany(
            "INSERT INTO revisions VALUES ('invoice', ?, ?, ?, ?, ?, ?, ?)", _revisions(invoices, start, span)
        )
        connection.executemany(
            "INSERT INTO events (id, key, name, kind, entity_id, occurred_at, detected_at, from_, to_, "
            "from_stage, to_stage, changes, run)"
            " VALUES (?, ?, ?, 'invoice', ?, ?, ?, ?, ?, ?, ?, '{}', ?)",
            _events(invoices, start, span),
        )
        connection.execute("INSERT INTO verdicts SELECT id, 'told', 1, '' FROM events")
        connection.execute(
            "INSERT INTO actions (key, event_id, rule, step, position, kind, entity_id, state, planned_run, "
            "planned_at, settled_at,"
            " settled_run)"
            " SELECT id || '/told/0', id, 'told', 'notify', 0, kind, entity_id, CASE id % 1000 WHEN 0 THEN "
            "'failed' ELSE 'done' END, run,"
            " detected_at, detected_at, run FROM events"
        )
        connection.executemany(
            "INSERT INTO runs (started_at, finished_at, local_started_at, duration_s, exit_code) VALUES "
            "(?1, ?1, ?1, 1.0, 0)",
            ((start + span * number // 50_000,) for number in range(50_000)),
        )
        connection.commit()


def _data(number: int) -> str:
    return json.dumps(
        {
            "id": number,
            "title": f"Invoice {number}",
            "accountNumber": f"{number}",
            "opportunity": 100,
            "stageId": "DT31_1:S",
        }
    )


def _moments(invoices: int, start: int, span: int) -> Iterator[tuple[int, int, int]]:
    """Invoice, number of its revision, time: in the order of time, so that ids grow with it."""
    total = invoices * EACH
    for place in range(total):
        yield place % invoices + 1, place // invoices + 1, start + span * place // total


def _revisions(invoices: int, start: int, span: int) -> Iterator[tuple[object, ...]]:
    changes = json.dumps({"amount": ["1", "2"], "title": ["a", "b"]})
    for invoice, number, at in _moments(invoices, start, span):
        yield invoice, number, number, at, at, "created" if number == 1 else "changed", changes


def _events(invoices: int, start: int, span: int) -> Iterator[tuple[object, ...]]:
    for place, (invoice, number, at) in enumerate(_moments(invoices, start, span), start=1):
        name = "invoice.created" if number == 1 else "invoice.status_changed"
        yield (
            place,
            f"invoice:{invoice}/h{place}",
            name,
            invoice,
            at,
            at,
            "draft",
            "sent",
            "DT31_1:N",
            "DT31_1:S",
            number,
        )


def measured(config: Path, command: tuple[str, ...], times: int) -> float:
    """Seconds of a whole command, the median of some runs."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "b24sync", "--config", str(config), *command],
            capture_output=True,
            check=False,
        )
        found.append(time.perf_counter() - begun)
        if (
            done.returncode not in {0, 1}
            or b"Traceback" in done.stderr
            or b"fault of the program" in done.stderr
        ):
            raise SystemExit(f"{command}: {done.returncode} {done.stderr.decode()}")
    return statistics.median(found)


def main() -> int:
    """Measure and print; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--revisions", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder whose databases are made once and used again")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = wanted.keep or Path(scratch)
        configs = {}
        for name, revisions in (("empty", EACH), ("long", wanted.revisions)):
            place = folder / f"{name}-{revisions}"
            configs[name] = place / "b24sync.toml"
            if not place.exists():
                place.mkdir(parents=True)
                configs[name].write_text(CONFIG)
                fill(place / "b24sync.db", revisions)
        return compare(configs["empty"], configs["long"], wanted.revisions, wanted.times)


def compare(empty: Path, long: Path, revisions: int, times: int) -> int:
    """Run every command on both and print a line each; 1 if one takes too long."""
    missed = 0
    for command in COMMANDS:
        small = measured(empty, tuple(word.format(one=1) for word in command), times)
        large = measured(
            long, tuple(word.format(one=max(revisions // EACH // 2, 1)) for word in command), times
        )
        aim = small * 1.5 + 0.1
        missed += large > aim
        print(
            f"{'ok    ' if large <= aim else 'MISSED'} {' '.join(command):<70} empty {small * 1000:5.0f} ms "
            f" long {large * 1000:5.0f} ms",
            flush=True,
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
