"""The commission ledger: rows are added and never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import cast

from b24sync.domain.commission_ledger import Base, BookedRow, LedgerRow, State, still_missing
from b24sync.domain.entity import Key
from b24sync.store.news import portions
from b24sync.store.unjudged import CURRENT

_SELECT = (
    "SELECT l.*, CASE l.state WHEN 'reversed' THEN coalesce(r.state, 'earned') ELSE l.state END "
    "AS counts_with"
    " FROM ledger l LEFT JOIN ledger r ON r.id = l.reverses"
)


class Ledger:
    """The booked rows. ``add`` belongs into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, rows: Iterable[LedgerRow], *, action_id: int | None, run: int, at: int) -> list[int]:
        """Book rows, without what somebody else booked since they were reckoned.

        Args:
            rows: In the order in which they are numbered.
            action_id: The action that books; ``None`` for the poll's own upkeep.
            run: The run.
            at: The portal's time, Unix seconds.

        Returns:
            Their ids.
        """
        wanted = list(rows)
        entities = dict.fromkeys(row.entity for row in wanted)
        missing = [
            row
            for entity in entities
            for row in still_missing([one for one in wanted if one.entity == entity], self.rows(entity))
        ]
        return [self._insert(row, action_id=action_id, run=run, at=at) for row in missing]

    def _insert(self, row: LedgerRow, *, action_id: int | None, run: int, at: int) -> int:
        sql = (
            "INSERT INTO ledger (at, kind, entity_id, user_id, user_name, role, percent, base, state, amount,"
            " currency, reverses, action_id, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        values = (
            at,
            row.entity.kind,
            row.entity.id,
            row.user,
            row.user_name,
            row.role,
            f"{row.percent:f}",
            row.base,
            row.state,
            f"{row.amount:f}",
            row.currency,
            row.reverses,
            action_id,
            run,
        )
        return int(self._db.execute(sql, values).lastrowid or 0)

    def rows(self, entity: Key) -> list[BookedRow]:
        """The rows of an entity, oldest first."""
        sql = f"{_SELECT} WHERE l.kind = ? AND l.entity_id = ?{CURRENT} ORDER BY l.id"
        return [_booked(row) for row in self._db.execute(sql, (entity.kind, entity.id))]

    def booked(self, kind: str, ids: Sequence[int]) -> list[int]:
        """Of some entities of a kind, those that have rows."""
        found = set[int]()
        for portion in portions(ids):
            marks = ",".join("?" * len(portion))
            sql = f"SELECT DISTINCT entity_id FROM ledger WHERE kind = ? AND entity_id IN ({marks})"
            found.update(row[0] for row in self._db.execute(sql, (kind, *portion)))
        return [number for number in ids if number in found]

    def rows_before(self, entity: Key, run: int, *, upkept: bool) -> list[BookedRow]:
        """The rows that an entity had when a run planned, oldest first.

        Args:
            entity: The entity.
            run: The run.
            upkept: With what the run itself had booked for the upkeep by then.
        """
        own = " OR (l.run = ? AND l.action_id IS NULL AND ?)"
        sql = f"{_SELECT} WHERE l.kind = ? AND l.entity_id = ?{CURRENT} AND (l.run < ?{own}) ORDER BY l.id"
        return [_booked(row) for row in self._db.execute(sql, (entity.kind, entity.id, run, run, upkept))]

    def names(self) -> list[tuple[int, str]]:
        """User id and name, as it was booked last, of everybody who is in the ledger."""
        sql = "SELECT user_id, user_name, max(id) FROM ledger WHERE user_name <> '' GROUP BY user_id"
        return [(row[0], row[1]) for row in self._db.execute(sql)]

    def between(self, since: int | None = None, until: int | None = None) -> Iterator[BookedRow]:
        """All rows, oldest first, one at a time.

        Args:
            since: Unix seconds of the first moment; ``None``: from the beginning.
            until: Unix seconds of the first moment after; ``None``: to the end.
        """
        sql = f"{_SELECT} WHERE (?1 IS NULL OR l.at >= ?1) AND (?2 IS NULL OR l.at < ?2) ORDER BY l.id"
        return (_booked(row) for row in self._db.execute(sql, (since, until)))


def _booked(row: sqlite3.Row) -> BookedRow:
    found = LedgerRow(
        entity=Key(row["kind"], row["entity_id"]),
        user=row["user_id"],
        role=row["role"],
        percent=Decimal(row["percent"]),
        state=row["state"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        reverses=row["reverses"],
        user_name=row["user_name"],
        base=cast("Base", row["base"]),
    )
    return BookedRow(row["id"], row["at"], found, cast("State", row["counts_with"]))
