"""What the values of ``[[tests]]`` must look like, by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from b24sync.domain.rule_test import moment
from b24sync.steps.amounts import decimal_of

_PERSON = re.compile(r"(?:user:)?[1-9]\d{0,9}")
_LARGEST = 2**53
_IDS = ("id", "department", "head_of")
_NUMBERS = ("amount", "price", "quantity", "total", "sum")
_DAYS = ("due_date", "issued_date")
_MOMENTS = ("created_at", "updated_at", "deadline", "closed_at")
_LISTS = ("emails", "phones", "tags")


def value_fault(name: str, value: Any) -> str:
    """What is wrong with a value of an entity, a user or a row; empty: nothing."""
    check = _CHECKS.get(name) or (_number_of if name.endswith("_id") and name != "stage_id" else _text)
    return check(value)


def person_fault(value: Any) -> str:
    """What is wrong with somebody in ``people``; empty: nothing."""
    if isinstance(value, Mapping) or (not isinstance(value, bool) and _PERSON.fullmatch(str(value))):
        return ""
    return 'is no person (write a user\'s number, or a table such as { id = 7, name = "…" })'


def number_fault(value: Any) -> str:
    """What is wrong with an amount; empty: nothing."""
    try:
        return "" if abs(decimal_of(value)) < Decimal(10) ** 20 else "is too large an amount"
    except ValueError as error:
        return str(error)


def _id(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST:
        return ""
    return "is no number of something (write one from 1)"


def _number_of(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST:
        return ""
    return "is no number of something (write it, or 0 for none)"


def _day(value: Any) -> str:
    if isinstance(value, date):
        return ""
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return 'is no date (write "2026-12-01")'
    return ""


def _moment(value: Any) -> str:
    try:
        moment(value, UTC)
    except (TypeError, ValueError):
        return 'is no time (write "2026-11-24 10:00")'
    return ""


def _texts(value: Any) -> str:
    listed = value if isinstance(value, list) else [value]
    return "" if all(isinstance(one, str) for one in listed) else "is no list of texts"


def _table(value: Any) -> str:
    return "" if isinstance(value, Mapping) else "is no table"


def _decision(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither true nor false"


def _text(value: Any) -> str:
    fits = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return "" if fits and not isinstance(value, datetime) else "is no text (write it in quotes)"


_CHECKS: Mapping[str, Callable[[Any], str]] = {
    **dict.fromkeys(_IDS, _id),
    **dict.fromkeys(_NUMBERS, number_fault),
    **dict.fromkeys(_DAYS, _day),
    **dict.fromkeys(_MOMENTS, _moment),
    **dict.fromkeys(_LISTS, _texts),
    "fields": _table,
    "active": _decision,
}
