"""Which function reads which type: a table of exact types, and of predicates tried newest first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Read: TypeAlias = Callable[[Any], Any]


class Hooks:
    """Finds the reader of a type; each is made once."""

    def __init__(self) -> None:
        self._made: dict[Any, Read] = {}
        self._makers: list[tuple[Callable[[Any], bool], Callable[[Any], Read]]] = []

    def for_type(self, type_: Any, read: Read) -> None:
        """Read values of exactly this type so."""
        self._made[type_] = read

    def where(self, fits: Callable[[Any], bool], make: Callable[[Any], Read]) -> None:
        """Make the reader of a type that fits; the one said last is asked first."""
        self._makers.insert(0, (fits, make))

    def of(self, type_: Any) -> Read:
        """The reader of a type.

        Raises:
            TypeError: There is none: the program's own settings name a type that nobody reads.
        """
        if type_ not in self._made:
            make = next((make for fits, make in self._makers if fits(type_)), None)
            if make is None:
                raise TypeError(f"no reader for settings of type {type_!r}")
            self._made[type_] = make(type_)
        return self._made[type_]
