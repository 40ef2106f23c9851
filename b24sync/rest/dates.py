"""Times and dates as the portal writes and reads them (portal.md §3.4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

_NOON = timedelta(hours=12)
_FIRST_YEAR, _LAST_YEAR = 2, 9998
_SHORTEST, _LONGEST = 10, 64  # of a text that may be a time; what is longer is not worth keeping in mind
_SITE_FORMATS = (
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
)


def parse_time(value: Any) -> datetime | None:
    """A moment of the portal as aware UTC.

    ``None`` for anything that is no time (an empty field, a switched-off one).

    A text without an offset, which no documented answer has, is taken as UTC. The first and the last year of
    the calendar are no time either: other systems mean "empty" by them, and no zone can be applied there.
    """
    return _moment(value) if isinstance(value, str) and _SHORTEST <= len(value) <= _LONGEST else None


@lru_cache(maxsize=1024)  # the times of a row, and those of rows saved together, are often the same
def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_date(value: Any) -> date | None:
    """A date field of the portal; ``None`` if it is empty.

    The portal sends a date as the moment of 00:00 UTC of that day, in the server's offset. Adding 12 hours
    before cutting gives the right day for servers that send their own midnight, too.
    """
    return _day(value) if isinstance(value, str) and _SHORTEST <= len(value) <= _LONGEST else None


@lru_cache(maxsize=1024)  # a row is read for its date more than once, and many rows have the same
def _day(text: str) -> date | None:
    if len(text) == 10:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None
    moment = _moment(text)
    return None if moment is None else (moment + _NOON).date()


def parse_site_date(value: Any) -> date | None:
    """A date as lists send it, in a site format such as ``31.12.2024`` or ``12/31/2024 11:59:59 pm``.

    ``None`` if it is none.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    for form in _SITE_FORMATS:
        try:
            return datetime.strptime(text.upper(), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return parse_date(text)


def send_date(day: date) -> str:
    """A date for a date field.

    Without a time, since the portal would first turn an offset into its own zone.
    """
    return date(day.year, day.month, day.day).isoformat()


def send_time(moment: datetime) -> str:
    """A moment for a time field or a filter, in UTC with ``+00:00`` (the batch encoder must escape the plus).

    Raises:
        ValueError: The time is naive; nobody could say which moment it means.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec="seconds")
