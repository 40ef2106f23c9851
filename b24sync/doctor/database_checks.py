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
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain import mass_loss
from b24sync.store import Store
from b24sync.store.db import connect, unusable
from b24sync.store.migrations import APPLICATION_ID, VERSION, upgrade
from b24sync.store.portal_use import LIMIT_S, Load
from b24sync.words import doctor_machine as words
from b24sync.words import joined
from b24sync.words import portal_use as load_words
from b24sync.words.vocabulary import STATES

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.words import Both

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
            yield ok("database", words.NO_POLL_YET.both(path=path), words.FIRST_POLL.both())
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
        remedy = words.MAKE_FOLDER.both(path=folder)
        yield fail("database", words.NO_FOLDER.both(path=folder), remedy)
        return
    if not os.access(folder, os.W_OK):
        yield fail("database", words.FOLDER_NOT_WRITABLE.both(path=folder), words.RUN_AS_OWNER.both())
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield fail("database", words.ANYBODY.both(path=folder), words.CLOSE_FOLDER.both(path=folder))
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        told = words.LITTLE_ROOM.both(path=folder, size=free // 1_000_000)
        yield warn("database", told, words.FREE_SPACE.both())


def _mode(path: Path) -> Iterator[Finding]:
    if path.is_symlink():
        yield fail("database", words.IS_LINK.both(path=path), words.NAME_FILE.both())
    if path.stat().st_mode & _OTHERS:
        mode = f"{stat.S_IMODE(path.stat().st_mode):o}"
        yield warn("database", words.OPEN_TO_OTHERS.both(path=path, mode=mode), f"chmod 600 {path}")
    if not os.access(path, os.W_OK):
        yield fail("database", words.FILE_NOT_WRITABLE.both(path=path), words.RUN_AS_ITS_OWNER.both())


def _inside(path: Path, connection: sqlite3.Connection, app: App) -> Iterator[Finding]:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        yield fail("database", words.FOREIGN_FILE.both(path=path), words.CHANGE_PATH.both())
        return
    if version > VERSION:
        told = words.TOO_NEW.both(path=path, version=version, own=VERSION)
        yield fail("database", told, words.UPGRADE.both())
        return
    schema = (words.SCHEMA_OLD if version < VERSION else words.SCHEMA).both(version=version)
    values = {"path": path, "size": f"{path.stat().st_size / 1_000_000:.1f}", "schema": schema}
    fault = _integrity(app, connection)
    if fault is None:
        yield ok("database", words.TOO_LARGE.both(**values, seconds=round(LONGEST_CHECK_S)))
    elif fault:
        yield fail("database", words.DAMAGED.both(path=path, why=fault), words.RESTORE.both())
        return
    else:
        yield ok("database", words.WHOLE.both(**values))
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
        yield warn("last_poll", words.NO_GOOD_POLL.both(), words.RUN_POLL.both())
    else:
        told = words.LAST_POLL.both(ago=_ago(now - run))
        is_old = now - run > _OLD_POLL_S
        yield warn("last_poll", told, words.SEE_CRON.both()) if is_old else ok("last_poll", told)
    for row in connection.execute(
        "SELECT kind, guard FROM cursors WHERE guard IS NOT NULL AND guard != '' ORDER BY kind"
    ):
        yield warn(
            f"reconcile.{row['kind']}",
            mass_loss.told(str(row["guard"])),
            words.RECONCILE.both(),
        )
    open_ones = {
        str(row[0]): int(row[1])
        for row in connection.execute(
            "SELECT state, count(*) FROM actions WHERE state IN ('failed', 'held', 'uncertain') "
            "GROUP BY state"
        )
    }
    if open_ones:
        said = joined([words.COUNTED.both(count=n, state=STATES[one].both()) for one, n in open_ones.items()])
        yield warn("actions", words.OPEN_ACTIONS.both(counts=said), words.SEE_ACTIONS.both())


def _ago(seconds: int) -> Both:
    for size, told in ((86_400, words.DAYS_AGO), (3_600, words.HOURS_AGO), (60, words.MINUTES_AGO)):
        if seconds >= size:
            return told.both(count=seconds // size)
    return words.SECONDS_AGO.both(count=max(seconds, 0))


def lock(app: App) -> Iterator[Finding]:
    """Whether a poll runs now."""
    path = app.settings.store.path.with_name(f"{app.settings.store.path.name}.lock")
    if not path.exists():
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        yield unchecked("lock", f"{path}: {error.strerror}", words.RUN_AS_FILE_OWNER.both())
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield ok("lock", words.NO_POLL_NOW.both())
    except BlockingIOError:
        yield ok("lock", words.POLL_NOW.both())
    finally:
        os.close(descriptor)
