"""Methods that the portal has blocked for too much work (HTTP 429): they rest until it frees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from b24sync.portal.codes import Recovery
from b24sync.portal.error_mapping import Trouble
from b24sync.portal.pacing import LONGEST_BLOCK, BucketStore, standing

if TYPE_CHECKING:
    from b24sync.clock import Clock

# One basket of operating time: so long at least a block lasts whose end the portal did not tell.
_UNKNOWN: Final = timedelta(seconds=60)


class Blocks:
    """What is blocked, by this process and, where the portal told the end, by all processes of the portal."""

    def __init__(self, clock: Clock, bucket: BucketStore) -> None:
        self._clock = clock
        self._bucket = bucket
        self._known: dict[str, datetime] | None = None
        self._resets: dict[str, float] = {}

    def forget(self) -> None:
        """Read the shared blocks anew at the next question; one with an unknown end is over."""
        self._known = None

    def until(self, method: str) -> datetime | None:
        """Until when ``method`` is blocked (local clock, aware UTC); ``None`` if it may be asked."""
        return standing(self._all(), self._clock.now()).get(method)

    def expect(self, method: str, reset_at: float) -> None:
        """Keep the ``operating_reset_at`` of an answer: a later refusal may come without one."""
        self._resets[method] = reset_at

    def learn(self, method: str, fault: Trouble, portal_now: datetime | None) -> None:
        """Remember a refusal of ``method``; faults of other kinds are ignored.

        Without a known end the method rests in this run only, and ``batch`` not at all: which method is
        meant is not known, and asking again costs nothing.

        Args:
            method: The REST method that was refused.
            fault: Why.
            portal_now: The portal's clock, by which ``operating_reset_at`` goes; ``None`` if unknown.
        """
        if fault.recovery is not Recovery.BLOCKED or self.until(method) is not None:
            return
        now = self._clock.now()
        reset_at = fault.reset_at or self._resets.get(method)
        if reset_at is not None:
            rest = datetime.fromtimestamp(reset_at, UTC) - (portal_now or now)
            until = now + min(max(rest, timedelta(seconds=1)), LONGEST_BLOCK)
            self._all()[method] = until
            self._bucket.block(method, until)
        elif method != "batch":
            self._all()[method] = now + _UNKNOWN

    def _all(self) -> dict[str, datetime]:
        if self._known is None:
            self._known = dict(self._bucket.blocked_methods())
        return self._known


def blocked_fault() -> Trouble:
    """The fault of a call that is not made because its method is blocked."""
    return Trouble(Recovery.BLOCKED, "blocked by the portal for too much work", code="OPERATION_TIME_LIMIT")
