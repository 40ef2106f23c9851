"""Polls in the process of the test, for those that a test needs and does not look at.

Each is made by a new ``App``, as a new process would make it; what a command prints and how it ends is shown
by the polls that are processes.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from b24sync.app import App
from b24sync.cli.known_good import load_known
from b24sync.cli.poll import poll_once
from b24sync.config.find import Source
from b24sync.engine.poller import Options
from b24sync.store.lock import poll_lock
from b24sync.words import speak
from tests.support.cli import Office, ShiftedClock
from tests.support.firm import Firm


def poll_here(office: Office, *, expect: int | None = 0, **options: Any) -> dict[str, Any]:
    """Poll; the object that ``--json`` would have printed.

    Args:
        office: Whose configuration, variables and wrong clock count.
        expect: The exit code; ``None`` for any.
        options: Of `Options`.
    """
    with patch.dict(os.environ, office.env):
        clock = ShiftedClock(office.local_shift or timedelta(0))
        app = App(load_known(Source(office.config), os.environ, offline=False), clock=clock)
        try:
            with poll_lock(office.database):
                report = poll_once(app, Options(**options), progress=False)
        finally:
            app.close()
            speak("en")
    assert expect in {None, report.exit_code}, report.troubles
    return dict(report.as_json(str))


def run_on_here(firm: Firm) -> dict[str, Any]:
    """As `Firm.run_on`."""
    firm.later()
    return poll_here(firm)


def quiet_here(firm: Firm) -> None:
    """As `Firm.quiet`: its own writes come back, then a poll is one request, and nothing happens."""
    for _ in range(4):
        if not run_on_here(firm)["events"]:
            break
    else:
        raise AssertionError("events without an end", firm.events()[-10:])
    before = firm.everything()
    report = run_on_here(firm)
    assert (report["events"], report["http_requests"], report["actions"]) == (0, 1, {}), report
    assert firm.everything() == before
