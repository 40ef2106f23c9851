"""What polls cost in comparison, all in one run on one machine: ``python -m tests.bench.ratios [--large]``.

The targets are those of contract.md §8; they are aims and no gates, since machines differ.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import growth, idle_poll, requests_made
from tests.bench.measuring import PEAK, Cost, cost, median, say, write_configuration
from tests.bench.portal import BenchPortal

LATENCY_S = 0.05
TURNS = 5
CONFIG = """
language = "en"
timezone = "Europe/Moscow"
[portal]
webhook = "{webhook}"
rate = "box"
[[rules]]
name = "head-knows"
on = "invoice.created"
when = "invoice.amount >= 1000000"
[[rules.steps]]
use = "notify"
to = ["department_head"]
text = "{{{{ invoice.number }}}}"
"""
FAST = """
import sys, logging
from fast_bitrix24 import Bitrix
client = Bitrix(sys.argv[1], verbose=False)
rows = client.get_all("crm.item.list", {"entityTypeId": 31})
history = client.get_all("crm.stagehistory.list", {"entityTypeId": 31})
assert len(rows) >= int(sys.argv[2]) and len(history) >= int(sys.argv[2]), (len(rows), len(history))
"""


class Office:
    """A folder with a configuration."""

    def __init__(self, folder: Path, portal: BenchPortal) -> None:
        self.folder, self.portal = folder, portal
        write_configuration(folder, CONFIG.format(webhook=portal.webhook))

    def poll(self) -> Cost:
        """One poll in a process of its own."""
        return cost(sys.executable, "-m", "b24sync", "poll", cwd=self.folder)


def news(folder: Path, count: int) -> None:
    """A poll that finds many new invoices, beside a client that only reads them and their history.

    Both in turn, for the machine is as busy for the one as for the other then.
    """
    with BenchPortal() as portal:
        offices = [Office(folder / f"news{turn}", portal) for turn in range(TURNS)]
        for office in offices:
            office.poll()
        portal.pass_time(3600)
        portal.add_invoices(count)
        portal.set_latency(LATENCY_S)
        pairs = []
        for office in offices:
            theirs = cost(sys.executable, "-c", FAST, portal.webhook, str(count))
            before, busy = portal.requests(), portal.cpu_s()
            pairs.append((office.poll(), theirs))
            made, busy = portal.requests() - before, portal.cpu_s() - busy
    with sqlite3.connect(offices[0].folder / "b24sync.db") as database:
        events = database.execute("SELECT count(*) FROM events").fetchone()[0]
    print(
        f"a poll of {count} created invoices makes {made} requests and {events} events; "
        f"the stand-in works {busy:.2f} s for it"
    )
    for what, of in (("wall time", lambda one: one.wall_s), ("CPU time", lambda one: one.cpu_s)):
        ours, readers = (median(side, of) for side in zip(*pairs, strict=True))
        say(f"{what}: poll of {count} created invoices : fast_bitrix24 reads them", ours, readers, 1.0, "s")


def work(folder: Path, count: int) -> None:
    """CPU of a baseline, beside parsing the same pages and putting the rows into a table."""
    with BenchPortal() as portal:
        portal.add_invoices(count)
        portal.pass_time(3600)
        office = Office(folder / "work", portal)
        ours = office.poll()
        idle_cpu = median([office.poll() for _ in range(5)], lambda one: one.cpu_s)
        bare = min(_bare(folder / f"bare{turn}.db", _pages(portal.webhook, count)) for turn in range(3))
    say(
        f"CPU: baseline of {count} invoices less an idle poll : json + sqlite3",
        ours.cpu_s - idle_cpu,
        bare,
        3.0,
        "s",
    )


def _pages(webhook: str, count: int) -> list[bytes]:
    """The answers that hold all rows and their history, as they come: batches of 50 commands."""
    import requests

    pages = []
    with requests.Session() as session:
        for method, key in (("crm.item.list", "id"), ("crm.stagehistory.list", "ID")):
            for start in range(0, count, 2500):
                cmd = {
                    f"p{at}": f"{method}?entityTypeId=31&start=-1&order[{key}]=ASC&filter[>{key}]={at}"
                    for at in range(start, min(start + 2500, count), 50)
                }
                pages.append(
                    session.post(webhook + "batch", json={"halt": 0, "cmd": cmd}, timeout=120).content
                )
    return pages


def _bare(path: Path, pages: list[bytes]) -> float:
    """CPU of the least that a reader must do to keep the rows."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE rows (id INTEGER, data TEXT)")
        begun = time.process_time()
        for page in pages:
            for result in json.loads(page)["result"]["result"].values():
                rows = (
                    (row.get("id", row.get("ID")), json.dumps(row, ensure_ascii=False))
                    for row in result["items"]
                )
                database.executemany("INSERT INTO rows VALUES (?, ?)", rows)
        database.commit()
        return time.process_time() - begun


def memory(folder: Path, counts: Sequence[int]) -> None:
    """Memory and CPU of baselines of growing portals."""
    for count in counts:
        with BenchPortal() as portal:
            portal.add_invoices(count)
            portal.pass_time(3600)
            office = Office(folder / f"memory{count}", portal)
            ours = cost(sys.executable, "-c", PEAK, cwd=office.folder)
        peak_mb = int((office.folder / "peak").read_text()) / 1024
        size = (office.folder / "b24sync.db").stat().st_size / count
        rows = f"{ours.cpu_s * 1e6 / count:6.1f} µs of CPU and {size:.0f} bytes of the database a row"
        print(
            f"a baseline of {count:>9,} invoices: {peak_mb:6.1f} MB at most (aim 150), {rows}, "
            f"{ours.wall_s:.1f} s",
            flush=True,
        )


def main() -> None:
    """Print all ratios."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ratios")
    parser.add_argument(
        "--large", action="store_true", help="baselines up to 1,000,000 invoices (about half an hour)"
    )
    parser.add_argument(
        "--only", choices=["idle", "requests", "news", "work", "memory", "growth"], help="one part"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sizes = (1_000, 10_000, 100_000, 1_000_000) if given.large else (1_000, 10_000, 50_000)
        parts = {
            "idle": lambda: idle_poll.run(folder),
            "requests": lambda: requests_made.run(folder),
            "news": lambda: news(folder, 10_000),
            "work": lambda: work(folder, 20_000),
            "memory": lambda: memory(folder, sizes),
            "growth": lambda: growth.run(folder, largest=sizes[-1], events=1_000),
        }
        for name, part in parts.items():
            if given.only in {None, name}:
                part()


if __name__ == "__main__":
    main()
