"""The one place that asks the machine for the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Protocol


class Clock(Protocol):
    """What the program knows of local time."""

    def now(self) -> datetime:
        """The local wall clock, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's own clock. Ages and events go by the portal's clock instead (contract.md G6)."""

    def now(self) -> datetime:
        """The local wall clock, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def fixed_zone(offset: str) -> tzinfo:
    """The zone of an offset as the portal's server writes it, such as ``+03:00``."""
    sign = -1 if offset.startswith("-") else 1
    hours, _, minutes = offset[1:].partition(":")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes or 0)))
