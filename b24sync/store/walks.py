"""How far long readings of the feeds came that go on in the next poll (contract.md G14)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Walk:
    """A reading of one kind that was cut off; what it read is staged.

    Attributes:
        begun: Portal time at its beginning, Unix seconds: the signpost when it ends.
        rows_after: Rows up to this id are staged.
        rows_done: All rows are.
        history_after: Stage history up to this id is staged.
    """

    kind: str
    begun: int
    rows_after: int
    rows_done: bool
    history_after: int


class Walks:
    """The readings that were cut off. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, kind: str) -> Walk | None:
        """The reading of a kind that goes on; ``None`` if there is none."""
        row = self._db.execute("SELECT * FROM walks WHERE kind = ?", (kind,)).fetchone()
        return Walk(row[0], row[1], row[2], bool(row[3]), row[4]) if row else None

    def save(self, walk: Walk) -> None:
        """Keep the place of a reading."""
        self._db.execute(
            "INSERT OR REPLACE INTO walks (kind, begun, rows_after, rows_done, history_after)"
            " VALUES (?, ?, ?, ?, ?)",
            (walk.kind, walk.begun, walk.rows_after, int(walk.rows_done), walk.history_after),
        )

    def end(self, kind: str) -> None:
        """What was read is applied."""
        self._db.execute("DELETE FROM walks WHERE kind = ?", (kind,))

    def clear_others(self) -> None:
        """Forget the staged pages of all kinds whose reading does not go on."""
        for table in ("staged_rows", "staged_history", "staged_gone"):
            self._db.execute(f"DELETE FROM {table} WHERE kind NOT IN (SELECT kind FROM walks)")
