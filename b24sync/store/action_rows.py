"""Actions as they are kept: what is planned, what a row of the outbox says, and how they are looked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24sync.domain.action_states import STOPPING
from b24sync.store.search import first_id

_MAKES_TASKS = "step IN ('create_task', 'create_tasks')"  # word for word as the index actions_settled has it


@dataclass(frozen=True, slots=True)
class Planned:
    """An action to be written into the outbox; one that is claimed is run by nobody else."""

    key: str
    event_id: int | None
    rule: str
    step: str
    position: int
    kind: str
    entity_id: int
    state: str = "pending"
    result: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    marker: str = ""
    claimed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the outbox; times are Unix seconds, ``next_attempt_at`` by the local clock."""

    id: int
    key: str
    event_id: int | None
    rule: str
    step: str
    position: int
    kind: str
    entity_id: int
    state: str
    attempts: int
    next_attempt_at: int | None
    error: str | None
    result: Mapping[str, Any]
    memory: Mapping[str, Any]
    options: Mapping[str, Any]
    sending: bool
    claimed_by: str | None
    planned_run: int
    planned_at: int
    settled_at: int | None
    settled_run: int | None
    marker: str


class Actions:
    """Looks at actions; what moves them is the outbox (`store.outbox`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def one(self, action_id: int) -> Action | None:
        """One action."""
        row = self._db.execute("SELECT * FROM actions WHERE id = ?", (action_id,)).fetchone()
        return action_of(row) if row else None

    def memories_beside(self, action: Action) -> list[dict[str, Any]]:
        """What other actions of the same step remember that the same poll planned for other events or rules.

        In the order of their planning; an operator's action has none beside it.
        """
        sql = (
            "SELECT memory FROM actions WHERE planned_run = ? AND step = ? AND event_id IS NOT NULL"
            " AND NOT (event_id = ? AND rule = ?) AND memory <> '{}' ORDER BY id"
        )
        if action.event_id is None:
            return []
        found = self._db.execute(sql, (action.planned_run, action.step, action.event_id, action.rule))
        return [json.loads(row[0]) for row in found]

    def planned_beside(self, action: Action, option: str) -> dict[int, str]:
        """An option of the actions that were planned for the same event and rule by steps of the same name.

        Returns:
            Position → the option, empty if it was not written.
        """
        sql = (
            "SELECT position, coalesce(json_extract(options, ?), '') FROM actions"
            " WHERE event_id = ? AND rule = ? AND step = ?"
        )
        found = self._db.execute(sql, (f"$.{option}", action.event_id, action.rule, action.step))
        return dict(found.fetchall())

    def newest(
        self,
        *,
        kind: str | None = None,
        entity_id: int | None = None,
        since: int | None = None,
        state: str | None = None,
        event_id: int | None = None,
        run: int | None = None,
        limit: int | None = None,
    ) -> list[Action]:
        """The newest actions that fit, oldest first; ``since`` counts from the planning."""
        given = {
            "kind": kind,
            "entity_id": entity_id,
            "state": state,
            "event_id": event_id,
            "planned_run": run,
        }
        where = [f"{name} = ?" for name, value in given.items() if value is not None]
        values: list[Any] = [value for value in given.values() if value is not None]
        if since is not None:
            where += ["id >= ?", "planned_at >= ?"]
            values += [first_id(self._db, "actions", since), since]
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        sql = f"SELECT * FROM actions {clause} ORDER BY id DESC LIMIT ?"
        rows = self._db.execute(sql, (*values, -1 if limit is None else limit)).fetchall()
        return [action_of(row) for row in reversed(rows)]

    def of_run(self, run: int, state: str, *, limit: int) -> list[Action]:
        """The first actions of a state that a run planned or settled."""
        sql = (
            "SELECT * FROM actions WHERE (planned_run = ?1 OR settled_run = ?1) AND state = ?2 ORDER BY id "
            "LIMIT ?3"
        )
        return [action_of(row) for row in self._db.execute(sql, (run, state, limit))]

    def skipped_after(self, action_id: int, *, reason: str, limit: int) -> list[Action]:
        """The oldest actions behind an id that were skipped for a reason."""
        sql = (
            "SELECT * FROM actions WHERE id > ? AND state = 'skipped' "
            "AND json_extract(result, '$.reason') = ? ORDER BY id LIMIT ?"
        )
        return [action_of(row) for row in self._db.execute(sql, (action_id, reason, limit))]

    def by_marker(self, marker: str) -> Action | None:
        """The action whose marker something carries (parts behind its second colon do not count)."""
        whole = ":".join(marker.split(":")[:2])
        row = self._db.execute("SELECT * FROM actions WHERE marker = ?", (whole,)).fetchone()
        return action_of(row) if row else None

    def task_actions_settled_since(self, run: int, *, kind: str) -> list[int]:
        """Entities of a kind for which an action that makes tasks came to an end in or after a run."""
        sql = f"SELECT entity_id FROM actions WHERE settled_run >= ? AND +kind = ? AND {_MAKES_TASKS}"
        return [row[0] for row in self._db.execute(sql, (run, kind))]

    def task_action_settled_since(self, run: int) -> bool:
        """Whether an action that makes tasks came to an end in or after a run."""
        sql = f"SELECT 1 FROM actions WHERE settled_run >= ? AND {_MAKES_TASKS} LIMIT 1"
        return self._db.execute(sql, (run,)).fetchone() is not None

    def task_makers(self, kind: str, entity_id: int, *, steps: Sequence[str], but: str) -> list[Action]:
        """Actions of some steps for an entity's events, other than events of the name ``but``."""
        marks = ", ".join("?" * len(steps))
        sql = (
            "SELECT a.* FROM actions a LEFT JOIN events e ON e.id = a.event_id"
            f" WHERE a.kind = ? AND a.entity_id = ? AND a.step IN ({marks}) AND coalesce(e.name, '') <> ? "
            f"ORDER BY a.id"
        )
        return [action_of(row) for row in self._db.execute(sql, (kind, entity_id, *steps, but))]

    def maker_of(self, kind: str, entity_id: int) -> Action | None:
        """The action that made an entity; ``None`` if people made it."""
        sql = (
            "SELECT a.* FROM own_made m JOIN actions a ON a.id = m.action_id WHERE m.kind = ? AND "
            "m.entity_id = ?"
        )
        row = self._db.execute(sql, (kind, entity_id)).fetchone()
        return action_of(row) if row else None

    def counts(self) -> dict[str, int]:
        """How many actions are in each state."""
        return dict(
            self._db.execute("SELECT state, count(*) FROM actions GROUP BY state ORDER BY state").fetchall()
        )

    def due(
        self,
        *,
        now: int,
        limit: int,
        after_id: int = 0,
        steps: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> list[Action]:
        """Pending actions whose time has come and whose earlier steps are settled, by id.

        What an operator's command has in hand is left to it, also while it waits for a PDF.

        Args:
            now: Local time.
            limit: At most so many.
            after_id: Only actions after this one.
            steps: Only these steps; empty for all.
            exclude: Not these steps.
        """
        wanted = f"AND a.step IN ({', '.join('?' * len(steps))})" if steps else ""
        unwanted = f"AND a.step NOT IN ({', '.join('?' * len(exclude))})" if exclude else ""
        stopping = ", ".join(f"'{state}'" for state in STOPPING)
        sql = (
            f"SELECT * FROM actions a WHERE a.state = 'pending' AND a.claimed_by IS NULL AND "
            f"a.next_attempt_at <= ? AND a.id > ? {wanted} {unwanted}"
            " AND NOT EXISTS (SELECT 1 FROM actions b WHERE b.event_id IS a.event_id AND b.rule = a.rule "
            "AND b.kind = a.kind"
            " AND b.entity_id = a.entity_id AND (a.event_id IS NOT NULL OR b.planned_at = a.planned_at)"
            f" AND b.position < a.position AND b.state IN ({stopping})) ORDER BY a.id LIMIT ?"
        )
        return [action_of(row) for row in self._db.execute(sql, (now, after_id, *steps, *exclude, limit))]

    def interrupted(self) -> list[Action]:
        """Actions that are running, or were when their process ended."""
        rows = self._db.execute("SELECT * FROM actions WHERE state = 'running' ORDER BY id").fetchall()
        return [action_of(row) for row in rows]

    def ids_in(self, states: Sequence[str]) -> list[int]:
        """Ids of all actions in some states."""
        marks = ", ".join("?" * len(states))
        return [
            row[0]
            for row in self._db.execute(
                f"SELECT id FROM actions WHERE state IN ({marks}) ORDER BY id", tuple(states)
            )
        ]


def action_of(row: sqlite3.Row) -> Action:
    """An action out of its row."""
    values = dict(row)
    parsed = {name: json.loads(values[name]) for name in ("result", "memory", "options")}
    return Action(**{**values, **parsed, "sending": bool(values["sending"])})
