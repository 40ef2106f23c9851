"""What the portal's calendar settings say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from b24sync.domain.calendar import Calendar, PortalDays, differences, parse_settings
from b24sync.domain.settings_calendar import CalendarSettings
from tests.support.data import data


@pytest.fixture
def sample() -> PortalDays:
    return parse_settings(data("rows.json")["calendar.settings.get"])


def test_the_documented_answer_is_read(sample: PortalDays) -> None:
    expected = {(1, 1), (1, 2), (1, 7), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}

    assert sample == PortalDays(frozenset(expected), frozenset({5, 6}), frozenset({(12, 31)}))


def test_the_documented_portal_is_wrong_on_as_many_days_as_was_found_by_hand(sample: PortalDays) -> None:
    calendar = Calendar(CalendarSettings())
    years = range(2019, 2028)

    assert len(differences(calendar, sample, 2026)) == 7
    assert len(differences(calendar, sample, 2027)) == 11
    assert sum(len(differences(calendar, sample, year)) for year in years) == 81
    assert sum(len(differences(calendar, sample, year, use_workdays=True)) for year in years) == 83


def test_a_difference_says_who_sees_what(sample: PortalDays) -> None:
    found = {item.date: item for item in differences(Calendar(CalendarSettings()), sample, 2027)}

    saturday, monday = found[date(2027, 2, 20)], found[date(2027, 2, 22)]
    assert (saturday.working, saturday.portal) == (True, False)
    assert (monday.working, monday.portal, monday.name) == (False, True, "Выходной (перенесено с 20.02.2027)")


def test_the_portals_own_exceptions_count_only_if_asked(sample: PortalDays) -> None:
    new_years_eve = date(2022, 12, 31)  # a Saturday

    assert not sample.is_working(new_years_eve)
    assert sample.is_working(new_years_eve, use_workdays=True)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "",
        {},
        {"year_holidays": "", "week_holidays": [], "year_workdays": None},
        {"week_holidays": False},
    ],
)
def test_a_portal_that_says_nothing_has_no_days_off(answer: Any) -> None:
    assert parse_settings(answer) == PortalDays()


def test_other_ways_to_write_the_same_are_understood() -> None:
    answer = {
        "year_holidays": [" 1.01", "08.03.2024", ""],
        "week_holidays": {"0": "sa", "1": "SU"},
        "year_workdays": "31.12, ",
    }

    assert parse_settings(answer) == PortalDays(
        frozenset({(1, 1), (3, 8)}), frozenset({5, 6}), frozenset({(12, 31)})
    )


def test_what_is_not_understood_is_said_and_the_rest_is_used() -> None:
    found = parse_settings({"year_holidays": "1.01,31.02,New Year,2026-05-09", "week_holidays": "SA,SUNDAY"})

    assert found.holidays == {(1, 1)}
    assert found.weekend == {5}
    assert found.unread == ("31.02", "New Year", "2026-05-09", "SUNDAY")
