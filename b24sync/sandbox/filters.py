"""Filters of list methods: prefixes, lists, nested AND/OR, on typed columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from .php import as_list, as_map, is_array

Predicate = Callable[[Any], bool]
Kind = Literal["int", "float", "text", "flag", "uf_flag", "time", "day"]
PREFIX = re.compile(r"(!=%|!%=|><|>=|<=|!@|!=|=%|%=|!%|[><@%=!?])?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """A field that can be filtered by.

    Attributes:
        name: As in the filter.
        kind: How values compare.
        get: The row's value: int, float, text, bool, datetime, date, a list of these, or ``None``.
        read: The filter's value as a value of the column; ``None`` if it cannot be read.
    """

    name: str
    kind: Kind
    get: Callable[[Any], Any]
    read: Callable[[Any], Any]


Resolve = Callable[[str], Column | None]


def split_key(key: str) -> tuple[str, str]:
    """Split a filter key into prefix and name."""
    found = PREFIX.fullmatch(key)
    return (found[1] or "", found[2]) if found else ("", key)


def compile_filter(conditions: Any, resolve: Resolve) -> Predicate | None:
    """Make one test of a filter; ``None`` if it lets everything through.

    Args:
        conditions: The filter as sent; numeric keys hold nested filters, ``logic`` joins by AND or OR.
        resolve: Gives the column of a name; ``None`` drops the condition (or it raises a refusal).
    """
    tests: list[Predicate] = []
    items = as_map(conditions)
    either = str(items.pop("logic", items.pop("LOGIC", "AND"))).upper() == "OR"
    for key, value in items.items():
        if key.isdigit() and is_array(value):
            nested = compile_filter(value, resolve)
            if nested is not None:
                tests.append(nested)
            continue
        prefix, name = split_key(key)
        column = resolve(name)
        if column is not None:
            tests.append(condition(prefix, column, value))
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return _any_of(tests) if either else _all_of(tests)


def _all_of(tests: list[Predicate]) -> Predicate:
    return lambda row: all(test(row) for test in tests)


def _any_of(tests: list[Predicate]) -> Predicate:
    return lambda row: any(test(row) for test in tests)


def condition(prefix: str, column: Column, value: Any) -> Predicate:
    """One condition as a test of a row; a list with an equality means "one of"."""
    if prefix in {"", "=", "@"}:
        return _one_of(column, value)
    if prefix in {"!", "!=", "!@"}:
        inside = _one_of(column, value)
        return lambda row: not inside(row)
    if prefix == "><":
        low, high = [*as_list(value), None, None][:2]
        return _all_of([condition(">=", column, low), condition("<=", column, high)])
    if prefix in {">", ">=", "<", "<="}:
        return _compare(prefix, column, value)
    return _like(prefix, column, value)


def _one_of(column: Column, value: Any) -> Predicate:
    values = as_list(value) if is_array(value) else [value]
    blank = [item is None or item is False or item == "" for item in values]
    empty = any(blank)
    wanted = {_fold(column.read(item)) for item, no in zip(values, blank, strict=True) if not no} - {None}
    get = column.get
    if column.kind in {"int", "float"} and 0 in wanted:
        empty = True

    def test(row: Any) -> bool:
        found = get(row)
        if isinstance(found, list):
            return any(_fold(item) in wanted for item in found) or (empty and not found)
        return _fold(found) in wanted or (empty and found in (None, "", 0))

    return test


def _fold(value: Any) -> Any:
    # The collation of the database does not mind the case.
    return value.casefold() if isinstance(value, str) else value


def _compare(prefix: str, column: Column, value: Any) -> Predicate:
    bound = column.read(value)
    get = column.get
    if bound is None:
        return lambda _row: False  # SQL: a comparison with NULL is never true
    low = prefix[0] == ">"
    equal = len(prefix) == 2

    def test(row: Any) -> bool:
        found = get(row)
        if found is None or isinstance(found, list):
            listed = found if isinstance(found, list) else []
            return any(_beyond(item, bound, low=low, equal=equal) for item in listed)
        return _beyond(found, bound, low=low, equal=equal)

    return test


def _beyond(found: Any, bound: Any, *, low: bool, equal: bool) -> bool:
    try:
        if found == bound:
            return equal
        return bool(found > bound) if low else bool(found < bound)
    except TypeError:
        return False


def _like(prefix: str, column: Column, value: Any) -> Predicate:
    negative = prefix.startswith("!")
    text = str(value if not is_array(value) else "")
    own_wildcards = "=" in prefix
    parts = text.split("%") if own_wildcards else ["", text, ""]
    pattern = re.compile(".*".join(re.escape(part) for part in parts), re.IGNORECASE | re.DOTALL)
    get = column.get

    def test(row: Any) -> bool:
        found = get(row)
        values: Iterable[Any] = found if isinstance(found, list) else [found]
        return negative != any(
            item is not None and pattern.fullmatch(str(item)) is not None for item in values
        )

    return test


def value_of(name: str) -> Callable[[Any], Any]:
    """A getter of one key of a row."""
    return lambda row: row.get(name)


def descends(direction: Any) -> bool:
    """Whether an order's direction is downwards."""
    return str(direction).upper().startswith("DESC")


def sort_rows(rows: list[Any], order: list[tuple[Callable[[Any], Any], bool]]) -> list[Any]:
    """Sort rows by (value, descending) pairs, the first being the weightiest; empty values come first."""
    for get, descending in reversed(order):
        rows = sorted(rows, key=_keyed(get), reverse=descending)
    return rows


def _keyed(get: Callable[[Any], Any]) -> Callable[[Any], tuple[int, Any]]:
    return lambda row: sort_key(get(row))


def sort_key(value: Any) -> tuple[int, Any]:
    """A key that sorts values of one column, nothing first."""
    if value is None or isinstance(value, list | Mapping):
        return (0, 0)
    if isinstance(value, bool):
        return (1, int(value))
    if isinstance(value, str):
        return (1, value.casefold())
    if isinstance(value, int | float | datetime | date):
        return (1, value)
    return (1, str(value))
