"""What actions wrote and made.

Their own echoes are known by it when they come back as changes (contract.md G5).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from b24sync.domain.entity import Key
from b24sync.domain.sameness import alike, canonical


class Echoes:
    """Own writes, entities made by steps, runs of rules on own events.

    Writing methods belong into a transaction of the caller.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def wrote(self, entity: Key, field: str, value: Any) -> bool:
        """Note a value that an action is about to write; False if it was noted before."""
        is_new = not self.is_own(entity, field, value)
        sql = "INSERT OR REPLACE INTO own_writes SELECT ?, ?, ?, ?, coalesce(max(id), 0) FROM runs"
        self._db.execute(sql, (entity.kind, entity.id, field, canonical(value)))
        return is_new

    def wrote_not(self, entity: Key, field: str, value: Any) -> None:
        """Take back a note: the portal refused the write."""
        sql = "DELETE FROM own_writes WHERE kind = ? AND entity_id = ? AND field = ? AND value = ?"
        self._db.execute(sql, (entity.kind, entity.id, field, canonical(value)))

    def is_own(self, entity: Key, field: str, value: Any) -> bool:
        """Whether an action wrote this value, in whatever form, since the kind's last complete poll."""
        sql = "SELECT value FROM own_writes WHERE kind = ? AND entity_id = ? AND field = ?"
        found, read = self._db.execute(sql, (entity.kind, entity.id, field)), canonical(value)
        return any(alike(row[0], read) for row in found)

    def any_write(self, kind: str) -> bool:
        """Whether actions wrote anything to entities of a kind since its last complete poll."""
        sql = "SELECT 1 FROM own_writes WHERE kind = ? LIMIT 1"
        return self._db.execute(sql, (kind,)).fetchone() is not None

    def forget_writes(self, kind: str, *, before_run: int) -> None:
        """The kind's poll is complete: writes made before that run began have been seen."""
        self._db.execute("DELETE FROM own_writes WHERE kind = ? AND run < ?", (kind, before_run))

    def made(self, entity: Key, action_id: int, root: Key) -> None:
        """Note an entity that an action made, and the entity that it counts with."""
        row = (entity.kind, entity.id, action_id, root.kind, root.id)
        self._db.execute("INSERT OR REPLACE INTO own_made VALUES (?, ?, ?, ?, ?)", row)

    def root_of(self, entity: Key) -> Key | None:
        """The entity that one made by an action counts with; ``None`` if people made it."""
        sql = "SELECT root_kind, root_id FROM own_made WHERE kind = ? AND entity_id = ?"
        row = self._db.execute(sql, (entity.kind, entity.id)).fetchone()
        return Key(row[0], row[1]) if row else None

    def roots_of(self, kind: str, ids: Sequence[int]) -> dict[Key, Key]:
        """Of some entities of a kind, those that actions made, and the entity that each counts with."""
        marks = ",".join("?" * len(ids))
        sql = f"SELECT entity_id, root_kind, root_id FROM own_made WHERE kind = ? AND entity_id IN ({marks})"
        return {Key(kind, row[0]): Key(row[1], row[2]) for row in self._db.execute(sql, (kind, *ids))}

    def made_by_action(self, action_id: int, kind: str) -> list[int]:
        """Ids of the entities of a kind that an action made."""
        sql = "SELECT entity_id FROM own_made WHERE action_id = ? AND kind = ? ORDER BY entity_id"
        return [row[0] for row in self._db.execute(sql, (action_id, kind))]

    def count_run(self, rule: str, root: Key, *, at: int) -> int:
        """Note that a rule was fired by an own event.

        Returns how often in the hour up to ``at``, this one included.
        """
        self._db.execute("DELETE FROM own_runs WHERE at <= ?", (at - 3600,))
        self._db.execute("INSERT INTO own_runs VALUES (?, ?, ?, ?)", (rule, root.kind, root.id, at))
        sql = "SELECT count(*) FROM own_runs WHERE rule = ? AND root_kind = ? AND root_id = ?"
        return int(self._db.execute(sql, (rule, root.kind, root.id)).fetchone()[0])

    def rules_running(self, root: Key) -> list[str]:
        """The rules that own events fired within the hour for what counts with an entity."""
        sql = "SELECT DISTINCT rule FROM own_runs WHERE root_kind = ? AND root_id = ? ORDER BY rule"
        return [row[0] for row in self._db.execute(sql, (root.kind, root.id))]
