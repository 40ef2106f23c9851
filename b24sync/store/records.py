"""What steps keep: due dates as people set them."""

from __future__ import annotations

import sqlite3
from datetime import date

from b24sync.domain.entity import Key
from b24sync.ports import KeepDueDate


class RecordTables:
    """Facts of steps. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def due_date(self, entity: Key) -> KeepDueDate | None:
        """The due date that a step moved, as people had set it and as it was moved."""
        sql = "SELECT original, shifted FROM due_dates WHERE kind = ? AND entity_id = ?"
        row = self._db.execute(sql, (entity.kind, entity.id)).fetchone()
        return KeepDueDate(entity, date.fromisoformat(row[0]), date.fromisoformat(row[1])) if row else None

    def keep_due_date(self, kept: KeepDueDate) -> None:
        """Keep a due date beside the one it is moved to."""
        row = (kept.entity.kind, kept.entity.id, kept.original.isoformat(), kept.shifted.isoformat())
        self._db.execute("INSERT OR REPLACE INTO due_dates VALUES (?, ?, ?, ?)", row)
