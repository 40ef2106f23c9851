"""Where a time begins in a table whose ids grow with it.

Found without an index and without reading the rows before it.
"""

from __future__ import annotations

import sqlite3
from typing import Literal

_DAY_S = 86_400

Dated = Literal["events", "actions"]
_COLUMNS = {"events": "detected_at", "actions": "planned_at"}


def first_id(connection: sqlite3.Connection, table: Dated, since: int) -> int:
    """An id that no row of a time lies before.

    Events and actions are numbered as they are written, so the time of writing grows with the id; what an
    event tells of happened before that, but for what happened while its poll ran. A day is left for that and
    for portals whose clock was put back.

    Args:
        connection: The database.
        table: ``events`` or ``actions``.
        since: Unix seconds, by the portal's clock.
    """
    # each by itself: no walk
    ends = (
        f"SELECT (SELECT coalesce(min(id), 0) FROM {table}), (SELECT coalesce(max(id), 0) + 1 FROM {table})"
    )
    low, high = connection.execute(ends).fetchone()
    sql = f"SELECT id, {_COLUMNS[table]} FROM {table} WHERE id >= ? ORDER BY id LIMIT 1"
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(sql, (middle,)).fetchone()
        if row is None or row[1] >= since - _DAY_S:
            high = middle
        else:
            low = int(row[0]) + 1
    return int(low)
