"""A stand-in portal in a process of its own, told by a pipe.

Its work costs the measured process nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import TracebackType

from b24sync.sandbox import SandboxServer, SandboxSettings
from b24sync.sandbox.seed_base import add_funnels, add_people
from tests.bench.shelf import INVOICE, Shelf

ROOT = Path(__file__).resolve().parents[2]


class BenchPortal:
    """The parent's side.

    Attributes:
        webhook: Where it answers.
    """

    def __init__(self, *, latency_s: float = 0.0) -> None:
        command = [sys.executable, "-m", "tests.bench.portal", str(latency_s)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.webhook = str(self._answer())

    def add_invoices(self, count: int) -> None:
        """Create invoices, all now."""
        self._write({"add": count})

    def change_invoices(self, count: int) -> None:
        """Give the first so many invoices another title each."""
        self._write({"change": count})

    def set_latency(self, seconds: float) -> None:
        """Let every request take longer."""
        self._write({"latency": seconds})

    def pass_time(self, seconds: float) -> None:
        """Move the portal's clock."""
        self._write({"advance": seconds})

    def requests(self) -> int:
        """How many requests have come so far."""
        return int(self._write({"requests": True}))  # type: ignore[call-overload, no-any-return]

    def cpu_s(self) -> float:
        """CPU time that the portal has used so far."""
        return float(self._write({"cpu": True}))  # type: ignore[arg-type]

    def _write(self, order: dict[str, object]) -> object:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> object:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> BenchPortal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def serve(latency_s: float) -> None:
    """The portal's side: orders on stdin, one answer each on stdout."""
    portal = Shelf(SandboxSettings(latency_s=latency_s))
    add_people(portal)
    add_funnels(portal)
    with SandboxServer(portal) as server:
        print(json.dumps(server.webhook), flush=True)
        for line in sys.stdin:
            print(json.dumps(_obey(portal, json.loads(line))), flush=True)


def _obey(portal: Shelf, order: dict[str, float]) -> object:
    if "add" in order:
        fields = {"title": "Счёт {n}", "assignedById": 3, "opportunity": 125000.5, "stageId": "DT31_1:S"}
        portal.add_bulk(INVOICE, int(order["add"]), fields, by=3)
        portal.shelve()
    if "change" in order:
        rows = islice(portal.items.book(INVOICE).table.rows(), int(order["change"]))
        for number in [row["id"] for row in rows]:
            portal.update_item(INVOICE, number, by=3, title=f"Счёт {portal.second()}")
    if "latency" in order:
        portal.settings = replace(portal.settings, latency_s=order["latency"])
    if "advance" in order:
        portal.clock.advance(order["advance"])
    if "cpu" in order:
        return time.process_time()
    return portal.requests.count if "requests" in order else True


if __name__ == "__main__":
    serve(float(sys.argv[1]))
