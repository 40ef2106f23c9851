"""Sums over the history, for ``metrics`` and ``report``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from b24sync.domain.action_states import OPEN_TROUBLE
from b24sync.store.action_rows import Action, action_of
from b24sync.store.shapes import WITH_SHAPES, Shapes, value_of


@dataclass(frozen=True, slots=True)
class LastRun:
    """The newest finished run.

    Attributes:
        local_started_at: By the local clock, Unix seconds.
    """

    id: int
    local_started_at: int
    duration_s: float
    exit_code: int


@dataclass(frozen=True, slots=True)
class RunFigure:
    """One finished run; times are Unix seconds by the portal's clock."""

    started_at: int
    duration_s: float
    exit_code: int


class Figures:
    """Reads only."""

    def __init__(self, connection: sqlite3.Connection, shapes: Shapes) -> None:
        self._db = connection
        self._shapes = shapes

    # metrics: each of these is answered by an index or a single row

    def last_run(self, exit_codes: Sequence[int] | None = None) -> LastRun | None:
        """The newest finished run, or the newest one that ended with one of some exit codes."""
        where = "finished_at IS NOT NULL"
        if exit_codes is not None:
            newest = " UNION ALL ".join(
                ["SELECT max(id) AS id FROM runs WHERE exit_code = ?"] * len(exit_codes)
            )
            where = f"id = (SELECT max(id) FROM ({newest}))"
        sql = (
            f"SELECT id, local_started_at, duration_s, exit_code FROM runs WHERE {where} ORDER BY id DESC "
            f"LIMIT 1"
        )
        row = self._db.execute(sql, tuple(exit_codes or ())).fetchone()
        return LastRun(row[0], row[1], row[2] or 0.0, row[3] or 0) if row else None

    def clock_offset_s(self) -> int:
        """How far the portal's clock was ahead of the local one in the newest poll; 0 without one."""
        row = self._db.execute(
            "SELECT started_at - local_started_at FROM runs WHERE finished_at IS NOT NULL ORDER BY id DESC "
            "LIMIT 1"
        ).fetchone()
        return int(row[0]) if row else 0

    def ever(self, table: str) -> int:
        """How many rows a numbered table ever got, those forgotten since included."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return int(row[0]) if row else 0

    def runs_by_exit_code(self) -> dict[int, int]:
        """How many of the runs that are still recorded ended how."""
        sql = (
            "SELECT exit_code, count(*) FROM runs WHERE exit_code IS NOT NULL GROUP BY exit_code ORDER BY "
            "exit_code"
        )
        return dict(self._db.execute(sql).fetchall())

    def entities_by_kind(self) -> dict[str, int]:
        """How many entities of each kind were ever seen."""
        return dict(
            self._db.execute("SELECT kind, count(*) FROM entities GROUP BY kind ORDER BY kind").fetchall()
        )

    def size(self) -> int:
        """Bytes of the database."""
        pages, size = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
        )
        return int(pages * size)

    def oldest_waiting(self) -> int | None:
        """When the oldest of the actions that are still to be done was planned, by the portal's clock."""
        sql = "SELECT min(planned_at) FROM actions WHERE state IN ('pending', 'running')"
        found = self._db.execute(sql).fetchone()[0]
        return None if found is None else int(found)

    # report

    def invoices_in(self, stages: Sequence[str]) -> Iterator[tuple[int, str | None, dict[str, Any]]]:
        """Present invoices in some stages: id, due date (ISO), row of the portal; one at a time."""
        marks = ", ".join("?" * len(stages))
        sql = (
            f"SELECT id, due_on, data FROM entities WHERE kind = 'invoice' AND state = 'present' AND stage "
            f"IN ({marks})"
        )
        return ((row[0], row[1], self._shapes.row(row[2])) for row in self._db.execute(sql, tuple(stages)))

    def longest_due(self, stages: Sequence[str], limit: int) -> list[int]:
        """Present invoices in some stages that were due first, oldest first; those without a date never."""
        sql = (
            "SELECT due_on, id FROM entities INDEXED BY entities_due WHERE kind = 'invoice'"
            " AND state = 'present' AND stage = ? AND due_on IS NOT NULL ORDER BY due_on LIMIT ?"
        )
        found = [tuple(row) for stage in stages for row in self._db.execute(sql, (stage, limit))]
        return [number for _, number in nsmallest(limit, found)]

    def row_of(self, kind: str, entity_id: int) -> dict[str, Any] | None:
        """An entity's row as the portal gave it last; ``None`` if it was never seen."""
        sql = "SELECT data FROM entities WHERE kind = ? AND id = ?"
        row = self._db.execute(sql, (kind, entity_id)).fetchone()
        return self._shapes.row(row[0]) if row else None

    def invoice_number(self, invoice: int) -> str:
        """The number that people know an invoice by; empty if it was never seen."""
        row = self._db.execute(
            f"SELECT {value_of('accountNumber', 'ACCOUNT_NUMBER')} FROM {WITH_SHAPES}"
            " WHERE kind = 'invoice' AND id = ?",
            (invoice,),
        ).fetchone()
        return str(row[0]) if row and row[0] is not None else ""

    def called(self, kind: str, entity_id: int) -> str:
        """How an entity is shown to people: ``№125 (invoice:512)``, or ``deal:17`` where it has no number."""
        number = self.invoice_number(entity_id) if kind == "invoice" else ""
        return f"№{number} ({kind}:{entity_id})" if number else f"{kind}:{entity_id}"

    def newest_invoices(self, begun: str, limit: int) -> list[int]:
        """Present invoices whose ids begin so, the newest first."""
        sql = (
            "SELECT id FROM entities WHERE kind = 'invoice' AND state = 'present' AND instr(id, ?) = 1 "
            "ORDER BY id DESC LIMIT ?"
        )
        return [row[0] for row in self._db.execute(sql, (begun, limit))]

    def invoice_stages(self) -> list[str]:
        """The stages that present invoices are in."""
        sql = (  # a walk from one stage to the next by the index, whatever the number of invoices
            "WITH RECURSIVE found (stage) AS (SELECT min(stage) FROM entities INDEXED BY entities_due "
            "WHERE kind = 'invoice' AND state = 'present' UNION ALL"
            " SELECT (SELECT min(e.stage) FROM entities e INDEXED BY entities_due WHERE e.kind = 'invoice' "
            "AND e.state = 'present' AND e.stage > found.stage)"
            " FROM found WHERE found.stage IS NOT NULL) SELECT stage FROM found WHERE stage IS NOT NULL"
        )
        return [row[0] for row in self._db.execute(sql)]

    def stays(self, kinds: Sequence[str]) -> Iterator[tuple[str, str, int, int | None]]:
        """Every stay in a stage whose beginning is known: kind, stage, since, until (``None``: it lasts)."""
        marks = ", ".join("?" * len(kinds))
        sql = (
            "SELECT kind, stage, CAST(strftime('%s', \"from\") AS INTEGER), "
            "CAST(strftime('%s', \"until\") AS INTEGER) FROM v_moves "
            f'WHERE kind IN ({marks}) AND "from" IS NOT NULL'
        )
        return ((row[0], row[1], row[2], row[3]) for row in self._db.execute(sql, tuple(kinds)))

    def standing(self, kinds: Sequence[str]) -> Iterator[tuple[str, str, int | None, str | None, str | None]]:
        """Where every present entity stands: kind, stage, since, amount, currency."""
        marks = ", ".join("?" * len(kinds))
        sql = (
            "SELECT kind, stage, CAST(strftime('%s', stage_since) AS INTEGER), amount, currency "
            f"FROM v_entities WHERE kind IN ({marks}) AND state = 'present' AND stage IS NOT NULL"
        )
        return ((row[0], row[1], row[2], row[3], row[4]) for row in self._db.execute(sql, tuple(kinds)))

    def done_since(self, step: str, since: int) -> list[int]:
        """When actions of a step were done (Unix seconds), from a time on."""
        sql = (
            "SELECT settled_at FROM actions WHERE state = 'done' AND step = ? AND settled_at >= ? ORDER BY "
            "settled_at"
        )
        return [row[0] for row in self._db.execute(sql, (step, since))]

    def runs_since(self, since: int) -> Iterator[RunFigure]:
        """Finished runs from a time on, oldest first."""
        sql = (
            "SELECT started_at, duration_s, exit_code FROM runs WHERE started_at >= ? AND finished_at IS NOT "
            "NULL ORDER BY id"
        )
        return (RunFigure(row[0], row[1] or 0.0, row[2] or 0) for row in self._db.execute(sql, (since,)))

    def open_troubles(self, limit: int) -> tuple[list[Action], int]:
        """The oldest actions that need a person, and how many there are in all."""
        marks = ", ".join(f"'{state}'" for state in OPEN_TROUBLE)
        count = self._db.execute(f"SELECT count(*) FROM actions WHERE state IN ({marks})").fetchone()[0]
        rows = self._db.execute(
            f"SELECT * FROM actions WHERE state IN ({marks}) ORDER BY id LIMIT ?", (limit,)
        ).fetchall()
        return [action_of(row) for row in rows], count
