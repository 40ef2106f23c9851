"""How long a run repeats what failed: exponential back-off with jitter, 20 s in all (contract.md G7)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import RetryCallState

    from b24sync.clock import Clock

_log = logging.getLogger(__name__)
T = TypeVar("T")
_FIRST_S: Final = 0.3
_LONGEST_S: Final = 8.0
_JITTER_S: Final = 0.3


class Patience:
    """The time that a run may spend on repeating. First tries are free; waits and repeated tries are not."""

    def __init__(self, clock: Clock, *, budget_s: float) -> None:
        self._clock = clock
        self._left_s = budget_s
        self._slowed = False

    @property
    def left_s(self) -> float:
        """Seconds left; 0 if used up."""
        return max(self._left_s, 0.0)

    def spend(self, seconds: float) -> None:
        """Charge time that was spent otherwise."""
        self._left_s -= seconds

    def may_cut(self, took_s: float) -> bool:
        """Whether there is time for smaller batches after one that took ``took_s`` seconds and did not come.

        The first in a run is a first try, and free.
        """
        if self._slowed:
            self.spend(took_s)
        self._slowed = True
        return self.left_s > 0

    def repeat(self, attempt: Callable[[float | None], T], unsettled: Callable[[T], float | None]) -> T:
        """The value of the first attempt that settles the matter, or of the last for which there was time.

        Args:
            attempt: Does it; given ``None`` at first, then the seconds that it may take.
            unsettled: Whether the value is worth another attempt: the least seconds to wait, or ``None`` if
                it is final.
        """
        first = attempt(None)
        if unsettled(first) is None or self.left_s <= 0:
            return first
        import tenacity  # here, as most runs repeat nothing

        known = [first]  # the policy below begins with the attempt that was already made
        backoff = tenacity.wait_exponential(multiplier=_FIRST_S, max=_LONGEST_S) + tenacity.wait_random(
            0, _JITTER_S
        )

        def again() -> T:
            return known.pop() if known else self._timed(attempt)

        def wait(state: RetryCallState) -> float:
            return max(backoff(state), unsettled(_value(state)) or 0.0)

        policy = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda value: unsettled(value) is not None),
            wait=wait,
            stop=lambda state: state.upcoming_sleep >= self.left_s,
            sleep=self._sleep,
            retry_error_callback=_value,
        )
        return policy(again)

    def _timed(self, attempt: Callable[[float | None], T]) -> T:
        started = self._clock.monotonic()
        try:
            return attempt(self.left_s)
        finally:
            self.spend(self._clock.monotonic() - started)

    def _sleep(self, seconds: float) -> None:
        _log.info("waiting %.1f s before the same request is made again", seconds)
        self._clock.sleep(seconds)
        self.spend(seconds)


def _value(state: RetryCallState) -> T:  # type: ignore[type-var]  # tenacity leaves the value's type open
    if state.outcome is None:
        msg = "no attempt was made"
        raise RuntimeError(msg)
    value: T = state.outcome.result()
    return value
