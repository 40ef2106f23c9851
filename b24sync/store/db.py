"""Open the database and run transactions.

WAL with ``synchronous=FULL``: nothing committed is lost on a power cut (DESIGN.md G8). Every writing transaction takes the write lock at
once (``BEGIN IMMEDIATE``): a deferred one that reads and then writes fails with "database is locked" without waiting.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.errors import StoreError
from b24sync.store import migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_TIMEOUT_S = 60.0


def open_database(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open the database, private to its owner (0600), and bring its schema up to date.

    Args:
        path: The file; its folder must exist.
        create: Make the file if it is absent; else raise.

    Returns:
        A connection in autocommit mode, rows as ``sqlite3.Row``.

    Raises:
        StoreError: The file cannot be opened, is damaged, or belongs to a newer program.
    """
    _prepare_file(path, create=create)
    try:
        connection = connect(path)
        _check_readable(connection, path)
        migrations.upgrade(connection, path)
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the pragmas that the guarantees rest on; no schema check."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _prepare_file(path: Path, *, create: bool) -> None:
    if not path.parent.is_dir():
        raise StoreError(f"{path}: the folder does not exist", remedy=f"make it (mkdir -p {path.parent}) or change store.path")
    if path.is_symlink():
        raise StoreError(f"{path}: is a symbolic link", remedy="name the real file in store.path")
    mode = path.parent.stat().st_mode
    if mode & 0o002 and not mode & 0o1000:
        raise StoreError(
            f"{path.parent}: anybody may replace files in this folder", remedy=f"chmod o-w {path.parent}, or change store.path"
        )
    if path.exists():
        return
    if not create:
        raise StoreError(f"{path}: there is no database yet", remedy="run b24sync poll first")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"{path}: cannot be made: {error.strerror}", remedy="check the folder's rights and the disk") from error


def _check_readable(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application != migrations.APPLICATION_ID:
        raise StoreError(f"{path}: is not a database of b24sync", remedy="change store.path")


def unusable(path: Path | str, error: sqlite3.Error) -> StoreError:
    """The error for a person, out of SQLite's."""
    text = str(error)
    if isinstance(error, sqlite3.OperationalError) and ("full" in text or "disk I/O" in text):
        return StoreError(f"{path}: the disk is full or failing ({text})", remedy="free space and poll again; nothing is lost")
    if "readonly" in text or "unable to open" in text:
        return StoreError(f"{path}: cannot be written ({text})", remedy="check the owner and mode of the file and of its folder")
    if "locked" in text:
        return StoreError(f"{path}: is locked by another program ({text})", remedy="close it and run again")
    return StoreError(
        f"{path}: is damaged ({text})",
        remedy="restore it from a backup and run b24sync poll --baseline, or move it away and start anew",
    )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is committed together, or nothing is. No network call belongs inside."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Several reads that see one state."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")
