"""The portal's clock, as its answers tell it: ages, events and reminders go by it (contract.md G6)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.portal.http_reply import HttpReply


class PortalTime:
    """The last seen time of the portal, and how to go on from it.

    Attributes:
        utc_offset: The server's, as its answers write it; ``None`` before the first.
        header_ahead: By how much the ``Date`` header of the last answer was ahead of its time block; ``None``
            if one of them was missing.
    """

    def __init__(self) -> None:
        self._seen: tuple[datetime, float] | None = None
        self.utc_offset: str | None = None
        self.header_ahead: timedelta | None = None

    def see(self, reply: HttpReply, monotonic: float) -> None:
        """Learn from an answer that came at ``monotonic``; one that is none of a portal's teaches nothing."""
        started = _started(reply)
        if started is None:
            if reply.content is not None and reply.date is not None:  # errors come without a time block
                self._seen = (reply.date, monotonic)
            return
        ended = started + timedelta(seconds=min(max(reply.took_s, 0.0), 120.0))
        self._seen = (ended, monotonic)
        self.header_ahead = None if reply.date is None else reply.date - ended
        offset = re.search(r"(Z|[+-]\d\d:?\d\d)$", str(reply.time.get("date_start", "")))
        self.utc_offset = offset[1] if offset else self.utc_offset

    def now(self, monotonic: float) -> datetime | None:
        """The portal's time at ``monotonic``, aware UTC; ``None`` before the first answer."""
        if self._seen is None:
            return None
        at, then = self._seen
        return at + timedelta(seconds=monotonic - then)


def started_at(reply: HttpReply) -> datetime | None:
    """When the portal began this answer, aware UTC, whole seconds, rather too early than too late.

    ``None`` if it does not say. Without a time block (a proxy that rewrites answers) it is the ``Date``
    header less the time that the answer took.
    """
    started = _started(reply)
    if started is None and reply.date is not None:
        started = reply.date - timedelta(seconds=reply.elapsed_s + 1.0)
    return None if started is None else started.replace(microsecond=0)


def _started(reply: HttpReply) -> datetime | None:
    """The start by ``date_start``, or by ``start`` if that is missing."""
    text, seconds = reply.time.get("date_start"), reply.time.get("start")
    try:
        if isinstance(text, str):
            started = datetime.fromisoformat(text)
            return started.astimezone(UTC) if started.tzinfo else None
        return datetime.fromtimestamp(float(seconds), UTC) if isinstance(seconds, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None
