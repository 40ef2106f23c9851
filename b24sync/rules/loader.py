"""Reading what something depends on, level by level, each level in one question.

A computation asks a ``Lookup`` for answers as if it had them all. What is not there yet is noted, the branch
that needs it is given up for this round (``PendingError``), and the other branches go on noting; then all of
it is asked at once and the computation runs again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from b24sync.calls import Answer, Call
from b24sync.ports import Effects, Read

T = TypeVar("T")


class PendingError(Exception):
    """An answer is not there yet."""


class Loader:
    """The answers of one group of generators, so that equal questions are asked once."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._wanted: dict[str, Call] = {}

    def answer(self, call: Call) -> Answer:
        """The answer to a call.

        Raises:
            PendingError: It must be asked first; it is noted.
        """
        name = identity(call)
        found = self._answers.get(name)
        if found is None:
            self._wanted[name] = call
            raise PendingError(call.method)
        return found

    def each(self, branches: Iterable[Callable[[], T]]) -> list[T]:
        """The results of independent branches; all are tried before one that is pending ends the round.

        Raises:
            PendingError: At least one of them is pending.
        """
        found: list[T] = []
        pending: PendingError | None = None
        for branch in branches:
            try:
                found.append(branch())
            except PendingError as error:
                pending = error
        if pending is not None:
            raise pending
        return found

    def effects(self, compute: Callable[[], T]) -> Effects[T]:
        """Run a computation until nothing is pending, asking what each round lacks."""
        while True:
            self._wanted = {}
            try:
                return compute()
            except PendingError:
                wanted = self._wanted
            answers = yield Read(tuple(wanted.values()))
            self._answers.update(zip(wanted, answers, strict=True))


def identity(call: Call) -> str:
    """Equal texts for equal calls."""
    return call.method + json.dumps(call.params, sort_keys=True, default=str)
