"""The outbox: actions and their states. The only place that moves an action from one state to another."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24sync.secrecy import scrub, scrub_json
from b24sync.store.search import first_id
from b24sync.store.shapes import dump

AS_USUAL = "as_usual"  # an operator's option: the address that was written is the usual one
OPERATOR_CLAIM = "operator:"  # begins what an operator's command claims with
OPEN_TROUBLE = ("failed", "uncertain", "held")
STOPPING = (
    "pending",
    "running",
    "failed",
    "held",
    "uncertain",
)  # an earlier step in one of these stops the later ones


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


class Outbox:
    """Actions. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def plan(self, planned: Planned, *, run: int, at: int, due_at: int) -> int | None:
        """Write an action; ``None`` if one of this key is there already."""
        waits = planned.state in {"pending", "held"}
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO actions (key, event_id, rule, step, position, kind, entity_id, state, "
            "next_attempt_at, result,"
            " options, planned_run, planned_at, settled_at, settled_run, marker, claimed_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                planned.key,
                planned.event_id,
                planned.rule,
                planned.step,
                planned.position,
                planned.kind,
                planned.entity_id,
                planned.state,
                due_at if planned.state == "pending" else None,
                _kept(planned.result),
                _kept(planned.options),
                run,
                at,
                None if waits else at,
                None if waits else run,
                planned.marker,
                planned.claimed_by,
            ),
        )
        return int(cursor.lastrowid or 0) if cursor.rowcount else None

    def action(self, action_id: int) -> Action | None:
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

    def actions(
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

    def tell(self, action_id: int, result: Mapping[str, Any]) -> None:
        """Say more of an action that has ended."""
        self._db.execute("UPDATE actions SET result = ? WHERE id = ?", (dump(result), action_id))

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

    def counts_of_run(self, run: int) -> dict[str, int]:
        """States of the actions that a run planned or settled."""
        sql = (
            "SELECT state, count(*) FROM actions WHERE planned_run = ?1 OR settled_run = ?1 GROUP BY state "
            "ORDER BY state"
        )
        return dict(self._db.execute(sql, (run,)).fetchall())

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

    def pull_in(self, *, now: int) -> None:
        """Actions that wait longer than any back-off would have them wait are due.

        The local clock was set back since (contract.md G6).
        """
        # domain.backoff, and a quarter of an hour for blocked methods
        longest = "max(900, min(21600, 60 << min(max(attempts - 1, 0), 20)))"
        sql = (
            f"UPDATE actions SET next_attempt_at = ?1 WHERE state = 'pending' AND next_attempt_at > ?1 + "
            f"{longest}"
        )
        self._db.execute(sql, (now,))

    def busy(self) -> bool:
        """Whether anything waits to be run, or was running."""
        return (
            self._db.execute("SELECT 1 FROM actions WHERE state IN ('pending', 'running') LIMIT 1").fetchone()
            is not None
        )

    def claim(self, action_id: int, *, by: str, states: Sequence[str] = ("pending",)) -> bool:
        """Take an action to run it, which counts as an attempt; False if it is not to be had."""
        marks = ", ".join("?" * len(states))
        sql = (
            "UPDATE actions SET state = 'running', attempts = attempts + 1, claimed_by = ?, sending = 0"
            f" WHERE id = ? AND state IN ({marks}) AND (state <> 'pending' OR coalesce(claimed_by, ?) = ?)"
        )
        return self._db.execute(sql, (by, action_id, *states, by, by)).rowcount == 1

    def give_back(self, *, like: str, due_at: int) -> int:
        """Pending actions of claimants whose names begin so are due for whoever comes; returns how many."""
        sql = (
            "UPDATE actions SET claimed_by = NULL, next_attempt_at = ? WHERE state = 'pending'"
            " AND substr(claimed_by, 1, ?) = ?"
        )
        return self._db.execute(sql, (due_at, len(like), like)).rowcount

    def are_claimed(self, *, like: str) -> bool:
        """Whether pending actions wait for claimants whose names begin so."""
        sql = "SELECT 1 FROM actions WHERE state = 'pending' AND substr(claimed_by, 1, ?) = ? LIMIT 1"
        return self._db.execute(sql, (len(like), like)).fetchone() is not None

    def mark_sending(self, action_id: int) -> None:
        """Note, before it happens, that something is done which may not be done twice."""
        self._db.execute("UPDATE actions SET sending = 1 WHERE id = ?", (action_id,))

    def remember(self, action_id: int, memory: Mapping[str, Any]) -> None:
        """Keep what an action must know on its next try."""
        self._db.execute("UPDATE actions SET memory = ? WHERE id = ?", (_kept(memory), action_id))

    def settle(
        self, action_id: int, state: str, *, run: int, at: int, error: str | None, result: Mapping[str, Any]
    ) -> None:
        """An action has come to an end (or to a stop that needs a person)."""
        self._db.execute(
            "UPDATE actions SET state = ?, next_attempt_at = NULL, error = ?, result = ?, claimed_by = "
            "NULL, settled_at = ?,"
            " settled_run = ? WHERE id = ?",
            (state, _said(error), _kept(result), at, run, action_id),
        )

    def postpone(
        self,
        action_id: int,
        *,
        next_attempt_at: int,
        error: str | None,
        counts: bool,
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """Back to pending; an attempt that does not count is given back, and an operator keeps its own."""
        self._db.execute(
            "UPDATE actions SET state = 'pending', next_attempt_at = ?, error = ?, sending = 0,"
            f" claimed_by = CASE WHEN substr(claimed_by, 1, {len(OPERATOR_CLAIM)}) = '{OPERATOR_CLAIM}'"
            " THEN claimed_by END,"
            " attempts = attempts - ?, result = coalesce(?, result) WHERE id = ?",
            (
                next_attempt_at,
                _said(error),
                0 if counts else 1,
                None if result is None else _kept(result),
                action_id,
            ),
        )

    def delay(self, action_id: int, *, until: int) -> None:
        """Let a pending action wait until a local time."""
        self._db.execute(
            "UPDATE actions SET next_attempt_at = ? WHERE id = ? AND state = 'pending'", (until, action_id)
        )

    def interrupted(self) -> list[Action]:
        """Actions that are running, or were when their process ended."""
        rows = self._db.execute("SELECT * FROM actions WHERE state = 'running' ORDER BY id").fetchall()
        return [action_of(row) for row in rows]

    def move(
        self,
        action_id: int,
        *,
        from_: Sequence[str],
        to: str,
        now: int,
        at: int,
        result: Mapping[str, Any] | None = None,
    ) -> bool:
        """A person's word.

        Retry (→ pending, attempts counted anew), release (→ pending), cancel (→ cancelled).
        """
        marks = ", ".join("?" * len(from_))
        pending = to == "pending"
        sql = (
            "UPDATE actions SET state = ?, next_attempt_at = ?, attempts = CASE WHEN ? THEN 0 ELSE attempts "
            "END, claimed_by = NULL,"
            " sending = 0, error = CASE WHEN ? THEN NULL ELSE error END, settled_at = CASE WHEN ? THEN "
            "NULL ELSE ? END,"
            " settled_run = CASE WHEN ? THEN NULL ELSE (SELECT coalesce(max(id), 0) FROM runs) END,"
            f" result = coalesce(?, result) WHERE id = ? AND state IN ({marks})"
        )
        values = (
            to,
            now if pending else None,
            pending,
            pending,
            pending,
            at,
            pending,
            None if result is None else _kept(result),
            action_id,
            *from_,
        )
        return self._db.execute(sql, values).rowcount == 1

    def ids_in(self, states: Sequence[str]) -> list[int]:
        """Ids of all actions in some states."""
        marks = ", ".join("?" * len(states))
        return [
            row[0]
            for row in self._db.execute(
                f"SELECT id FROM actions WHERE state IN ({marks}) ORDER BY id", tuple(states)
            )
        ]

    def hold(self, action_id: int, result: Mapping[str, Any]) -> None:
        """Hold a waiting action until a person releases or cancels it."""
        sql = (
            "UPDATE actions SET state = 'held', next_attempt_at = NULL, result = ? WHERE id = ? AND state = "
            "'pending'"
        )
        self._db.execute(sql, (_kept(result), action_id))

    def hold_open(self, reason: str, *, run: int, kind: str | None = None) -> int:
        """Hold everything that waits (of a kind), or was left running by a killed poll.

        After ``poll --baseline``, or where the kind's entities are others than they were.

        Returns how many.
        """
        sql = (
            "UPDATE actions SET state = 'held', next_attempt_at = NULL, claimed_by = NULL, result = ?, "
            "settled_run = ?"
            " WHERE (state = 'pending' OR (state = 'running' AND claimed_by = 'poll' AND NOT sending))"
            " AND kind = coalesce(?, kind)"
        )
        return self._db.execute(sql, (dump({"reason": reason}), run, kind)).rowcount

    def supersede(self, action_id: int, like: Planned, *, run: int, at: int) -> list[int]:
        """A newer mail of the same step and entity replaces those that wait (contract.md §6).

        Another step of the rule is another mail, what one event plans does not replace each other, and an
        operator's mail to another address replaces only one that waits for that address. An operator's may
        stand for a configured step.

        Returns:
            Ids of the replaced ones.
        """
        to = None if like.options.get(AS_USUAL) else like.options.get("to")
        of = like.options.get("of") or {"rule": like.rule, "position": like.position}
        sql = (
            "SELECT id FROM actions WHERE step = ? AND kind = ? AND entity_id = ? AND id < ?"
            " AND coalesce(json_extract(options, '$.of.rule'), rule) = ?"
            " AND coalesce(json_extract(options, '$.of.position'), position) = ?"
            " AND (event_id IS NULL OR event_id IS NOT ?)"
            " AND CASE WHEN json_extract(options, '$.as_usual') THEN NULL"
            " ELSE lower(json_extract(options, '$.to')) END IS lower(?)"
            " AND state IN ('pending', 'held') AND claimed_by IS NULL AND sending = 0"
        )
        same = (
            like.step,
            like.kind,
            like.entity_id,
            action_id,
            of["rule"],
            of["position"],
            like.event_id,
            to,
        )
        waiting = [row[0] for row in self._db.execute(sql, same).fetchall()]
        for one in waiting:
            result = {"reason": "superseded", "by": action_id}
            self.settle(one, "skipped", run=run, at=at, error=None, result=result)
        return waiting


def action_of(row: sqlite3.Row) -> Action:
    """An action out of its row."""
    values = dict(row)
    parsed = {name: json.loads(values[name]) for name in ("result", "memory", "options")}
    return Action(**{**values, **parsed, "sending": bool(values["sending"])})


def _kept(value: Any) -> str:
    """JSON to be kept, looked through for secrets once more (contract.md G9)."""
    return scrub_json(dump(value))


def _said(error: str | None) -> str | None:
    return error if error is None else scrub(error)
