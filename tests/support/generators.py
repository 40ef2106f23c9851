"""Runs a generator against a stand-in portal, counting the rounds it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from b24sync.errors import NotFoundError, PermanentError
from b24sync.ports import Answer, Call, Read, Write
from b24sync.sandbox import Sandbox


@dataclass
class TalkRunner:
    """``run`` drives one generator.

    ``rounds`` holds the calls of each Ask, as the engine would put them into one batch.
    """

    sandbox: Sandbox
    rounds: list[list[Call]] = field(default_factory=list)

    def run(self, effects: Any) -> Any:
        """The result of the generator."""
        try:
            effect = next(effects)
            while True:
                effect = effects.send(self._granted(effect))
        except StopIteration as stop:
            return stop.value

    @property
    def calls(self) -> list[Call]:
        """All calls made, in order."""
        return [call for calls in self.rounds for call in calls]

    def _granted(self, effect: Any) -> Any:
        if isinstance(effect, Read):
            self.rounds.append(list(effect.calls))
            return [self._answer(call) for call in effect.calls]
        if isinstance(effect, Write):
            return self._answer(effect.call)
        raise TypeError(f"the runner cannot {effect}")

    def _answer(self, call: Call) -> Answer:
        _, body = self.sandbox.call(call.method, dict(call.params))
        if "error" not in body:
            return Answer(call, body.get("result"))
        code, text = str(body["error"]), str(body.get("error_description"))
        error = NotFoundError if code == "NOT_FOUND" else PermanentError
        return Answer(call, error=error(text, method=call.method, code=code))
