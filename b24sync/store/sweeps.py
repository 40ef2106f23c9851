"""How far reconciles came, and what they found: a reconcile that is cut off goes on (contract.md G14)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Literal, TypeAlias

Found: TypeAlias = Literal["new", "changed", "missing", "unseen"]


@dataclass(frozen=True, slots=True)
class SweepPlace:
    """A reconcile of one kind that is under way.

    Attributes:
        begun: Portal time at its beginning, Unix seconds.
        rows_after: The portal's rows up to this id are compared.
        compared: Those of the snapshot up to this id are.
        seen: How many rows the portal showed.
        walked: Everything is compared; what was found is still to be looked into.
        by_hand: A person asked for it: the guard does not stop it.
        guard: Why deletions are not looked into (`domain.mass_loss`); empty if they are.
    """

    kind: str
    begun: int
    rows_after: int = 0
    compared: int = 0
    seen: int = 0
    walked: bool = False
    by_hand: bool = False
    guard: str = ""


class Sweeps:
    """The reconciles under way. Writing methods belong into a transaction of the caller.

    What was found and looked into is only forgotten with the transaction that applies it: after a kill it
    is looked into again.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def of(self, kind: str) -> SweepPlace | None:
        """The reconcile of a kind that goes on; ``None`` if there is none."""
        row = self._db.execute("SELECT * FROM sweeps WHERE kind = ?", (kind,)).fetchone()
        return SweepPlace(*row) if row else None  # of flags SQLite says 0 or 1

    def save(self, place: SweepPlace) -> None:
        """Keep the place of a reconcile."""
        self._db.execute("INSERT OR REPLACE INTO sweeps VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(place))

    def note(self, kind: str, what: Found, ids: Iterable[int]) -> None:
        """Keep what was found."""
        sql = "INSERT OR IGNORE INTO sweep_found (kind, what, id) VALUES (?, ?, ?)"
        self._db.executemany(sql, ((kind, what, number) for number in ids))

    def forget(self, kind: str, what: Found, *, if_also: Found | None = None) -> None:
        """Drop what was found, or only what was also found otherwise."""
        sql = "DELETE FROM sweep_found WHERE kind = ?1 AND what = ?2"
        if if_also is not None:
            sql += " AND id IN (SELECT id FROM sweep_found WHERE kind = ?1 AND what = ?3)"
        self._db.execute(sql, (kind, what, if_also)[: 2 if if_also is None else 3])

    def count(self, kind: str, what: Found) -> int:
        """How many were found."""
        sql = "SELECT count(*) FROM sweep_found WHERE kind = ? AND what = ?"
        return int(self._db.execute(sql, (kind, what)).fetchone()[0])

    def missing(self, kind: str, after: int, limit: int) -> list[int]:
        """The next ids behind one that the portal did not show, and that nobody asked for yet."""
        sql = (
            "SELECT id FROM sweep_found WHERE kind = ? AND what = 'missing' AND NOT looked AND id > ?"
            " ORDER BY id LIMIT ?"
        )
        return [row[0] for row in self._db.execute(sql, (kind, after, limit))]

    def differing(self, kind: str, after: int, limit: int) -> list[tuple[int, bool]]:
        """The next ids behind one that differ or are new (``True``), and that were not read again yet."""
        sql = (
            "SELECT id, max(what = 'new') FROM sweep_found WHERE kind = ? AND what IN ('changed', 'new')"
            " AND NOT looked AND id > ? GROUP BY id ORDER BY id LIMIT ?"
        )
        return [(row[0], bool(row[1])) for row in self._db.execute(sql, (kind, after, limit))]

    def looked(self, kind: str, what: Iterable[Found], ids: Iterable[int]) -> None:
        """They were asked for, and what came is staged."""
        rows = [(kind, one, number) for number in ids for one in what]
        sql = "UPDATE sweep_found SET looked = 1 WHERE kind = ? AND what = ? AND id = ?"
        self._db.executemany(sql, rows)

    def look_again(self, kind: str) -> None:
        """What was staged and never applied is looked into again."""
        self._db.execute("UPDATE sweep_found SET looked = 0 WHERE kind = ?", (kind,))

    def applied(self, kind: str, *, ended: bool) -> None:
        """What was looked into is applied; ``ended``: and nothing of the reconcile is left."""
        if ended:
            self.drop(kind)
        else:
            self._db.execute("DELETE FROM sweep_found WHERE kind = ? AND looked", (kind,))

    def drop(self, kind: str) -> None:
        """Forget the reconcile of a kind."""
        for table in ("sweeps", "sweep_found"):
            self._db.execute(f"DELETE FROM {table} WHERE kind = ?", (kind,))
