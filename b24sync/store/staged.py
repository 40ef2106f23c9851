"""The pages of the poll under way, until they are applied or read again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple


class HistoryRow(NamedTuple):
    """One staged row of the stage history; ``type`` is the portal's TYPE_ID."""

    id: int
    owner: int
    type: int
    at: int
    stage: str


class Staged:
    """What was read and not yet applied. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def clear(self, kinds: Iterable[str] | None = None) -> None:
        """Forget the staged pages of some kinds, or of all."""
        for table in ("staged_rows", "staged_history", "staged_gone"):
            if kinds is None:
                self._db.execute(f"DELETE FROM {table}")
            else:
                self._db.executemany(f"DELETE FROM {table} WHERE kind = ?", [(kind,) for kind in kinds])

    def add_rows(self, kind: str, rows: Iterable[tuple[int, int, str, str | None]]) -> None:
        """Stage rows ``(id, updated_at, data, stage)``; of two looks at one entity the later read stays."""
        columns = "kind, id, updated_at, data, stage"
        sql = f"INSERT OR REPLACE INTO staged_rows ({columns}) VALUES ('{kind}', ?, ?, ?, ?)"
        self._db.executemany(sql, rows)

    def add_history(self, kind: str, rows: Iterable[HistoryRow]) -> None:
        """Stage history rows that were not seen before."""
        self._db.executemany(
            "INSERT OR IGNORE INTO staged_history SELECT ?1, ?2, ?3, ?4, ?5, ?6"
            " WHERE NOT EXISTS (SELECT 1 FROM history_seen WHERE kind = ?1 AND id = ?2)",
            ((kind, row.id, row.owner, row.type, row.at, row.stage) for row in rows),
        )

    def add_gone(self, kind: str, entity_id: int, state: str) -> None:
        """Stage that an entity is ``deleted``, or that one that was present has ``vanished``."""
        self._db.execute(
            "INSERT OR REPLACE INTO staged_gone SELECT ?1, ?2, ?3 WHERE ?3 <> 'vanished' OR EXISTS (SELECT 1 "
            "FROM entities WHERE kind = ?1 AND id = ?2 AND state = 'present')",
            (kind, entity_id, state),
        )

    def gone(self, kind: str) -> list[tuple[int, str]]:
        """What was staged as gone."""
        return [
            tuple(row)
            for row in self._db.execute(
                "SELECT id, state FROM staged_gone WHERE kind = ? ORDER BY id", (kind,)
            )
        ]

    def owners(self, kind: str) -> list[int]:
        """Ids of everything staged of a kind, in order."""
        sql = (
            "SELECT id FROM staged_rows WHERE kind = ?1 UNION SELECT owner FROM staged_history WHERE kind = "
            "?1 ORDER BY 1"
        )
        return [row[0] for row in self._db.execute(sql, (kind,))]

    def stages(self, kind: str) -> list[str]:
        """The stages that staged rows and history name."""
        sql = (
            "SELECT stage FROM staged_history WHERE kind = ?1"
            " UNION SELECT stage FROM staged_rows WHERE kind = ?1"
        )
        return [row[0] for row in self._db.execute(sql, (kind,)) if row[0]]

    def row(self, kind: str, entity_id: int) -> tuple[int, str] | None:
        """``(updated_at, data)`` of a staged row."""
        sql = "SELECT updated_at, data FROM staged_rows WHERE kind = ? AND id = ?"
        row = self._db.execute(sql, (kind, entity_id)).fetchone()
        return tuple(row) if row else None

    def history(self, kind: str, owner: int) -> list[HistoryRow]:
        """The staged history of one entity, by id."""
        sql = "SELECT id, owner, type, at, stage FROM staged_history WHERE kind = ? AND owner = ? ORDER BY id"
        return [HistoryRow(*row) for row in self._db.execute(sql, (kind, owner))]

    def young_history(self, kind: str, at: int) -> list[HistoryRow]:
        """The staged history made at or after a time."""
        sql = "SELECT id, owner, type, at, stage FROM staged_history WHERE kind = ? AND at >= ? ORDER BY id"
        return [HistoryRow(*row) for row in self._db.execute(sql, (kind, at))]

    def orphaned_history(self, kind: str, since: int, until: int) -> list[int]:
        """The staged history made between two times of entities that were never seen."""
        sql = (
            "SELECT h.id FROM staged_history h WHERE h.kind = ?1 AND h.at BETWEEN ?2 AND ?3 AND NOT EXISTS"
            " (SELECT 1 FROM entities e WHERE e.kind = ?1 AND e.id = h.owner) AND NOT EXISTS"
            " (SELECT 1 FROM staged_rows r WHERE r.kind = ?1 AND r.id = h.owner)"
        )
        return [row[0] for row in self._db.execute(sql, (kind, since, until))]

    # rows that show a stage of which the stage history says nothing yet

    def await_history(self, many: Iterable[tuple[str, int, int | None]]) -> None:
        """Remember since when (Unix seconds) rows of entities show such a stage; ``None``: they do not."""
        over, since = list[tuple[str, int]](), list[tuple[str, int, int]]()
        for kind, entity_id, at in many:
            if at is None:
                over.append((kind, entity_id))
            else:
                since.append((kind, entity_id, at))
        self._db.executemany("DELETE FROM awaited WHERE kind = ? AND id = ?", over)
        self._db.executemany("INSERT OR REPLACE INTO awaited VALUES (?, ?, ?)", since)

    def awaited(self, before: int, kind: str | None = None) -> list[int]:
        """The entities (of a kind) that moved before a time and whose history has not come."""
        sql = "SELECT id FROM awaited WHERE at < ? AND kind = coalesce(?, kind) ORDER BY id"
        return [row[0] for row in self._db.execute(sql, (before, kind))]

    def rewind(self, kind: str, at: int) -> None:
        """Put the recorded stages back to what the staged history says they were just before a time.

        The older rows are dropped.
        """
        moved = self._db.execute(
            "SELECT DISTINCT owner FROM staged_history WHERE kind = ? AND at >= ?", (kind, at)
        ).fetchall()
        for (owner,) in moved:
            sql = (
                "SELECT stage, at, id FROM staged_history WHERE kind = ? AND owner = ? AND at < ? ORDER BY "
                "id DESC LIMIT 1"
            )
            before = self._db.execute(sql, (kind, owner, at)).fetchone() or (None, None, 0)
            sql = "UPDATE entities SET stage = ?, stage_at = ?, history_id = ? WHERE kind = ? AND id = ?"
            self._db.execute(sql, (*before, kind, owner))
        self._db.execute("DELETE FROM staged_history WHERE kind = ? AND at < ?", (kind, at))

    def drop_history(self, kind: str, ids: Iterable[int]) -> None:
        """Leave some history rows to the next poll."""
        self._db.executemany(
            "DELETE FROM staged_history WHERE kind = ? AND id = ?", [(kind, number) for number in ids]
        )

    def count(self) -> int:
        """How much is staged in all."""
        sql = (
            "SELECT (SELECT count(*) FROM staged_rows) + (SELECT count(*) FROM staged_history) + (SELECT "
            "count(*) FROM staged_gone)"
        )
        return int(self._db.execute(sql).fetchone()[0])

    def remember_history(self, kind: str, *, floor_before: int, now: int) -> int:
        """Note the staged history rows as seen and forget those older than ``floor_before`` (Unix seconds).

        A row stamped later than ``now`` counts from now on, so that it is not waited for until then.

        Returns:
            The id after which history is to be read again next time: rows up to it are older than the
                overlap.
        """
        self._db.execute(
            "INSERT OR IGNORE INTO history_seen SELECT kind, id, at FROM staged_history WHERE kind = ?",
            (kind,),
        )
        self._db.execute("UPDATE history_seen SET at = ?2 WHERE kind = ?1 AND at > ?2", (kind, now))
        young = self._db.execute(
            "SELECT min(id) FROM history_seen WHERE kind = ? AND at >= ?", (kind, floor_before)
        ).fetchone()[0]
        last = self._db.execute(
            "SELECT max(id) FROM history_seen WHERE kind = ?1 AND id < coalesce(?2, id + 1)", (kind, young)
        ).fetchone()[0]
        floor = last or 0  # not the id before the young one: that row may be late
        self._db.execute("DELETE FROM history_seen WHERE kind = ? AND id <= ?", (kind, floor))
        return int(floor)
