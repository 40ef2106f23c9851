"""Making a database of an exported history, or reading it where it is (see `history_file`)."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from b24sync.errors import UsageError
from b24sync.plain_files import open_plain
from b24sync.store import Store, migrations
from b24sync.store.db import let_shrink, open_read_only
from b24sync.store.history_file import FORMAT, JSON_COLUMNS, NAME, TABLES, columns_of
from b24sync.store.shapes import dump
from b24sync.words import database as said
from b24sync.words.system_refusals import refusal

_LONGEST_LINE = 16_000_000  # bytes: as an answer of the portal; small lists in it take thirty times as much
_BATCH = 500
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import took over.

    Attributes:
        held: Actions that were to be done and are held now: the place that the history comes from may do them
            too.
    """

    rows: int
    held: int
    anonymized: bool


def take_in(source: Path, database: Path) -> Taken:
    """Make a new database of an exported history: all of it or nothing.

    Raises:
        UsageError: The file is no whole history of a format that is known here, or the database is there
            already.
    """
    if database.exists():
        raise UsageError(said.THERE_ALREADY(path=database), remedy=said.NEW_ONE_ONLY())
    descriptor, name = tempfile.mkstemp(dir=database.parent, prefix=f".{database.name}.")
    os.close(descriptor)
    made = Path(name)
    try:
        taken = _build(source, made, hold=True)
        _place(made, database)
    finally:
        for left in (made, *(made.with_name(f"{made.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)
    return taken


def _place(made: Path, database: Path) -> None:
    with made.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(made, database)  # unlike a rename it replaces nothing
    except FileExistsError:
        raise UsageError(said.MADE_MEANWHILE(path=database), remedy=said.STOP_POLLS()) from None
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def opened(source: Path) -> Iterator[Store]:
    """A history for reading.

    An exported file (taken into a private temporary database), or a database itself.

    Raises:
        UsageError: The file is neither.
    """
    if _begins(source, len(_SQLITE)) == _SQLITE:
        store = Store(open_read_only(source), source)
        try:
            yield store
        finally:
            store.close()
        return
    with tempfile.TemporaryDirectory(prefix="b24sync-") as folder:
        path = Path(folder, "history.db")
        _build(source, path, hold=False)
        store = Store(open_read_only(path), path)
        try:
            yield store
        finally:
            store.close()


def _begins(source: Path, count: int) -> bytes:
    try:
        with open_plain(source) as file:
            return file.read(count)
    except OSError as error:
        raise UsageError(said.UNREADABLE(path=source, why=refusal(error))) from None


def _build(source: Path, path: Path, *, hold: bool) -> Taken:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.row_factory = sqlite3.Row
        let_shrink(connection)
        migrations.upgrade(connection, path)
        connection.execute("PRAGMA journal_mode=OFF")  # a file that is not finished is thrown away
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        head, rows = _load(source, connection)
        _check(source, connection)
        _continue_sequences(source, connection, head.get("sequences"))
        held = _hold(connection) if hold else 0
        connection.execute("COMMIT")
    finally:
        connection.close()
    return Taken(rows, held, head.get("anonymized") is True)


def _load(source: Path, connection: sqlite3.Connection) -> tuple[Mapping[str, Any], int]:
    lines = _lines(source)
    first = next(lines, None)
    head = _head(source, first)
    inserts = {
        table: _insert(source, connection, table, columns) for table, columns in head["tables"].items()
    }
    count, number, ended = 0, 1, False
    pending: list[Sequence[Any]] = []
    current = ""
    for number, value in enumerate(lines, start=2):
        if ended:
            raise _bad(source, number, said.AFTER_END())
        if isinstance(value, dict):
            ended = value.get("end") == count
            if not ended:
                raise _bad(source, number, said.OTHER_COUNT(said=repr(value.get("end")), count=count))
            continue
        table, row = _row(source, number, value, head["tables"])
        if table != current or len(pending) >= _BATCH:
            _flush(source, number, connection, inserts.get(current, ""), pending)
            current = table
        pending.append(row)
        count += 1
    _flush(source, number, connection, inserts.get(current, ""), pending)
    if not ended:
        raise _bad(source, number, said.NO_END())
    return head, count


def _lines(source: Path) -> Iterator[Any]:
    packed = _begins(source, 2) == b"\x1f\x8b"
    number = 0
    try:
        with gzip.open(source, "rb") if packed else source.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                number += 1
                yield _parsed(source, number, line)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UsageError(said.CUT_OFF(path=source, line=number + 1, why=error)) from None


def _parsed(source: Path, number: int, line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise _bad(source, number, said.NO_JSON_LINE() if number > 1 else said.NO_HISTORY()) from None


def _head(source: Path, value: Any) -> dict[str, Any]:
    if (
        not isinstance(value, dict)
        or value.get(NAME) != "history"
        or not isinstance(value.get("tables"), dict)
    ):
        raise _bad(source, 1, said.NO_HISTORY_MADE())
    if (
        value.get("format") != FORMAT
        or type(value.get("schema")) is not int
        or not 0 < value["schema"] <= migrations.VERSION
    ):
        raise _bad(
            source,
            1,
            said.OTHER_FORMAT(format=repr(value.get("format")), schema=repr(value.get("schema"))),
        )
    return value


def _insert(source: Path, connection: sqlite3.Connection, table: str, columns: Any) -> str:
    known = columns_of(connection, table) if table in TABLES else []
    fitting = isinstance(columns, list) and columns and all(column in known for column in columns)
    if not fitting or len({*columns}) < len(columns):
        raise _bad(source, 1, said.OTHER_TABLE(table=table))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _row(
    source: Path, number: int, value: Any, tables: Mapping[str, Sequence[str]]
) -> tuple[str, Sequence[Any]]:
    known = isinstance(value, list) and value and isinstance(value[0], str) and value[0] in tables
    if (
        not known
        or len(value) != len(tables[value[0]]) + 1
        or any(isinstance(cell, list | dict) for cell in value[1:])
    ):
        raise _bad(source, number, said.NO_ROW())
    return value[0], value[1:]


def _flush(
    source: Path, number: int, connection: sqlite3.Connection, sql: str, rows: list[Sequence[Any]]
) -> None:
    if not rows:
        return
    try:
        connection.executemany(sql, rows)
    except (sqlite3.IntegrityError, OverflowError, UnicodeEncodeError) as error:
        why = str(error).encode("ascii", "backslashreplace").decode()
        raise UsageError(said.NO_FIT(path=source, line=number, why=why)) from None
    rows.clear()


def _check(source: Path, connection: sqlite3.Connection) -> None:
    """JSON is JSON, and what rows refer to is there."""
    for table, columns in JSON_COLUMNS.items():
        for column in columns:
            if connection.execute(f"SELECT 1 FROM {table} WHERE NOT json_valid({column}) LIMIT 1").fetchone():
                raise UsageError(said.NO_JSON(path=source, column=f"{table}.{column}"))
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        raise UsageError(said.NO_PARENT(path=source, table=broken[0], other=broken[2]))


def _continue_sequences(source: Path, connection: sqlite3.Connection, sequences: Any) -> None:
    """Ids go on where they were, also if the last rows are gone."""
    for table, last in sequences.items() if isinstance(sequences, dict) else ():
        if table not in TABLES or not isinstance(last, int):
            continue
        if not 0 <= last < 2**63:
            raise _bad(source, 1, said.NO_SUCH_ID(table=table))
        changed = connection.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, table)
        ).rowcount
        if not changed:
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))


def _hold(connection: sqlite3.Connection) -> int:
    """What was still to be done waits for a person (as after ``poll --baseline``).

    An interrupted send stays in doubt.
    """
    connection.execute(
        "UPDATE actions SET state = 'uncertain', claimed_by = NULL WHERE state = 'running' AND sending"
    )
    sql = (
        "UPDATE actions SET state = 'held', next_attempt_at = NULL, claimed_by = NULL, result = ? WHERE "
        "state IN ('pending', 'running')"
    )
    return connection.execute(sql, (dump({"reason": "imported"}),)).rowcount


def _bad(source: Path, number: int, what: str) -> UsageError:
    return UsageError(f"{source}:{number}: {what}")
