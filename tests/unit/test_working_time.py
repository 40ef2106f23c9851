"""Working time: a working day counts its 24 hours, a day off none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from b24sync.domain.calendar import Calendar
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.domain.values import Stay
from b24sync.domain.working_time import WorkClock, due, earliest_start

CALENDAR = Calendar(CalendarSettings(), language="en")


def at(day: int, hour: int = 0) -> datetime:
    """A moment of November 2026; the 20th is a Friday."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "after", "when"),
    [
        (at(20, 15), "3wd", at(25, 15)),
        (at(21, 15), "3wd", at(26)),
        (at(23), "1wd", at(24)),
        (at(20, 15), "3d", at(23, 15)),
    ],
)
def test_the_time_comes_after_so_many_days(start: datetime, after: str, when: datetime) -> None:
    assert due(start, Stay.parse(after), lambda: CALENDAR, UTC) == when


@pytest.mark.parametrize("after", ["1wd", "3wd", "10wd", "2d"])
def test_what_began_before_the_earliest_start_was_due_before(after: str) -> None:
    stay = Stay.parse(after)
    for hours in range(0, 24 * 14, 5):
        moment = at(10) + timedelta(hours=hours)
        first = earliest_start(moment, stay, lambda: CALENDAR, UTC)
        assert due(first - timedelta(seconds=1), stay, lambda: CALENDAR, UTC) < moment


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(20, 15), at(20, 18), 3),
        (at(20, 15), at(23, 1), 10),
        (at(21, 1), at(22, 20), 0),
        (at(20, 12), at(25, 12), 72),
        (at(25), at(20), 0),
    ],
)
def test_only_working_days_count(start: datetime, end: datetime, hours: int) -> None:
    assert WorkClock(CALENDAR, UTC).seconds(start, end) == hours * 3600


def test_one_clock_gives_the_same_for_stays_in_any_order() -> None:
    clock = WorkClock(CALENDAR, UTC)
    stays = [(at(20, 15), at(25)), (at(3), at(30, 7)), (at(10, 5), at(12)), (at(1), at(2, 3))]
    shared = [clock.seconds(*stay) for stay in stays]
    assert shared == [WorkClock(CALENDAR, UTC).seconds(*stay) for stay in stays]
