"""Running generators: from remembered answers, or many side by side against the portal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from b24sync.calls import Answer, Call
from b24sync.ports import Effects, Read
from b24sync.rest import json_values

if TYPE_CHECKING:
    from b24sync.calls import Portal

T = TypeVar("T")


class NotRememberedError(Exception):
    """A generator wants to know what is not remembered yet; ``calls`` say what."""

    def __init__(self, calls: Sequence[Call]) -> None:
        super().__init__(f"{len(calls)} answers missing")
        self.calls = tuple(calls)


def identity(call: Call) -> str:
    """Equal texts for equal calls."""
    return call.method + json.dumps(call.params, sort_keys=True, default=str)


@dataclass(slots=True)
class Remembered:
    """Answers of the portal by call, so that equal questions are asked once in a poll.

    What was asked is kept as text: a poll may need thousands of linked rows.
    """

    answers: dict[str, Answer | str] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)

    def run(self, effects: Effects[T]) -> T:
        """Run a reading generator from memory alone; ``used`` then holds the results that it heard, by call.

        Raises:
            NotRememberedError: Something must be asked first.
        """
        self.used = {}
        try:
            effect = next(effects)
            while True:
                if not isinstance(effect, Read):
                    raise TypeError(f"a reading generator wants to {type(effect).__name__.lower()}")
                missing = [call for call in effect.calls if identity(call) not in self.answers]
                if missing:
                    effects.close()
                    raise NotRememberedError(missing)
                heard = {identity(call): self._heard(call) for call in effect.calls}
                self.used.update({name: _to_keep(answer) for name, answer in heard.items()})
                effect = effects.send([heard[identity(call)] for call in effect.calls])
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    def ask(self, portal: Portal, calls: Iterable[Call]) -> list[Answer]:
        """Ask what is missing, each call once, and remember the answers.

        Returns:
            The answers to the calls that were new.
        """
        unique = {identity(call): call for call in calls if identity(call) not in self.answers}
        answers = portal.read(list(unique.values())) if unique else []
        for name, answer in zip(unique, answers, strict=True):
            self.answers[name] = answer if answer.error is not None else json.dumps(answer.result)
        return answers

    def _heard(self, call: Call) -> Answer:
        kept = self.answers[identity(call)]
        return Answer(call, result=json.loads(kept)) if isinstance(kept, str) else kept

    def forget(self, answers: Iterable[Answer]) -> None:
        """Forget answers that may be different next time."""
        for answer in answers:
            self.answers.pop(identity(answer.call), None)


def _to_keep(answer: Answer) -> Any:
    """A result as it may be recorded: without the links of files, which hold the webhook's secret.

    What was refused is ``None``: a generator that goes on from there takes it for missing.
    """
    if answer.error is not None:
        return None
    return json_values.scrubbed({"": answer.result})[""]


def run(portal: Portal, effects: Effects[T]) -> T:
    """Run one reading generator against the portal.

    Raises:
        PortalError: The portal cannot be reached, or the generator let an error through.
    """
    try:
        effect: Any = next(effects)
        while True:
            if not isinstance(effect, Read):
                raise TypeError(f"a reading generator wants to {type(effect).__name__.lower()}")
            effect = effects.send(portal.read(effect.calls))
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
