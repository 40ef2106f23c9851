"""Finding items: bounds by id or modification time first, then the filter row by row; pages of 50."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from .crm_items import Item, ItemBook
from .envelope import PAGE, Answer
from .filters import Predicate, sort_rows, split_key
from .php import as_list, as_map, is_array, to_int

Order = list[tuple[str, bool]]


@dataclass(slots=True)
class Query:
    """What to find.

    Attributes:
        keep: The filter; ``None`` keeps all.
        order: (field, descending) pairs.
        sorters: A getter for each of them.
        low: Least id, ``None``: no bound. high: Greatest id.
        ids: The only ids in question, or ``None``.
        since: Nothing older (by modification) is in question.
    """

    keep: Predicate | None = None
    order: Order = field(default_factory=list)
    sorters: list[Callable[[Item], Any]] = field(default_factory=list)
    low: int | None = None
    high: int | None = None
    ids: list[int] | None = None
    since: datetime | None = None
    bounded_only: bool = True

    def bound(self, filters: Any, name: str, since: Callable[[str, Any], datetime | None]) -> None:
        """Take bounds of the id (called ``name``) and modification time from a filter's outer level."""
        conditions = as_map(filters)
        if str(conditions.get("logic", "AND")).upper() == "OR":
            self.bounded_only = False
            return
        for key, value in conditions.items():
            prefix, field_name = split_key(key)
            if field_name == name and not is_array(value) and to_int(value) is not None:
                self._bound_id(prefix, to_int(value) or 0)
            elif field_name == name and prefix in {"", "=", "@"} and is_array(value):
                self.ids = sorted({number for item in as_list(value) if (number := to_int(item)) is not None})
            else:
                self.bounded_only = False
                moment = since(field_name, value) if prefix in {">", ">="} else None
                self.since = max(filter(None, (self.since, moment)), default=None)

    def _bound_id(self, prefix: str, value: int) -> None:
        if prefix in {"", "="}:
            self.ids = [value]
        elif prefix in {">", ">="}:
            self.low = max(self.low or 0, value + (prefix == ">"))
        elif prefix in {"<", "<="}:
            high = value - (prefix == "<")
            self.high = high if self.high is None else min(self.high, high)
        else:
            self.bounded_only = False


def page(book: ItemBook, query: Query, start: int) -> tuple[list[Item], int | None]:
    """One page and, unless ``start`` is negative, the count of all that match."""
    offset = max(0, start) // PAGE * PAGE
    if _sorted_by_index(query):
        found = list(islice(_walk(book, query), offset, offset + PAGE))
        return found, None if start < 0 else _count(book, query)
    rows = sort_rows(list(_walk(book, query)), _sorting(query))
    return rows[offset : offset + PAGE], None if start < 0 else len(rows)


def answer(name: str, rows: Any, total: int | None, start: int) -> Answer:
    """The answer of a controller's list method: ``total`` and ``next`` unless counting was switched off."""
    if total is None:
        return Answer({name: rows})
    following = max(0, start) // PAGE * PAGE + PAGE
    return Answer({name: rows}, total=total, next=following if following < total else None)


def _sorting(query: Query) -> list[tuple[Callable[[Item], Any], bool]]:
    return [(get, descending) for get, (_, descending) in zip(query.sorters, query.order, strict=True)]


def _sorted_by_index(query: Query) -> bool:
    names = [name for name, _ in query.order]
    if not names or names[0] == "id":
        return True
    directions = {descending for _, descending in query.order}
    return names in (["updatedTime"], ["updatedTime", "id"]) and len(directions) == 1


def _count(book: ItemBook, query: Query) -> int:
    if query.keep is None and query.ids is None:
        start, end = book.table.span(query.low, query.high)
        return end - start
    if query.bounded_only and query.ids is None and not book.hidden:
        start, end = book.table.span(query.low, query.high)
        return end - start
    return sum(1 for _ in _walk(book, query))


def _walk(book: ItemBook, query: Query) -> Iterator[Item]:
    """Matching rows: in the order of an index if the query asks for it, else by id."""
    keep, get = query.keep, book.table.get
    for key in _candidates(book, query):
        item = get(key)
        if item is not None and (keep is None or keep(item)):
            yield item


def _candidates(book: ItemBook, query: Query) -> Iterator[int]:
    by_time = bool(query.order) and query.order[0][0] == "updatedTime" and _sorted_by_index(query)
    descending = bool(query.order) and query.order[0][1]
    if query.ids is not None and not by_time:
        yield from reversed(query.ids) if descending and query.order[0][0] == "id" else query.ids
        return
    since = int(query.since.timestamp()) if query.since is not None else None
    if by_time:
        places = range(book.stamps.since(since), len(book.stamps))
        for place in reversed(places) if descending else places:
            yield book.stamps.key_at(place)
        return
    start, end = book.table.span(query.low, query.high)
    first = book.stamps.since(since) if since is not None else 0
    few = len(book.stamps) - first
    if since is not None and few < (end - start) // 8:
        keys = sorted(book.stamps.key_at(place) for place in range(first, len(book.stamps)))
        yield from reversed(keys) if descending and query.order[0][0] == "id" else keys
        return
    ids = book.table.ids
    places = range(start, end)
    for place in reversed(places) if descending and query.order[0][0] == "id" else places:
        yield ids[place]
