"""Takes an official calendar from a file: its format, whether it can be true, what the library says else.

Nothing is ever downloaded: the sites that publish such files are third parties, so the user gives a file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.domain.calendar.days import WEEKEND, Day, Year, dates_in
from b24sync.domain.calendar.decrees import decree_of
from b24sync.domain.calendar.draft import CalendarFileError, Draft
from b24sync.words import Both, calendar_files
from b24sync.words import calendar as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "CalendarFileError",
    "CalendarStore",
    "DayDifference",
    "Imported",
    "compare",
    "diff",
    "from_stored",
    "parse",
]

LARGEST_FILE = 1_000_000
_FEWEST, _MOST = 240, 260
_FIRST_YEAR, _LAST_YEAR = 1992, 2100
# Weekdays within the decrees' spans that are off by the published calendar of their year.
_HOLIDAYS_IN_DECREES = frozenset({date(2021, 11, 4), date(2021, 11, 5)})


@dataclass(frozen=True, slots=True)
class Imported:
    """One official year from a file.

    Attributes:
        days: Every day of the year; decree days are working days here.
        decree_days: Weekdays called non-working by presidential decree; they are off only with
            ``presidential_days``.
        warnings: What the user should know of this file.
        source: The file's name.
    """

    country: str
    year: int
    days: tuple[Day, ...]
    warnings: tuple[Both, ...]
    source: str
    decree_days: frozenset[date] = frozenset()

    def as_year(self) -> Year:
        """The same as a year of the calendar; a file makes its year published."""
        return Year(self.country, self.year, self.days, "published", self.source)

    def to_stored(self) -> str:
        """The normal form, a JSON text from which ``from_stored`` and ``parse`` give an equal value.

        Warnings are kept in English.
        """
        data = self.as_year().as_dict()
        data["decree_days"] = [day.isoformat() for day in sorted(self.decree_days)]
        data["warnings"] = [str(warning) for warning in self.warnings]
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


class CalendarStore(Protocol):
    """Keeps imported years in their normal form."""

    def put(self, country: str, year: int, text: str) -> None:
        """Keep one year, replacing an earlier import of it."""
        ...

    def all(self) -> Iterable[tuple[str, int, str]]:
        """(country, year, text) of every imported year."""
        ...


@dataclass(frozen=True, slots=True)
class DayDifference:
    """A day that the file and the library see differently; ``working`` is the file's word."""

    date: date
    working: bool
    name: str


def parse(data: bytes, *, country: str, source: str, year: int | None = None) -> Imported:
    """Read a calendar of any known format.

    These are XML and JSON of xmlcalendar, JSON of isdayoff, our own ``date;kind`` CSV, CSV of data.gov.ru and
    the normal form.

    Args:
        data: The file's bytes.
        country: For formats that do not say it.
        source: The file's name, for messages and as the source of its days.
        year: Which year to take from a file of several.

    Raises:
        CalendarFileError: Unknown format, or the file cannot be a true calendar; all faults at once.
    """
    if len(data) > LARGEST_FILE:
        raise CalendarFileError(source, [calendar_files.TOO_LARGE.both(size=len(data))])
    draft = _read(data, source, year)
    if isinstance(draft, Imported):
        return draft
    draft.country = draft.country or country.upper()
    return _complete(draft, source)


def from_stored(text: str) -> Imported:
    """Read the normal form.

    Raises:
        ValueError: Another text.
    """
    return _from_normal_form(json.loads(text))


def compare(imported: Imported, official: Year) -> list[DayDifference]:
    """The days that differ from the library's, in order."""
    return [
        DayDifference(mine.date, mine.working, mine.name or theirs.name)
        for mine, theirs in zip(imported.days, official.days, strict=True)
        if mine.working != theirs.working
    ]


def diff(imported: Imported, official: Year) -> list[str]:
    """The same as lines for people, after one line that says what was compared."""
    found = compare(imported, official)
    head = words.AGAINST(
        country=imported.country,
        year=imported.year,
        source=imported.source,
        other=f"{official.source} ({official.status})",
        count=len(found),
    )
    told = {True: words.WORKED_IN_FILE, False: words.OFF_IN_FILE}
    return [
        head,
        *(f"  {told[day.working](day=day.date)}{f' ({day.name})' if day.name else ''}" for day in found),
    ]


def _read(data: bytes, source: str, year: int | None) -> Draft | Imported:
    # Imported here: a run that only asks for days reads no file, or only the normal form.
    from b24sync.domain.calendar import reading_csv, reading_xml

    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<" or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return reading_xml.read_xml(data, source)
    text = _text(data)
    if start == b"{":
        return _read_json(text, source)
    if reading_csv.looks_like_data_gov(text):
        return reading_csv.read_data_gov(text, source, year)
    return reading_csv.read_own_csv(text, source)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1251", errors="replace")  # what spreadsheets on Russian Windows write


def _read_json(text: str, source: str) -> Draft | Imported:
    from b24sync.domain.calendar import reading_json

    data = _json(text, source)
    if "kinds" in data:
        try:
            return _from_normal_form(data)
        except (ValueError, TypeError) as fault:
            raise CalendarFileError(source, [calendar_files.NO_KEPT_YEAR.both()]) from fault
    if "months" in data:
        return reading_json.read_months(data, source)
    if "dayoff" in data:
        return reading_json.read_isdayoff(data, source)
    raise CalendarFileError(source, [calendar_files.UNKNOWN_JSON.both()])


def _json(text: str, source: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as fault:
        where = calendar_files.BROKEN_JSON.both(line=fault.lineno, column=fault.colno)
        raise CalendarFileError(source, [where]) from fault
    except (ValueError, RecursionError) as fault:
        raise CalendarFileError(source, [calendar_files.DEEP_JSON.both()]) from fault


def _from_normal_form(data: Any) -> Imported:
    year = Year.from_dict(data)
    decrees = frozenset(date.fromisoformat(day) for day in data.get("decree_days", ()))
    return Imported(
        country=year.country,
        year=year.year,
        days=year.days,
        warnings=tuple(Both(text, text) for text in map(str, data.get("warnings", ()))),
        source=year.source,
        decree_days=decrees,
    )


def _complete(draft: Draft, source: str) -> Imported:
    if not _FIRST_YEAR <= draft.year <= _LAST_YEAR:
        raise CalendarFileError(source, [*draft.faults, calendar_files.NO_YEAR.both(year=draft.year)])
    _find_decree_days(draft)
    days = tuple(_day(draft, day, source) for day in dates_in(draft.year))
    faults = [*draft.faults, *_faults(draft, days)]
    if faults:
        raise CalendarFileError(source, faults)
    off_by_decree = frozenset(day.date for day in days if day.date in draft.decrees and day.working)
    return Imported(
        country=draft.country,
        year=draft.year,
        days=days,
        warnings=tuple(draft.warnings),
        source=source,
        decree_days=off_by_decree,
    )


def _find_decree_days(draft: Draft) -> None:
    """Tell decree days in files without titles by their dates: weekdays off that only a decree names."""
    for day in _HOLIDAYS_IN_DECREES & draft.decrees.keys():
        draft.off[day] = draft.decrees.pop(day)
    for day, name in list(draft.off.items()):
        decree = decree_of(draft.country, day)
        if decree and not name and day.weekday() not in WEEKEND and day not in _HOLIDAYS_IN_DECREES:
            draft.decrees[day] = f"Указ Президента от {decree}"
            del draft.off[day]


def _day(draft: Draft, day: date, source: str) -> Day:
    if day in draft.off:
        name = draft.off[day]
        layer = "weekend" if day.weekday() in WEEKEND and not name else "file"
        return Day(day, working=False, short=False, name=name, layer=layer, source=source)
    if day in draft.short or day in draft.working:
        return Day(day, working=True, short=day in draft.short, name="", layer="file", source=source)
    if day.weekday() in WEEKEND:
        return Day(day, working=False, short=False, name="", layer="weekend", source=source)
    return Day(day, working=True, short=False, name=draft.decrees.get(day, ""), layer="file", source=source)


def _faults(draft: Draft, days: tuple[Day, ...]) -> Iterator[Both]:
    for day in sorted(set(draft.off) & (draft.short | draft.working)):
        yield calendar_files.BOTH_WAYS.both(day=day)
    if days[0].working:
        yield calendar_files.NEW_YEAR.both(day=days[0].date)
    count = sum(day.working for day in days)
    if not _FEWEST <= count <= _MOST:
        yield calendar_files.COUNT.both(count=count, fewest=_FEWEST, most=_MOST)
    for moved_from, moved_to in draft.moved:
        if moved_to.weekday() not in WEEKEND and days[moved_to.timetuple().tm_yday - 1].working:
            yield calendar_files.REST_WORKED.both(day=moved_to, origin=moved_from)
    stated = draft.stated_working_days
    by_decree = sum(day.date in draft.decrees and day.working for day in days)
    if stated is not None and stated not in {count, count - by_decree}:
        yield calendar_files.MISCOUNTED.both(stated=stated, count=count)
