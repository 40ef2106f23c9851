"""After a poll: one portal notice about new trouble (``[alerts]``), and the health check's ping."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from b24sync.errors import B24SyncError
from b24sync.words import polling as words
from b24sync.words.vocabulary import STATES, word

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.domain.settings import Settings
    from b24sync.engine.poll_report import Report
    from b24sync.engine.workshop import Workshop

log = logging.getLogger(__name__)
PING_TIMEOUT_S = 10
TROUBLE = ("failed", "held", "uncertain")


def after_poll(settings: Settings, workshop: Workshop, report: Report, *, now: datetime) -> None:
    """Tell people and the health check; neither ever fails a poll."""
    if report.dry_run:
        return
    if settings.alerts is not None and any(report.actions.get(state) for state in TROUBLE):
        _notify(settings, workshop, report, now)
    if settings.poll.ping_url:
        _ping(settings.poll.ping_url, failed=report.exit_code != 0)


def _ping(url: str, *, failed: bool) -> None:
    """Show the health check that polls go on; with ``/fail`` behind the address if something is wrong.

    It is told beside the poll, which waits ten seconds at most, also for a server that trickles.
    """
    import threading

    address = f"{url.rstrip('/')}/fail" if failed else url
    told = threading.Thread(target=_visit, args=(address,), daemon=True)
    told.start()
    told.join(PING_TIMEOUT_S)
    if told.is_alive():
        log.warning("the health check at poll.ping_url cannot be told: %s", "it takes too long")


def _visit(address: str) -> None:
    import http.client
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(address, timeout=PING_TIMEOUT_S):  # noqa: S310 - the administrator's own address, http or https
            return
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        log.warning("the health check at poll.ping_url cannot be told: %s", type(error).__name__)


def _notify(settings: Settings, workshop: Workshop, report: Report, now: datetime) -> None:
    from b24sync.rest import im_notify
    from b24sync.rules import loader

    if settings.alerts is None:
        return
    portal = workshop.portal()
    try:
        linker = workshop.linker(workshop.funnels(), now)
        found = loader.read_through(portal, linker.resolve(settings.alerts.to, None, several=True))
    except B24SyncError as error:
        log.warning("the notice about trouble could not be sent: %s", error)
        return
    counts = ", ".join(
        f"{word(STATES, state)}: {report.actions[state]}" for state in TROUBLE if report.actions.get(state)
    )
    text = im_notify.escape(
        f"{words.ALERT()} ({counts}). b24sync status; b24sync actions --state {_first(report)}"
    )
    calls = [im_notify.system_add(user.id, text, tag=f"b24sync:alert:{report.run}") for user in found.users]
    for answer in portal.write(calls):
        if answer.error is not None:
            log.warning("the notice about trouble could not be sent: %s", answer.error)


def _first(report: Report) -> str:
    return next(state for state in TROUBLE if report.actions.get(state))
