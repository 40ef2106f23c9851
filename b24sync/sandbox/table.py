"""Rows by id, light enough for a million: ids in one array, generated rows made when they are read."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Row = TypeVar("Row")


class Table(Generic[Row]):
    """Rows in the order of their ids."""

    def __init__(self) -> None:
        self.ids = array("q")
        self._rows: dict[int, Row] = {}
        self._made: list[tuple[int, int, Callable[[int], Row]]] = []

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, key: int) -> bool:
        place = bisect_left(self.ids, key)
        return place < len(self.ids) and self.ids[place] == key

    def put(self, key: int, row: Row) -> None:
        """Add a row, or replace it."""
        if key not in self:
            insort(self.ids, key)
        self._rows[key] = row

    def generate(self, first: int, count: int, make: Callable[[int], Row]) -> None:
        """Add ``count`` rows from id ``first`` on that ``make(id)`` gives whenever one is read."""
        if len(self.ids) and self.ids[-1] >= first:
            raise ValueError("generated rows come after all others")
        self.ids.extend(range(first, first + count))
        self._made.append((first, first + count, make))

    def get(self, key: int) -> Row | None:
        """The row, or ``None``."""
        row = self._rows.get(key)
        if row is not None or not self._made or key not in self:
            return row
        for first, end, make in self._made:
            if first <= key < end:
                return make(key)
        return None

    def remove(self, key: int) -> None:
        """Remove a row that is there."""
        place = bisect_left(self.ids, key)
        if place == len(self.ids) or self.ids[place] != key:
            raise KeyError(key)
        del self.ids[place]
        self._rows.pop(key, None)

    def span(self, low: int | None, high: int | None) -> tuple[int, int]:
        """Places [from, to) of the ids between two bounds, both inclusive."""
        start = bisect_left(self.ids, low) if low is not None else 0
        end = bisect_right(self.ids, high) if high is not None else len(self.ids)
        return start, max(start, end)

    def rows(self) -> Iterator[Row]:
        """All rows by id."""
        for key in list(self.ids):
            row = self.get(key)
            if row is not None:
                yield row


class Stamps:
    """Ids in the order of (moment, id), for "newest first" without sorting."""

    _SHIFT = 1 << 31

    def __init__(self) -> None:
        self._keys = array("q")

    def add(self, second: int, key: int) -> None:
        """Note a row's moment, in whole seconds."""
        insort(self._keys, second * self._SHIFT + key)

    def extend(self, second: int, first: int, count: int) -> None:
        """Note one moment for ``count`` rows."""
        fresh = array("q", range(second * self._SHIFT + first, second * self._SHIFT + first + count))
        place = bisect_left(self._keys, fresh[0])
        self._keys[place:place] = fresh

    def remove(self, second: int, key: int) -> None:
        """Forget a row's moment."""
        place = bisect_left(self._keys, second * self._SHIFT + key)
        del self._keys[place]

    def since(self, second: int | None) -> int:
        """The place of the first row that is not before a moment."""
        return bisect_left(self._keys, second * self._SHIFT) if second is not None else 0

    def __len__(self) -> int:
        return len(self._keys)

    def key_at(self, place: int) -> int:
        """The id at a place."""
        return self._keys[place] % self._SHIFT
