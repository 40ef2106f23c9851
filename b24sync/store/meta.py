"""Small things to keep: settings of the database, cached answers of the portal, imported calendars."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from b24sync.secrecy import scrub_json
from b24sync.store.shapes import dump

REHEARSED = "rehearsed"  # the action up to which dry runs have said what they would do


class Keep:
    """Named values and cached answers.

    Writing methods belong into a transaction of the caller, or stand alone.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def get(self, name: str) -> str | None:
        """A named value."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def put(self, name: str, value: str) -> None:
        """Keep a named value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def drop(self, name: str) -> None:
        """Forget a named value."""
        self._db.execute("DELETE FROM meta WHERE name = ?", (name,))

    def cached(self, name: str, *, not_before: int = 0) -> Any:
        """A cached JSON value, if it was put at or after ``not_before`` (Unix seconds); else ``None``."""
        row = self._db.execute(
            "SELECT value FROM cache WHERE name = ? AND at >= ?", (name, not_before)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def names(self) -> dict[str, str]:
        """The names that were learnt: ``company:12`` → name."""
        rows = self._db.execute(
            "SELECT substr(name, 6), value FROM cache WHERE name >= 'name:' AND name < 'name;'"
        )
        return {str(key): str(json.loads(value)) for key, value in rows}

    def cache(self, name: str, value: Any, *, at: int) -> None:
        """Cache a JSON value."""
        self._db.execute("INSERT OR REPLACE INTO cache VALUES (?, ?, ?)", (name, scrub_json(dump(value)), at))

    def forget(self, prefix: str) -> None:
        """Forget cached values whose names begin with ``prefix``."""
        self._db.execute("DELETE FROM cache WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))

    def calendars(self) -> list[tuple[str, int, str]]:
        """Imported official calendars: ``(country, year, text)``."""
        return [
            tuple(row)
            for row in self._db.execute("SELECT country, year, text FROM calendars ORDER BY country, year")
        ]

    def put_calendar(self, country: str, year: int, text: str, *, at: int) -> None:
        """Keep an imported calendar; it replaces an earlier one of that country and year."""
        self._db.execute("INSERT OR REPLACE INTO calendars VALUES (?, ?, ?, ?)", (country, year, text, at))
