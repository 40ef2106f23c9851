"""An entity of the portal as the program knows it: contract names, typed values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

INVOICE, DEAL, CONTACT, COMPANY, TASK = "invoice", "deal", "contact", "company", "task"


class Key(NamedTuple):
    """``kind:id``, as ``invoice:512``."""

    kind: str
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read ``kind:id``.

        Raises:
            ValueError: The text has another form.
        """
        kind, colon, number = text.strip().partition(":")
        if not (kind and colon and number.isascii() and number.isdigit() and int(number) > 0):
            raise ValueError(f"{text!r} is no entity (write kind:id, as invoice:512)")
        return cls(kind, int(number))


class MadeLate(Mapping[str, Any]):
    """A map that is made when somebody looks into it; most entities of a poll are never asked."""

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> Mapping[str, Any]:
        return self._make()

    def __getitem__(self, name: str) -> Any:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __repr__(self) -> str:
        return repr(self._made)


@dataclass(frozen=True, slots=True)
class Entity:
    """One look at an entity.

    Attributes:
        key: What it is.
        values: Contract field → typed value (contract.md §5 "Names"): ids ``int`` or ``None``, money
            ``Decimal``, dates ``date``, times aware UTC ``datetime``, texts ``str``, lists ``tuple``.
        fields: Everything by the portal's own codes, as JSON values.
    """

    key: Key
    values: Mapping[str, Any]
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]
