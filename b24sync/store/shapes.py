"""Rows of the portal as the database keeps them: the values alone, and once for all rows the names of them.

A row names some forty fields, and most of its length is their names. All rows of a kind name the same ones in
the same order: their *shape*. Packed, a row is a JSON list of its shape's number and its values; a row that
is a JSON object is not packed (one of an older release, of an import, a task), and reads the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from b24sync.domain.entity import TASK

_MOST = 1000  # shapes that are remembered at a time; a portal has one a kind, until its fields change
_decode = json.JSONDecoder().raw_decode  # what `dump` wrote: there is nothing around it
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dump(value: Any) -> str:
    """JSON text, compact and readable in any language."""
    return _ENCODER.encode(value) if value != {} else "{}"


def value_of(*codes: str) -> str:
    """SQL for the value of the first of some fields that a row has; where `WITH_SHAPES` is read from."""
    found = ", ".join(
        f"json_extract(data, coalesce(json_extract(places, '$.{code}'), '$.{code}'))" for code in codes
    )
    return f"coalesce({found})" if len(codes) > 1 else found


WITH_SHAPES = (
    "entities LEFT JOIN shapes ON shape = CASE WHEN data LIKE '[%' THEN json_extract(data, '$[0]') END"
)


class Shapes:
    """The shapes of one database. Packing belongs into a transaction of the caller: a shape may be new."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._numbers: dict[tuple[str, ...], int] = {}
        self._blanks: dict[int, dict[str, Any]] = {}  # rows without values

    def pack(self, kind: str, row: Mapping[str, Any]) -> str:
        """A row as it is kept; those of tasks as they are, for their bindings are read out of them in SQL."""
        if kind == TASK or not row:
            return dump(row)
        return dump([self._number(tuple(row)), *row.values()])

    def packed(self, kind: str, data: str) -> str:
        """A kept row in the form in which it would be kept now, so that equal rows are equal texts."""
        return self.pack(kind, json.loads(data)) if data.startswith("{") and kind != TASK else data

    def row(self, data: str) -> dict[str, Any]:
        """A kept row by its fields."""
        kept, _ = _decode(data)
        if isinstance(kept, dict):
            return kept
        blank = self._blanks.get(kept[0]) or self._read(kept[0])
        row = blank.copy()  # which has room for all fields; an empty map would be made larger again and again
        row.update(zip(blank, kept[1:], strict=True))
        return row

    def forget(self) -> None:
        """A transaction was undone, and with it perhaps shapes."""
        self._numbers.clear()
        self._blanks.clear()

    def _number(self, codes: tuple[str, ...]) -> int:
        number = self._numbers.get(codes)
        if number is None:
            places = {code: f"$[{place}]" for place, code in enumerate(codes, start=1)}
            text = dump(codes)
            sql = "INSERT OR IGNORE INTO shapes (codes, places) VALUES (?, ?)"
            self._db.execute(sql, (text, dump(places)))
            number = int(self._db.execute("SELECT shape FROM shapes WHERE codes = ?", (text,)).fetchone()[0])
            self._remember(number, codes)
        return number

    def _read(self, number: int) -> dict[str, Any]:
        found = self._db.execute("SELECT codes FROM shapes WHERE shape = ?", (number,)).fetchone()
        if found is None:
            raise sqlite3.DatabaseError(f"a row of shape {number}, which is not there")
        self._remember(number, tuple(json.loads(found[0])))
        return self._blanks[number]

    def _remember(self, number: int, codes: tuple[str, ...]) -> None:
        if len(self._blanks) >= _MOST:
            self.forget()
        self._numbers[codes], self._blanks[number] = number, dict.fromkeys(codes)
