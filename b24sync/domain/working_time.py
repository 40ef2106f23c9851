"""Time in working days: a working day counts its 24 hours, a day off none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.values import Stay

_DAY = timedelta(days=1)


def due(start: datetime, after: Stay, calendar: Callable[[], Calendar], tz: tzinfo) -> datetime:
    """When so much time has passed since a moment.

    Three working days after Friday 15:00 is Wednesday 15:00; after Saturday, whenever, it is the end of
    Wednesday.
    """
    if not after.working:
        return start + after.days * _DAY
    local, days = start.astimezone(tz), calendar()
    last = days.add_working_days(local.date(), after.days)
    if days.is_working(local.date()):
        return datetime.combine(last, local.time(), tzinfo=tz)
    return _midnight(last + _DAY, tz)


def earliest_start(moment: datetime, after: Stay, calendar: Callable[[], Calendar], tz: tzinfo) -> datetime:
    """A moment such that whatever began before it was due before ``moment``."""
    if not after.working:
        return moment - after.days * _DAY
    day = moment.astimezone(tz).date()
    return _midnight(calendar().add_working_days(day, -(after.days + 1)), tz)


def worked(start: datetime, end: datetime, calendar: Calendar, tz: tzinfo) -> timedelta:
    """How much working time lies between two moments."""
    first, last = start.astimezone(tz), end.astimezone(tz)
    if last <= first:
        return timedelta(0)
    if first.date() == last.date():
        return last - first if calendar.is_working(first.date()) else timedelta(0)
    total = timedelta(0)
    if calendar.is_working(first.date()):
        total += _midnight(first.date() + _DAY, tz) - first
    if calendar.is_working(last.date()):
        total += last - _midnight(last.date(), tz)
    return total + _DAY * max(0, calendar.working_days_between(first.date(), last.date() - _DAY))


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=tz)
