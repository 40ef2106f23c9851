"""What the values of ``[[tests]]`` must look like, by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from b24sync.domain.rule_test import moment
from b24sync.errors import WrongValueError
from b24sync.steps.amounts import decimal_of
from b24sync.words import Both
from b24sync.words import config_rules as words

_PERSON = re.compile(r"(?:user:)?[1-9]\d{0,9}")
_LARGEST = 2**53
_IDS = ("id", "department", "head_of")
_NUMBERS = ("amount", "price", "quantity", "total", "sum")
_DAYS = ("due_date", "issued_date")
_MOMENTS = ("created_at", "updated_at", "deadline", "closed_at")
_LISTS = ("emails", "phones", "tags")


def value_fault(name: str, value: Any) -> Both | None:
    """What is wrong with a value of an entity, a user or a row; ``None``: nothing."""
    check = _CHECKS.get(name) or (_number_of if name.endswith("_id") and name != "stage_id" else _text)
    return check(value)


def person_fault(value: Any) -> Both | None:
    """What is wrong with somebody in ``people``; ``None``: nothing."""
    if isinstance(value, Mapping) or (not isinstance(value, bool) and _PERSON.fullmatch(str(value))):
        return None
    return words.NO_PERSON.both()


def number_fault(value: Any) -> Both | None:
    """What is wrong with an amount; ``None``: nothing."""
    try:
        return None if abs(decimal_of(value)) < Decimal(10) ** 20 else words.LARGE_AMOUNT.both()
    except WrongValueError as error:
        return error.told


def _id(value: Any) -> Both | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST:
        return None
    return words.NO_ID.both()


def _number_of(value: Any) -> Both | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST:
        return None
    return words.NO_ID_OR_ZERO.both()


def _day(value: Any) -> Both | None:
    if isinstance(value, date):
        return None
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return words.A_DATE.both()
    return None


def _moment(value: Any) -> Both | None:
    try:
        moment(value, UTC)
    except (TypeError, ValueError):
        return words.A_TIME.both()
    return None


def _texts(value: Any) -> Both | None:
    listed = value if isinstance(value, list) else [value]
    return None if all(isinstance(one, str) for one in listed) else words.NO_TEXTS.both()


def _table(value: Any) -> Both | None:
    return None if isinstance(value, Mapping) else words.NO_TABLE.both()


def _decision(value: Any) -> Both | None:
    return None if isinstance(value, bool) else words.NO_DECISION.both()


def _text(value: Any) -> Both | None:
    fits = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return None if fits and not isinstance(value, datetime) else words.NO_TEXT.both()


_CHECKS: Mapping[str, Callable[[Any], Both | None]] = {
    **dict.fromkeys(_IDS, _id),
    **dict.fromkeys(_NUMBERS, number_fault),
    **dict.fromkeys(_DAYS, _day),
    **dict.fromkeys(_MOMENTS, _moment),
    **dict.fromkeys(_LISTS, _texts),
    "fields": _table,
    "active": _decision,
}
