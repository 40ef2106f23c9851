"""What one call's outcome means for its caller, with what is known of blocked methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from b24sync.calls import Answer, Call
from b24sync.portal import error_mapping
from b24sync.portal.blocks import blocked_fault
from b24sync.portal.codes import Recovery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from b24sync.clock import Clock
    from b24sync.errors import PortalError
    from b24sync.portal.batching import CommandResult
    from b24sync.portal.error_mapping import Trouble
    from b24sync.portal.requester import Requester

Name = TypeVar("Name")


class Classifier:
    """Turns outcomes and faults into answers and errors."""

    def __init__(self, exchange: Requester, clock: Clock) -> None:
        self._requester = exchange
        self._clock = clock

    def answer(self, call: Call, outcome: CommandResult, *, write: bool) -> Answer | None:
        """The answer of one command; ``None`` if the portal gave neither result nor error."""
        if not outcome.ran:
            return None
        if outcome.error is None:
            return Answer(call, result=outcome.result)
        fault = error_mapping.trouble_of_command(outcome.error, reset_at=outcome.reset_at)
        self._requester.blocks.learn(call.method, fault, self._requester.time.now(self._clock.monotonic()))
        return Answer(call, error=self.error(fault, call.method, write=write))

    def resting(self, calls: Mapping[Name, Call]) -> dict[Name, Answer]:
        """The answers of calls whose method is blocked: the portal is not asked."""
        return {
            name: Answer(call, error=self.error(blocked_fault(), call.method, write=False))
            for name, call in calls.items()
            if self._requester.blocks.until(call.method) is not None
        }

    def error(self, fault: Trouble, method: str, *, write: bool) -> PortalError:
        """The error that ``fault`` is to a call of ``method``."""
        until = self._requester.blocks.until(method) if fault.recovery is Recovery.BLOCKED else None
        return error_mapping.error_of(fault, method, write=write, until=until)

    def whole_error(self, fault: Trouble) -> PortalError:
        """The error of a whole batch of reads."""
        return self.error(fault, "" if fault.recovery is Recovery.UNREACHED else "batch", write=False)
