"""Bodies of ``b24sync calendar show``, ``check`` and ``import``, given a calendar already put together."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Any, TextIO

from b24sync.domain.calendar import CalendarError, diff, differences, parse
from b24sync.domain.calendar.importing import compare
from b24sync.log import json_line
from b24sync.words.calendar import TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.calendar import Calendar, CalendarStore, Day, Imported, PortalDays, Year
    from b24sync.words import Both, Language

_MONTHS_IN_A_ROW = 3
_MONTH_WIDTH = 7 * 3
_GAP = "   "


def show(calendar: Calendar, year: int, *, as_json: bool, out: TextIO) -> int:
    """Write all days of a year: JSON Lines, or twelve small months and the days that are special.

    The caller shows ``calendar.warnings`` on stderr afterwards.
    """
    found = calendar.year(year)
    if as_json:
        for day in found.days:
            _write_json(day.as_json(), out)
        return 0
    texts = _texts(calendar)
    _write_months(_months(found, texts), out)
    out.write("\n")
    for day in found.days:
        if _is_special(day, found):
            out.write(
                f"{day.date} {_kind(day, texts)}{f': {day.name}' if day.name else ''} "
                f"[{texts.get(f'layer_{day.layer}', day.layer)}]\n"
            )
    short = sum(day.short for day in found.days)
    off = len(found.days) - found.working_days
    out.write(f"\n{texts['counts'].format(working=found.working_days, off=off, short=short)}\n")
    out.write(f"{found.country} {year}: {texts[found.status]} ({found.source})\n")
    return 0


def check(
    calendar: Calendar, day: date, *, portal: PortalDays | None = None, as_json: bool, out: TextIO
) -> int:
    """Write one day: whether it is worked, which layer decided, and where it would be shifted to.

    Args:
        calendar: The calendar.
        day: The day.
        portal: What the portal's settings say; given, the year's differences to it are written too.
        as_json: One JSON object: the public day, and with ``portal`` a key ``portal`` of what it says.
        out: Where to write.
    """
    found = calendar.day(day)
    if as_json:
        answer = found.as_json()
        if portal is not None:
            answer["portal"] = _portal_json(calendar, portal, day)
        _write_json(answer, out)
        return 0
    texts = _texts(calendar)
    out.write(f"{day} {texts['weekdays'].split()[day.weekday()]}: {_kind(found, texts)}")
    out.write(f": {found.name}\n" if found.name else "\n")
    layer = texts.get(f"layer_{found.layer}", found.layer)
    out.write(f"  {texts['decided'].format(layer=layer, source=found.source)}\n")
    year = calendar.year(day.year)
    out.write(f"  {year.country} {year.year}: {texts[year.status]}\n")
    out.writelines(_shift_lines(calendar, day, texts))
    if portal is not None:
        out.writelines(_portal_lines(calendar, portal, day.year, texts))
    return 0


def import_file(
    calendar: Calendar, data: bytes, *, source: str, store: CalendarStore, as_json: bool, out: TextIO
) -> int:
    """Read an official calendar, write how it differs from the library, and keep it.

    Args:
        calendar: Says the country for files that do not, and the library's days.
        data: The file.
        source: Its name.
        store: Where it is kept, replacing an earlier one of its country and year.
        as_json: One JSON object with country, year, working_days, differences and warnings.
        out: Where to write.

    Raises:
        CalendarFileError: It cannot be a true calendar; nothing is kept.
    """
    imported = parse(data, country=calendar.country, source=source)
    official = calendar.official(imported.year, country=imported.country)
    texts = _texts(calendar)
    warnings = list(imported.warnings)
    if imported.country != calendar.country:
        warnings.append(TEXTS["unused"].both(country=calendar.country))
    if not as_json:
        out.writelines(
            f"{line}\n" for line in [*diff(imported, official), *(warning.said() for warning in warnings)]
        )
    store.put(imported.country, imported.year, imported.to_stored())
    working = imported.as_year().working_days
    if as_json:
        _write_json(_import_json(imported, official, warnings), out)
    else:
        stored = texts["stored"].format(country=imported.country, year=imported.year, working=working)
        out.write(f"{stored}\n")
    return 0


def _texts(calendar: Calendar) -> dict[str, str]:
    language: Language = "ru" if calendar.language == "ru" else "en"
    return {name: message.of(language) for name, message in TEXTS.items()}


def _write_json(value: dict[str, Any], out: TextIO) -> None:
    out.write(json_line(value) + "\n")


def _kind(day: Day, texts: dict[str, str]) -> str:
    if day.working:
        return texts["short"] if day.short else texts["working"]
    return texts["off"]


def _is_special(day: Day, year: Year) -> bool:
    """Whether the small months alone would not explain this day."""
    worked_weekend = day.working and day.date.weekday() in year.weekend
    return bool(day.name) or worked_weekend or day.layer in {"presidential", "portal", "company"}


def _months(year: Year, texts: dict[str, str]) -> Iterator[str]:
    """The year as lines: months side by side, a dash after each day off and a star after each short day."""
    names = texts["months"].split()
    head = "".join(f"{name} " for name in texts["weekdays"].split())
    for first in range(0, 12, _MONTHS_IN_A_ROW):
        row = range(first, first + _MONTHS_IN_A_ROW)
        yield _GAP.join(f"{names[n]} {year.year}".center(_MONTH_WIDTH) for n in row).rstrip()
        yield _GAP.join(head for _ in row).rstrip()
        for weeks in zip(*(_weeks(year, n + 1) for n in row), strict=True):
            yield _GAP.join(weeks).rstrip()
    yield texts["legend"]


def _weeks(year: Year, month: int) -> list[str]:
    """Six lines of seven days, Monday first."""
    before, length = monthrange(year.year, month)
    cells = ["   "] * before
    for number in range(1, length + 1):
        day = year.day(date(year.year, month, number))
        mark = "*" if day.short else " " if day.working else "-"
        cells.append(f"{number:2}{mark}")
    cells += ["   "] * (6 * 7 - len(cells))
    return ["".join(cells[n : n + 7]) for n in range(0, 6 * 7, 7)]


def _write_months(lines: Iterator[str], out: TextIO) -> None:
    """Plain text; on a terminal the days off are in colour (rich respects ``NO_COLOR``)."""
    if not out.isatty():
        out.writelines(f"{line}\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False)
    for line in lines:
        text = Text(line)
        text.highlight_regex(r"\d+-", "red")
        text.highlight_regex(r"\d+\*", "yellow")
        console.print(text, soft_wrap=True)


def _shift_lines(calendar: Calendar, day: date, texts: dict[str, str]) -> Iterator[str]:
    if calendar.is_working(day):
        return
    for direction in ("next", "previous", "nearest"):
        mark = " <" if direction == calendar.settings.direction else ""
        yield f"  {texts['shift']} ({texts[direction]}): {_shifted(calendar, day, direction, texts)}{mark}\n"


def _shifted(calendar: Calendar, day: date, direction: str, texts: dict[str, str]) -> str:
    try:
        shift = calendar.shift(day, direction)
    except CalendarError as refused:
        return str(refused)
    return f"{shift.date} [{texts[f'status_{shift.status}']}]"


def _portal_json(calendar: Calendar, portal: PortalDays, day: date) -> dict[str, Any]:
    found = differences(calendar, portal, day.year)
    return {
        "working": portal.is_working(day),
        "differences": [
            {"date": item.date.isoformat(), "working": item.working, "portal": item.portal} for item in found
        ],
        "unread": list(portal.unread),
    }


def _portal_lines(calendar: Calendar, portal: PortalDays, year: int, texts: dict[str, str]) -> Iterator[str]:
    found = differences(calendar, portal, year)
    yield f"{texts['portal'].format(count=len(found), year=year)}\n"
    for item in found:
        word = texts["portal_working"] if item.portal else texts["portal_off"]
        yield f"  {item.date} {word}{f': {item.name}' if item.name else ''}\n"
    if portal.unread:
        yield f"{texts['unread'].format(texts=', '.join(portal.unread))}\n"


def _import_json(imported: Imported, official: Year, warnings: list[Both]) -> dict[str, Any]:
    return {
        "country": imported.country,
        "year": imported.year,
        "working_days": imported.as_year().working_days,
        "differences": [
            {"date": item.date.isoformat(), "working": item.working, "name": item.name}
            for item in compare(imported, official)
        ],
        "warnings": [str(warning) for warning in warnings],
    }
