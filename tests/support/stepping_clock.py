"""A clock that stands still until somebody sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SteppingClock:
    """Implements Clock; ``slept`` keeps every sleep in seconds."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.at = at
        self.passed_s = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.passed_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.step(seconds)

    def step(self, seconds: float) -> None:
        """Let time pass without anybody sleeping."""
        self.at += timedelta(seconds=seconds)
        self.passed_s += seconds
