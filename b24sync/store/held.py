"""Entities that are left out for a time: what cannot be read or mapped, and what waits for a link (G13).

Their rows and stage history are kept, so that nothing is missed when they come back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple, TypeAlias

from b24sync.domain.entity import Key

Why: TypeAlias = Literal["row", "link"]
_COLUMNS = "kind, id, why, reason, tries, fresh_from, kept"
FIRST_S, LONGEST_S = 300, 24 * 3600  # back-off between two tries of a row


class HeldEntity(NamedTuple):
    """One entity that is left out.

    Attributes:
        why: ``row``: it cannot be read or mapped (quarantine); ``link``: a condition waits for something
            that it is linked to.
        tries: How many polls tried in vain.
        fresh_from: An entity made from this time on counts as created when it comes back, Unix seconds.
        kept: What was read of it is kept; else its row could not be read at all.
    """

    kind: str
    id: int
    why: Why
    reason: str
    tries: int
    fresh_from: int | None
    kept: bool  # SQLite says 0 or 1


class Held:
    """What is left out for a time. Writing methods belong into a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of_kind(self, kind: str) -> dict[int, HeldEntity]:
        """Everything of a kind that is left out, by id."""
        sql = f"SELECT {_COLUMNS} FROM held WHERE kind = ?"
        return {row[1]: HeldEntity(*row) for row in self._db.execute(sql, (kind,))}

    def counts(self) -> dict[str, int]:
        """Kind → how many entities are in quarantine."""
        sql = "SELECT kind, count(*) FROM held WHERE why = 'row' GROUP BY kind ORDER BY kind"
        return {row[0]: row[1] for row in self._db.execute(sql)}

    def due(self, kinds: Iterable[str], now: int) -> bool:
        """Whether anything that is kept of some kinds is to be tried again."""
        sql = "SELECT 1 FROM held WHERE kind = ? AND (why = 'link' OR next_at <= ?) AND kept LIMIT 1"
        return any(self._db.execute(sql, (kind, now)).fetchone() for kind in kinds)

    def unread(self, kind: str, now: int, limit: int) -> list[int]:
        """Ids whose rows could not be read at all, and are to be asked for again."""
        sql = (
            "SELECT id FROM held WHERE kind = ? AND NOT kept AND next_at <= ? AND id > 0 ORDER BY id LIMIT ?"
        )
        return [row[0] for row in self._db.execute(sql, (kind, now, limit))]

    def unreadable(self, kind: str, limit: int) -> list[int]:
        """Ids whose rows could not be read at all, whether or not they are to be asked for now."""
        sql = "SELECT id FROM held WHERE kind = ? AND NOT kept AND why = 'row' AND id > 0 ORDER BY id LIMIT ?"
        return [row[0] for row in self._db.execute(sql, (kind, limit))]

    def note(
        self, kind: str, entity_id: int, why: Why, reason: str, *, at: int, fresh_from: int | None
    ) -> None:
        """Leave an entity out; one that is left out already has been tried once more."""
        self._db.execute(
            "INSERT INTO held (kind, id, why, reason, since, tries, next_at, fresh_from) VALUES"
            " (?1, ?2, ?3, ?4, ?5, 1, ?5 + ?7, ?6) ON CONFLICT (kind, id) DO UPDATE SET"
            " told = told AND why = excluded.why,"
            " tries = CASE WHEN why = excluded.why THEN tries + 1 ELSE 1 END,"
            " why = excluded.why, reason = excluded.reason,"
            " next_at = ?5 + min(?8, ?7 * (1 << min(tries, 20)))",
            (kind, entity_id, why, reason[:500], at, fresh_from, FIRST_S, LONGEST_S),
        )

    def wait(self, kind: str, entity_id: int, reason: str, *, at: int, counted: bool) -> None:
        """An entity's events wait for a link; ``counted``: the portal was asked for it in vain."""
        self._db.execute(
            "INSERT INTO held (kind, id, why, reason, since, tries, next_at) VALUES"
            " (?1, ?2, 'link', ?3, ?4, ?5, ?4) ON CONFLICT (kind, id) DO UPDATE SET"
            " tries = CASE WHEN why = 'link' THEN tries + ?5 ELSE ?5 END, why = 'link', reason = ?3",
            (kind, entity_id, reason[:500], at, int(counted)),
        )

    def long_waiting(self, polls: int) -> list[Key]:
        """Entities that have waited for a link in so many polls."""
        sql = "SELECT kind, id FROM held WHERE why = 'link' AND tries >= ?"
        return [Key(*row) for row in self._db.execute(sql, (polls,))]

    def end_waiting(self, but: Collection[Key]) -> None:
        """Forget who waited without news of their own (for a reminder), but for some."""
        sql = "SELECT kind, id FROM held WHERE why = 'link' AND NOT kept"
        over = [tuple(row) for row in self._db.execute(sql) if Key(*row) not in but]
        self._db.executemany("DELETE FROM held WHERE kind = ? AND id = ?", over)

    def keep(self, kind: str, entity_id: int, *, fresh_from: int | None = None) -> None:
        """Take what is staged of an entity out of this poll, and keep it."""
        one = (kind, entity_id)
        self._db.execute(
            "INSERT OR REPLACE INTO held_rows SELECT * FROM staged_rows WHERE kind = ? AND id = ?", one
        )
        self._db.execute("DELETE FROM staged_rows WHERE kind = ? AND id = ?", one)
        self.keep_history(kind, entity_id)
        self._db.execute(
            "UPDATE held SET kept = 1, fresh_from = coalesce(fresh_from, ?) WHERE kind = ? AND id = ?",
            (fresh_from, *one),
        )

    def keep_history(self, kind: str, entity_id: int) -> None:
        """Keep what is staged of an entity's history until its row is read."""
        one = (kind, entity_id)
        history = "SELECT * FROM staged_history WHERE kind = ? AND owner = ?"
        self._db.execute(f"INSERT OR IGNORE INTO held_history {history}", one)
        self._db.execute(
            "INSERT OR IGNORE INTO history_seen SELECT kind, id, at FROM staged_history"
            " WHERE kind = ? AND owner = ?",
            one,
        )
        self._db.execute("DELETE FROM staged_history WHERE kind = ? AND owner = ?", one)

    def restage(self, kind: str, now: int) -> None:
        """Put back what is due, or has news; a row that was read since stays as it was read."""
        due = (
            "SELECT id FROM held WHERE kind = ?1 AND (kept AND (why = 'link' OR next_at <= ?2"
            " OR id IN (SELECT owner FROM staged_history WHERE kind = ?1))"
            " OR id IN (SELECT id FROM staged_rows WHERE kind = ?1))"
        )
        values = (kind, now)
        for table, owner in (("rows", "id"), ("history", "owner")):
            which = f"kind = ?1 AND {owner} IN ({due})"
            self._db.execute(
                f"INSERT OR IGNORE INTO staged_{table} SELECT * FROM held_{table} WHERE {which}", values
            )
            self._db.execute(f"DELETE FROM held_{table} WHERE {which}", values)

    def lift(self, kind: str, entity_id: int) -> None:
        """It is read and applied again."""
        for table in ("held", "held_rows"):
            self._db.execute(f"DELETE FROM {table} WHERE kind = ? AND id = ?", (kind, entity_id))
        self._db.execute("DELETE FROM held_history WHERE kind = ? AND owner = ?", (kind, entity_id))

    def untold(self) -> list[HeldEntity]:
        """What came into quarantine and was not told to anybody yet."""
        sql = f"SELECT {_COLUMNS} FROM held WHERE why = 'row' AND NOT told ORDER BY kind, id"
        return [HeldEntity(*row) for row in self._db.execute(sql)]

    def told(self) -> None:
        """Everything in quarantine was told."""
        self._db.execute("UPDATE held SET told = 1 WHERE why = 'row' AND NOT told")
