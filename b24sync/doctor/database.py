"""The database, looked at read-only: whether it opens and is whole, who may read it, how old its news is."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.store import Store
from b24sync.store.db import connect, unusable
from b24sync.store.migrations import APPLICATION_ID, VERSION, upgrade
from b24sync.store.portal_use import LIMIT_S, Load
from b24sync.words import load as load_words

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.app import App

LONGEST_CHECK_S = 20.0
LEAST_FREE = 200_000_000
_SMALL_TABLES = ("meta", "cache", "calendars", "rate_bucket", "method_blocks")
_OLD_POLL_S = 24 * 3600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading only.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    with closing(
        sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
    ) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def scratch(path: Path) -> Store:
    """A database in memory with the small things of the real one (calendars, stages, the bucket).

    All that the checks would keep goes there, so that the doctor changes nothing.
    """
    connection = connect(Path(":memory:"))
    upgrade(connection, Path(":memory:"))
    try:
        with opened(path) as real:
            for table in _SMALL_TABLES:
                rows = [tuple(row) for row in real.execute(f"SELECT * FROM {table}")]
                if rows:
                    connection.executemany(
                        f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows
                    )
    except sqlite3.Error:
        pass  # told by the check of the database
    return Store(connection, path)


def database(app: App) -> Iterator[Finding]:
    """Whether it opens, is whole, of this version, private, and has room."""
    path = app.settings.store.path
    yield from _folder(path)
    if not path.exists():
        if path.parent.is_dir():
            yield ok(
                "database",
                f"{path}: no poll yet",
                "run: b24sync poll (the first one takes the baseline, quietly)",
            )
        return
    yield from _mode(path)
    try:
        with opened(path) as connection:
            yield from _inside(path, connection, app)
    except sqlite3.Error as error:
        found = unusable(path, error)
        yield fail("database", found.message, found.remedy)


def _folder(path: Path) -> Iterator[Finding]:
    folder = path.parent
    if not folder.is_dir():
        yield fail(
            "database",
            f"{folder}: the folder does not exist",
            f"make it (mkdir -p {folder}) or change store.path",
        )
        return
    if not os.access(folder, os.W_OK):
        yield fail(
            "database", f"{folder}: the folder cannot be written", "run as its owner, or change store.path"
        )
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield fail(
            "database",
            f"{folder}: anybody may replace files in this folder",
            f"chmod o-w {folder}, or change store.path",
        )
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield warn(
            "database",
            f"{folder}: only {free // 1_000_000} MB free",
            "free space: a full disk stops polls (nothing is lost)",
        )


def _mode(path: Path) -> Iterator[Finding]:
    if path.is_symlink():
        yield fail("database", f"{path}: is a symbolic link", "name the real file in store.path")
    if path.stat().st_mode & _OTHERS:
        yield warn(
            "database",
            f"{path}: others may read or change it (mode {stat.S_IMODE(path.stat().st_mode):o})",
            f"chmod 600 {path}",
        )
    if not os.access(path, os.W_OK):
        yield fail("database", f"{path}: cannot be written", "run as its owner")


def _inside(path: Path, connection: sqlite3.Connection, app: App) -> Iterator[Finding]:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        yield fail("database", f"{path}: is not a database of b24sync", "change store.path")
        return
    if version > VERSION:
        yield fail(
            "database",
            f"{path}: its schema {version} is newer than this program's {VERSION}",
            "upgrade b24sync",
        )
        return
    size = f"{path.stat().st_size / 1_000_000:.1f} MB, schema {version}" + (
        " (upgraded by the next poll)" if version < VERSION else ""
    )
    fault = _integrity(app, connection)
    if fault is None:
        yield ok(
            "database",
            f"{path}: {size}; too large to check it whole within {LONGEST_CHECK_S:.0f} s, no damage seen",
        )
    elif fault:
        remedy = "restore it from a backup and run b24sync poll --baseline, or move it away and start anew"
        yield fail("database", f"{path}: is damaged ({fault})", remedy)
        return
    else:
        yield ok("database", f"{path}: {size}, whole")
    yield from _news(connection, app)
    if version == VERSION:
        yield _load(connection, app)


def _load(connection: sqlite3.Connection, app: App) -> Finding:
    """What polls use of the portal's operating time (portal.md §1.4)."""
    load = Load(connection).estimate(int(app.clock.now().timestamp()))
    said = load_words.told(load.requests_per_day, load.heaviest, LIMIT_S)
    return warn("load", said, load_words.REMEDY.both()) if load.near else ok("load", said)


def _integrity(app: App, connection: sqlite3.Connection) -> str | None:
    """What is damaged; empty: nothing; ``None``: it took too long."""
    end = app.clock.monotonic() + LONGEST_CHECK_S
    connection.set_progress_handler(lambda: app.clock.monotonic() > end, 100_000)
    try:
        said = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return None
        raise
    finally:
        connection.set_progress_handler(None, 0)
    return "" if said == ["ok"] else "; ".join(said)


def _news(connection: sqlite3.Connection, app: App) -> Iterator[Finding]:
    """How old the last good poll is, and what stands in the way of the next one."""
    run = connection.execute("SELECT max(local_started_at) FROM runs WHERE exit_code IN (0, 1)").fetchone()[0]
    now = int(app.clock.now().timestamp())
    if run is None:
        yield warn("last_poll", "no poll has gone well yet", "run: b24sync poll")
    elif now - run > _OLD_POLL_S:
        yield warn(
            "last_poll",
            f"the last poll that went well was {_ago(now - run)}",
            "see that cron or the service runs: b24sync status",
        )
    else:
        yield ok("last_poll", f"the last poll that went well was {_ago(now - run)}")
    for row in connection.execute(
        "SELECT kind, guard FROM cursors WHERE guard IS NOT NULL AND guard != '' ORDER BY kind"
    ):
        yield warn(
            f"reconcile.{row['kind']}",
            str(row["guard"]),
            "if that many are really gone: b24sync poll --reconcile",
        )
    open_ones = {
        str(row[0]): int(row[1])
        for row in connection.execute(
            "SELECT state, count(*) FROM actions WHERE state IN ('failed', 'held', 'uncertain') "
            "GROUP BY state"
        )
    }
    if open_ones:
        said = ", ".join(f"{count} {state}" for state, count in open_ones.items())
        yield warn("actions", f"open: {said}", "look: b24sync status; then b24sync retry, release or cancel")


def _ago(seconds: int) -> str:
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word} ago"
    return f"{max(seconds, 0)} s ago"


def lock(app: App) -> Iterator[Finding]:
    """Whether a poll runs now."""
    path = app.settings.store.path.with_name(f"{app.settings.store.path.name}.lock")
    if not path.exists():
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        yield unchecked("lock", f"{path}: {error.strerror}", "run as the owner of the file")
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield ok("lock", "no poll runs now")
    except BlockingIOError:
        yield ok("lock", "a poll runs now")
    finally:
        os.close(descriptor)


def today(app: App) -> datetime:
    """The company's time, for what goes by the date."""
    moment: Any = app.portal_now().astimezone(app.tz)
    return moment  # type: ignore[no-any-return]
