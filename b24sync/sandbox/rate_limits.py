"""Limits of the portal: the leaky bucket of requests and the working time of methods (portal.md §1.4)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from .envelope import general_error

if TYPE_CHECKING:
    from .portal_settings import SandboxSettings

BASKET_S = 60
BASKETS = 10
UNCOUNTED_S = 0.1
"""Calls shorter than this are not charged."""


class Limits:
    """How much of the limits is used up."""

    def __init__(self) -> None:
        self._level = 0.0
        self._seen: datetime | None = None
        self._work: defaultdict[str, dict[int, float]] = defaultdict(dict)
        self._blocked: dict[str, float] = {}

    def admit(self, settings: SandboxSettings, now: datetime) -> None:
        """Count one HTTP request.

        Raises:
            Refusal: QUERY_LIMIT_EXCEEDED, the bucket is full.
        """
        if not settings.rate_limit:
            return
        if self._seen is not None:
            leaked = max(0.0, (now - self._seen).total_seconds()) * settings.rate_per_s
            self._level = max(0.0, self._level - leaked)
        self._seen = now
        if self._level + 1 > settings.rate_threshold:
            raise general_error("QUERY_LIMIT_EXCEEDED")
        self._level += 1

    def check(self, settings: SandboxSettings, method: str, now: datetime) -> None:
        """Look whether a method may work.

        Raises:
            Refusal: OPERATION_TIME_LIMIT, until the oldest minute falls out.
        """
        until = self._blocked.get(method, 0.0)
        if now.timestamp() < until:
            raise general_error("OPERATION_TIME_LIMIT")
        if settings.operating_limit_s is not None and self.used(method, now) >= settings.operating_limit_s:
            raise general_error("OPERATION_TIME_LIMIT")

    def block(self, method: str, now: datetime, seconds: float) -> None:
        """Block a method for some seconds (an ordered fault)."""
        self._blocked[method] = now.timestamp() + seconds

    def charge(self, settings: SandboxSettings, method: str, now: datetime, seconds: float) -> None:
        """Add the working time of a call."""
        spent = settings.operating_cost_s or (seconds if seconds >= UNCOUNTED_S else 0.0)
        if spent:
            baskets = self._work[method]
            minute = int(now.timestamp()) // BASKET_S
            baskets[minute] = baskets.get(minute, 0.0) + spent

    def used(self, method: str, now: datetime) -> float:
        """Seconds worked in the last ten minutes."""
        oldest = int(now.timestamp()) // BASKET_S - BASKETS + 1
        baskets = self._work.get(method, {})
        return sum(spent for minute, spent in baskets.items() if minute >= oldest)

    def reset_at(self, method: str, now: datetime) -> int:
        """When the sum next shrinks, as a unix time."""
        if now.timestamp() < self._blocked.get(method, 0.0):
            return int(self._blocked[method]) + 1
        current = int(now.timestamp()) // BASKET_S
        minutes = [m for m in self._work.get(method, {}) if m > current - BASKETS]
        return (min(minutes, default=current) + BASKETS) * BASKET_S
