"""Shifting dates, counting working days, and what happens where no calendar is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24sync.domain.calendar import Calendar, CalendarError, UnpublishedYearError
from b24sync.domain.settings_calendar import CalendarSettings

RUSSIA = Calendar(CalendarSettings())
KNOWN = st.dates(date(2019, 2, 1), date(2027, 11, 30))
DIRECTIONS = st.sampled_from(["next", "previous", "nearest"])
LAST_KNOWN = date(2027, 12, 31)  # a day off; the search for the next working day enters 2028


def russia(**options: object) -> Calendar:
    return Calendar(replace(CalendarSettings(), **options))  # type: ignore[arg-type]


def test_a_working_day_stays_and_a_working_saturday_is_one() -> None:
    for day in (date(2026, 11, 24), date(2027, 2, 20)):
        shift = RUSSIA.shift(day)
        assert (shift.date, shift.original, shift.moved, shift.status, shift.warning) == (
            day,
            day,
            False,
            "published",
            None,
        )


def test_the_direction_of_the_settings_is_the_default() -> None:
    new_year = date(2026, 1, 1)

    assert RUSSIA.shift(new_year).date == date(2026, 1, 12)
    assert russia(direction="previous").shift(new_year).date == date(2025, 12, 30)
    assert russia(direction="none").shift(new_year).date == new_year
    assert russia(direction="none").shift(new_year, "next").date == date(2026, 1, 12)


def test_a_tie_goes_to_the_next_day() -> None:
    between = russia(days_off=("2026-06-17",))  # a Wednesday

    assert between.shift(date(2026, 6, 17), "nearest").date == date(2026, 6, 18)


def test_an_unknown_direction_is_refused() -> None:
    with pytest.raises(CalendarError, match="'forward' is no direction"):
        RUSSIA.shift(date(2026, 1, 1), "forward")


@pytest.mark.parametrize("direction", ["previous", "nearest"])
def test_keep_month_goes_forward_rather_than_into_an_earlier_month(direction: str) -> None:
    first = date(2026, 8, 1)  # a Saturday
    kept = russia(keep_month=True)

    assert RUSSIA.shift(first, direction).date == date(2026, 7, 31)
    assert kept.shift(first, direction).date == date(2026, 8, 3)
    assert kept.shift(date(2026, 8, 8), direction).date == date(2026, 8, 7)


def test_going_back_does_not_pass_the_day_that_is_named() -> None:
    sunday = date(2026, 11, 29)

    assert RUSSIA.shift(sunday, "previous", not_before=date(2026, 11, 27)).date == date(2026, 11, 27)
    assert RUSSIA.shift(sunday, "previous", not_before=date(2026, 11, 28)).date == date(2026, 11, 30)
    assert RUSSIA.shift(date(2026, 11, 1), "next", not_before=date(2026, 11, 28)).date == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("policy", "direction", "day", "expected", "status"),
    [
        ("skip", "next", LAST_KNOWN, LAST_KNOWN, "unpublished"),
        ("skip", "previous", LAST_KNOWN, date(2027, 12, 30), "published"),
        ("skip", "nearest", LAST_KNOWN, LAST_KNOWN, "unpublished"),
        ("skip", "next", date(2028, 1, 1), date(2028, 1, 1), "unpublished"),
        ("skip", "previous", date(2028, 1, 1), date(2028, 1, 1), "unpublished"),
        ("skip", "next", date(2028, 3, 15), date(2028, 3, 15), "unpublished"),
        ("skip", "none", date(2028, 1, 1), date(2028, 1, 1), "published"),
        ("statutory", "next", LAST_KNOWN, date(2028, 1, 10), "preliminary"),
        ("statutory", "previous", LAST_KNOWN, date(2027, 12, 30), "published"),
        ("statutory", "nearest", LAST_KNOWN, date(2027, 12, 30), "preliminary"),
        ("statutory", "previous", date(2028, 1, 1), date(2027, 12, 30), "preliminary"),
        ("statutory", "next", date(2028, 3, 15), date(2028, 3, 15), "preliminary"),
        ("error", "previous", LAST_KNOWN, date(2027, 12, 30), "published"),
    ],
)
def test_an_unpublished_year_on_the_way_is_treated_as_the_settings_say(
    policy: str, direction: str, day: date, expected: date, status: str
) -> None:
    calendar = russia(on_unpublished=policy)
    shift = calendar.shift(day, direction)

    assert (shift.date, shift.status, shift.original) == (expected, status, day)
    assert shift.moved is (expected != day)
    assert (shift.warning is None) is (status == "published")
    assert len(calendar.warnings) == (0 if status == "published" else 1)


@pytest.mark.parametrize("direction", ["next", "nearest"])
def test_the_policy_error_stops_when_the_search_enters_an_unpublished_year(direction: str) -> None:
    with pytest.raises(UnpublishedYearError, match="RU 2028 has no published calendar") as stop:
        russia(on_unpublished="error").shift(LAST_KNOWN, direction)

    assert (stop.value.year, stop.value.exit_code) == (2028, 2)
    assert "calendar import FILE" in stop.value.remedy


def test_a_day_that_the_company_itself_names_needs_no_published_calendar() -> None:
    calendar = russia(days_off=("2028-03-15",), working_days=("2028-03-16",))

    shift = calendar.shift(date(2028, 3, 15), "next")

    assert (shift.date, shift.status) == (date(2028, 3, 16), "published")


def test_each_unpublished_year_is_warned_of_once() -> None:
    calendar = russia()
    for day in (date(2028, 1, 1), date(2028, 2, 1), date(2029, 1, 1), LAST_KNOWN):
        calendar.shift(day, "next")
        calendar.is_working(day)

    assert [line.split(":")[0] for line in calendar.warnings] == ["calendar RU 2028", "calendar RU 2029"]


@pytest.mark.parametrize("policy", ["skip", "statutory", "error"])
def test_counting_and_reminders_use_the_best_known_days_whatever_the_policy_is(policy: str) -> None:
    calendar = russia(on_unpublished=policy)

    assert calendar.add_working_days(date(2027, 12, 30), 1) == date(2028, 1, 10)
    assert calendar.is_working(date(2028, 1, 8)) is False
    assert len(calendar.warnings) == 1


def test_countries_outside_the_table_are_unverified_even_for_past_years() -> None:
    ukraine = Calendar(CalendarSettings(country="UA"))
    new_year = date(2021, 1, 1)

    assert ukraine.shift(new_year).status == "unpublished"
    assert ukraine.year(2021).status == "unpublished"
    assert "UA 2021" in ukraine.warnings[0]


def test_forty_days_without_a_working_day_are_an_error_that_names_the_settings() -> None:
    closed = russia(days_off=("2026-06-01..2026-08-31",))

    with pytest.raises(CalendarError, match=r"no working day within 40 days of 2026-06-01.*days_off"):
        closed.shift(date(2026, 6, 1), "next")
    with pytest.raises(CalendarError, match="no working day within 40 days"):
        closed.add_working_days(date(2026, 6, 1), 1)


def test_thirty_nine_days_off_are_still_passed() -> None:
    closed = russia(days_off=("2026-07-01..2026-08-09",))

    assert closed.shift(date(2026, 7, 1), "next").date == date(2026, 8, 10)


def test_dates_at_the_end_of_time_do_not_break_it() -> None:
    assert russia().shift(date.max).status == "unpublished"
    assert russia(on_unpublished="statutory").shift(date.max).date == date.max  # a Friday
    assert russia(on_unpublished="statutory").shift(date.min, "previous").date == date.min  # a Monday
    with pytest.raises(CalendarError, match="no working day"):
        russia(days_off=("9999-12-31",)).shift(date.max, "next")
    with pytest.raises(CalendarError, match="no working day"):
        russia().add_working_days(date.max, 1)
    with pytest.raises(CalendarError, match="no year 0"):
        russia().year(0)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2025, 12, 30), 1, date(2026, 1, 12)),
        (date(2025, 12, 30), 3, date(2026, 1, 14)),
        (date(2025, 12, 31), 1, date(2026, 1, 12)),
        (date(2026, 1, 12), -1, date(2025, 12, 30)),
        (date(2026, 1, 5), 0, date(2026, 1, 12)),
        (date(2026, 1, 12), 0, date(2026, 1, 12)),
        (date(2026, 1, 5), -2, date(2025, 12, 29)),
        (date(2024, 2, 28), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 1, date(2024, 3, 1)),
        (date(2027, 2, 19), 1, date(2027, 2, 20)),
        (date(2027, 2, 19), 2, date(2027, 2, 24)),
    ],
)
def test_working_days_are_added_over_holidays_and_leap_days(day: date, count: int, expected: date) -> None:
    assert RUSSIA.add_working_days(day, count) == expected


def test_working_days_between_leave_out_the_first_and_count_the_last() -> None:
    assert RUSSIA.working_days_between(date(2025, 12, 30), date(2026, 1, 12)) == 1
    assert RUSSIA.working_days_between(date(2026, 1, 12), date(2025, 12, 30)) == -1
    assert RUSSIA.working_days_between(date(2026, 1, 12), date(2026, 1, 12)) == 0
    assert RUSSIA.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 247


@pytest.mark.parametrize(
    ("today", "warned"),
    [
        (date(2027, 9, 30), False),
        (date(2027, 10, 1), True),
        (date(2027, 12, 31), True),
        (date(2026, 11, 24), False),
        (date(9999, 12, 31), False),
    ],
)
def test_from_october_on_a_missing_next_year_is_warned_of(today: date, warned: bool) -> None:
    line = russia().next_year_warning(today)

    assert (line is not None) is warned
    if line:
        assert f"RU {today.year + 1}" in line
        assert "calendar import FILE" in line


@given(KNOWN, DIRECTIONS)
def test_a_shifted_date_is_a_working_day_and_shifting_it_again_changes_nothing(
    day: date, direction: str
) -> None:
    shift = RUSSIA.shift(day, direction)

    assert RUSSIA.is_working(shift.date)
    assert RUSSIA.shift(shift.date, direction).date == shift.date
    assert abs((shift.date - day).days) <= 12


@given(KNOWN)
def test_next_never_goes_back_previous_never_forward_and_nearest_is_the_nearer(day: date) -> None:
    following, before, nearest = (RUSSIA.shift(day, way).date for way in ("next", "previous", "nearest"))

    assert before <= day <= following
    assert nearest == (before if day - before < following - day else following)
    assert not any(RUSSIA.is_working(day + timedelta(days=n)) for n in range((following - day).days))


@settings(max_examples=60)
@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.integers(-200, 200))
def test_adding_working_days_and_taking_them_away_comes_back(day: date, count: int) -> None:
    start = RUSSIA.add_working_days(day, 0)
    end = RUSSIA.add_working_days(start, count)

    assert RUSSIA.add_working_days(end, -count) == start
    assert RUSSIA.working_days_between(start, end) == count
