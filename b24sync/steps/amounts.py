"""Exact numbers from what a rule gives: a value of the portal, or a text that a template made."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from b24sync.errors import WrongValueError
from b24sync.words import field_faults as words

_NUMBER = re.compile(r"-?\d{1,24}(?:\.\d{1,12})?")
_LIKE_A_NUMBER = re.compile(r"-?[\d\s\u00a0\u202f']+(?:[.,]\d+)?")


def decimal_of(value: Any) -> Decimal:
    """An exact number; ``100.5`` of ``"100.5|RUB"``.

    Raises:
        WrongValueError: It is none; says how to write it.
    """
    if isinstance(value, bool):
        raise _no_number(str(value).lower())
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise _no_number(str(value))
        return Decimal(value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return decimal_of(repr(value) if abs(value) < 1e15 else str(value))
    text = str(value).strip().partition("|")[0].strip()
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    raise _no_number(str(value).strip(), like=text)


def currency_of(value: Any) -> str:
    """The currency that a value names: ``RUB`` of ``"100.5|RUB"`` or of an amount; empty if none."""
    own = getattr(value, "currency", "")
    if isinstance(own, str) and own:
        return own
    return value.partition("|")[2].strip() if isinstance(value, str) else ""


def _no_number(text: str, *, like: str = "") -> WrongValueError:
    """The error of a text that is none; ``like``: its part that may be meant for one."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", like).replace(",", ".") if _LIKE_A_NUMBER.fullmatch(like) else ""
    advice = words.WRITE.both(text=plain) if _NUMBER.fullmatch(plain) else words.WRITE_SO.both()
    return WrongValueError(words.NO_NUMBER.both(text=text, advice=advice))
