"""Many rows into one table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

_VALUES = 900  # that one statement takes; an SQLite of some years ago took 999 at most


def insert(connection: sqlite3.Connection, into: str, rows: Iterable[Sequence[Any]], *, columns: int) -> None:
    """Write rows, dozens of them by one statement: to begin and end one costs as much as to write a row.

    Args:
        connection: Where to; in a transaction of the caller.
        into: The statement up to its values, such as ``INSERT INTO shapes (codes, places)``.
        rows: The values of each row.
        columns: How many a row has.
    """
    every, one = list(rows), f"({', '.join('?' * columns)})"
    most = _VALUES // columns
    whole = len(every) - len(every) % most
    if whole:
        sql = f"{into} VALUES {', '.join([one] * most)}"
        for start in range(0, whole, most):
            connection.execute(sql, list(chain.from_iterable(every[start : start + most])))
    connection.executemany(f"{into} VALUES {one}", every[whole:])
