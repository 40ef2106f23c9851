"""Rows and history pages into the staging tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import INVOICE, TASK
from b24sync.rest import feeds, history, items, json_values
from b24sync.rest.dates import parse_date
from b24sync.store.staged import HistoryRow
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.calls import Call
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store

Scrub = Callable[[str], str]


@lru_cache(maxsize=1024)  # the times of a row, and of rows saved together, are often the same
def seconds(moment: datetime) -> int:
    """Unix seconds of an aware time."""
    return int(moment.timestamp())


def stage_of(kind: Kind, raw: Mapping[str, Any]) -> str | None:
    """The stage of a row; ``None`` for kinds without stages."""
    return None if kind.name == TASK else items.stage_of(raw)


def due_of(kind: Kind, raw: Mapping[str, Any]) -> str | None:
    """The date by which an invoice is to be paid, ISO."""
    if kind.name != INVOICE:
        return None
    due = parse_date(raw.get("closedate", raw.get("DATE_PAY_BEFORE")))
    return due.isoformat() if due else None


@dataclass(frozen=True, slots=True)
class RowPages:
    """Changed rows of a kind.

    Rows older than ``since`` are dropped here whatever the portal's filter let through.

    Attributes:
        since: Rows saved before this are no news; ``None``: all are wanted.
        bound: ``since`` as the portal's filter needs it.
        but: Rows that are known not to be readable.
    """

    store: Store
    kind: Kind
    scrub: Scrub
    since: datetime | None
    bound: datetime | None
    before: int | None = None
    but: tuple[int, ...] = ()

    def call(self, after: int | str) -> Call:
        """The page behind an id."""
        return feeds.changed(self.kind, since=self.bound, after=after, before=self.before, but=self.but)

    def between(self, after: int, before: int) -> Call:
        """The rows behind an id up to another."""
        return feeds.changed(self.kind, since=self.bound, after=after, before=before, but=self.but)

    def unreadable(self, number: int, why: str) -> None:
        """Put a row into quarantine that the portal cannot answer for."""
        set_aside(self.store, self.kind, number, why, since=self.since)

    def reference(self, name: str) -> str:
        """The last id of a full page."""
        return feeds.next_page(self.kind, name)

    def measure(self, result: Any, after: int) -> tuple[int, int]:
        """Its length and last id."""
        return page_end(result, after)

    def take(self, result: Any, after: int) -> None:
        """Stage a page."""
        found = numbered(self.store, self.kind, items.page_rows(result))
        wanted = [one for one in found if one[0] > after]
        _stage(self.store, self.kind, wanted, since=self.since, scrub=self.scrub)


def page_end(result: Any, after: int) -> tuple[int, int]:
    """How many rows a page has, and its highest id (``after`` if it has none)."""
    rows = items.page_rows(result)
    return len(rows), max((items.id_of(row) or 0 for row in rows), default=0) or after


def numbered(store: Store, kind: Kind, rows: Iterable[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Rows with their ids; one without an id that can be read is left out, and that is noted."""
    found = list[tuple[int, dict[str, Any]]]()
    for row in rows:
        number = items.id_of(row)
        if number is None:
            set_aside(store, kind, 0, words.NO_ROW_ID(shown=repr(row.get("id", row.get("ID")))))
        else:
            found.append((number, row))
    return found


def set_aside(store: Store, kind: Kind, entity_id: int, why: str, *, since: datetime | None = None) -> None:
    """Put what cannot be read into quarantine (contract.md G13).

    Args:
        store: The database.
        kind: The kind of the entity.
        entity_id: Its id; 0 if that is what cannot be read.
        why: For a person.
        since: An entity made from this time on counts as created when it comes back.
    """
    at = store.snapshot.cursor(kind.name).signpost or 0
    fresh_from = seconds(since) if since is not None else None
    store.held.note(kind.name, entity_id, "row", why, at=at, fresh_from=fresh_from)


def stage_rows(
    store: Store,
    kind: Kind,
    rows: list[dict[str, Any]],
    *,
    since: datetime | None,
    scrub: Scrub,
    every: bool = False,
) -> None:
    """Stage the rows that are news: saved at or after ``since`` and not equal to the snapshot.

    Args:
        store: Where to.
        kind: What the rows are.
        rows: As the portal gave them.
        since: What was saved before this is no news; ``None``: everything may be.
        scrub: Takes secrets out.
        every: Also those that are equal: something else about them differs.
    """
    _stage(store, kind, numbered(store, kind, rows), since=since, scrub=scrub, every=every)


def _stage(
    store: Store,
    kind: Kind,
    found: Iterable[tuple[int, dict[str, Any]]],
    *,
    since: datetime | None,
    scrub: Scrub,
    every: bool = False,
) -> None:
    """As `stage_rows`, of rows with their ids."""
    fitting = list[tuple[int, int, dict[str, Any]]]()
    for number, row in found:
        saved = items.saved_at(row)
        if items.is_template(row):
            store.staged.add_gone(kind.name, number, "vanished")  # if it was taken for one
        elif saved is None:
            set_aside(store, kind, number, words.NO_ROW_TIME(), since=since)
        elif since is None or saved >= since:
            fitting.append((number, seconds(saved), row))
    texts = as_kept(store, kind, [row for _, _, row in fitting], scrub)
    read = [
        (number, at, text, stage_of(kind, row))
        for (number, at, row), text in zip(fitting, texts, strict=True)
    ]
    looked = [] if every else [(number, data) for number, _, data, _ in read]
    same = store.snapshot.same_data(kind.name, looked)
    store.staged.add_rows(kind.name, [row for row in read if row[0] not in same])


def as_kept(store: Store, kind: Kind, rows: Sequence[dict[str, Any]], scrub: Scrub) -> list[str]:
    """Rows as the database keeps them: packed, without links of files and secrets.

    A page is looked through for secrets as a whole, and row by row only if it holds one.
    """
    texts = [store.shapes.pack(kind.name, json_values.scrubbed(row)) for row in rows]
    page = "\n".join(texts)
    return texts if scrub(page) == page else [scrub(text) for text in texts]


@dataclass(frozen=True, slots=True)
class HistoryPages:
    """New rows of a kind's stage history."""

    store: Store
    kind: Kind

    def call(self, after: int | str) -> Call:
        """The page behind an id."""
        return history.after(self.kind, after)

    def between(self, after: int, before: int) -> Call:
        """The rows behind an id up to another."""
        return history.after(self.kind, after, before)

    def unreadable(self, number: int, why: str) -> None:
        """Pass over a row that the portal cannot answer for: the entity's own row tells its stage."""
        set_aside(self.store, self.kind, 0, words.HISTORY_ROW(id=number, why=why))

    def reference(self, name: str) -> str:
        """The last id of a full page."""
        return history.next_page(name)

    def measure(self, result: Any, after: int) -> tuple[int, int]:
        """Its length and last id."""
        return page_length(result), max(history.last_id(result), after)

    def take(self, result: Any, after: int) -> None:
        """Stage a page."""
        rows = history.read_rows(result)
        news = (
            HistoryRow(move.id, owner, move.type_id, seconds(move.at), move.stage)
            for owner, move in rows
            if move.id > after
        )
        self.store.staged.add_history(self.kind.name, news)


def page_length(result: Any) -> int:
    """How many rows a history page has, readable or not."""
    listed = result.get("items", []) if isinstance(result, Mapping) else result
    return len(listed) if isinstance(listed, list | Mapping) else 0


@dataclass(slots=True)
class BaselinePages:
    """All rows of a kind (made before ``opened``, if that is given), straight into the snapshot, silently.

    ``taken`` counts them.
    """

    store: Store
    kind: Kind
    scrub: Scrub
    run: int
    opened: datetime | None = None
    taken: int = 0

    def call(self, after: int | str) -> Call:
        """The page behind an id."""
        return feeds.changed(self.kind, since=None, after=after)

    def between(self, after: int, before: int) -> Call:
        """The rows behind an id up to another."""
        return feeds.changed(self.kind, since=None, after=after, before=before)

    def unreadable(self, number: int, why: str) -> None:
        """Put a row into quarantine that the portal cannot answer for."""
        set_aside(self.store, self.kind, number, why)

    def reference(self, name: str) -> str:
        """The last id of a full page."""
        return feeds.next_page(self.kind, name)

    def measure(self, result: Any, after: int) -> tuple[int, int]:
        """Its length and last id."""
        return page_end(result, after)

    def take(self, result: Any, after: int) -> None:
        """Take over a page."""
        ids = numbered(self.store, self.kind, items.page_rows(result))
        wanted = [(number, raw) for number, raw in ids if number > after]
        kept = [(row, raw) for number, raw in wanted if (row := self._row(number, raw)) is not None]
        texts = as_kept(self.store, self.kind, [raw for _, raw in kept], self.scrub)
        found = [(*row, text) for (row, _), text in zip(kept, texts, strict=True)]
        self.store.snapshot.add_baseline(self.kind.name, found, self.run)
        self.taken += len(found)

    def _row(
        self, number: int, raw: dict[str, Any]
    ) -> tuple[int, int, int, int | None, str | None, str | None] | None:
        created, updated, moved = items.snapshot_times(raw)
        created = created or updated
        if items.is_template(raw) or (created and self.opened is not None and created >= self.opened):
            return None
        if created is None:
            set_aside(self.store, self.kind, number, words.NO_ROW_TIME())
            return None
        saved = updated or created
        return (
            number,
            seconds(created),
            seconds(saved),
            seconds(moved) if moved else None,
            stage_of(self.kind, raw),
            due_of(self.kind, raw),
        )
