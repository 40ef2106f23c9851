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

FILES = [
    *(f"{country}-{year}" for country in ("ru", "by", "kz") for year in range(2019, 2028)),
    *(f"ua-{year}" for year in (2019, 2020, 2021)),
    *(f"uz-{year}" for year in (2019, 2020, 2021, 2024)),
]


def truth(shared: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared / "calendar" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def days_off(year: Any) -> list[str]:
    return [day.date.isoformat() for day in year.days if not day.working]


@pytest.fixture(scope="module")
def russia() -> Calendar:
    return Calendar(CalendarSettings())


@pytest.mark.parametrize("name", FILES)
def test_the_library_layer_agrees_with_every_day_of_the_collected_calendar(shared: Path, name: str) -> None:
    expected = truth(shared, name)
    year = official_year(expected["country"].upper(), expected["year"], language="ru")

    assert [day.date for day in year.days] == dates_in(expected["year"])
    assert days_off(year) == expected["nonworking"]


def test_no_collected_calendar_is_left_out(shared: Path) -> None:
    assert sorted(path.stem for path in (shared / "calendar").glob("??-20??.json")) == sorted(FILES)


@pytest.mark.parametrize("name", [name for name in FILES if name[:2] in {"ru", "by", "kz"}])
def test_a_year_is_called_published_just_where_the_collected_calendar_is(shared: Path, name: str) -> None:
    expected = truth(shared, name)
    year = official_year(expected["country"].upper(), expected["year"], language="en")

    assert (year.status == "published") == (expected["status"] == "published")


@pytest.mark.parametrize("year", range(2019, 2028))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_short_days_of_russia_follow_from_the_law(shared: Path, year: int, language: str) -> None:
    found = official_year("RU", year, language=language)

    assert [str(day.date) for day in found.days if day.short] == truth(shared, f"ru-{year}")["short_days"]


@pytest.mark.parametrize("year", range(2019, 2028))
def test_short_days_of_belarus_follow_from_the_law(shared: Path, year: int) -> None:
    found = official_year("BY", year, language="ru")

    assert [str(day.date) for day in found.days if day.short] == truth(shared, f"by-{year}")["short_days"]


@pytest.mark.parametrize("year", range(2019, 2028))
def test_decree_days_are_off_only_when_asked_for(shared: Path, year: int) -> None:
    expected = truth(shared, f"ru-{year}")
    with_decrees = Calendar(CalendarSettings(presidential_days=True)).year(year)

    both = sorted([*expected["nonworking"], *expected.get("special_nonworking", [])])
    assert days_off(with_decrees) == both
    decreed = [str(day.date) for day in with_decrees.days if day.layer == "presidential"]
    assert decreed == expected.get("special_nonworking", [])
    assert days_off(Calendar(CalendarSettings()).year(year)) == expected["nonworking"]


def test_all_computed_shifts_of_russia_come_out_the_same(shared: Path, russia: Calendar) -> None:
    vectors = json.loads((shared / "calendar" / "ru-shift-vectors.json").read_text(encoding="utf-8"))

    assert len(vectors) == 44
    for vector in vectors:
        day = date.fromisoformat(vector["date"])
        assert russia.is_working(day) is vector["working"], day
        for direction, key in (("next", "next"), ("previous", "previous"), ("nearest", "nearest_tie_next")):
            shift = russia.shift(day, direction)
            assert (shift.date.isoformat(), shift.status) == (vector[key], "published"), (day, direction)
            assert shift.moved is (shift.date != day)


def test_the_verified_years_are_those_of_the_collected_calendars() -> None:
    assert {country: (years[0], years[-1]) for country, years in VERIFIED.items()} == {
        "RU": (2019, 2027),
        "BY": (2019, 2026),
        "KZ": (2019, 2026),
    }
