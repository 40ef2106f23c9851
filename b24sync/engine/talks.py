"""Running talks: from remembered answers, or many side by side against the portal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from b24sync.calls import Answer, Call
from b24sync.ports import Ask, Talk
from b24sync.rest import values

if TYPE_CHECKING:
    from b24sync.calls import Portal

T = TypeVar("T")


class NotRememberedError(Exception):
    """A talk wants to know what is not remembered yet; ``calls`` say what."""

    def __init__(self, calls: Sequence[Call]) -> None:
        super().__init__(f"{len(calls)} answers missing")
        self.calls = tuple(calls)


def identity(call: Call) -> str:
    """Equal texts for equal calls."""
    return call.method + json.dumps(call.params, sort_keys=True, default=str)


@dataclass(slots=True)
class Remembered:
    """Answers of the portal by call, so that equal questions are asked once in a poll."""

    answers: dict[str, Answer] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)

    def run(self, talk: Talk[T]) -> T:
        """Run a reading talk from memory alone; ``used`` then holds the results that it heard, by call.

        Raises:
            NotRememberedError: Something must be asked first.
        """
        self.used = {}
        try:
            wish = next(talk)
            while True:
                if not isinstance(wish, Ask):
                    raise TypeError(f"a reading talk wants to {type(wish).__name__.lower()}")
                missing = [call for call in wish.calls if identity(call) not in self.answers]
                if missing:
                    talk.close()
                    raise NotRememberedError(missing)
                heard = {identity(call): self.answers[identity(call)] for call in wish.calls}
                self.used.update({name: _to_keep(answer) for name, answer in heard.items()})
                wish = talk.send([heard[identity(call)] for call in wish.calls])
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    def ask(self, portal: Portal, calls: Iterable[Call]) -> list[Answer]:
        """Ask what is missing, each call once, and remember the answers.

        Returns:
            The answers to the calls that were new.
        """
        unique = {identity(call): call for call in calls if identity(call) not in self.answers}
        answers = portal.ask(list(unique.values())) if unique else []
        for name, answer in zip(unique, answers, strict=True):
            self.answers[name] = answer
        return answers

    def forget(self, answers: Iterable[Answer]) -> None:
        """Forget answers that may be different next time."""
        for answer in answers:
            self.answers.pop(identity(answer.call), None)


def _to_keep(answer: Answer) -> Any:
    """A result as it may be recorded: without the links of files, which hold the webhook's secret.

    What was refused is ``None``: a talk that goes on from there takes it for missing.
    """
    if answer.error is not None:
        return None
    return values.scrubbed({"": answer.result})[""]


def run(portal: Portal, talk: Talk[T]) -> T:
    """Run one reading talk against the portal.

    Raises:
        PortalError: The portal cannot be reached, or the talk let an error through.
    """
    try:
        wish: Any = next(talk)
        while True:
            if not isinstance(wish, Ask):
                raise TypeError(f"a reading talk wants to {type(wish).__name__.lower()}")
            wish = talk.send(portal.ask(wish.calls))
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
