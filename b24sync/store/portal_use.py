"""What polls used of the portal, by method and ten minutes, and what that makes a day (portal.md §1.4)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple, Protocol

SLOT_S = 600  # the portal counts operating time over ten minutes
LIMIT_S = 480  # of operating time that a method may use in them
NEAR = 0.5  # a share of it that a person should know of
KEPT_S = 48 * 3600
DAY_S = 24 * 3600
LEAST_S = 3600  # measured for less than this, a day cannot be told
_REQUESTS = ""  # in the place of a method: HTTP requests


class Used(Protocol):
    """What was used of one method."""

    calls: int
    seconds: float
    told: float


class MethodLoad(NamedTuple):
    """The worst ten minutes of one method within the last day.

    Attributes:
        seconds: Operating time that it used in them.
    """

    method: str
    calls: int
    seconds: float

    @property
    def share(self) -> float:
        """Of what the portal allows."""
        return self.seconds / LIMIT_S


class LoadEstimate(NamedTuple):
    """What polls use of the portal.

    Attributes:
        requests_per_day: HTTP requests; ``None``: not measured for long enough.
        methods: The heaviest first.
    """

    requests_per_day: int | None
    methods: tuple[MethodLoad, ...]

    @property
    def heaviest(self) -> tuple[str, float] | None:
        """The method that takes the most time, and the seconds of its worst ten minutes."""
        return (self.methods[0].method, self.methods[0].seconds) if self.methods else None

    @property
    def near(self) -> bool:
        """Whether a method comes near its limit."""
        return bool(self.methods) and self.methods[0].share >= NEAR


class Load:
    """Reads and writes ``method_use``. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, used: Mapping[str, Used], *, requests: int, at: int, duration_s: float) -> None:
        """Keep what a poll used; what is older than two days is forgotten.

        Args:
            used: By method.
            requests: HTTP requests that tell of an ordinary day; 0 for a first poll.
            at: When it ended, Unix seconds.
            duration_s: How long it took: of a long one, ten minutes' share counts.
        """
        slot, parts = at // SLOT_S, max(duration_s / SLOT_S, 1.0)
        rows = [(name, slot, one.calls, one.seconds / parts, one.told) for name, one in used.items()]
        self._db.executemany(
            "INSERT INTO method_use VALUES (?, ?, ?, ?, ?) ON CONFLICT (method, slot) DO UPDATE SET"
            " calls = calls + excluded.calls, seconds = seconds + excluded.seconds,"
            " told = max(told, excluded.told)",
            [*rows, (_REQUESTS, slot, requests, 0.0, 0.0)],
        )
        self._db.execute(
            "DELETE FROM method_use WHERE slot < ? OR slot > ?", (slot - KEPT_S // SLOT_S, slot + 1)
        )

    def estimate(self, now: int) -> LoadEstimate:
        """The last day, or what there is of it."""
        first = (now - DAY_S) // SLOT_S
        since, requests = self._db.execute(
            "SELECT min(slot), sum(calls) FROM method_use WHERE method = ? AND slot >= ?", (_REQUESTS, first)
        ).fetchone()
        measured = 0 if since is None else min(now - since * SLOT_S, DAY_S)
        sql = (
            "SELECT method, sum(calls), max(CASE WHEN told > 0 THEN told ELSE seconds END) AS worst"
            " FROM method_use WHERE method <> ? AND slot >= ? GROUP BY method ORDER BY worst DESC, method"
        )
        methods = tuple(
            MethodLoad(row[0], int(row[1]), round(float(row[2]), 1))
            for row in self._db.execute(sql, (_REQUESTS, first))
        )
        a_day = int(requests * DAY_S / measured) if measured >= LEAST_S else None
        return LoadEstimate(a_day, methods)
