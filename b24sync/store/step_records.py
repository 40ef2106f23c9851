"""What steps keep: due dates as people set them, documents by what they print.

The ledger is here too: they may look at it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date

from b24sync.domain.commission_ledger import BookedRow
from b24sync.domain.entity import Key
from b24sync.ports import SaveDocument, SaveDueDate
from b24sync.store.ledger import Ledger


class RecordTables:
    """Facts of steps. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def due_date(self, entity: Key) -> SaveDueDate | None:
        """The due date that a step moved, as people had set it and as it was moved."""
        sql = "SELECT original, shifted FROM due_dates WHERE kind = ? AND entity_id = ?"
        row = self._db.execute(sql, (entity.kind, entity.id)).fetchone()
        return SaveDueDate(entity, date.fromisoformat(row[0]), date.fromisoformat(row[1])) if row else None

    def keep_due_date(self, kept: SaveDueDate) -> None:
        """Keep a due date beside the one it is moved to."""
        row = (kept.entity.kind, kept.entity.id, kept.original.isoformat(), kept.shifted.isoformat())
        self._db.execute("INSERT OR REPLACE INTO due_dates VALUES (?, ?, ?, ?)", row)

    def document(self, entity: Key, template_id: int) -> tuple[int, str] | None:
        """Id of the document that was made last, and the digest of what it prints."""
        sql = "SELECT document_id, digest FROM documents WHERE kind = ? AND entity_id = ? AND template_id = ?"
        row = self._db.execute(sql, (entity.kind, entity.id, template_id)).fetchone()
        return (row[0], row[1]) if row else None

    def keep_document(self, kept: SaveDocument) -> None:
        """Keep a document; it replaces an earlier one of that entity and template."""
        row = (kept.entity.kind, kept.entity.id, kept.template_id, kept.document_id, kept.digest)
        self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", row)

    def ledger(self, entity: Key) -> list[BookedRow]:
        """The booked rows of an entity, oldest first."""
        return Ledger(self._db).rows(entity)

    def reminders(self, invoice_id: int, due_on: date) -> list[int]:
        """Offsets that count as fired for an invoice and due date."""
        sql = "SELECT offset_days FROM reminders WHERE entity_id = ? AND due_on = ?"
        return [row[0] for row in self._db.execute(sql, (invoice_id, due_on.isoformat()))]

    def keep_reminders(
        self, invoice_id: int, due_on: date, offsets: Iterable[int], event_id: int | None
    ) -> None:
        """Count offsets as fired."""
        rows = [(invoice_id, due_on.isoformat(), offset, event_id) for offset in offsets]
        self._db.executemany("INSERT OR IGNORE INTO reminders VALUES (?, ?, ?, ?)", rows)

    def is_closing(self, invoice_id: int, task_id: int, closed_at: str) -> bool:
        """Whether this closing of a task was part of a finished set before."""
        sql = "SELECT 1 FROM closings WHERE entity_id = ? AND task_id = ? AND closed_at = ?"
        return self._db.execute(sql, (invoice_id, task_id, closed_at)).fetchone() is not None

    def keep_closing(self, invoice_id: int, task_id: int, closed_at: str, event_id: int) -> None:
        """Note a closing as part of a finished set."""
        self._db.execute(
            "INSERT OR REPLACE INTO closings VALUES (?, ?, ?, ?)", (invoice_id, task_id, closed_at, event_id)
        )
