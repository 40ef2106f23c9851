"""The portal's leaky bucket, as arithmetic (portal.md §1.4).

The portal counts HTTP requests by source address: each adds one, ``per_s`` run out every second, and what
comes over ``burst`` is refused with 503. All b24sync processes of one portal share one state, so this is a
function of that state and the wall clock.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

# Left free for other tools behind the same address, which the portal counts together with us.
MARGIN: Final = 2.0


class Rate(NamedTuple):
    """What a plan allows: ``burst`` requests at once, then ``per_s`` a second."""

    per_s: float
    burst: int

    @property
    def usable(self) -> float:
        """The part of the burst that we use."""
        return self.burst - MARGIN

    @property
    def longest_wait_s(self) -> float:
        """Nobody ever waits longer than a whole bucket takes to run out, whatever the state says."""
        return self.burst / self.per_s


RATES: Final[dict[str, Rate | None]] = {"standard": Rate(2.0, 50), "enterprise": Rate(5.0, 250), "box": None}


class Level(NamedTuple):
    """The bucket: how full it was at ``at`` (seconds of the Unix epoch)."""

    level: float = 0.0
    at: float = 0.0


def take(state: Level, cost: float, now: float, rate: Rate) -> tuple[Level, float]:
    """Reserve ``cost`` requests.

    Args:
        state: The bucket as it was left; nonsense in it (a clock that jumped back, a damaged row) does no
            harm.
        cost: Requests.
        now: Wall time, seconds of the Unix epoch.
        rate: What the plan allows.

    Returns:
        The bucket with the reservation in it, and the seconds to wait before sending, at most
        ``rate.longest_wait_s``.
    """
    level = min(leaked(state, now, rate) + cost, rate.usable + rate.burst)
    wait_s = (level - rate.usable) / rate.per_s
    return Level(level, now), min(max(wait_s, 0.0), rate.longest_wait_s)


def fill(state: Level, now: float, rate: Rate) -> Level:
    """The bucket after the portal said that it is full: others used it too."""
    return Level(max(leaked(state, now, rate), float(rate.burst)), now)


def leaked(state: Level, now: float, rate: Rate) -> float:
    """How full the bucket is at ``now``. A clock that went back counts as no time at all."""
    if not math.isfinite(state.level) or not math.isfinite(state.at):
        return 0.0
    elapsed_s = max(now - state.at, 0.0)
    return min(max(state.level - elapsed_s * rate.per_s, 0.0), rate.usable + rate.burst)
