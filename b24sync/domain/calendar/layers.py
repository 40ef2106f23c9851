"""The layers over the official days of one year.

The last one wins day by day (calendar.md §3): the library's days; an imported file, which replaces
its country and year wholly and makes it published; decree days, if asked for; the portal's days off, if
asked for; the company's own weekend and days.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from b24sync.domain.calendar.days import Day, Status, Year
from b24sync.domain.calendar.decrees import decree_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from b24sync.domain.calendar.importing import Imported
    from b24sync.domain.calendar.portal_days import PortalDays
    from b24sync.domain.settings_calendar import CalendarSettings


class Layers:
    """What lies over the library's days, by the settings of one company."""

    def __init__(
        self,
        settings: CalendarSettings,
        *,
        language: str,
        imported: Iterable[Imported],
        portal: PortalDays | None,
    ) -> None:
        """Sort out what the settings say; of several files of one year the last counts."""
        country = settings.country.upper()
        self.weekend = settings.weekdays_off()
        self._settings = settings
        self._country = country
        self._language = language
        self._files = {file.year: file for file in imported if file.country == country}
        self._portal = portal if settings.portal == "add" else None
        self._off = settings.dates_off()
        self._yearly_off = settings.month_days_off()
        self._working = settings.dates_working()

    def file(self, year: int) -> Year | None:
        """The imported official year, or None."""
        file = self._files.get(year)
        return None if file is None else file.as_year()

    def over(self, base: Year) -> Year:
        """The year as the company has it."""
        days = tuple(
            self._company(self._from_portal(self._decreed(self._week(day, base)), base)) for day in base.days
        )
        status: Status = base.status
        if status == "unpublished" and self._settings.on_unpublished == "statutory":
            status = "preliminary"
        return replace(base, days=days, status=status)

    def _week(self, day: Day, base: Year) -> Day:
        """The company's weekend where it differs from the country's; else moved days stay as they are."""
        weekday = day.date.weekday()
        if weekday in self.weekend - base.weekend:
            return _off(day, day.name, "weekend", "[calendar] weekend")
        if weekday in base.weekend - self.weekend and day.layer == "weekend":
            return replace(day, working=True, source="[calendar] weekend")
        return day

    def _decreed(self, day: Day) -> Day:
        if not self._settings.presidential_days or not day.working:
            return day
        decree = decree_of(self._country, day.date)
        if decree is not None:
            name = (
                f"Указ Президента от {decree}"
                if self._language == "ru"
                else f"Presidential decree of {decree}"
            )
            return _off(day, name, "presidential", f"decree of {decree}")
        file = self._files.get(day.date.year)
        if file is not None and day.date in file.decree_days:
            return _off(day, day.name, "presidential", file.source)
        return day

    def _from_portal(self, day: Day, base: Year) -> Day:
        if self._portal is None or not day.working:
            return day
        if (
            day.date.month,
            day.date.day,
        ) in self._portal.holidays or day.date.weekday() in self._portal.weekend - base.weekend:
            return _off(day, "", "portal", "calendar.settings.get")
        return day

    def _company(self, day: Day) -> Day:
        if day.date in self._working:
            if day.working:
                return replace(day, layer="company", source="[calendar] working_days")
            return Day(
                day.date,
                working=True,
                short=False,
                name="",
                layer="company",
                source="[calendar] working_days",
            )
        if day.date in self._off:
            return _off(day, day.name, "company", "[calendar] days_off")
        if (day.date.month, day.date.day) in self._yearly_off:
            return _off(day, day.name, "company", "[calendar] yearly_days_off")
        return day


def _off(day: Day, name: str, layer: str, source: str) -> Day:
    return Day(day.date, working=False, short=False, name=name, layer=layer, source=source)
