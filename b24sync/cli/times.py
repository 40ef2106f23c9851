"""Times and durations as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from b24sync.domain.values import parse_duration
from b24sync.errors import UsageError
from b24sync.words import commands as said


def typed_time(text: str, *, now: datetime, tz: tzinfo) -> datetime:
    """A moment.

    A date or time as ``2026-11-24 10:00`` (the company's zone, unless it has an offset), or an age as ``2h``,
    ``7d``.

    Raises:
        UsageError: It is none.
    """
    from dateutil import parser

    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    try:
        moment = parser.isoparse(text.replace(" ", "T", 1))
    except ValueError:
        raise UsageError(said.NO_TIME(text=text)) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=tz)).astimezone(UTC)


def typed_second(text: str | None, *, now: datetime, tz: tzinfo) -> int | None:
    """A moment in Unix seconds; ``None`` if none was typed (see `typed_time`)."""
    return None if text is None else int(typed_time(text, now=now, tz=tz).timestamp())


def typed_duration(text: str, *, option: str) -> timedelta:
    """A duration as ``50s``.

    Raises:
        UsageError: It is none.
    """
    try:
        return parse_duration(text)
    except ValueError:
        raise UsageError(said.NO_DURATION(option=option, text=text)) from None
