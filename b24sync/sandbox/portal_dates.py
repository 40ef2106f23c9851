"""Dates of the portal: output in the server's offset, input by ``strtotime`` (portal.md §3.4)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_RELATIVE = re.compile(r"([+-]\d+)\s*(day|days|hour|hours|week|weeks)")
_UNIT = {"day": 86400, "hour": 3600, "week": 604800}


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The zone by its name."""
    return ZoneInfo(name)


@lru_cache(maxsize=65536)
def show_time(moment: datetime, server: ZoneInfo) -> str:
    """A moment as the portal writes it: ISO, seconds, offset of the server."""
    return moment.astimezone(server).isoformat(timespec="seconds")


@lru_cache(maxsize=8192)
def show_date(day: date, server: ZoneInfo) -> str:
    """A day as the portal writes it: 00:00 UTC of the day, in the offset of the server."""
    return datetime.combine(day, time(), UTC).astimezone(server).isoformat(timespec="seconds")


def strtotime(value: Any, server: ZoneInfo, now: datetime) -> datetime | None:
    """Read a moment from any text that PHP's ``strtotime`` is likely to get; ``None`` if it cannot.

    An offset in the text counts; without one the server's zone does. The answer is UTC with whole seconds.
    """
    if isinstance(value, datetime):
        local = value if value.tzinfo else value.replace(tzinfo=server)
        return local.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, date):
        return datetime.combine(value, time(), server).astimezone(UTC)
    text = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    if not text:
        return None
    try:
        return _absolute(text, server) or _relative(text, server, now)
    except ValueError:
        return None


def to_day(value: Any, server: ZoneInfo, now: datetime) -> date | None:
    """Read a day: the moment is brought to the server's zone first, so an offset may change the day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    moment = strtotime(value, server, now)
    return moment.astimezone(server).date() if moment is not None else None


def _absolute(text: str, server: ZoneInfo) -> datetime | None:
    if text.startswith("@") and text[1:].isdigit():
        return datetime.fromtimestamp(int(text[1:]), UTC)
    if found := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, offset = found.groups()
        return _moment(
            year=year,
            month=month,
            day=day,
            hour=hour,
            minute=minute,
            second=second,
            tz=_offset(offset, server),
        )
    if found := _DOTTED.fullmatch(text):
        day, month, year, hour, minute, second = found.groups()
        return _moment(year=year, month=month, day=day, hour=hour, minute=minute, second=second, tz=server)
    return None


def _moment(
    year: str, month: str, day: str, hour: str | None, minute: str | None, second: str | None, tz: Any
) -> datetime:
    local = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=tz
    )
    return local.astimezone(UTC)


def _offset(text: str | None, server: ZoneInfo) -> Any:
    if text is None:
        return server
    if text in {"Z", "UTC"}:
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    span = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return datetime.strptime(text.replace(":", ""), "%z").tzinfo if span else UTC


def _relative(text: str, server: ZoneInfo, now: datetime) -> datetime | None:
    word = text.lower()
    if word == "now":
        return now.replace(microsecond=0)
    midnight = datetime.combine(now.astimezone(server).date(), time(), server).astimezone(UTC)
    if word in {"today", "tomorrow", "yesterday"}:
        return midnight + timedelta(days={"today": 0, "tomorrow": 1, "yesterday": -1}[word])
    if found := _RELATIVE.fullmatch(word):
        step = int(found[1]) * _UNIT[found[2].rstrip("s")]
        return now.replace(microsecond=0) + timedelta(seconds=step)
    return None
