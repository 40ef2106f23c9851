"""The request bucket and method blocks of a portal in the database, shared by all processes that use it.

Tables: ``rate_bucket(portal, level, at)`` with ``at`` in seconds of the Unix epoch, ``method_blocks(portal,
    method, until)`` with ``until`` in ISO 8601, UTC.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from b24sync.domain.rate import Level, Rate, fill, take

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_log = logging.getLogger(__name__)


class SqliteBucket:
    """The shared state of one portal; each change is a transaction of its own: call it outside any other."""

    def __init__(self, connection: sqlite3.Connection, portal: str, rate: Rate | None) -> None:
        self._connection = connection
        self._portal = portal
        self._rate = rate
        self._own = Level()  # what this process knows, for the rare moments when the file is locked for long

    def take(self, cost: float, now: datetime) -> float:
        """Reserve ``cost`` requests; the seconds to wait before them. Without a rate nothing is written."""
        if self._rate is None:
            return 0.0
        try:
            with self._immediately():
                level, wait_s = take(self.level(), cost, now.timestamp(), self._rate)
                self._keep(level)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            # A long transaction of another process: pacing alone is better than not asking the portal at all.
            _log.info("the request bucket is locked by another process; pacing this process alone")
            level, wait_s = take(self._own, cost, now.timestamp(), self._rate)
        self._own = level
        return wait_s

    def fill(self, now: datetime) -> None:
        """The portal said that the bucket is full."""
        if self._rate is None:
            return
        self._own = fill(self._own, now.timestamp(), self._rate)
        try:
            with self._immediately():
                self._keep(fill(self.level(), now.timestamp(), self._rate))
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
            _log.info("the request bucket is locked by another process; pacing this process alone")

    def level(self) -> Level:
        """The bucket as the last request left it."""
        row = self._connection.execute(
            "SELECT level, at FROM rate_bucket WHERE portal = ?", (self._portal,)
        ).fetchone()
        return Level() if row is None else Level(float(row[0]), float(row[1]))

    def blocked_methods(self) -> Mapping[str, datetime]:
        """REST methods that the portal has blocked, each until when; may hold expired ones."""
        rows = self._connection.execute(
            "SELECT method, until FROM method_blocks WHERE portal = ?", (self._portal,)
        )
        return {method: datetime.fromisoformat(until) for method, until in rows}

    def block(self, method: str, until: datetime) -> None:
        """Remember that the portal blocks ``method`` until ``until`` (aware)."""
        with self._immediately():
            self._connection.execute(
                "INSERT INTO method_blocks (portal, method, until) VALUES (?, ?, ?)"
                " ON CONFLICT (portal, method) DO UPDATE SET until = excluded.until",
                (self._portal, method, until.astimezone(UTC).isoformat()),
            )

    def _keep(self, level: Level) -> None:
        self._connection.execute(
            "INSERT INTO rate_bucket (portal, level, at) VALUES (?, ?, ?)"
            " ON CONFLICT (portal) DO UPDATE SET level = excluded.level, at = excluded.at",
            (self._portal, level.level, level.at),
        )

    @contextmanager
    def _immediately(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _is_busy(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY
