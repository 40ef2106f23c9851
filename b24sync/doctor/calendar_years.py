"""Whether the years that will be needed have a published calendar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, warn
from b24sync.domain.calendar.days import CalendarError
from b24sync.domain.calendar.draft import CalendarFileError
from b24sync.words import doctor_machine as words
from b24sync.words import joined

if TYPE_CHECKING:
    from datetime import date

    from b24sync.app import App
    from b24sync.domain.calendar import Calendar

_DOES = {
    "skip": words.LEFT_AS_THEY_ARE,
    "error": words.SHIFTING_FAILS,
    "statutory": words.PRELIMINARY,
}


def calendar(app: App, day: date) -> Iterator[Finding]:
    """This year and the next one, and what is odd in ``[calendar]``."""
    try:
        made = app.calendar()
        yield from _years(made, day, app)
        for warning in made.warnings:
            yield warn("calendar", warning)
    except CalendarFileError as error:
        for fault in error.faults:
            yield fail("calendar", joined([error.source, fault], by=": "), words.SEE_CALENDAR.both())
    except (CalendarError, OSError) as error:
        yield fail("calendar", str(error), words.SEE_CALENDAR.both())


def _years(made: Calendar, day: date, app: App) -> Iterator[Finding]:
    current = made.year(day.year)
    how = _DOES[app.settings.calendar.on_unpublished].both()
    if current.status != "published":
        told = words.UNPUBLISHED.both(country=current.country, year=current.year, how=how)
        yield warn("calendar", told, words.IMPORT.both())
    else:
        values = {"country": current.country, "year": current.year, "count": current.working_days}
        yield ok("calendar", words.PUBLISHED.both(**values, source=current.source))
    if made.next_year_warning(day):
        told = words.UNPUBLISHED.both(country=current.country, year=day.year + 1, how=how)
        yield warn("calendar", told, words.IMPORT.both())
