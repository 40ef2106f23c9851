"""The clock of the stand-in portal: real, shifted or frozen, and the same for everything the portal does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """Portal time: real, plus what ``advance`` added, or standing still from ``start`` on.

    Args:
        start: An aware moment to freeze at; ``None`` lets the clock run.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._frozen = _aware(start) if start is not None else None
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The portal's time as an aware UTC datetime, with microseconds."""
        with self._lock:
            return self._frozen if self._frozen is not None else _real_now() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, with a negative number)."""
        with self._lock:
            step = timedelta(seconds=seconds)
            if self._frozen is not None:
                self._frozen += step
            else:
                self._offset += step

    def set(self, moment: datetime) -> None:
        """Put the clock at a moment; a running clock goes on running from there."""
        with self._lock:
            if self._frozen is not None:
                self._frozen = _aware(moment)
            else:
                self._offset = _aware(moment) - _real_now()


def _real_now() -> datetime:
    # The stand-in is a machine of its own: its clock is not the program's (b24sync.clock).
    return datetime.now(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a naive moment has no place on the portal's clock: {moment}")
    return moment.astimezone(UTC)
