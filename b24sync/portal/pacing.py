"""What all processes that use one portal share: the request bucket and the blocked methods."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from b24sync.domain.rate import Level, Rate, fill, take

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Operating time is counted in ten baskets of one minute (portal.md §1.4): a block that claims to last
# longer is a wrong clock.
LONGEST_BLOCK: Final = timedelta(minutes=11)


class BucketStore(Protocol):
    """Shared state of one portal; every call is atomic over all processes."""

    def take(self, cost: float, now: datetime) -> float:
        """Reserve ``cost`` requests; the seconds to wait before sending them."""
        ...

    def fill(self, now: datetime) -> None:
        """The portal said that the bucket is full."""
        ...

    def blocked_methods(self) -> Mapping[str, datetime]:
        """REST methods that the portal has blocked, each until when (aware UTC); may hold expired ones."""
        ...

    def block(self, method: str, until: datetime) -> None:
        """Remember that the portal blocks ``method`` until ``until`` (local clock, aware UTC)."""
        ...


class MemoryBucket:
    """A BucketStore of one process, for runs that must write nothing and for tests."""

    def __init__(self, rate: Rate | None, *, level: Level | None = None) -> None:
        self._rate = rate
        self._level = level or Level()
        self._blocks: dict[str, datetime] = {}

    def take(self, cost: float, now: datetime) -> float:
        """Reserve ``cost`` requests; the seconds to wait before sending them."""
        if self._rate is None:
            return 0.0
        self._level, wait_s = take(self._level, cost, now.timestamp(), self._rate)
        return wait_s

    def fill(self, now: datetime) -> None:
        """The portal said that the bucket is full."""
        if self._rate is not None:
            self._level = fill(self._level, now.timestamp(), self._rate)

    def blocked_methods(self) -> Mapping[str, datetime]:
        """REST methods that the portal has blocked, each until when."""
        return dict(self._blocks)

    def block(self, method: str, until: datetime) -> None:
        """Remember that the portal blocks ``method`` until ``until``."""
        self._blocks[method] = until


def standing(blocks: Mapping[str, datetime], now: datetime) -> dict[str, datetime]:
    """The blocks that hold at ``now``; one that lasts impossibly long is a clock that jumped, and dropped."""
    return {method: until for method, until in blocks.items() if now < until <= now + LONGEST_BLOCK}
