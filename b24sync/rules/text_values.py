"""Values that texts and conditions compute with: money with its currency, and nothing at all."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any


class Money(Decimal):
    """An amount that knows its currency; an exact decimal in every other way."""

    __slots__ = ("currency",)

    currency: str

    def __new__(cls, value: Decimal | int | str = 0, currency: str = "") -> Money:
        """An amount in a currency."""
        made = super().__new__(cls, value)
        made.currency = currency
        return made


class Missing:
    """What a missing link is, and everything of it: no value, false, empty when shown, equal only to none."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    def __repr__(self) -> str:
        return "none"

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __eq__(self, other: object) -> bool:
        return is_none(other)

    def __hash__(self) -> int:
        return hash(None)

    def __call__(self, *_: Any) -> Missing:
        """What a call on nothing gives."""
        return self


MISSING = Missing()


def is_none(value: object) -> bool:
    """Whether a value is nothing: none, or (of) a missing link."""
    return value is None or isinstance(value, Missing)
