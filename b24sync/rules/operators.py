"""Comparing and reckoning in texts and conditions: exact, and quiet about what is missing.

A comparison with something missing is false, whatever it asks (``== none`` excepted), so that a rule about a
deal does not fire where there is no deal; reckoning with something missing gives something missing.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from b24sync.rest.dates import parse_date, parse_time
from b24sync.rules.text_errors import TextError
from b24sync.rules.text_values import MISSING, Missing, Money, is_none
from b24sync.words import expressions as words
from b24sync.words import joined

_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MAX_POWER = 100
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
}
_SIGNS = {
    "eq": "==",
    "ne": "!=",
    "gt": ">",
    "gteq": ">=",
    "lt": "<",
    "lteq": "<=",
    "in": "in",
    "notin": "not in",
}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


SIGNS = tuple(_ARITHMETIC)
"""The signs that ``calculate`` knows."""


def compare(sign: str, left: Any, right: Any) -> bool:
    """Compare two values; ``sign`` is Jinja2's word for the comparison (``eq``, ``gteq``, ``notin`` …).

    A date may be compared with a time (by its day) and with a text such as ``"2026-03-01"``, a number with a
    text of digits, since the portal writes numbers of some fields as texts.

    Raises:
        TextError: The two cannot be compared.
    """
    if isinstance(left, Missing) or isinstance(right, Missing):
        return sign == "eq" and is_none(left) and is_none(right)
    if sign in {"in", "notin"}:
        return _contains(left, right) is (sign == "in")
    left, right = _aligned(left, right)
    if sign in {"eq", "ne"}:
        return bool(left == right) is (sign == "eq")
    if left is None or right is None:
        return False
    try:
        return bool(_ORDER[sign](left, right))
    except TypeError:
        raise TextError(
            words.NOT_COMPARED.both(left=_shown(left), sign=_SIGNS[sign], right=_shown(right))
        ) from None


def _contains(item: Any, container: Any) -> bool:
    if container is None:
        return False
    try:
        if isinstance(container, str):
            return str(item) in container
        return any(compare("eq", item, one) for one in container)
    except TypeError:
        raise TextError(words.NO_LIST.both(value=_shown(container))) from None


def _shown(value: Any) -> str:
    """A value as a rule would write it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else repr(value)


def _aligned(left: Any, right: Any) -> tuple[Any, Any]:
    return _like(left, right), _like(right, left)


def _like(value: Any, other: Any) -> Any:
    """The value as something that can be compared with the other."""
    if isinstance(value, datetime) and isinstance(other, date) and not isinstance(other, datetime):
        return value.date()
    if isinstance(value, datetime) and isinstance(other, str) and _DAY.fullmatch(other):
        return value.date()
    if isinstance(value, str):
        if isinstance(other, date) and _DAY.match(value):
            return _moment_or_day(value, other)
        if (
            isinstance(other, int | Decimal)
            and not isinstance(other, bool)
            and _NUMBER.fullmatch(value.strip())
        ):
            return Decimal(value.strip())
    return value


def _moment_or_day(text: str, other: date) -> Any:
    moment = parse_time(text) if isinstance(other, datetime) and len(text) > 10 else None
    return moment or parse_date(text) or text


def calculate(sign: str, left: Any, right: Any) -> Any:
    """Reckon with two values; ``sign`` is one of ``+ - * / // % **``.

    Numbers are exact; a date plus a number is that many days later, the difference of two dates a number of
    days.

    Raises:
        TextError: It cannot be done with these values.
    """
    if is_none(left) or is_none(right):
        return MISSING
    if isinstance(left, date):
        return _calculate_date(sign, left, right)
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if not (_is_number(left) and _is_number(right)):
        told = words.TWO_NUMBERS.both(left=_shown(left), sign=sign, right=_shown(right))
        texts = isinstance(left, str) or isinstance(right, str)
        raise TextError(joined([told, words.JOIN.both()], by="") if texts else told)
    return _calculate_number(sign, left, right)


def negative(value: Any) -> Any:
    """The value with the other sign; nothing stays nothing."""
    return MISSING if is_none(value) else calculate("*", value, -1)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _calculate_number(sign: str, left: Any, right: Any) -> Any:
    first, second = _exact(left, sign), _exact(right, sign)
    if sign == "**" and abs(Decimal(second)) > _MAX_POWER:
        raise TextError(words.TOO_MUCH_POWER.both(left=left, right=right, most=_MAX_POWER))
    try:
        found = _ARITHMETIC[sign](first, second)
    except ArithmeticError:
        raise TextError(words.NO_RESULT.both(left=left, sign=sign, right=right)) from None
    currency = _currency(sign, left, right)
    return Money(found, currency) if currency and isinstance(found, Decimal) else found


def _exact(number: Any, sign: str) -> int | Decimal:
    if isinstance(number, float):
        return Decimal(repr(number))
    if isinstance(number, int):
        return Decimal(number) if sign in {"/", "**"} else number
    return Decimal(number)


def _currency(sign: str, left: Any, right: Any) -> str:
    """The currency of a result: of the one amount in it; money by money is a plain number."""
    first, second = getattr(left, "currency", ""), getattr(right, "currency", "")
    if sign in {"+", "-"} and first and second:
        if first != second:
            both = {"left": f"{left} {first}", "right": f"{right} {second}"}
            raise TextError(words.TWO_CURRENCIES.both(sign=sign, **both))
        return str(first)
    if first and second:
        return ""
    return str(first or second) if sign in {"+", "-", "*"} else str(first)


def _calculate_date(sign: str, left: date, right: Any) -> Any:
    try:
        if sign == "-" and isinstance(right, date):
            return (_day(left) - _day(right)).days
        if sign in {"+", "-"} and _is_number(right):
            days = int(right) if sign == "+" else -int(right)
            return left + timedelta(days=days)
    except (OverflowError, ValueError):
        raise TextError(words.NO_SUCH_DATE.both(left=left, sign=sign, right=right)) from None
    raise TextError(words.DATE_TAKES.both(left=left, sign=sign, right=_shown(right)))


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
