"""Lists of tables that are read when somebody looks at them: a poll that finds nothing reads no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from types import GenericAlias
from typing import ClassVar, TypeVar, overload

T_co = TypeVar("T_co", covariant=True)


class Later(Sequence[T_co]):
    """A sequence that is given, or a function that reads it, which is called once.

    Attributes:
        place: Module and name of its elements' class; it is not loaded before it is needed.
    """

    place: ClassVar[str] = ""

    def __init__(self, values: Iterable[T_co] | Callable[[], Iterable[T_co]] = ()) -> None:
        self._read = values if callable(values) else None
        self._values: tuple[T_co, ...] = () if callable(values) else tuple(values)

    @classmethod
    def listed(cls) -> GenericAlias:
        """The type of what is read: ``tuple[Element, ...]``."""
        module, _, name = cls.place.partition(":")
        return GenericAlias(tuple, (getattr(import_module(module), name), ...))

    def load(self) -> None:
        """Read them now, if they were not yet."""
        self._all()

    def _all(self) -> tuple[T_co, ...]:
        if self._read is not None:
            self._values = tuple(self._read())
            self._read = None
        return self._values

    @overload
    def __getitem__(self, at: int) -> T_co: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T_co, ...]: ...
    def __getitem__(self, at: int | slice) -> T_co | tuple[T_co, ...]:
        return self._all()[at]

    def __len__(self) -> int:
        return len(self._all())

    def __eq__(self, other: object) -> bool:
        return self._all() == (tuple(other) if isinstance(other, Later) else other)

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())
