"""Exact numbers from what a rule gives: a value of the portal, or a text that a template made."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from b24sync.words import fields as words

_NUMBER = re.compile(r"-?\d{1,24}(?:\.\d{1,12})?")
_LIKE_A_NUMBER = re.compile(r"-?[\d\s\u00a0\u202f']+(?:[.,]\d+)?")


def decimal_of(value: Any) -> Decimal:
    """An exact number; ``100.5`` of ``"100.5|RUB"``.

    Raises:
        ValueError: It is none; says how to write it.
    """
    if isinstance(value, bool):
        raise ValueError(words.NO_NUMBER(text=str(value), advice=""))  # noqa: TRY004 - for the caller it is a value like any other
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(words.NO_NUMBER(text=str(value), advice=""))
        return Decimal(value)
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return decimal_of(repr(value) if abs(value) < 1e15 else str(value))
    text = str(value).strip().partition("|")[0].strip()
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    raise ValueError(words.NO_NUMBER(text=str(value).strip(), advice=_advice(text)))


def currency_of(value: Any) -> str:
    """The currency that a value names: ``RUB`` of ``"100.5|RUB"`` or of an amount; empty if none."""
    own = getattr(value, "currency", "")
    if isinstance(own, str) and own:
        return own
    return value.partition("|")[2].strip() if isinstance(value, str) else ""


def _advice(text: str) -> str:
    if not _LIKE_A_NUMBER.fullmatch(text):
        return ""
    plain = re.sub(r"[\s\u00a0\u202f']", "", text).replace(",", ".")
    return words.WRITE(text=plain) if _NUMBER.fullmatch(plain) else ""
