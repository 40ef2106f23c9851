"""Forgetting old history in small transactions, so that no poll waits for long.

What later polls and steps depend on stays: entities, cursors, the ledger, due dates, reminders and closings,
open actions with their events, and actions that made something (whether a set of tasks is finished is told by
them).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.store.db import transaction

if TYPE_CHECKING:
    from b24sync.store import Store

_CHUNK = 1000
_PAGES = 256
_STEPS = 100  # SQLite looks for each page in the whole list of free ones: many pages take long
_QUICK_BYTES = 256_000_000
_SETTLED = "('done', 'skipped', 'cancelled')"
_NEEDED = (  # an action that must stay: open, settled lately, or the maker of something
    f"(a.state NOT IN {_SETTLED} OR coalesce(a.settled_at, a.planned_at) >= :before OR a.id IN (SELECT "
    f"action_id FROM own_made))"
)


@dataclass(frozen=True, slots=True)
class Trimmed:
    """How many rows went, and what became of their space.

    Attributes:
        freed: Bytes given back to the disk.
        unused: Bytes that the database keeps for new rows.
    """

    revisions: int
    events: int
    actions: int
    runs: int
    freed: int
    unused: int


@dataclass(slots=True)
class Trim:
    """One trimming.

    Attributes:
        before: Unix seconds; what is older goes.
        pause: Called between two transactions, so that others get their turn.
    """

    store: Store
    before: int
    pause: Callable[[], None]

    def run(self) -> Trimmed:
        """Forget, and give the space back where the database can."""
        revisions = self._revisions()
        events, actions = self._events()
        actions += self._operators()
        runs = self._runs()
        freed, unused = self._shrink()
        return Trimmed(
            revisions=revisions, events=events, actions=actions, runs=runs, freed=freed, unused=unused
        )

    def _ask(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        return self.store.connection.execute(
            sql, {"before": self.before, "chunk": _CHUNK, **values}
        ).fetchall()

    def _delete(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            self.store.connection.executemany(sql, [tuple(row) for row in rows])

    def _revisions(self) -> int:
        count, place = 0, ("", 0, 0)
        while True:
            page = self._ask(
                "SELECT kind, id, number, observed_at FROM revisions WHERE (kind, id, number) > (:kind, "
                ":id, :number)"
                " ORDER BY kind, id, number LIMIT :chunk",
                kind=place[0],
                id=place[1],
                number=place[2],
            )
            if not page:
                return count
            old = [tuple(row)[:3] for row in page if row["observed_at"] < self.before]
            if old:
                with transaction(self.store.connection):
                    self._delete("DELETE FROM revisions WHERE kind = ? AND id = ? AND number = ?", old)
                self.pause()
            count += len(old)
            place = tuple(page[-1])[:3]

    def _events(self) -> tuple[int, int]:
        events = actions = place = 0
        last = self._ask("SELECT coalesce(max(id), 0) FROM events WHERE occurred_at < :before")[0][0]
        while place < last:
            page = self._ask(
                "SELECT id, detected_at FROM events WHERE id > :place AND id <= :last ORDER BY id "
                "LIMIT :chunk",
                place=place,
                last=last,
            )
            if not page:
                break
            place = page[-1]["id"]
            with transaction(self.store.connection):
                gone = [
                    (row["id"],)
                    for row in page
                    if row["detected_at"] < self.before and not self._is_needed(row["id"])
                ]
                self._delete("DELETE FROM verdicts WHERE event_id = ?", gone)
                before = self.store.connection.total_changes
                self._delete("DELETE FROM actions WHERE event_id = ?", gone)
                actions += self.store.connection.total_changes - before
                self._delete("DELETE FROM events WHERE id = ?", gone)
            events += len(gone)
            self.pause()
        return events, actions

    def _is_needed(self, event_id: int) -> bool:
        return bool(
            self._ask(
                f"SELECT 1 FROM actions a WHERE a.event_id = :event AND {_NEEDED} LIMIT 1", event=event_id
            )
        )

    def _operators(self) -> int:
        """Actions by operators, which have no event."""
        return self._in_chunks(
            f"DELETE FROM actions WHERE id IN (SELECT a.id FROM actions a WHERE a.event_id IS NULL AND NOT "
            f"{_NEEDED} LIMIT :chunk)"
        )

    def _runs(self) -> int:
        """Old runs; the newest one stays, by which later ones are numbered."""
        return self._in_chunks(
            "DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE started_at < :before AND id < (SELECT "
            "max(id) FROM runs) LIMIT :chunk)"
        )

    def _in_chunks(self, sql: str) -> int:
        count = 0
        while True:
            with transaction(self.store.connection):
                gone = self.store.connection.execute(sql, {"before": self.before, "chunk": _CHUNK}).rowcount
            count += gone
            if gone < _CHUNK:
                return count
            self.pause()

    def _shrink(self) -> tuple[int, int]:
        """Give free pages back: where little is left by writing that anew, which takes a moment.

        Else page by page, for a while.
        """
        pragma = self._pragma
        size, free, total = pragma("page_size"), pragma("freelist_count"), pragma("page_count")
        before = free
        if free > (total - free) and (total - free) * size <= _QUICK_BYTES:
            self.store.connection.execute(
                "PRAGMA temp_store=FILE"
            )  # not in memory: what is left may be large
            self.store.connection.execute("VACUUM")
            free = pragma("freelist_count")
        for _ in range(_STEPS):
            if not (free and pragma("auto_vacuum")):
                break
            self.store.connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
            free = pragma("freelist_count")
            self.pause()
        return (before - free) * size, free * size

    def _pragma(self, name: str) -> int:
        return int(self.store.connection.execute(f"PRAGMA {name}").fetchone()[0])
