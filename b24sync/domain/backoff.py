"""When a failed attempt is made again (contract.md §5 ``[retry]``)."""

from __future__ import annotations

FIRST_S = 60
LONGEST_S = 6 * 3600
LEAST_S = 60  # before a try of what was refused for now, even if the refused one used up no attempt
LONGEST_WAIT_S = 900  # that an answer may ask for


def delay_s(attempts: int) -> int:
    """Seconds to wait after the given number of attempts: from a minute, doubled each time, to six hours."""
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_S << doublings, LONGEST_S)


def uncounted_delay_s(asked_s: float) -> int:
    """Seconds to wait after a try that used up no attempt, where ``asked_s`` were asked for."""
    return int(min(max(asked_s, LEAST_S), LONGEST_WAIT_S))
