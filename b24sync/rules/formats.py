"""Money and dates as people read them, in Russian and in English."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from b24sync.rest.dates import parse_date, parse_time
from b24sync.rules.text_errors import TextError
from b24sync.words import expressions as words

NBSP = "\u00a0"
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "UAH": "₴", "KZT": "₸", "BYN": "Br", "GBP": "£"}
_NO_MINOR_UNIT = frozenset(("JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF"))
_MONEY_TEXT = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(?:\|\s*([A-Z]{3})\s*)?")


def money(value: Any, *, language: str, currency: str = "") -> str:
    """An amount: ``1 234,50 ₽`` in Russian (with no-break spaces), ``1,234.50 RUB`` in English.

    Rounded half up.

    Args:
        value: A number, or the portal's text of a money field, such as ``"100.5|USD"``.
        language: ``ru`` or ``en``.
        currency: ISO code; empty: none is shown.

    Raises:
        TextError: The value is no amount.
    """
    amount, own = _amount(value)
    currency = currency or own
    places = Decimal(1) if currency in _NO_MINOR_UNIT else Decimal("0.01")
    try:
        number = f"{amount.quantize(places, rounding=ROUND_HALF_UP):,f}"
    except InvalidOperation:
        raise TextError(words.TOO_LARGE.both(value=repr(value))) from None
    number = as_written(number, language)
    if not currency:
        return number
    sign = f"{NBSP}{_SIGNS.get(currency, currency)}" if language == "ru" else f" {currency}"
    return f"{number}{sign}"


def as_written(number: str, language: str) -> str:
    """``1,234.50`` as a language writes it: in Russian ``1 234,50``, with a no-break space."""
    return number.replace(",", NBSP).replace(".", ",") if language == "ru" else number


def _amount(value: Any) -> tuple[Decimal, str]:
    if isinstance(value, Decimal):
        return Decimal(value), str(getattr(value, "currency", ""))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value)), ""
    found = _MONEY_TEXT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise TextError(words.NO_AMOUNT.both(value=repr(value)))
    return Decimal(found[1]), found[2] or ""


def day_of(value: Any, *, tz: tzinfo) -> date:
    """The day that a date, a time (in the company's zone) or the portal's text of one means.

    Raises:
        TextError: The value is no date.
    """
    if isinstance(value, datetime):
        return value.astimezone(tz).date() if value.tzinfo is not None else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and (found := parse_date(value)) is not None:
        moment = parse_time(value)
        is_day_only = len(value) == 10 or moment is None or moment.time() == moment.time().min
        return found if is_day_only or moment is None else moment.astimezone(tz).date()
    raise TextError(words.NO_DATE.both(value=repr(value)))


def day(value: Any, *, language: str, tz: tzinfo, form: str = "") -> str:
    """A date: ``31.12.2026`` in Russian, ``2026-12-31`` in English, or by a form such as ``%d.%m``.

    Raises:
        TextError: The value is no date.
    """
    found = day_of(value, tz=tz)
    if form:
        moment = value.astimezone(tz) if isinstance(value, datetime) and value.tzinfo is not None else found
        return moment.strftime(form)
    return f"{found:%d.%m.%Y}" if language == "ru" else found.isoformat()


def shown(value: Any, *, tz: tzinfo) -> Any:
    """A value as a text shows it without a filter.

    Nothing is empty, numbers plain, times in the company's zone.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (
            value.astimezone(tz).isoformat(timespec="seconds")
            if value.tzinfo is not None
            else value.isoformat()
        )
    if isinstance(value, Decimal):
        return f"{Decimal(value):f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(shown(one, tz=tz)) for one in value)
    return value
