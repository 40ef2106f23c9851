"""HTTP requests of polls beside the least that the portal's batches of 50 commands allow (contract.md §7)."""

from __future__ import annotations

import sys
from math import ceil
from pathlib import Path

from tests.bench.measuring import cost, write_configuration
from tests.bench.portal import BenchPortal

CONFIG = """
language = "en"
timezone = "Europe/Moscow"
[portal]
webhook = "{webhook}"
rate = "box"
[safety]
max_actions_per_poll = 10000
"""
NOTICES = """
[[rules]]
name = "told"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["responsible"]
text = "{{ invoice.number }}"
"""


def run(folder: Path) -> None:
    """Print how many requests there were, the aim, and the floor: rows and writes in full batches."""
    with BenchPortal() as portal:
        portal.add_invoices(2_500)
        portal.pass_time(3600)
        place = folder / "requests"
        write_configuration(place, CONFIG.replace("{webhook}", portal.webhook))
        _requests(portal, place)
        portal.pass_time(3600)
        _say("a poll that finds nothing", _requests(portal, place), 1, 1)
        portal.change_invoices(2_500)
        portal.pass_time(1)
        _say("a poll of 2,500 changed invoices", _requests(portal, place), 3, 1 + ceil(2_500 / 50 / 50))
    for count, aim in ((50, 5), (200, 9), (1_000, 40)):
        with BenchPortal() as portal:
            place = folder / f"notices{count}"
            write_configuration(place, CONFIG.replace("{webhook}", portal.webhook) + NOTICES)
            _requests(portal, place)
            portal.pass_time(3600)
            portal.add_invoices(count)
            portal.pass_time(1)
            reads = 1 + ceil(2 * count / 50 / 50) + ceil(count / 50 / 50)
            _say(f"a poll of {count:,} notices", _requests(portal, place), aim, reads + ceil(count / 50))


def _requests(portal: BenchPortal, place: Path) -> int:
    before = portal.requests()
    cost(sys.executable, "-m", "b24sync", "poll", cwd=place)
    return portal.requests() - before


def _say(name: str, made: int, aim: int, floor: int) -> None:
    print(f"{name:<40} {made:>3} requests  (aim {aim}, floor {floor})", flush=True)
