"""Reads the two JSON formats: xmlcalendar's and isdayoff's.

xmlcalendar: ``{"year": 2026, "months": [{"month": 1, "days": "1,2,9+,30*"}], "transitions": [{"from":
    "01.03", "to": "01.09"}],
"statistic": {"workdays": 247}}``: every day off, weekends too; ``*`` a short working day, ``+`` a moved day
off; a weekend day that is absent or short is worked; transitions are MM.DD.

isdayoff: ``{"year": 2021, "countrycode": "ru", "dayoff": ["0101"], "predayoff": ["0430"], "workday": [],
    "covidday": ["0504"]}``: MMDD;
weekends are days off unless they are in ``workday`` or ``predayoff``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from b24sync.domain.calendar.days import WEEKEND, dates_in
from b24sync.domain.calendar.draft import CalendarFileError, Draft
from b24sync.words import calendar_files as words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_DAY = re.compile(r"(\d{1,2})([*+]?)")
_MONTH_DAY = re.compile(r"(\d{2})\.(\d{2})")
_MMDD = re.compile(r"(\d{2})(\d{2})")
_COVID_TITLE = "Нерабочий день по указу Президента"
_MONTHS = 12


def read_months(data: dict[str, Any], source: str) -> Draft:
    """What a JSON of xmlcalendar says.

    Raises:
        CalendarFileError: It has another shape.
    """
    draft = Draft(_year(data, source), country=str(data.get("country", "")).upper())
    months = data["months"] if isinstance(data["months"], list) else []
    rows = [row for row in months if isinstance(row, dict)]
    if sorted(str(row.get("month")) for row in rows) != sorted(str(n) for n in range(1, _MONTHS + 1)):
        draft.faults.append(words.NOT_TWELVE.both())
    for row in rows:
        read_month(draft, row.get("month", 0), str(row.get("days", "")))
    imply_working_weekends(draft)
    transitions = data.get("transitions")
    for n, move in enumerate(transitions if isinstance(transitions, list) else ()):
        ends = [_transition_end(draft, move, end, f"transitions[{n}].{end}") for end in ("from", "to")]
        if ends[0] is not None and ends[1] is not None:
            draft.moved.append((ends[0], ends[1]))
    statistic = data.get("statistic")
    if isinstance(statistic, dict) and isinstance(statistic.get("workdays"), int):
        draft.stated_working_days = statistic["workdays"]
    return draft


def read_month(draft: Draft, month: int | str, days: str) -> None:
    """Add one month written as ``"1,2,9+,30*"``: the days off, and the short days with a star."""
    for text in filter(None, (part.strip() for part in days.split(","))):
        found = _DAY.fullmatch(text)
        if found is None:
            draft.faults.append(words.NO_DAY_OF_MONTH.both(month=month, text=text))
            continue
        day = draft.date(month, found[1], words.DAY_OF_MONTH.both(month=month, text=text))
        if day is None:
            continue
        draft.claim(day, words.IN_MONTH.both(month=month))
        if found[2] == "*":
            draft.short.add(day)
        else:
            draft.off[day] = ""


def imply_working_weekends(draft: Draft) -> None:
    """In a file that lists every day off, weekend days that it leaves out are worked."""
    absent = {day for day in dates_in(draft.year) if day.weekday() in WEEKEND} - set(draft.off) - draft.short
    draft.working |= absent


def read_isdayoff(data: dict[str, Any], source: str) -> Draft:
    """What a JSON of isdayoff says.

    Raises:
        CalendarFileError: It has another shape.
    """
    code = str(data.get("countrycode", "")).upper()
    draft = Draft(_year(data, source), country=code[:2])
    if len(code) > 2:
        draft.warnings.append(words.REGION.both(code=code))
    draft.off = dict.fromkeys(_mmdd(draft, data, "dayoff"), "")
    draft.short = set(_mmdd(draft, data, "predayoff"))
    draft.working = set(_mmdd(draft, data, "workday"))
    draft.decrees = dict.fromkeys(_mmdd(draft, data, "covidday"), _COVID_TITLE)
    _warn_of_absent_weekends(draft)
    return draft


def _warn_of_absent_weekends(draft: Draft) -> None:
    """Some files list all weekends; one that is missing there may be worked, though weekends are implied."""
    weekends = {day for day in dates_in(draft.year) if day.weekday() in WEEKEND}
    absent = weekends - set(draft.off) - draft.short - draft.working
    if len(absent) * 2 < len(weekends):
        draft.warnings.extend(words.WEEKEND_ABSENT.both(day=day) for day in sorted(absent))


def _mmdd(draft: Draft, data: dict[str, Any], key: str) -> Iterator[date]:
    values = data.get(key) or []
    for n, text in enumerate(values if isinstance(values, list) else [values]):
        found = _MMDD.fullmatch(str(text))
        if found is None:
            draft.faults.append(words.NO_DIGITS.both(where=f"{key}[{n}]", text=text))
            continue
        day = draft.date(found[1], found[2], f"{key}[{n}] {text}")
        if day is not None:
            yield day


def _transition_end(draft: Draft, move: Any, end: str, where: str) -> date | None:
    text = str(move.get(end, "")) if isinstance(move, dict) else ""
    found = _MONTH_DAY.fullmatch(text)
    if found is None:
        draft.faults.append(words.NO_END.both(where=where, text=text))
        return None
    return draft.date(found[1], found[2], f"{where} {text}")


def _year(data: dict[str, Any], source: str) -> int:
    text = str(data.get("year", ""))
    if not re.fullmatch(r"\d{4}", text):
        raise CalendarFileError(source, [words.JSON_YEAR.both(text=text)])
    return int(text)
