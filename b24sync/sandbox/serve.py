"""``b24sync sandbox`` and ``python -m b24sync.sandbox``: the portal with a small company, until a signal."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TextIO

from .portal_settings import SandboxSettings
from .seed import seed_company
from .server import SandboxServer
from .server_clock import SandboxClock
from .stand_in import Sandbox


def run(
    port: int = 0,
    *,
    settings: SandboxSettings | None = None,
    clock: SandboxClock | None = None,
    seed: bool = True,
    out: TextIO | None = None,
) -> int:
    """Serve until SIGINT or SIGTERM; the webhook's address is the first line printed.

    Returns:
        The exit code, 0.
    """
    portal = Sandbox(settings, clock=clock)
    stopped = threading.Event()
    with SandboxServer(portal, port) as server:
        if seed:
            seed_company(portal)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        print(server.webhook, file=out or sys.stdout, flush=True)
        stopped.wait()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of the module."""
    parser = argparse.ArgumentParser(
        prog="python -m b24sync.sandbox", description="A stand-in Bitrix24 portal."
    )
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--empty", action="store_true", help="without the small company")
    given = parser.parse_args(arguments)
    return run(given.port, seed=not given.empty)
