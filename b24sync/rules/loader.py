"""Reading what something depends on, level by level, each level in one question.

A computation asks a `Loader` for answers as if it had them all. What is not there yet is noted, the branch
that needs it is given up for this round (`PendingError`), and the other branches go on noting; then all of
it is asked at once and the computation runs again. This is the only way in which the program reads ahead:
steps do it as generators beside others (`Loader.effects`), whoever has the portal at hand runs such a
generator to its end (`read_through`), and a poll lets the error end its transaction before it asks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from b24sync.calls import Answer, Call, identity
from b24sync.ports import Effects, Read

if TYPE_CHECKING:
    from b24sync.calls import Reader

T = TypeVar("T")


class PendingError(Exception):
    """Answers are not there yet; ``calls`` say which."""

    def __init__(self, calls: Iterable[Call]) -> None:
        self.calls = tuple(calls)
        super().__init__(f"{len(self.calls)} answers are not there yet")


class Loader:
    """Answers by call, so that equal questions are asked once.

    Attributes:
        heard: The answers that were used, by the identity of their calls; whoever wants to know clears it
            before.
    """

    def __init__(self, *, as_text: bool = False) -> None:
        """Begin with nothing.

        Args:
            as_text: Keep results as JSON text, a fraction of the memory: a poll may need thousands of rows.
        """
        self.heard: dict[str, Answer] = {}
        self._kept: dict[str, Answer | str] = {}
        self._as_text = as_text

    def answer(self, call: Call) -> Answer:
        """The answer to a call.

        Raises:
            PendingError: It must be asked first.
        """
        name = identity(call)
        kept = self._kept.get(name)
        if kept is None:
            raise PendingError((call,))
        found = Answer(call, json.loads(kept)) if isinstance(kept, str) else kept
        self.heard[name] = found
        return found

    def each(self, branches: Iterable[Callable[[], T]]) -> list[T]:
        """The results of independent branches; all are tried before one that is pending ends the round.

        Raises:
            PendingError: At least one of them is pending.
        """
        found: list[T] = []
        wanted: dict[str, Call] = {}
        pending = False
        for branch in branches:
            try:
                found.append(branch())
            except PendingError as error:
                pending = True
                wanted.update((identity(call), call) for call in error.calls)
        if pending:
            raise PendingError(wanted.values())
        return found

    def effects(self, compute: Callable[[], T]) -> Effects[T]:
        """Run a computation until nothing is pending, asking what each round lacks."""
        while True:
            try:
                return compute()
            except PendingError as pending:
                calls = pending.calls
            answers: Sequence[Answer] = yield Read(calls)
            for call, answer in zip(calls, answers, strict=True):
                self._keep(call, answer)

    def _keep(self, call: Call, answer: Answer) -> None:
        plain = self._as_text and answer.error is None
        self._kept[identity(call)] = json.dumps(answer.result) if plain else answer


def read_through(portal: Reader, effects: Effects[T]) -> T:
    """Run one reading generator to its end.

    Raises:
        PortalError: The portal cannot be reached, or the generator let an error through.
        TypeError: It wants to do more than read.
    """
    try:
        effect: Any = next(effects)
        while True:
            effect = effects.send(portal.read(_read(effect).calls))
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]


def settled(effects: Effects[T]) -> T:
    """The result of a reading generator that has nothing left to ask.

    Raises:
        PendingError: It has; it is closed, to be made anew when its loader has the answers.
    """
    try:
        effect = next(effects)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    effects.close()
    raise PendingError(_read(effect).calls)


def _read(effect: Any) -> Read:
    if not isinstance(effect, Read):
        raise TypeError(f"a reading generator wants to {type(effect).__name__.lower()}")
    return effect
