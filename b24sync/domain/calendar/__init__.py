"""The production calendar: working days by layers, shifting of dates, import of official calendars."""

from __future__ import annotations

from b24sync.domain.calendar.days import CalendarError, Day, Status, UnpublishedYearError, Year, YearCache
from b24sync.domain.calendar.importing import (
    CalendarFileError,
    CalendarStore,
    Imported,
    diff,
    from_stored,
    parse,
)
from b24sync.domain.calendar.official import VERIFIED, official_year
from b24sync.domain.calendar.portal_days import PortalDays, differences, parse_settings
from b24sync.domain.calendar.working_calendar import Calendar, Direction, Shift

__all__ = [
    "VERIFIED",
    "Calendar",
    "CalendarError",
    "CalendarFileError",
    "CalendarStore",
    "Day",
    "Direction",
    "Imported",
    "PortalDays",
    "Shift",
    "Status",
    "UnpublishedYearError",
    "Year",
    "YearCache",
    "diff",
    "differences",
    "from_stored",
    "official_year",
    "parse",
    "parse_settings",
]
