"""A poll that finds nothing, beside importing the client library: process time and requests."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from tests.bench.measuring import Cost, cost, say, write_configuration
from tests.bench.portal import BenchPortal

PAIRS = 15
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


def run(folder: Path) -> None:
    """Measure in pairs, so that what else the machine does falls on both."""
    with BenchPortal() as portal:
        portal.add_invoices(200)
        portal.pass_time(3600)
        place = folder / "idle"
        write_configuration(place, CONFIG.format(webhook=portal.webhook))
        for _ in range(3):
            _poll(place)
        before = portal.requests()
        pairs = [(_poll(place), cost(sys.executable, "-c", "import requests")) for _ in range(PAIRS)]
        made = (portal.requests() - before) / len(pairs)
    print(f"an idle poll makes {made:.2f} requests  (aim 1)")
    ours, theirs = zip(*pairs, strict=True)
    for name, of in (("process time", lambda one: one.cpu_s), ("wall time", lambda one: one.wall_s)):
        say(f"{name}, least: idle poll : import requests", min(map(of, ours)), min(map(of, theirs)), 2.0, "s")
        middle = statistics.median(of(mine) / of(other) for mine, other in pairs)
        print(f"{name}, median of the ratios of {PAIRS} pairs: {middle:.2f}  (aim 2.0)", flush=True)


def _poll(place: Path) -> Cost:
    return cost(sys.executable, "-m", "b24sync", "poll", cwd=place)
