"""What is wrong with a ``[calendar]`` table."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from b24sync.domain.settings_calendar import COUNTRIES, CalendarSettings, dates_of, month_day_of


def paths(settings: CalendarSettings) -> list[str]:
    return [path for path, _ in settings.check()]


def test_the_defaults_have_no_fault() -> None:
    assert CalendarSettings().check() == []


def test_everything_at_once_may_be_right() -> None:
    settings = CalendarSettings(
        country="kz",
        direction="nearest",
        weekend=("su",),
        days_off=("2026-06-15", "2026-12-28..2026-12-30"),
        yearly_days_off=("08-30", "02-29"),
        working_days=("2026-06-20",),
        on_unpublished="statutory",
        portal="add",
    )

    assert settings.check() == []
    assert settings.dates_off() == {date(2026, 6, 15), *(date(2026, 12, day) for day in (28, 29, 30))}
    assert settings.month_days_off() == {(8, 30), (2, 29)}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (CalendarSettings(country="XX"), ["calendar.country"]),
        (CalendarSettings(country="Russia"), ["calendar.country"]),
        (CalendarSettings(direction="forward"), ["calendar.direction"]),
        (CalendarSettings(on_unpublished="warn"), ["calendar.on_unpublished"]),
        (CalendarSettings(portal="yes"), ["calendar.portal"]),
        (CalendarSettings(weekend=("SA", "SUN")), ["calendar.weekend[1]"]),
        (CalendarSettings(weekend=("MO", "TU", "WE", "TH", "FR", "SA", "SU")), ["calendar.weekend"]),
        (CalendarSettings(days_off=("2026-02-29",)), ["calendar.days_off[0]"]),
        (CalendarSettings(days_off=("2026-06-15", "15.06.2026")), ["calendar.days_off[1]"]),
        (CalendarSettings(days_off=("20260615",)), ["calendar.days_off[0]"]),
        (CalendarSettings(days_off=("2026-12-30..2026-12-28",)), ["calendar.days_off[0]"]),
        (CalendarSettings(days_off=("2026-12-28..2036-12-30",)), ["calendar.days_off[0]"]),
        (CalendarSettings(days_off=("2026-12-28..2026-12-29..2026-12-30",)), ["calendar.days_off[0]"]),
        (CalendarSettings(working_days=("tomorrow",)), ["calendar.working_days[0]"]),
        (CalendarSettings(yearly_days_off=("30.08",)), ["calendar.yearly_days_off[0]"]),
        (CalendarSettings(yearly_days_off=("08-30", "30-08")), ["calendar.yearly_days_off[1]"]),
        (
            CalendarSettings(days_off=("2026-06-01", "2026-06-10..2026-06-20"), working_days=("2026-06-15",)),
            ["calendar.working_days[0]"],
        ),
        (
            CalendarSettings(country="", direction="", days_off=("",), yearly_days_off=("",)),
            ["calendar.country", "calendar.direction", "calendar.days_off[0]", "calendar.yearly_days_off[0]"],
        ),
    ],
)
def test_each_fault_is_named_by_its_path(settings: CalendarSettings, expected: list[str]) -> None:
    assert paths(settings) == expected


def test_the_messages_say_what_to_write() -> None:
    found = dict(
        CalendarSettings(
            direction="prevoius",
            days_off=("2026-06-15",),
            working_days=("2026-06-14..2026-06-16",),
            weekend=("X",),
        ).check()
    )

    assert {path: str(told) for path, told in found.items()} == {
        "calendar.direction": "'prevoius' is none of next, previous, nearest, none (did you mean previous?)",
        "calendar.weekend[0]": "no weekday 'X' (known: MO, TU, WE, TH, FR, SA, SU)",
        "calendar.working_days[0]": "2026-06-15 is also in days_off[0] (keep one of the two)",
    }


def test_a_range_holds_both_its_ends_and_leap_days() -> None:
    assert dates_of("2024-02-28..2024-03-01") == (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1))
    assert dates_of("2026-06-15 .. 2026-06-15") == (date(2026, 6, 15),)
    assert month_day_of("02-29") == (2, 29)


def test_every_country_that_may_be_configured_is_known_to_the_library() -> None:
    import holidays

    assert set(holidays.list_supported_countries()) >= COUNTRIES


def test_checking_a_configuration_does_not_import_the_library() -> None:
    program = (
        "import sys; import b24sync.domain.calendar as c;"
        "from b24sync.domain.settings_calendar import CalendarSettings as S;"
        "S(country='XX', direction='nxt').check(); c.Calendar(S()); sys.exit('holidays' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
