"""What the portal's calendar settings (``calendar.settings.get``) say about days off.

They hold dates without a year, so moved days off cannot be said there: the documented sample differs from
the published calendar of Russia on 83 days of 2019 to 2027. They are compared, and used only if the company
asks for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.domain.settings_calendar import WEEKDAYS, month_day_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from b24sync.domain.calendar.working_calendar import Calendar

# D.MM; a year after it, which some portals write, says nothing here.
_DAY_MONTH = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.\d{2,4})?")


@dataclass(frozen=True, slots=True)
class PortalDays:
    """Days off by the portal.

    Attributes:
        holidays: (month, day) of every year.
        weekend: Weekdays off, Monday 0; empty if the portal does not say.
        workdays: (month, day) worked all the same; often years out of date.
        unread: What could not be understood, as the portal wrote it.
    """

    holidays: frozenset[tuple[int, int]] = frozenset()
    weekend: frozenset[int] = frozenset()
    workdays: frozenset[tuple[int, int]] = frozenset()
    unread: tuple[str, ...] = ()

    def is_working(self, day: date, *, use_workdays: bool = False) -> bool:
        """Whether the portal calls this day a working day; its own exceptions count only if asked for."""
        if use_workdays and (day.month, day.day) in self.workdays:
            return True
        return (day.month, day.day) not in self.holidays and day.weekday() not in self.weekend


@dataclass(frozen=True, slots=True)
class Difference:
    """A day that the calendar and the portal see differently."""

    date: date
    working: bool
    portal: bool
    name: str


def parse_settings(answer: Any) -> PortalDays:
    """Read the result of ``calendar.settings.get``: each part may be missing, empty, a text or a list."""
    settings = answer if isinstance(answer, dict) else {}
    unread: list[str] = []
    holidays = frozenset(_month_days(settings.get("year_holidays"), unread))
    workdays = frozenset(_month_days(settings.get("year_workdays"), unread))
    weekend = frozenset(_weekdays(settings.get("week_holidays"), unread))
    return PortalDays(holidays, weekend, workdays, tuple(unread))


def differences(
    calendar: Calendar, portal: PortalDays, year: int, *, use_workdays: bool = False
) -> list[Difference]:
    """The days of the year on which the calendar and the portal disagree, in order."""
    return [
        Difference(day.date, day.working, not day.working, day.name)
        for day in calendar.year(year).days
        if day.working != portal.is_working(day.date, use_workdays=use_workdays)
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        value = value.split(",")
    elif isinstance(value, dict):
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        text = str(item).strip()
        if text:
            yield text


def _month_days(value: Any, unread: list[str]) -> Iterator[tuple[int, int]]:
    for text in _texts(value):
        found = _DAY_MONTH.fullmatch(text)
        try:
            yield month_day_of(f"{int(found[2]):02}-{int(found[1]):02}" if found else text)
        except ValueError:
            unread.append(text)


def _weekdays(value: Any, unread: list[str]) -> Iterator[int]:
    for text in _texts(value):
        if text.upper() in WEEKDAYS:
            yield WEEKDAYS.index(text.upper())
        else:
            unread.append(text)
