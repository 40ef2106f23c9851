"""The company's calendar, and what is asked of it.

Shifting a date is careful in a year without a published calendar (``on_unpublished``). Everything else uses
the best known days and warns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from b24sync.domain.calendar.days import CalendarError, Day, Status, UnpublishedYearError, Year, YearCache
from b24sync.domain.calendar.layers import Layers
from b24sync.domain.calendar.official import cached_year
from b24sync.words import calendar as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from b24sync.domain.calendar.importing import Imported
    from b24sync.domain.calendar.portal_days import PortalDays
    from b24sync.domain.settings_calendar import CalendarSettings

Direction = Literal["next", "previous", "nearest", "none"]

_DAY = timedelta(days=1)
# The longest run of days off seen is 12 days (to 2026-01-11); more than this is a mistake in the settings.
LONGEST_RUN = 40
_SUNDAY = 6
_NEXT_YEAR_FROM_MONTH = 10


@dataclass(frozen=True, slots=True)
class Shift:
    """Where a date went.

    Attributes:
        moved: Whether ``date`` differs from ``original``.
        status: ``published`` if every day that was looked at is known, ``preliminary`` if statutory days
            were used instead, ``unpublished`` if the date was left as it is because they were not known.
        warning: A line for the user, or None.
    """

    original: date
    date: date
    moved: bool
    status: Status
    warning: str | None


class Calendar:
    """The days of one company, by its settings.

    It computes each year once and keeps it; it reads no clock and no file.
    """

    def __init__(
        self,
        settings: CalendarSettings,
        *,
        language: str = "ru",
        imported: Iterable[Imported] = (),
        portal: PortalDays | None = None,
        cache: YearCache | None = None,
    ) -> None:
        """Put the layers together.

        Args:
            settings: Checked settings; their ``file`` is not read here.
            language: ``"ru"`` or ``"en"``: of the holidays' names.
            imported: Official files in the order they count, a later one of the same country and year
                replacing an earlier.
            portal: What the portal's settings say; it counts only with ``portal = "add"``.
            cache: Where the library's years are kept between runs.
        """
        self.settings = settings
        self.country = settings.country.upper()
        self.language = language
        self._cache = cache
        self._layers = Layers(settings, language=language, imported=imported, portal=portal)
        self._years: dict[int, Year] = {}
        self._warned: dict[int, str] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know: of the settings, and a line for each unpublished year used so far."""
        return (*self._settings_warnings(), *self._warned.values())

    def year(self, year: int) -> Year:
        """All days of a year, the best known ones whatever ``on_unpublished`` says.

        Raises:
            CalendarError: There is no such year.
        """
        found = self._year(year)
        if found.status != "published":
            self._warn(year)
        return found

    def day(self, day: date) -> Day:
        """One day, and which layer decided it; the best known answer whatever ``on_unpublished`` says."""
        if not self._known(day):
            self._warn(day.year)
        return self._day(day)

    def is_working(self, day: date) -> bool:
        """Whether the company works on this day, as far as known."""
        return self.day(day).working

    def shift(
        self, day: date, direction: Direction | str | None = None, *, not_before: date | None = None
    ) -> Shift:
        """Move a date that is no working day to one, in this direction (default: the settings').

        Args:
            day: The original date; shift from it again, not from an earlier result.
            direction: ``next``, ``previous``, ``nearest`` (a tie goes to the next) or ``none``.
            not_before: A day, usually today, that going back must not pass; then it goes forward instead.

        Raises:
            UnpublishedYearError: A day that it had to look at is not known, and ``on_unpublished = "error"``.
            CalendarError: No working day within 40 days.
        """
        direction = direction or self.settings.direction
        if direction == "none":
            return Shift(day, day, moved=False, status="published", warning=None)
        try:
            found, unknown = self._search(day, direction)
            if self._too_early(day, found, not_before):
                found, unknown = self._search(day, "next")
        except _NotKnownError as stop:
            return self._left(day, stop.year)
        if unknown is None:
            return Shift(day, found, moved=found != day, status="published", warning=None)
        text = f"{day} was shifted by preliminary days: {self._warn(unknown)}"
        return Shift(day, found, moved=found != day, status="preliminary", warning=text)

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, or before it if negative.

        0 gives the day itself if it is worked, else the next working day.
        """
        if count == 0:
            return self._next_working(day - _DAY, _DAY) if day > date.min else day
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day = self._next_working(day, step)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``.

        If ``end`` is earlier: minus those from ``end`` on and before ``start``.

        So for a worked ``start`` it undoes ``add_working_days``.
        """
        if end >= start:
            return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
        return -sum(self.is_working(end + timedelta(days=n)) for n in range((start - end).days))

    def next_year_warning(self, today: date) -> str | None:
        """From 1 October: a line if next year's calendar is not known yet, else None."""
        if today.month < _NEXT_YEAR_FROM_MONTH or today.year >= date.max.year:
            return None
        following = self._year(today.year + 1)
        return None if following.status == "published" else self._unpublished(today.year + 1)

    def official(self, year: int, *, country: str | None = None) -> Year:
        """The library's days of a year (of another country, if named), without any other layer.

        Raises:
            CalendarError: There is no such year.
        """
        if not date.min.year <= year <= date.max.year:
            raise CalendarError(words.NO_YEAR(year=year))
        return cached_year(country or self.country, year, language=self.language, cache=self._cache)

    def _search(self, day: date, direction: str) -> tuple[date, int | None]:
        """The first working day in that direction; the year of the first day on the way that is not known."""
        unknown: int | None = None
        for candidate in _candidates(day, direction):
            if not self._known(candidate):
                self._stop_if_unpublished(candidate.year)
                unknown = unknown or candidate.year
            if self._day(candidate).working:
                return candidate, unknown
        raise CalendarError(words.NO_WORKING_DAY(days=LONGEST_RUN, day=day), remedy=words.LOOK_AT_DAYS())

    def _stop_if_unpublished(self, year: int) -> None:
        if self.settings.on_unpublished == "error":
            raise UnpublishedYearError(self.country, year)
        if self.settings.on_unpublished == "skip":
            raise _NotKnownError(year)

    def _left(self, day: date, year: int) -> Shift:
        text = words.LEFT(day=day, why=self._warn(year))
        return Shift(day, day, moved=False, status="unpublished", warning=text)

    def _too_early(self, day: date, found: date, not_before: date | None) -> bool:
        if found >= day:
            return False
        left_month = self.settings.keep_month and (found.year, found.month) != (day.year, day.month)
        return left_month or (not_before is not None and found < not_before)

    def _next_working(self, day: date, step: timedelta) -> date:
        for n in range(1, LONGEST_RUN + 1):
            try:
                candidate = day + n * step
            except OverflowError:
                break
            if self.is_working(candidate):
                return candidate
        raise CalendarError(words.NO_WORKING_DAY(days=LONGEST_RUN, day=day), remedy=words.LOOK_AT_DAYS())

    def _known(self, day: date) -> bool:
        """Whether nothing can change this day: its calendar is published, or the company itself named it."""
        return self._year(day.year).status == "published" or self._day(day).layer == "company"

    def _day(self, day: date) -> Day:
        return self._year(day.year).day(day)

    def _year(self, year: int) -> Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._layers.over(self._layers.file(year) or self.official(year))
        return found

    def _settings_warnings(self) -> Iterator[str]:
        if self._layers.weekend == {_SUNDAY}:
            yield words.SIX_DAYS()

    def _warn(self, year: int) -> str:
        return self._warned.setdefault(year, self._unpublished(year))

    def _unpublished(self, year: int) -> str:
        return words.NO_CALENDAR(country=self.country, year=year)


class _NotKnownError(Exception):
    """A day of this year had to be looked at and is not known; the shift is left undone."""

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year


def _candidates(day: date, direction: str) -> Iterator[date]:
    """The day itself, then those to look at, nearest first; of two equally near the later one first."""
    signs = {"next": (1,), "previous": (-1,), "nearest": (1, -1)}.get(direction)
    if signs is None:
        raise CalendarError(words.NO_DIRECTION(text=repr(direction)), remedy=words.DIRECTIONS())
    yield day
    for n in range(1, LONGEST_RUN + 1):
        for sign in signs:
            try:
                yield day + timedelta(days=n * sign)
            except OverflowError:
                continue
