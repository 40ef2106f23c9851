"""Runs a reading generator with the engine's own driver against a stand-in portal, counting its rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from b24sync.errors import NotFoundError, PermanentError
from b24sync.ports import Answer, Call
from b24sync.rules import loader
from b24sync.sandbox import Sandbox


@dataclass
class GeneratorRunner:
    """``run`` drives one generator; ``rounds`` holds the calls of each `Read`, which make one batch."""

    sandbox: Sandbox
    rounds: list[list[Call]] = field(default_factory=list)

    def run(self, effects: Any) -> Any:
        """The result of the generator."""
        return loader.read_through(self, effects)

    @property
    def calls(self) -> list[Call]:
        """All calls made, in order."""
        return [call for calls in self.rounds for call in calls]

    def read(self, calls: Sequence[Call]) -> list[Answer]:
        """See `Portal.read`."""
        self.rounds.append(list(calls))
        return [self._answer(call) for call in calls]

    def _answer(self, call: Call) -> Answer:
        _, body = self.sandbox.call(call.method, dict(call.params))
        if "error" not in body:
            return Answer(call, body.get("result"))
        code, text = str(body["error"]), str(body.get("error_description"))
        error = NotFoundError if code == "NOT_FOUND" else PermanentError
        return Answer(call, error=error(text, method=call.method, code=code))
