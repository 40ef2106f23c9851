"""Runs, events and what the rules said of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from b24sync.domain.entity import Key
from b24sync.domain.event import Event, history_row_of
from b24sync.store import many_rows
from b24sync.store.search import first_id
from b24sync.store.shapes import dump


@dataclass(frozen=True, slots=True)
class EventRow:
    """A recorded event; times are Unix seconds."""

    id: int
    key: str
    name: str
    kind: str
    entity_id: int
    occurred_at: int
    detected_at: int
    from_: str | None
    to_: str | None
    from_stage: str | None
    to_stage: str | None
    changes: Mapping[str, Any]
    run: int
    own: bool
    root_kind: str | None
    root_id: int | None
    seen: Mapping[str, Any]
    by_user: int | None = None


_COLUMNS = (
    "id, key, name, kind, entity_id, occurred_at, from_, to_, from_stage, to_stage, changes, own, root_kind,"
    " root_id, by_user, run, detected_at, seen"
)


class Journal:
    """What happened. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    # runs

    def begin_run(self, *, started_at: int, local_started_at: int) -> int:
        """Record the start of a poll; returns its number."""
        sql = "INSERT INTO runs (started_at, local_started_at) VALUES (?, ?)"
        return int(self._db.execute(sql, (started_at, local_started_at)).lastrowid or 0)

    def finish_run(
        self,
        run: int,
        *,
        started_at: int,
        finished_at: int,
        duration_s: float,
        exit_code: int,
        report: Mapping[str, Any],
    ) -> None:
        """Record the end of a poll, and when it began by the portal's clock, which it knows by now."""
        self._db.execute(
            "UPDATE runs SET started_at = ?, finished_at = ?, duration_s = ?, exit_code = ?, report = ? "
            "WHERE id = ?",
            (started_at, finished_at, duration_s, exit_code, dump(report), run),
        )

    def last_runs(self, limit: int) -> list[dict[str, Any]]:
        """The newest runs, newest first."""
        rows = self._db.execute("SELECT * FROM runs ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [{**dict(row), "report": json.loads(row["report"])} for row in rows]

    def trim_idle_runs(self, keep: int) -> None:
        """Forget old runs that saw nothing, so that a poll every minute does not fill the disk."""
        self._db.execute(
            "DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - ? AND id IN"
            " (SELECT id FROM runs WHERE exit_code = 0 AND report LIKE '%\"quiet\":true%' ORDER BY "
            "id LIMIT 100)",
            (keep,),
        )

    # events

    def stage_left_by(self, entity: Key, *, after_row: int) -> str | None:
        """The stage that an entity left by the first move told of a history row behind one."""
        sql = (
            "SELECT key, from_stage FROM events WHERE kind = ? AND entity_id = ? AND to_stage IS NOT NULL"
            " ORDER BY id"
        )
        told = {history_row_of(key): left for key, left in self._db.execute(sql, (entity.kind, entity.id))}
        behind = [row for row in told if row is not None and row > after_row]
        return told[min(behind)] if behind else None

    def unrecorded(self, keys: Iterable[str]) -> set[str]:
        """Of some keys of events, those that were not recorded before."""
        some = list(dict.fromkeys(keys))
        found = self._db.execute(f"SELECT key FROM events WHERE key IN ({','.join('?' * len(some))})", some)
        return set(some).difference(row[0] for row in found)

    def add_events(
        self, events: Sequence[tuple[Event, Mapping[str, Any]]], *, run: int, detected_at: int
    ) -> Sequence[int]:
        """Record events that are `unrecorded`, each with the answers that its conditions used.

        Returns:
            Their ids, in the same order.
        """
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
        first = (row[0] if row else 0) + 1
        rows = (
            (number, *_columns(event), run, detected_at, dump(seen))
            for number, (event, seen) in enumerate(events, first)
        )
        into = f"INSERT INTO events ({_COLUMNS})"
        many_rows.insert(self._db, into, rows, columns=_COLUMNS.count(",") + 1)
        return range(first, first + len(events))

    def event(self, event_id: int) -> EventRow | None:
        """One event."""
        row = self._db.execute("SELECT * FROM events WHERE id = ?", (event_id,)).fetchone()
        return _event_row(row) if row else None

    def events(
        self,
        *,
        kind: str | None = None,
        entity_id: int | None = None,
        since: int | None = None,
        name: str | None = None,
        run: int | None = None,
        limit: int | None = None,
    ) -> list[EventRow]:
        """The newest events that fit, oldest first."""
        where, values = _where(kind=kind, entity_id=entity_id, name=name, run=run)
        if since is not None:
            where += ["id >= ?", "+occurred_at >= ?"]
            values += [first_id(self._db, "events", since), since]
        clause = f"WHERE {' AND '.join(where)}" if where else ""
        sql = f"SELECT * FROM events {clause} ORDER BY id DESC LIMIT ?"
        rows = self._db.execute(sql, (*values, -1 if limit is None else limit)).fetchall()
        return [_event_row(row) for row in reversed(rows)]

    def walk(self, *, since: int | None = None, until: int | None = None) -> Iterator[EventRow]:
        """Events that occurred from ``since`` on and before ``until`` (Unix seconds), by id."""
        first, last = self._db.execute(
            "SELECT (SELECT min(id) FROM events WHERE ?1 IS NULL OR occurred_at >= ?1),"
            " (SELECT max(id) FROM events WHERE ?2 IS NULL OR occurred_at < ?2)",
            (since, until),
        ).fetchone()
        sql = (
            "SELECT * FROM events WHERE id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR +occurred_at >= ?3) AND (?4 "
            "IS NULL OR +occurred_at < ?4)"
            " ORDER BY id"
        )
        return (_event_row(row) for row in self._db.execute(sql, (first, last, since, until)))

    def add_verdicts(self, verdicts: Iterable[tuple[int, str, bool, str]]) -> None:
        """Record what rules said: ``(event id, rule, matched, reason)``."""
        many_rows.insert(self._db, "INSERT OR REPLACE INTO verdicts", verdicts, columns=4)

    def verdicts(self, event_id: int) -> list[tuple[str, bool, str]]:
        """What each rule said of an event."""
        sql = "SELECT rule, matched, reason FROM verdicts WHERE event_id = ? ORDER BY rule"
        return [(row[0], bool(row[1]), row[2]) for row in self._db.execute(sql, (event_id,))]


def _columns(event: Event) -> tuple[Any, ...]:
    kind, number = event.entity
    root_kind, root_id = event.root or (None, None)
    return (
        event.key,
        event.name,
        kind,
        number,
        int(event.occurred_at.timestamp()),
        event.from_,
        event.to,
        event.from_stage,
        event.to_stage,
        _told(event),
        int(event.own),
        root_kind,
        root_id,
        event.by,
    )


def _told(event: Event) -> str:
    """The changes of an event as they are kept."""
    move = {"stage_id": [event.from_stage, event.to_stage]}
    return _move(event.from_stage, event.to_stage) if event.changes == move else dump(event.changes)


@lru_cache(maxsize=1024)  # there are few stages, and many moves between them
def _move(left: str | None, entered: str | None) -> str:
    return dump({"stage_id": [left, entered]})


def _where(**columns: Any) -> tuple[list[str], list[Any]]:
    given = {name: value for name, value in columns.items() if value is not None}
    return [f"{name} = ?" for name in given], list(given.values())


def _event_row(row: sqlite3.Row) -> EventRow:
    values = dict(row)
    return EventRow(
        **{
            **values,
            "changes": json.loads(values["changes"]),
            "seen": json.loads(values["seen"]),
            "own": bool(values["own"]),
        }
    )
