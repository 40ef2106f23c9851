"""The lowest layer: the days of the package ``holidays``, and for which years they can be trusted.

The package says nothing about years whose calendar is not published yet, and gives such years without their
moved days. So the years that were compared day by day with independent sources stand here, and are raised
only with a new comparison (calendar.md §1 to 4).

Short days are not in the package. They follow from the law for Russia (Labour Code, article 95) and Belarus
(Labour Code, article 116): the working day right before a holiday is an hour shorter. A weekend day that is
worked instead of such a day is short as that day would have been (order 588n of 2009-08-13). Both rules
together agree with the published calendars of 2019 to 2027. For other countries no day is called short.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b24sync.domain.calendar.day_names import russian_name
from b24sync.domain.calendar.days import FORMAT, CalendarError, Day, Status, Year, YearCache, dates_in
from b24sync.words import calendar as words

if TYPE_CHECKING:
    from collections.abc import Mapping

VERIFIED = {"RU": range(2019, 2028), "BY": range(2019, 2027), "KZ": range(2019, 2027)}

_SHORT_BEFORE_HOLIDAYS = frozenset({"RU", "BY"})
# As in: Выходной (перенесено с 20.02.2027); Day off (substituted from 02/20/2027).
_MOVED_RU = re.compile(r"(?P<day>\d{2})\.(?P<month>\d{2})\.(?P<year>\d{4})")
_MOVED_EN = re.compile(r"(?P<month>\d{2})/(?P<day>\d{2})/(?P<year>\d{4})")
_SUBSTITUTE = ("(выходной)", "(observed)")
_DAY = timedelta(days=1)


def official_year(country: str, year: int, *, language: str) -> Year:
    """The library's days of one year, and whether they are the published calendar.

    Args:
        country: Two-letter code in capitals.
        year: The year.
        language: ``"ru"`` or ``"en"``: language of the holidays' names.

    Returns:
        A year that is ``published`` if it was verified, else ``unpublished``: weekends and fixed holidays,
        as far as they are known.

    Raises:
        CalendarError: The library does not know the country.
    """
    library = _library(country, year, language)
    status = _status(country, year, library)
    layer = "official" if status == "published" else "statutory"
    source = f"holidays {_version()}"
    short = _short_days(year, library) if country in _SHORT_BEFORE_HOLIDAYS else frozenset()
    weekend = frozenset(library.weekend)
    days = []
    for day in dates_in(year):
        working = bool(library.is_working_day(day))
        name = _name(library.get(day), language)
        plain = not working and not name and day.weekday() in weekend
        days.append(
            Day(
                date=day,
                working=working,
                short=day in short,
                name="" if working else name,
                layer="weekend" if plain else layer,
                source=source,
            )
        )
    return Year(country=country, year=year, days=tuple(days), status=status, source=source, weekend=weekend)


def cached_year(country: str, year: int, *, language: str, cache: YearCache | None) -> Year:
    """The same as ``official_year``, from the cache if it is there; an unreadable text is replaced."""
    if cache is None:
        return official_year(country, year, language=language)
    key = cache_key(country, year, language=language)
    text = cache.get(key)
    if text is not None:
        try:
            return Year.from_json(text)
        except ValueError:
            pass  # written by another version: computed anew and replaced below
    found = official_year(country, year, language=language)
    cache.put(key, found.to_json())
    return found


def cache_key(country: str, year: int, *, language: str) -> str:
    """Names a year of the installed library; another release of it, or another table here, has other keys."""
    verified = year in VERIFIED.get(country, ())
    return f"calendar/{FORMAT}/{country}/{year}/{language}/{int(verified)}/{installed_stamp()}"


@cache
def installed_stamp() -> str:
    """What tells one installed ``holidays`` from another, found without importing it (1 ms instead of 100).

    The name of its ``dist-info`` folder (``holidays-0.109``), or the time of its files where there is none.
    """
    from importlib.util import find_spec

    spec = find_spec("holidays")
    if spec is None or spec.origin is None:
        return "absent"
    package = Path(spec.origin).parent
    names = sorted(entry.name for entry in package.parent.glob("holidays-*.dist-info"))
    if len(names) == 1:
        return names[0].removesuffix(".dist-info")
    return f"holidays-{package.stat().st_mtime_ns}"


def _library(country: str, year: int, language: str) -> Any:
    # Only the default category, "public": "workday" makes worked days of Belarus (2026-02-23) days off.
    import holidays

    try:
        languages = type(holidays.country_holidays(country)).supported_languages
        return holidays.country_holidays(
            country, years=[year, min(year + 1, date.max.year)], language=_language(languages, language)
        )
    except NotImplementedError as fault:
        raise CalendarError(words.NO_COUNTRY(country=country)) from fault


def _language(supported: tuple[str, ...], wanted: str) -> str | None:
    first = [name for name in supported if name.split("_")[0] == wanted]
    second = [name for name in supported if name.split("_")[0] == "en"]
    return next(iter([*first, *second]), None)


def _version() -> str:
    import holidays

    return str(getattr(holidays, "__version__", "of unknown version"))


def _status(country: str, year: int, library: Any) -> Status:
    if year not in VERIFIED.get(country, ()):
        return "unpublished"
    # An old release lacks the moved days of a verified year. It shows for Russia, where every year has some.
    if country == "RU" and year not in getattr(library, "special_public_holidays", {}):
        return "unpublished"
    return "published"


def _name(text: str | None, language: str) -> str:
    if not text:
        return ""
    return russian_name(text) if language == "ru" else text


def _short_days(year: int, library: Any) -> frozenset[date]:
    """Working days right before a holiday, and the weekend days that are worked instead of such a day."""
    moved = _moved_from(library)
    holidays = {
        day for day, name in library.items() if day not in moved.values() and not name.endswith(_SUBSTITUTE)
    }
    eves = {day - _DAY for day in holidays if day > date.min}
    return frozenset(
        day
        for day in dates_in(year)
        if library.is_working_day(day) and (day in eves or moved.get(day) in eves)
    )


def _moved_from(library: Mapping[date, str]) -> dict[date, date]:
    """For each day that gave its rest away, the day that got it."""
    moved = {}
    for day, name in library.items():
        found = _MOVED_RU.search(name) or _MOVED_EN.search(name)
        if found:
            moved[date(int(found["year"]), int(found["month"]), int(found["day"]))] = day
    return moved
