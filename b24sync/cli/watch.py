"""``b24sync watch``: poll until SIGTERM or SIGINT."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING

from b24sync.cli.failure import explain
from b24sync.cli.poll import Wanted, poll_configuration
from b24sync.cli.times import typed_duration
from b24sync.errors import ConfigError, UsageError
from b24sync.words import commands as said
from b24sync.words import speak
from b24sync.words.system_refusals import refusal

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session

log = logging.getLogger(__name__)


def run(session: Session, interval: str) -> int:
    """Poll every interval; the action in hand is finished before the end, which is exit 0."""
    for source in session.sources():
        speak(session.load(source).settings.language)  # a wrong configuration ends it at once
    pause_s = typed_duration(interval, option="--interval").total_seconds()
    if pause_s < 1:
        raise UsageError(said.TOO_OFTEN())
    logging.getLogger("b24sync.cli").setLevel(logging.DEBUG if session.verbose else logging.INFO)
    log.info("polling every %s: %s", interval, ", ".join(str(source.path) for source in session.sources()))
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    notify_systemd("READY=1\nSTATUS=polling")
    while not stopped.is_set():
        _poll_all(session, stopped)
        notify_systemd("WATCHDOG=1")
        stopped.wait(pause_s)
    notify_systemd("STOPPING=1")
    log.info("stopped")
    return 0


def _poll_all(session: Session, stopped: threading.Event) -> None:
    """One round; whatever goes wrong is said, at most hourly, and the watch goes on."""

    def body(app: App) -> int:
        app.stop = stopped.is_set
        return poll_configuration(app, Wanted())

    try:
        code = session.each(body, hourly=True, go_on=lambda: not stopped.is_set())
    except ConfigError as error:  # the folder itself is gone
        code = explain(error, verbose=session.verbose)
    log.debug("round ended", extra={"exit_code": code})


def notify_systemd(state: str) -> None:
    """Tell systemd, if it runs us (sd_notify(3)); without it nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
            link.connect(name)
            link.sendall(state.encode())
    except OSError as error:
        print(said.NO_SYSTEMD(why=refusal(error)), file=sys.stderr)
