"""The recorded history as a file, and back: JSON Lines, one row a line, gzipped if the name ends in ``.gz``.

The first line says what it is (format version, tables and their columns), the last one how many rows there
are, so that a file that was cut off is known. Secrets are taken out on the way, what belongs to the poll
under way or to one machine stays behind.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

FORMAT = 1
NAME = "b24sync"
TABLES = (
    "meta",
    "cache",
    "calendars",
    "cursors",
    "entities",
    "revisions",
    "history_seen",
    "events",
    "verdicts",
    "actions",
    "runs",
    "own_writes",
    "own_made",
    "own_runs",
    "due_dates",
    "documents",
    "reminders",
    "closings",
    "ledger",
    "to_judge",
    "awaited",
    "held",
    "held_rows",
    "held_history",
)
JSON_COLUMNS = {
    "cache": ("value",),
    "entities": ("data",),
    "revisions": ("changes",),
    "events": ("changes", "seen"),
    "actions": ("result", "memory", "options"),
    "runs": ("report",),
    "own_writes": ("value",),
    "held_rows": ("data",),
}

Row = dict[str, Any]
Change = Callable[[str, Row], Row | None]


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """The names of a table's columns; none if there is no such table."""
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
