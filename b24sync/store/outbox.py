"""The outbox: the states of actions. The only place that moves an action from one state to another."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from b24sync.secrecy import scrub, scrub_json
from b24sync.store.shapes import dump

if TYPE_CHECKING:
    import sqlite3

    from b24sync.store.action_rows import Planned

AS_USUAL = "as_usual"  # an operator's option: the address that was written is the usual one
STEP_MARK = "step_mark"  # an option: which of its rule's steps it was planned for (engine/planned_step)
OPERATOR_CLAIM = "operator:"  # begins what an operator's command claims with


class Outbox:
    """Plans and moves actions. Writing methods belong into a transaction of the caller."""

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

    def tell(self, action_id: int, result: Mapping[str, Any]) -> None:
        """Say more of an action that has ended."""
        self._db.execute("UPDATE actions SET result = ? WHERE id = ?", (dump(result), action_id))

    def counts_of_run(self, run: int) -> dict[str, int]:
        """States of the actions that a run planned or settled."""
        sql = (
            "SELECT state, count(*) FROM actions WHERE planned_run = ?1 OR settled_run = ?1 GROUP BY state "
            "ORDER BY state"
        )
        return dict(self._db.execute(sql, (run,)).fetchall())

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

    def supersede(
        self, action_id: int, like: Planned, *, standing: Collection[str], run: int, at: int
    ) -> list[int]:
        """A newer mail of the same step and entity replaces those that wait (contract.md §6).

        Another step of the rule is another mail, what one event plans does not replace each other, and an
        operator's mail to another address replaces only one that waits for that address. An operator's may
        stand for a configured step.

        Args:
            action_id: The newer one's.
            like: What it was planned as.
            standing: Marks of the rule's steps as they are now: one that waits with one of these is of that
                step, wherever it stood; else its place tells.
            run: The run.
            at: Unix seconds.

        Returns:
            Ids of the replaced ones.
        """
        to = None if like.options.get(AS_USUAL) else like.options.get("to")
        of = like.options.get("of") or {"rule": like.rule, "position": like.position}
        others = [mark for mark in standing if mark != like.options.get(STEP_MARK)]
        marks = ", ".join("?" * len(others))
        sql = (
            "SELECT id FROM actions WHERE step = ? AND kind = ? AND entity_id = ? AND id < ?"
            " AND coalesce(json_extract(options, '$.of.rule'), rule) = ?"
            f" AND (json_extract(options, '$.{STEP_MARK}') = ?"
            " OR (coalesce(json_extract(options, '$.of.position'), position) = ?"
            f" AND coalesce(json_extract(options, '$.{STEP_MARK}'), '') NOT IN ({marks})))"
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
            like.options.get(STEP_MARK),
            of["position"],
            *others,
            like.event_id,
            to,
        )
        waiting = [row[0] for row in self._db.execute(sql, same).fetchall()]
        for one in waiting:
            result = {"reason": "superseded", "by": action_id}
            self.settle(one, "skipped", run=run, at=at, error=None, result=result)
        return waiting


def _kept(value: Any) -> str:
    """JSON to be kept, looked through for secrets once more (contract.md G9)."""
    return scrub_json(dump(value))


def _said(error: str | None) -> str | None:
    return error if error is None else scrub(error)
