"""Whether the years that will be needed have a published calendar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, warn
from b24sync.domain.calendar.days import CalendarError

if TYPE_CHECKING:
    from datetime import date

    from b24sync.app import App
    from b24sync.domain.calendar import Calendar

_IMPORT = "import the official one when it is published: b24sync calendar import FILE"


def calendar(app: App, day: date) -> Iterator[Finding]:
    """This year and the next one, and what is odd in ``[calendar]``."""
    try:
        made = app.calendar()
        yield from _years(made, day, app)
        for warning in made.warnings:
            yield warn("calendar", warning)
    except (CalendarError, OSError) as error:
        yield fail("calendar", str(error), "see [calendar] file and country")


def _years(made: Calendar, day: date, app: App) -> Iterator[Finding]:
    current = made.year(day.year)
    following = made.next_year_warning(day)
    if current.status != "published":
        does = {
            "skip": "due dates in it are left as they are",
            "error": "shifting in it fails",
            "statutory": "its days are preliminary",
        }
        how = does.get(app.settings.calendar.on_unpublished, "")
        message = (
            f"{current.country} {current.year}: no published calendar is known, only weekends and fixed "
            f"holidays; {how}"
        )
        yield warn("calendar", message, _IMPORT)
    else:
        yield ok(
            "calendar",
            f"{current.country} {current.year}: published, {current.working_days} working days "
            f"({current.source})",
        )
    if following:
        yield warn("calendar", following, _IMPORT)
