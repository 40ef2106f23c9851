"""Reads the two CSV formats: our own, and that of data.gov.ru.

Ours, for people: one line a day that differs from the plain week, with a name if one likes; ``#`` begins a
comment.

    date;kind;name
    2026-01-09;off;moved from 3 January
    2026-04-30;short
    2027-02-20;working

data.gov.ru (2019 and before): one line a year, ``Год/Месяц`` and twelve months written as ``"1,2,9+,30*"``.
It listed years up to 2025 before their decrees, so it is taken only with a warning.
"""

from __future__ import annotations

import csv
import re
from datetime import date

from b24sync.domain.calendar.draft import CalendarFileError, Draft
from b24sync.domain.calendar.reading_json import imply_working_weekends, read_month
from b24sync.words import calendar_files as words

_KINDS = ("off", "short", "working")
_YEAR_COLUMN = "год/месяц"
_WORKING_DAYS_COLUMN = "всего рабочих дней"
_MONTHS = 12
_HEADING = ("date", "kind")


def looks_like_data_gov(text: str) -> bool:
    """Whether the first column is called as in the files of data.gov.ru."""
    return text.lstrip().lstrip('"').lower().startswith(_YEAR_COLUMN)


def read_own_csv(text: str, source: str) -> Draft:
    """What our own ``date;kind;name`` says.

    Raises:
        CalendarFileError: No line of it is a day.
    """
    rows = [
        (number, [cell.strip() for cell in row])
        for number, row in enumerate(_lines(text, ";", source), start=1)
        if row and row[0].strip() and not row[0].lstrip().startswith("#")
    ]
    if rows and tuple(cell.lower() for cell in rows[0][1][:2]) == _HEADING:
        del rows[0]
    years = {int(row[0][:4]) for _, row in rows if re.match(r"\d{4}-", row[0])}
    if not years:
        raise CalendarFileError(source, [words.UNKNOWN.both()])
    draft = Draft(min(years))
    if len(years) > 1:
        named = ", ".join(map(str, sorted(years)[:5]))
        draft.faults.append(words.SEVERAL_YEARS.both(years=f"{named}{' …' if len(years) > 5 else ''}"))
    for number, row in rows:
        _read_line(draft, number, row)
    return draft


def _lines(text: str, delimiter: str, source: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(text.splitlines(), delimiter=delimiter))
    except csv.Error:
        raise CalendarFileError(source, [words.BROKEN_CSV.both(line=len(rows) + 1)]) from None
    return rows


def _read_line(draft: Draft, number: int, row: list[str]) -> None:
    try:
        day = date.fromisoformat(row[0])
    except ValueError:
        draft.faults.append(words.NO_DATE.both(line=number, text=row[0]))
        return
    kind = row[1].lower() if len(row) > 1 else ""
    draft.claim(day, words.LINE.both(line=number))
    if kind == "off":
        draft.off[day] = row[2] if len(row) > 2 else ""
    elif kind == "short":
        draft.short.add(day)
    elif kind == "working":
        draft.working.add(day)
    else:
        draft.faults.append(words.NO_KIND.both(line=number, kind=kind, known=", ".join(_KINDS)))


def read_data_gov(text: str, source: str, year: int | None) -> Draft:
    """What a file of data.gov.ru says of one year.

    Args:
        text: The file.
        source: Its name.
        year: Which line to take; None if there is only one.

    Raises:
        CalendarFileError: That year is not there, or it is not said which of several.
    """
    rows = [row for row in _lines(text, ",", source) if row]
    heading = [cell.strip().lower() for cell in rows[0]]
    by_year = {int(row[0]): row for row in rows[1:] if re.fullmatch(r"\d{4}", row[0].strip())}
    if year is None and len(by_year) == 1:
        year = next(iter(by_year))
    if year is None or year not in by_year:
        known = ", ".join(map(str, by_year))
        raise CalendarFileError(
            source, [words.WHICH_YEAR.both(years=known) if known else words.WHICH_OF_NONE.both()]
        )
    row = by_year[year]
    if len(row) <= _MONTHS:
        raise CalendarFileError(
            source, [words.NOT_ALL_MONTHS.both(year=year, count=len(row) - 1, months=_MONTHS)]
        )
    draft = Draft(year, country="RU")
    for month, days in enumerate(row[1 : _MONTHS + 1], start=1):
        read_month(draft, month, days)
    imply_working_weekends(draft)
    draft.stated_working_days = _stated(heading, row)
    draft.warnings.append(words.FORECAST.both())
    return draft


def _stated(heading: list[str], row: list[str]) -> int | None:
    for name, cell in zip(heading, row, strict=False):
        if name == _WORKING_DAYS_COLUMN and cell.strip().isdigit():
            return int(cell)
    return None
