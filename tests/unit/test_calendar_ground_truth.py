"""Every day of every independently collected calendar, and every computed shift, against ours."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from b24sync.domain.calendar import Calendar, official_year
from b24sync.domain.calendar.days import dates_in
from b24sync.domain.calendar.official import VERIFIED
from b24sync.domain.settings_calendar import CalendarSettings
from tests.support.calendars import SHIFTS, YEARS, decreed

FILES = sorted(YEARS)


def days_off(year: Any) -> list[str]:
    return [day.date.isoformat() for day in year.days if not day.working]


@pytest.fixture(scope="module")
def russia() -> Calendar:
    return Calendar(CalendarSettings())


@pytest.mark.parametrize("name", FILES)
def test_the_library_layer_agrees_with_every_day_of_the_collected_calendar(name: str) -> None:
    expected = decreed(name)
    year = official_year(expected.country, expected.year, language="ru")

    assert [day.date for day in year.days] == dates_in(expected.year)
    assert days_off(year) == expected.nonworking


def test_the_calendars_are_those_that_were_collected(shared: Path) -> None:
    """Where the collected calendars are at hand: what was taken down of them is right."""
    collected = sorted((shared / "calendar").glob("??-20??.json"))
    assert [path.stem for path in collected] == FILES
    for path in collected:
        truth, ours = json.loads(path.read_text(encoding="utf-8")), decreed(path.stem)
        assert (truth["nonworking"], truth["short_days"]) == (ours.nonworking, ours.short), path.stem
        assert truth.get("special_nonworking", []) == ours.decreed


@pytest.mark.parametrize("name", [name for name in FILES if name[:2] in {"ru", "by", "kz"}])
def test_a_year_is_called_published_just_where_the_collected_calendar_is(name: str) -> None:
    expected = decreed(name)
    year = official_year(expected.country, expected.year, language="en")

    assert (year.status == "published") == expected.published


@pytest.mark.parametrize("year", range(2019, 2028))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_short_days_of_russia_follow_from_the_law(year: int, language: str) -> None:
    found = official_year("RU", year, language=language)

    assert [str(day.date) for day in found.days if day.short] == decreed(f"ru-{year}").short


@pytest.mark.parametrize("year", range(2019, 2028))
def test_short_days_of_belarus_follow_from_the_law(year: int) -> None:
    found = official_year("BY", year, language="ru")

    assert [str(day.date) for day in found.days if day.short] == decreed(f"by-{year}").short


@pytest.mark.parametrize("year", range(2019, 2028))
def test_decree_days_are_off_only_when_asked_for(year: int) -> None:
    expected = decreed(f"ru-{year}")
    with_decrees = Calendar(CalendarSettings(presidential_days=True)).year(year)

    both = sorted([*expected.nonworking, *expected.decreed])
    assert days_off(with_decrees) == both
    by_decree = [str(day.date) for day in with_decrees.days if day.layer == "presidential"]
    assert by_decree == expected.decreed
    assert days_off(Calendar(CalendarSettings()).year(year)) == expected.nonworking


def test_all_computed_shifts_of_russia_come_out_the_same(russia: Calendar) -> None:
    assert len(SHIFTS) == 44
    for text, worked, *ends in SHIFTS:
        day = date.fromisoformat(text)
        assert russia.is_working(day) is worked, day
        for direction, end in zip(("next", "previous", "nearest"), ends, strict=True):
            shift = russia.shift(day, direction)
            assert (shift.date.isoformat(), shift.status) == (end, "published"), (day, direction)
            assert shift.moved is (shift.date != day)


def test_the_verified_years_are_those_of_the_collected_calendars() -> None:
    assert {country: (years[0], years[-1]) for country, years in VERIFIED.items()} == {
        "RU": (2019, 2027),
        "BY": (2019, 2026),
        "KZ": (2019, 2026),
    }
