"""Time in working days: a working day counts its 24 hours, a day off none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
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


class WorkClock:
    """Reckons working time of many stays: each day of the calendar is looked at once."""

    def __init__(self, calendar: Calendar, tz: tzinfo) -> None:
        self._calendar = calendar
        self._tz = tz
        self._first = date.max.toordinal()
        self._before: list[int] = []  # working days before each day since the first

    def seconds(self, start: datetime, end: datetime) -> float:
        """How much working time lies between two moments; none if they are the other way round."""
        self._days_before(start.astimezone(self._tz).toordinal())  # the base of both readings
        return max(0.0, self._reading(end) - self._reading(start))

    def _reading(self, moment: datetime) -> float:
        local = moment.astimezone(self._tz)
        day = local.date()
        whole = self._days_before(day.toordinal())
        if not self._calendar.is_working(day):
            return whole * _DAY.total_seconds()
        begun = _midnight(day, self._tz)
        length = (_midnight(day + _DAY, self._tz).astimezone(UTC) - begun.astimezone(UTC)).total_seconds()
        part = (local.astimezone(UTC) - begun.astimezone(UTC)).total_seconds() / length
        return (whole + part) * _DAY.total_seconds()

    def _days_before(self, ordinal: int) -> int:
        """Working days before a day, counted from the earliest one that was asked for (or less)."""
        if ordinal < self._first or not self._before:
            self._begin(ordinal)
        while ordinal - self._first >= len(self._before):
            last = self._first + len(self._before) - 1
            self._before.append(self._before[-1] + self._calendar.is_working(date.fromordinal(last)))
        return self._before[ordinal - self._first]

    def _begin(self, ordinal: int) -> None:
        """Begin earlier: readings change by the same amount for all days."""
        if not self._before:
            self._first, self._before = ordinal, [0]
            return
        earlier = [0]
        for day in range(ordinal, self._first):
            earlier.append(earlier[-1] + self._calendar.is_working(date.fromordinal(day)))
        more = earlier.pop()
        self._first, self._before = ordinal, [*earlier, *(count + more for count in self._before)]


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time(0), tzinfo=tz)
