"""The SQLite database: the only SQL."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.store import migrations
from b24sync.store.db import open_database, open_read_only, reading, transaction
from b24sync.store.echoes import Echoes
from b24sync.store.held import Held
from b24sync.store.journal import Journal
from b24sync.store.meta import Keep
from b24sync.store.outbox import Outbox
from b24sync.store.shapes import Shapes
from b24sync.store.snapshot import Snapshot
from b24sync.store.staged import Staged
from b24sync.store.sweeps import Sweeps
from b24sync.store.unjudged import Unjudged
from b24sync.store.walks import Walks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from b24sync.store.action_rows import Action, Actions
    from b24sync.store.figures import Figures
    from b24sync.store.ledger import Ledger
    from b24sync.store.news import News
    from b24sync.store.portal_use import Load
    from b24sync.store.step_records import RecordTables


class Store:
    """One open database; its parts share the connection."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.shapes = Shapes(connection)
        self.snapshot = Snapshot(connection, self.shapes)
        self.staged = Staged(connection)
        self.journal = Journal(connection)
        self.outbox = Outbox(connection)
        self.echoes = Echoes(connection)
        self.meta = Keep(connection)
        self.unjudged = Unjudged(connection)
        self.held = Held(connection)
        self.walks = Walks(connection)
        self.sweeps = Sweeps(connection)

    @cached_property
    def actions(self) -> Actions:
        """Actions, to be looked at."""
        from b24sync.store.action_rows import Actions

        return Actions(self.connection)

    @cached_property
    def records(self) -> RecordTables:
        """What steps keep."""
        from b24sync.store.step_records import RecordTables

        return RecordTables(self.connection)

    @cached_property
    def ledger(self) -> Ledger:
        """The commission ledger."""
        from b24sync.store.ledger import Ledger

        return Ledger(self.connection)

    @cached_property
    def load(self) -> Load:
        """What polls used of the portal."""
        from b24sync.store.portal_use import Load

        return Load(self.connection)

    @cached_property
    def figures(self) -> Figures:
        """Sums over the history."""
        from b24sync.store.figures import Figures

        return Figures(self.connection, self.shapes)

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> Store:
        """Open (and make, and upgrade) a database file; see `open_database`."""
        return cls(open_database(path, create=create), path)

    @classmethod
    def in_memory(cls) -> Store:
        """An empty database that leaves nothing behind."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        migrations.upgrade(connection, Path(":memory:"))
        return cls(connection, Path(":memory:"))

    @classmethod
    def read_only(cls, path: Path) -> Store:
        """Open a database file that is there, without being able to change it; see `open_read_only`."""
        return cls(open_read_only(path), path)

    def news(self, kind: str, ids: Sequence[int]) -> Iterator[News]:
        """What is staged of some entities of a kind, beside what is known of them; see `news.news`."""
        from b24sync.store.news import news

        return news(self.connection, self.shapes, kind, ids)

    def take_plans(self) -> list[Action]:
        """Take all actions out of a database that is only for planning (``in_memory``), with their events."""
        actions = self.actions.newest()
        for table in ("actions", "verdicts", "events"):
            self.connection.execute(f"DELETE FROM {table}")
        return actions

    def installation(self) -> str:
        """A text that no other database has, so that markers of different ones never meet."""
        known = self.meta.get("installation")
        if known is None:
            import uuid

            self.connection.execute(
                "INSERT OR IGNORE INTO meta VALUES ('installation', ?)", (uuid.uuid4().hex,)
            )
            known = self.meta.get("installation") or ""
        return known

    def forget_kind(self, kind: str, *, run: int) -> None:
        """The ids of a kind mean other things from now on: let go of what is known by them.

        Open actions are held, booked rows count no more, and new events are told from the old ones by
        ``run``. Belongs into a transaction of the caller.
        """
        self.outbox.hold_open("the kind is read from elsewhere now", run=run, kind=kind)
        for table in ("own_writes", "own_made", "due_dates", "documents", "to_judge"):
            self.connection.execute(f"DELETE FROM {table} WHERE kind = ?", (kind,))
        if kind == "invoice":
            self.connection.execute("DELETE FROM reminders")
            self.connection.execute("DELETE FROM closings")
        booked = self.connection.execute("SELECT coalesce(max(id), 0) FROM ledger").fetchone()[0]
        self.meta.put(f"ledger_after:{kind}", str(booked))
        self.meta.put(f"origin_run:{kind}", str(run))
        self.meta.forget(f"stages:{kind}")
        self.meta.forget(f"stages_asked:{kind}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is committed together, or nothing is."""
        try:
            with transaction(self.connection):
                yield
        except BaseException:
            self.shapes.forget()  # one that was new is not there any more
            raise

    def reading(self) -> AbstractContextManager[None]:
        """Several reads that see one state."""
        return reading(self.connection)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


__all__ = ["Store"]
