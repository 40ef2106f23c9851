"""Where rows come from: what ``from`` of a look-up names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowSource:
    """A list, a smart process, or a kind.

    Attributes:
        word: ``item``, the portal's type of a list (``list`` for the usual one), or the name of a kind.
        number: Of the list or the smart process; ``None``: a kind.
    """

    word: str
    number: int | None = None

    @classmethod
    def parse(cls, text: str) -> RowSource:
        """Read ``list:37``, ``bitrix_processes:37``, ``item:1046`` or ``contact``."""
        word, colon, number = text.partition(":")
        return cls(word, int(number)) if colon and number.isdecimal() else cls(text)

    @property
    def list_id(self) -> int | None:
        """The number of a list; ``None`` if it is none."""
        return None if self.word == "item" else self.number

    @property
    def entity_type_id(self) -> int | None:
        """The number of a smart process; ``None`` if it is none."""
        return self.number if self.word == "item" else None
