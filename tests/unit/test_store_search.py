"""Where a time begins among rows that are numbered as they are written."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from b24sync.store.search import first_id

DAY = 86_400


@pytest.fixture
def table() -> Iterator[sqlite3.Connection]:
    """A table of events with gaps between the ids."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, detected_at INTEGER)")
        yield connection


def test_no_row_of_the_time_lies_before_and_few_that_are_older_lie_behind(table: sqlite3.Connection) -> None:
    chance = random.Random(3)
    rows, number, at = [], 0, 0
    for _ in range(2000):
        number, at = number + chance.randint(1, 9), at + chance.randint(0, 3 * DAY)
        rows.append((number, at))
    table.executemany("INSERT INTO events VALUES (?, ?)", rows)
    for since in [-DAY, 0, at, at + 2 * DAY, *(chance.randint(0, at) for _ in range(200))]:
        found = first_id(table, "events", since)
        assert all((number < found) == (moment < since - DAY) for number, moment in rows)


def test_an_empty_table_has_a_beginning(table: sqlite3.Connection) -> None:
    assert first_id(table, "events", 5) >= 0


def test_the_ends_are_found_without_a_walk(table: sqlite3.Connection) -> None:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    table.executemany("INSERT INTO events VALUES (?, ?)", ((number, number) for number in range(100_000)))
    table.set_progress_handler(count, 100)
    first_id(table, "events", 50_000 + DAY)
    assert steps < 100
