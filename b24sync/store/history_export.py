"""Writing the recorded history to a file (see `history_file`)."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from b24sync.log import redact
from b24sync.store import migrations
from b24sync.store.history_file import FORMAT, JSON_COLUMNS, NAME, TABLES, Change, Row, columns_of
from b24sync.store.shapes import Shapes, dump

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.store import Store

_OF_ROWS = ("entities", "held_rows")  # the shapes of their rows stay behind
_LEFT = ("config_digest", "said")  # of one configuration file, of one mailbox of cron


def export(store: Store, target: Path, *, at: datetime, anonymize: Change | None = None) -> int:
    """Write the history into a file that is there whole (0600) or not at all; memory does not grow with it.

    Args:
        store: The database; its state is that of one moment.
        target: The file; one that is there is replaced.
        at: For the header.
        anonymize: Changes each row of each table, or drops it.

    Returns:
        How many rows were written.
    """
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # 0600
    try:
        with os.fdopen(descriptor, "wb") as raw:
            if target.suffix == ".gz":
                with gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
                    rows = _write(store, packed, at, anonymize)
            else:
                rows = _write(store, raw, at, anonymize)
            raw.flush()
            os.fsync(raw.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return rows


def _write(store: Store, out: IO[bytes] | gzip.GzipFile, at: datetime, anonymize: Change | None) -> int:
    count = 0
    with store.reading():
        columns = {table: columns_of(store.connection, table) for table in TABLES}
        head = {
            NAME: "history",
            "format": FORMAT,
            "schema": migrations.VERSION,
            "exported_at": at.isoformat(timespec="seconds"),
            "anonymized": anonymize is not None,
            "sequences": _sequences(store.connection),
            "tables": columns,
        }
        out.write(_line(head))
        for table in TABLES:
            for row in _rows(store.connection, table, anonymize):
                out.write(_line([table, *row.values()]))
                count += 1
        out.write(_line({"end": count}))
    return count


def _line(value: Any) -> bytes:
    return f"{dump(value)}\n".encode()


def _sequences(connection: sqlite3.Connection) -> dict[str, int]:
    return {
        name: seq
        for name, seq in connection.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
        if name in TABLES
    }


def _rows(connection: sqlite3.Connection, table: str, anonymize: Change | None) -> Iterator[Row]:
    shapes = Shapes(connection)
    for found in connection.execute(f"SELECT * FROM {table}"):
        row: Row | None = dict(found)
        if row is None or (table == "meta" and row["name"] in _LEFT):
            continue
        if table in _OF_ROWS:
            row["data"] = dump(shapes.row(row["data"]))
        row = anonymize(table, row) if anonymize else row
        if row is not None:
            yield _without_secrets(table, row)


def _without_secrets(table: str, row: Row) -> Row:
    """The row with secrets taken out of its texts; JSON stays JSON."""
    whole = "\n".join(value for value in row.values() if isinstance(value, str))
    if redact(whole) == whole:
        return row
    for column, value in row.items():
        if isinstance(value, str) and redact(value) != value:
            row[column] = (
                dump(_redacted(json.loads(value))) if column in JSON_COLUMNS.get(table, ()) else redact(value)
            )
    return row


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list):
        return [_redacted(one) for one in value]
    return {redact(name): _redacted(one) for name, one in value.items()} if isinstance(value, dict) else value
