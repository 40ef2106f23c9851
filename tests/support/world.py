"""A whole world in one process.

A stand-in portal over real HTTP, a real configuration file and database, clocks that obey the test.

Every poll is made by a new ``App``, as cron would start a new process. A crash is an exception that nothing
catches: what was in memory is thrown away, and the next poll opens the database that was left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from b24sync.app import App
from b24sync.cli.known_good import load_known
from b24sync.cli.poll import poll_once
from b24sync.config.find import Source
from b24sync.engine.poll_report import Report
from b24sync.engine.poller import Options
from b24sync.sandbox import Sandbox, SandboxClock, SandboxServer, SandboxSettings
from b24sync.sandbox.schema import DEAL, INVOICE
from b24sync.store import Store
from b24sync.store.lock import poll_lock
from tests.support.portals import MONDAY, OBJECT, make_portal

__all__ = [
    "DEAL",
    "INVOICE",
    "MONDAY",
    "OBJECT",
    "POINTS",
    "D",
    "Killed",
    "LocalClock",
    "N",
    "P",
    "S",
    "World",
]
N, S, P, D = "DT31_1:N", "DT31_1:S", "DT31_1:P", "DT31_1:D"
POINTS = (
    "poll.begun",
    "poll.read",
    "poll.before_commit",
    "poll.applied",
    "poll.finished",
    "dispatch.claimed",
    "dispatch.before_write",
    "dispatch.after_write",
    "dispatch.before_settle",
    "dispatch.settled",
    "mail.before_send",
    "mail.after_send",
)


class Killed(BaseException):
    """The process ends here; nothing may catch it."""


class LocalClock:
    """The clock of the program's host: stands still, jumps when told, passes while it sleeps."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self._at, self._passed_s = at, 0.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._passed_s

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed_s += seconds
        self._at += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """Somebody puts the wall clock forward or back; no time passes."""
        self._at += timedelta(seconds=seconds)


class LivingPortal(Sandbox):
    """A portal where something may happen between requests, and between the commands of a batch."""

    def __init__(self, settings: SandboxSettings, clock: SandboxClock) -> None:
        super().__init__(settings, clock=clock)
        self.before_request: Callable[[int], None] = lambda _number: None
        self.before_command: Callable[[str, dict[str, Any]], None] = lambda _method, _params: None
        self.served = 0

    def handle(self, method: str, params: dict[str, Any], refusal: Any = None) -> Any:
        with self.lock:
            self.served += 1
            self.before_request(self.served)
            return super().handle(method, params, refusal)

    def run_command(self, method: str, params: dict[str, Any], watch: Any = None) -> Any:
        if watch is None:
            self.before_command(method, params)
        return super().run_command(method, params, watch)


class World:
    """A portal, a configuration and a database that live together in a folder.

    Args:
        folder: An empty folder.
        config: The configuration without ``[portal]`` and ``[store]``.
        settings: What kind of portal it is.
    """

    def __init__(
        self,
        folder: Path,
        config: str = "",
        *,
        settings: SandboxSettings | None = None,
        start: datetime = MONDAY,
    ) -> None:
        self.folder = folder
        self.clock = SandboxClock(start)
        self.local = LocalClock(start)
        self.portal, _ = make_portal(
            "plain", settings=settings or SandboxSettings(), clock=self.clock, kind=LivingPortal
        )
        self.server = SandboxServer(self.portal)
        self.server.start()
        self.last_requests = 0
        self.on_point: Callable[[str], None] = lambda _point: None
        self.configure(config)

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()

    # the configuration and the program

    @property
    def database(self) -> Path:
        """The database's file."""
        return self.folder / "b24sync.db"

    def configure(self, text: str) -> None:
        """Write the configuration file anew."""
        self.config = text
        path = self.folder / "b24sync.toml"
        tail = f'\n[portal]\nwebhook = "{self.server.webhook}"\nrate = "box"\n[store]\npath = "b24sync.db"\n'
        path.write_text(text + tail, encoding="utf-8")
        path.chmod(0o600)

    def app(self, checkpoint: Callable[[str], None] = lambda _point: None) -> App:
        """The program as a new process would make it."""
        loaded = load_known(Source(self.folder / "b24sync.toml"), {}, offline=False)
        return App(loaded, clock=self.local, checkpoint=checkpoint)

    def poll(self, *, crash: str = "", nth: int = 1, **options: Any) -> Report:
        """Poll once, in a new process.

        Args:
            crash: The process is killed at this point, the ``nth`` time that it comes there.
            options: Of `Options`.

        Raises:
            Killed: It was killed.
        """
        left = nth

        def checkpoint(point: str) -> None:
            nonlocal left
            self.on_point(point)
            if point == crash:
                left -= 1
                if left == 0:
                    raise Killed(point)

        before = self.portal.served
        app = self.app(checkpoint)
        try:
            with poll_lock(self.database):
                return poll_once(app, Options(**options), progress=False)
        finally:
            app.close()
            self.last_requests = self.portal.served - before

    def quiet(self) -> Report:
        """Poll an unchanged portal: no event, no action, no complaint."""
        before = self._told()
        report = self.poll()
        assert report.exit_code == 0, report.troubles
        assert self._told() == before, self.events()[len(before[0]) :]
        assert report.events == 0
        return report

    def idle(self) -> None:
        """As `quiet`, where little changed within the overlap: one request."""
        report = self.quiet()
        assert report.http_requests == 1
        assert self.last_requests == 1, [record.commands for record in self.portal.requests][
            -self.last_requests :
        ]

    def long_idle(self) -> None:
        """The changes before the last poll leave the overlap; then a poll is one request."""
        self.quiet()
        self.advance(301)
        self.quiet()
        self.advance(301)
        self.idle()

    # time

    def advance(self, seconds: float) -> None:
        """Let time pass for portal and host alike."""
        self.clock.advance(seconds)
        self.local.advance(seconds)

    def set(self, **settings: Any) -> None:
        """Change the portal's settings."""
        self.portal.settings = replace(self.portal.settings, **settings)

    # what the database says

    def store(self) -> Store:
        """The database, as a command would open it; the caller closes it."""
        return Store.open(self.database)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query, read by a connection of its own."""
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]

    def events(self, entity: str = "", name: str = "") -> list[dict[str, Any]]:
        """Recorded events, oldest first; ``entity`` as ``invoice:5``."""
        kind, _, number = entity.partition(":")
        return self.rows(
            "SELECT * FROM events WHERE (? = '' OR (kind = ? AND entity_id = ?)) AND ? IN ('', name)"
            " ORDER BY id",
            entity,
            kind,
            number,
            name,
        )

    def story(self, entity: str) -> list[tuple[str, str | None, str | None]]:
        """``(name, from, to)`` of an entity's events, in order; the kind's prefix is left out."""
        return [(row["name"].partition(".")[2], row["from_"], row["to_"]) for row in self.events(entity)]

    def actions(self) -> list[dict[str, Any]]:
        """The outbox."""
        return self.rows("SELECT * FROM actions ORDER BY id")

    def _told(self) -> tuple[list[Any], list[Any]]:
        """All events and actions, to be compared: of thousands no mapping is made."""
        with closing(sqlite3.connect(self.database)) as connection:
            events, actions = (
                connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
                for table in ("events", "actions")
            )
        return events, actions

    def cursor(self, kind: str) -> dict[str, Any]:
        """A kind's cursor."""
        return self.rows("SELECT * FROM cursors WHERE kind = ?", kind)[0]

    def check_database(self) -> None:
        """The database is whole, nothing is left staged, event keys are unique."""
        assert self.rows("PRAGMA integrity_check")[0]["integrity_check"] == "ok"
        keys = [row["key"] for row in self.rows("SELECT key FROM events")]
        assert len(keys) == len(set(keys))
