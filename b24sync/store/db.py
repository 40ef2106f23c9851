"""Open the database and run transactions.

WAL with ``synchronous=FULL``: nothing committed is lost on a power cut (contract.md G8). Every writing
transaction takes the write lock at once (``BEGIN IMMEDIATE``): a deferred one that reads and then writes
fails with "database is locked" without waiting.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.errors import StoreError, UntrustedStoreError
from b24sync.ownership import file_fault
from b24sync.store import migrations
from b24sync.words import database as said
from b24sync.words import outside as messages
from b24sync.words.system_refusals import refusal

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
        connection = _connection(path)
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    try:
        _check_readable(connection, path)  # first of all: the pragmas below write into the file
        _set_up(connection)
        migrations.upgrade(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise unusable(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a database that is there; nothing can be written through the connection.

    Raises:
        StoreError: There is none, it cannot be read, or is of another schema than this program's.
    """
    if not path.exists():
        raise StoreError(messages.NO_DATABASE(path=path), remedy=messages.POLL_FIRST())
    try:
        connection = _reader(path, "mode=ro")
        _check_readable(connection, path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise unusable(path, error) from error
    if version != migrations.VERSION:
        connection.close()
        remedy = said.UPGRADE() if version > migrations.VERSION else said.RUN_STATUS()
        raise StoreError(said.OTHER_SCHEMA(path=path, found=version, own=migrations.VERSION), remedy=remedy)
    return connection


def _reader(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?{mode}", uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA temp_store=MEMORY")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if mode == "mode=ro" and not path.with_name(f"{path.name}-wal").exists():
            return _reader(
                path, "mode=ro&immutable=1"
            )  # a folder in which not even the index of a journal can be made
        raise
    return connection


def connect(path: Path) -> sqlite3.Connection:
    """A connection with the pragmas that the guarantees rest on; no schema check."""
    connection = _connection(path)
    try:
        _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _connection(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def let_shrink(connection: sqlite3.Connection) -> None:
    """Let a database that has no pages yet give freed ones back to the disk, little by little.

    Too late for any other.
    """
    if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")


def _set_up(connection: sqlite3.Connection) -> None:
    let_shrink(connection)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA temp_store=MEMORY")


def _prepare_file(path: Path, *, create: bool) -> None:
    if not path.parent.is_dir():
        raise StoreError(said.NO_FOLDER(path=path), remedy=said.MAKE_FOLDER(folder=path.parent))
    if path.is_symlink():
        raise StoreError(said.IS_LINK(path=path), remedy=said.NAME_FILE())
    mode = path.parent.stat().st_mode
    if mode & 0o002 and not mode & 0o1000:
        raise StoreError(said.OPEN_FOLDER(folder=path.parent), remedy=said.CLOSE_FOLDER(folder=path.parent))
    if path.exists():
        _check_owner(path)
        return
    if not create:
        raise StoreError(messages.NO_DATABASE(path=path), remedy=messages.POLL_FIRST())
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(
            said.NOT_MADE(path=path, why=refusal(error)), remedy=said.RIGHTS_AND_DISK()
        ) from error


def _check_owner(path: Path) -> None:
    """A database or a journal that another user planted holds actions of their choice."""
    for one in (path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm", "-journal"))):
        fault = file_fault(one, group_may_write=True)
        if fault:
            raise UntrustedStoreError(f"{one}: {fault.said()}")


def _check_readable(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application != migrations.APPLICATION_ID:
        raise StoreError(said.NOT_OURS(path=path), remedy=said.CHANGE_PATH())


def unusable(path: Path | str, error: sqlite3.Error) -> StoreError:
    """The error for a person, out of SQLite's."""
    text = str(error)
    if isinstance(error, sqlite3.OperationalError) and ("full" in text or "disk I/O" in text):
        return StoreError(
            messages.DISK(path=path, why=text),
            remedy=messages.FREE_SPACE(),
        )
    if "readonly" in text or "unable to open" in text:
        return StoreError(
            messages.UNWRITABLE(path=path, why=text),
            remedy=messages.CHECK_OWNER(),
        )
    if "locked" in text:
        return StoreError(messages.LOCKED(path=path, why=text), remedy=messages.CLOSE_IT())
    return StoreError(
        messages.DAMAGED(path=path, why=text),
        remedy=messages.RESTORE(),
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
