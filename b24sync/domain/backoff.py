"""When a failed attempt is made again (contract.md §5 ``[retry]``)."""

from __future__ import annotations

FIRST_S = 60
LONGEST_S = 6 * 3600


def delay_s(attempts: int) -> int:
    """Seconds to wait after the given number of attempts: from a minute, doubled each time, to six hours."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_S << doublings, LONGEST_S)
