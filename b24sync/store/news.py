"""What is staged beside what is known, and what came of it: read and written for many entities at once.

A statement an entity would be most of a large poll's work.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from b24sync.store.shapes import Shapes, dump
from b24sync.store.snapshot import STORED, Snapshot, Stored
from b24sync.store.staged import HistoryRow, Staged

T = TypeVar("T")

PORTION = 500  # entities that are read and written together


class StagedRow(NamedTuple):
    """A row that was read in this poll; ``data`` is as it is kept (see `shapes`)."""

    updated_at: int
    data: str


class News(NamedTuple):
    """What is staged of one entity, beside what is known of it.

    Attributes:
        history: By id.
        awaited: Its known row shows a stage of which the history had said nothing.
    """

    id: int
    stored: Stored | None
    row: StagedRow | None
    history: Sequence[HistoryRow]
    awaited: bool


def news(connection: sqlite3.Connection, shapes: Shapes, kind: str, ids: Sequence[int]) -> Iterator[News]:
    """The news of some entities of a kind, in the order of ``ids`` (at most a portion of them)."""
    some = f"({','.join('?' * len(ids))})"

    def found(columns: str, table: str, owner: str = "id") -> sqlite3.Cursor:
        sql = f"SELECT {columns} FROM {table} WHERE kind = ? AND {owner} IN {some}"
        return connection.execute(sql, (kind, *ids))

    stored = dict[int, Stored]()
    for one in (Stored(*row) for row in found(STORED, "entities")):
        data = shapes.packed(kind, one.data)
        stored[one.id] = one if data is one.data else one._replace(data=data)
    staged = found("id, updated_at, data", "staged_rows")
    rows = {row[0]: StagedRow(row[1], shapes.packed(kind, row[2])) for row in staged}
    awaited = {row[0] for row in found("id", "awaited")}
    history = defaultdict[int, list[HistoryRow]](list)
    for row in found("id, owner, type, at, stage", "staged_history", "owner"):  # its key: owner, then id
        history[row[1]].append(HistoryRow(*row))
    for number in ids:
        yield News(number, stored.get(number), rows.get(number), history.get(number, ()), number in awaited)


def portions(many: Sequence[T]) -> Iterator[Sequence[T]]:
    """Ids, or what goes with them, in portions."""
    return (many[start : start + PORTION] for start in range(0, len(many), PORTION))


@dataclass(slots=True)
class Outcomes:
    """What came of the news of some entities, until it is written."""

    snapshot: Snapshot
    staged: Staged
    entities: list[Stored] = field(default_factory=list)
    revisions: list[tuple[Any, ...]] = field(default_factory=list)
    awaits: list[tuple[str, int, int | None]] = field(default_factory=list)

    def save(self, stored: Stored) -> None:
        """Keep an entity."""
        self.entities.append(stored)

    def await_history(self, kind: str, entity_id: int, since: int | None) -> None:
        """Since when (Unix seconds) an entity shows a stage that the history lacks; ``None``: it does not."""
        self.awaits.append((kind, entity_id, since))

    def add_revision(
        self, stored: Stored, *, run: int, observed_at: int, what: str, changes: Mapping[str, Any]
    ) -> None:
        """Record the state that an entity has now, as the fields that changed."""
        told = dump(changes) if changes else "{}"
        at = (run, observed_at, stored.updated_at)
        self.revisions.append((stored.kind, stored.id, stored.revision, *at, what, told))

    def write(self) -> None:
        """Write it all, within the caller's transaction."""
        self.snapshot.save_many(self.entities)
        self.snapshot.add_revisions(self.revisions)
        self.staged.await_history(self.awaits)
        for written in (self.entities, self.revisions, self.awaits):
            written.clear()
