"""Values of fields as one text each, whatever form they were written or read in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_MONEY = re.compile(r"([+-]?\d{1,30}(?:\.\d{1,30})?)\|([A-Z]{3})")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?.*")
_ROUNDED_OFF = Decimal("0.005")
_FLAGS = {"Y": "1", "N": "0"}


def canonical(value: Any) -> str:
    """A text that is equal for equal values.

    A portal keeps a written ``"5"`` in a field of numbers as ``5``, ``1`` in a yes-or-no field as ``Y``, a
    plain date as the midnight of its day (portal.md §3.4), an empty text as nothing.
    """
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True)


def alike(written: str, read: str) -> bool:
    """Whether two canonical texts mean the same, but for what a field of numbers rounds off."""
    if written == read:
        return True
    first, second = json.loads(written), json.loads(read)
    if not (isinstance(first, str) and isinstance(second, str)):
        return False
    if not (_NUMBER.fullmatch(first) and _NUMBER.fullmatch(second)):
        return False
    return abs(Decimal(first) - Decimal(second)) <= _ROUNDED_OFF


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float | Decimal):
        return _number(str(value))
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value] or None
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()} or None
    return value


def _text(text: str) -> str | None:
    if not text:
        return None
    if money := _MONEY.fullmatch(text):
        return f"{_number(money[1])}|{money[2]}"
    if _NUMBER.fullmatch(text):
        return _number(text)
    return _FLAGS.get(text) or (_time(text) if _TIME.fullmatch(text) else text)


def _number(text: str) -> str:
    """A number without what does not count: zeroes at its ends, a plus."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return text
    if not found.is_finite():
        return text
    return f"{found.normalize():f}" if found else "0"


def _time(text: str) -> str:
    """An instant in UTC; the midnight of a day there is the day."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    if found.tzinfo is None:
        return text
    moment = found.astimezone(UTC)
    is_day = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.date().isoformat() if is_day else moment.isoformat(timespec="seconds")
