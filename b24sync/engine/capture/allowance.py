"""What a poll may spend, in requests and in time, whatever the portal answers (contract.md G14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from b24sync.errors import UntriedError
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.clock import Clock
    from b24sync.engine.capture.chain import Chain

MOST_REQUESTS = 3000  # five million rows of a first poll; 25 minutes where the portal takes two a second
MOST_S = 1500  # with what actions get, shorter than what makes others say that a poll hangs
ACTIONS_S = 240  # that actions get at least, however long the reading took


@dataclass(frozen=True, slots=True)
class Allowance:
    """One poll's allowance.

    Attributes:
        requests: The portal's count of requests at which it is spent.
        until_s: The monotonic time at which it is.
    """

    portal: Portal
    clock: Clock
    requests: int
    until_s: float

    @classmethod
    def of(cls, portal: Portal, clock: Clock) -> Allowance:
        """The whole allowance of a poll that begins now."""
        return cls(portal, clock, portal.requests + MOST_REQUESTS, clock.monotonic() + MOST_S)

    def spent(self) -> bool:
        """Whether the poll should come to its end."""
        return self.portal.requests >= self.requests or self.clock.monotonic() >= self.until_s

    def actions_until_s(self) -> float:
        """The monotonic time after which no action is begun."""
        return max(self.until_s, self.clock.monotonic() + ACTIONS_S)

    def rounds(self) -> Iterator[int]:
        """Numbers of requests, at least one: whoever reads gets further, however much others have read."""
        for number in count():
            if number and self.spent():
                return
            yield number

    def walk(self, chains: Sequence[Chain]) -> Iterator[int]:
        """Likewise; the chains that are still open at the end go on in the next poll."""
        yield from self.rounds()
        for chain in chains:
            if chain.open:
                chain.error = over(chain.pages.call(0).method)


def over(method: str = "") -> UntriedError:
    """The error of what is left to the next poll."""
    return UntriedError(words.NO_END(requests=MOST_REQUESTS, minutes=MOST_S // 60), method=method)
