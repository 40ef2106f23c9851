"""What a poll could not judge, or must look at again: it waits in the database (contract.md G13)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Literal, TypeAlias

from b24sync.domain.entity import TASK, Key

CURRENT = (  # rows of entities that had their ids in another module or type do not count
    " AND l.id > coalesce((SELECT CAST(m.value AS INTEGER) FROM meta m WHERE m.name = 'ledger_after:' || "
    "l.kind), 0)"
)
_BOOKED = f"(SELECT l.entity_id FROM ledger l WHERE l.kind = ?1{CURRENT})"
What: TypeAlias = Literal["tasks", "ledger", "reminders", "reconcile"]


class Unjudged:
    """Entities to be judged, by what is to be judged of them.

    ``tasks``: an invoice's set of tasks; ``ledger``: whether the booked rows are still true; ``reminders``:
    an invoice whose reminder is due and could not be planned; ``reconcile``: a kind (id 0) that must be
    compared with the portal soon. Writing methods belong into a transaction of the caller.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def add(self, what: What, keys: Iterable[Key]) -> None:
        """Remember entities."""
        rows = [(what, key.kind, key.id) for key in keys]
        self._db.executemany("INSERT OR IGNORE INTO to_judge VALUES (?, ?, ?)", rows)

    def waiting(self, what: What, kind: str) -> list[Key]:
        """The entities of a kind that wait, by id."""
        sql = "SELECT kind, entity_id FROM to_judge WHERE what = ? AND kind = ? ORDER BY entity_id"
        return [Key(*row) for row in self._db.execute(sql, (what, kind))]

    def judgeable(self) -> bool:
        """Whether anything waits that a poll can judge now: what cannot be seen goes on waiting."""
        sql = (
            "SELECT 1 FROM to_judge t JOIN entities e ON e.kind = t.kind AND e.id = t.entity_id"
            " WHERE e.state <> 'vanished' LIMIT 1"
        )
        return self._db.execute(sql).fetchone() is not None

    def done(self, what: What, keys: Iterable[Key]) -> None:
        """They were judged."""
        rows = [(what, key.kind, key.id) for key in keys]
        self._db.executemany("DELETE FROM to_judge WHERE what = ? AND kind = ? AND entity_id = ?", rows)

    def doubtful(self, kind: str) -> list[int]:
        """Ids to ask the portal about although it does not show them, because something depends on them.

        Tasks that were made here and never seen, or that vanished open; entities with booked commissions that
        vanished.
        """
        if kind == TASK:
            sql = (
                "SELECT m.entity_id FROM own_made m LEFT JOIN entities e ON e.kind = m.kind AND e.id ="
                " m.entity_id WHERE m.kind = 'task' AND (e.id IS NULL OR e.state = 'vanished')"
                " UNION SELECT id FROM entities WHERE kind = 'task' AND state = 'vanished'"
                ' AND instr(data, \'"ufCrmTask":["\') ORDER BY 1'
            )
            return [row[0] for row in self._db.execute(sql)]
        sql = (
            f"SELECT id FROM entities WHERE kind = ?1 AND state = 'vanished' AND id IN {_BOOKED} ORDER BY id"
        )
        return [row[0] for row in self._db.execute(sql, (kind,))]

    def unmet(self, kind: str, since_run: int) -> list[int]:
        """Ids with booked commissions that a baseline begun anew by a run has not met."""
        sql = (
            f"SELECT id FROM entities WHERE kind = ?1 AND id IN {_BOOKED} AND (state = 'vanished' OR"
            " (state = 'present' AND stage_run < ?2)) AND NOT EXISTS"
            " (SELECT 1 FROM staged_rows s WHERE s.kind = ?1 AND s.id = entities.id) ORDER BY id"
        )
        return [row[0] for row in self._db.execute(sql, (kind, since_run))]

    def add_booked(self, kind: str) -> None:
        """Let the booked rows of every entity of a kind be looked at again."""
        sql = (
            "INSERT OR IGNORE INTO to_judge SELECT DISTINCT 'ledger', l.kind, l.entity_id FROM ledger l"
            f" WHERE l.kind = ?1{CURRENT}"
        )
        self._db.execute(sql, (kind,))
