"""Cursors, and entities with their revisions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from b24sync.store import many_rows
from b24sync.store.shapes import WITH_SHAPES, Shapes, value_of


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the feeds of one kind were read; times are Unix seconds by the portal's clock."""

    kind: str
    state: str = "baseline"  # baseline: being walked; walked: all rows are in the snapshot; live
    signpost: int | None = None
    baseline_at: int | None = None
    baseline_run: int | None = None  # the run that began the baseline anew; None for a kind's first
    walked_id: int = 0
    history: str = "unknown"
    history_id: int = 0
    history_floor: int = 0
    steady_id: int | None = None
    steady_at: int | None = None
    reconciled_at: int | None = None
    guard: str | None = None
    entity_type_id: int | None = None
    api: str | None = None
    unwatched_since: int | None = None
    probed_at: int | None = None

    @property
    def live(self) -> bool:
        """Whether the baseline is complete."""
        return self.state == "live"


class Stored(NamedTuple):
    """One entity of the snapshot; ``data`` is the portal's row as it is kept (see `shapes`)."""

    kind: str
    id: int
    created_at: int
    updated_at: int
    moved_at: int | None
    stage: str | None
    stage_at: int | None
    stage_run: int
    history_id: int
    revision: int
    state: str
    due_on: str | None
    data: str


_CURSOR_COLUMNS = tuple(Cursor.__dataclass_fields__)
STORED = ", ".join(Stored._fields)


class Snapshot:
    """What was last seen of everything. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection, shapes: Shapes) -> None:
        self._db = connection
        self._shapes = shapes

    # cursors

    def cursor(self, kind: str) -> Cursor:
        """The kind's cursor; a new kind's is in its baseline."""
        row = self._db.execute("SELECT * FROM cursors WHERE kind = ?", (kind,)).fetchone()
        return Cursor(**dict(row)) if row else Cursor(kind)

    def cursors(self) -> list[Cursor]:
        """Every cursor, by kind."""
        return [Cursor(**dict(row)) for row in self._db.execute("SELECT * FROM cursors ORDER BY kind")]

    def save_cursor(self, cursor: Cursor) -> None:
        """Keep a cursor."""
        marks = ", ".join("?" for _ in _CURSOR_COLUMNS)
        values = tuple(getattr(cursor, name) for name in _CURSOR_COLUMNS)
        self._db.execute(
            f"INSERT OR REPLACE INTO cursors ({', '.join(_CURSOR_COLUMNS)}) VALUES ({marks})", values
        )

    def restart(self, kind: str, *, history: str | None = None) -> None:
        """Begin a new baseline of a kind; entities and history stay.

        Args:
            kind: Its name.
            history: Whether the portal keeps its stage history; ``None``: as it is known.
        """
        self.save_cursor(Cursor(kind, history=history or self.cursor(kind).history))
        left = (
            "history_seen",
            "awaited",
            "held",
            "held_rows",
            "held_history",
            "walks",
            "sweeps",
            "sweep_found",
        )
        for table in left:
            self._db.execute(f"DELETE FROM {table} WHERE kind = ?", (kind,))
        self.close_since(kind)

    # the time of ``poll --since``, while the first poll of a kind is not complete

    def open_since(self, kind: str, at: int) -> None:
        """Remember from when on a kind's history is wanted, Unix seconds."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (f"opened_since:{kind}", str(at)))

    def opened_since(self, kind: str) -> int | None:
        """What `open_since` was told."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (f"opened_since:{kind}",)).fetchone()
        return int(row[0]) if row else None

    def close_since(self, kind: str) -> None:
        """The kind is live (or begins anew): forget `open_since`."""
        self._db.execute("DELETE FROM meta WHERE name = ?", (f"opened_since:{kind}",))

    # entities

    def entity(self, kind: str, entity_id: int) -> Stored | None:
        """One entity, whatever its state."""
        row = self._db.execute(
            "SELECT * FROM entities WHERE kind = ? AND id = ?", (kind, entity_id)
        ).fetchone()
        return Stored(**dict(row)) if row else None

    def unreminded(self, stages: Sequence[str], due: date, offset: int, at: int) -> list[int]:
        """Present invoices of a due date in some stages, entered at ``at`` (Unix seconds) at the latest.

        Only those of which neither this offset nor a later one counts as fired.
        """
        marks = ",".join("?" * len(stages))
        sql = (
            "SELECT id FROM entities e INDEXED BY entities_due WHERE kind = 'invoice' AND state = 'present' "
            f"AND stage IN ({marks}) AND due_on = ? AND coalesce(stage_at, 0) <= ? AND NOT EXISTS (SELECT 1 "
            "FROM reminders r WHERE r.entity_id = e.id AND r.due_on = e.due_on AND r.offset_days >= ?) "
            "ORDER BY id"
        )
        return [row[0] for row in self._db.execute(sql, (*stages, due.isoformat(), at, offset))]

    def index_stays(self) -> None:
        """Make `standing` quick, once and for all; within a transaction of the caller."""
        self._db.execute(
            "CREATE INDEX IF NOT EXISTS entities_stage_at ON entities (kind, stage_at) "
            "WHERE state = 'present'"
        )

    def standing(self, kind: str, first: int, last: int) -> list[tuple[int, int]]:
        """Present entities that entered their stage within two moments (Unix seconds): id, and when."""
        sql = (
            "SELECT id, stage_at FROM entities WHERE kind = ? AND stage_at BETWEEN ? AND ? "
            "AND state = 'present' ORDER BY id"
        )
        return [(row[0], row[1]) for row in self._db.execute(sql, (kind, first, last))]

    def invoices_numbered(self, number: str) -> list[int]:
        """Ids of the invoices that people see under a number: present ones first (a walk over all)."""
        sql = (
            f"SELECT id, state = 'present' FROM {WITH_SHAPES} WHERE kind = 'invoice' AND instr(data, ?1)"
            f" AND CAST({value_of('accountNumber', 'ACCOUNT_NUMBER')} AS TEXT) = ?1 ORDER BY id"
        )
        found = self._db.execute(sql, (number,)).fetchall() if number else []
        return [row[0] for row in found if row[1]] or [row[0] for row in found]

    def bounds(self, kind: str) -> tuple[int, int] | None:
        """The lowest and highest id of a kind that was ever seen; ``None`` if there is none."""
        row = self._db.execute(
            "SELECT (SELECT min(id) FROM entities WHERE kind = ?1), (SELECT max(id) FROM entities "
            "WHERE kind = ?1)",
            (kind,),
        ).fetchone()
        return None if row[0] is None else (row[0], row[1])

    def tasks_bound_to(self, binding: str) -> list[int]:
        """Tasks bound to an entity, as ``SI_7``; also those that can no longer be seen."""
        sql = (
            "SELECT e.id FROM task_bindings b JOIN entities e ON e.kind = 'task' AND e.id = b.task_id "
            "WHERE b.binding = ? AND e.state <> 'deleted' ORDER BY b.task_id"
        )
        return [row[0] for row in self._db.execute(sql, (binding,))]

    def count(self, kind: str) -> int:
        """How many entities of a kind are present."""
        return int(
            self._db.execute(
                "SELECT count(*) FROM entities WHERE kind = ? AND state = 'present'", (kind,)
            ).fetchone()[0]
        )

    def has(self, kind: str) -> bool:
        """Whether there is any entity of a kind."""
        return (
            self._db.execute("SELECT 1 FROM entities WHERE kind = ? LIMIT 1", (kind,)).fetchone() is not None
        )

    def vanish_unseen(self, kind: str, *, since_run: int, run: int, at: int) -> None:
        """Entities that a baseline begun anew has not met are gone since before it.

        Vanished, without an event.
        """
        unseen = "kind = ? AND state = 'present' AND stage_run < ?"
        self._db.execute(
            "INSERT OR REPLACE INTO revisions SELECT kind, id, revision + 1, ?, ?, updated_at, 'vanished', "
            "'{}' FROM entities WHERE " + unseen,
            (run, at, kind, since_run),
        )
        self._db.execute(
            f"UPDATE entities SET state = 'vanished', revision = revision + 1 WHERE {unseen}",
            (kind, since_run),
        )

    def _reaches(self, kind: str, entity_id: int) -> bool:
        """Whether an entity of this id or a higher one was ever seen."""
        sql = "SELECT 1 FROM entities WHERE kind = ? AND id >= ? LIMIT 1"
        return self._db.execute(sql, (kind, entity_id)).fetchone() is not None

    def same_data(self, kind: str, rows: Sequence[tuple[int, str]]) -> set[int]:
        """Of ``(id, data)`` pairs, the ids whose entity is present with exactly this data."""
        known = dict[int, str]()
        if not rows or not self._reaches(kind, min(rows)[0]):
            return set()
        for start in range(0, len(rows), 500):
            ids = [row[0] for row in rows[start : start + 500]]
            marks = ",".join("?" * len(ids))
            sql = f"SELECT id, data FROM entities WHERE kind = ? AND state = 'present' AND id IN ({marks})"
            found = self._db.execute(sql, (kind, *ids))
            known.update((row[0], self._shapes.packed(kind, row[1])) for row in found)
        return {entity_id for entity_id, data in rows if known.get(entity_id) == data}

    def save(self, stored: Stored) -> None:
        """Keep an entity."""
        self.save_many([stored])

    def save_many(self, many: Iterable[Stored]) -> None:
        """Keep entities."""
        into = f"INSERT OR REPLACE INTO entities ({STORED})"
        many_rows.insert(self._db, into, many, columns=len(Stored._fields))

    def add_baseline(
        self,
        kind: str,
        rows: Iterable[tuple[int, int, int, int | None, str | None, str | None, str]],
        run: int,
    ) -> None:
        """Take over rows ``(id, created, updated, moved, stage, due_on, data)`` silently.

        One known already keeps its revisions.
        """
        self._db.executemany(
            "INSERT INTO entities (kind, id, created_at, updated_at, moved_at, stage, stage_at, stage_run, "
            "due_on, data)"
            f" VALUES ('{kind}', ?1, ?2, ?3, ?4, ?5, coalesce(?4, ?3), {run}, ?6, ?7)"
            " ON CONFLICT (kind, id) DO UPDATE SET updated_at = excluded.updated_at, moved_at = "
            "excluded.moved_at,"
            " stage = excluded.stage, stage_at = excluded.stage_at, stage_run = excluded.stage_run, due_on "
            "= excluded.due_on,"
            " data = excluded.data, state = 'present', history_id = 0",
            rows,
        )

    def ids_after(self, kind: str, after: int, limit: int) -> list[tuple[int, int, str | None]]:
        """Present entities by id: ``(id, updated_at, stage)``."""
        sql = (
            "SELECT id, updated_at, stage FROM entities WHERE kind = ? AND state = 'present' AND id > ? "
            "ORDER BY id LIMIT ?"
        )
        return [tuple(row) for row in self._db.execute(sql, (kind, after, limit))]

    def add_revisions(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Record observed states.

        ``(kind, id, number, run, observed_at, updated_at, what, changes)``, the changes as JSON text.
        """
        many_rows.insert(self._db, "INSERT OR REPLACE INTO revisions", rows, columns=8)

    def revisions(self, kind: str, entity_id: int) -> list[dict[str, Any]]:
        """The revisions of an entity, oldest first."""
        sql = "SELECT * FROM revisions WHERE kind = ? AND id = ? ORDER BY number"
        rows = self._db.execute(sql, (kind, entity_id)).fetchall()
        return [{**dict(row), "changes": json.loads(row["changes"])} for row in rows]

    def revisions_after(
        self, kind: str, entity_id: int, run: int
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """The revisions that were recorded after a run, newest first, and the last one before them."""
        rows = self.revisions(kind, entity_id)
        before = [row for row in rows if row["run"] <= run]
        return [row for row in reversed(rows) if row["run"] > run], before[-1] if before else None
