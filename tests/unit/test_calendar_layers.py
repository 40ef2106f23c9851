"""Which layer decides a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from b24sync.domain.calendar import Calendar, CalendarError, Imported, PortalDays, official_year, parse
from b24sync.domain.calendar.days import dates_in
from b24sync.domain.settings_calendar import CalendarSettings


def russia(*, imported: tuple[Imported, ...] = (), **options: object) -> Calendar:
    return Calendar(replace(CalendarSettings(), **options), imported=imported)  # type: ignore[arg-type]


def plain_year(year: int, *lines: str) -> Imported:
    """A file that says only New Year's days and these lines."""
    text = "\n".join([*(f"{year}-01-0{n};off" for n in range(1, 9)), *lines])
    return parse(text.encode(), country="RU", source=f"own-{year}.csv")


def told(calendar: Calendar, day: date) -> tuple[bool, str, str]:
    found = calendar.day(day)
    return found.working, found.layer, found.source


def test_without_settings_a_day_is_decided_by_the_week_or_by_the_library() -> None:
    calendar = russia()

    assert told(calendar, date(2026, 11, 28)) == (False, "weekend", told(calendar, date(2026, 11, 27))[2])
    assert told(calendar, date(2026, 11, 27))[:2] == (True, "official")
    assert told(calendar, date(2026, 3, 8))[:2] == (False, "official")
    assert told(calendar, date(2027, 2, 20))[:2] == (True, "official")
    assert told(calendar, date(2028, 1, 3))[:2] == (False, "statutory")
    assert told(calendar, date(2026, 11, 27))[2].startswith("holidays 0.")


@pytest.mark.parametrize(
    ("language", "name"), [("ru", "Международный женский день"), ("en", "International Women's Day")]
)
def test_holidays_are_named_in_the_language_of_the_company(language: str, name: str) -> None:
    assert Calendar(CalendarSettings(), language=language).day(date(2026, 3, 8)).name == name


@pytest.mark.parametrize("country", ["BY", "KZ", "UZ"])
def test_the_holidays_of_neighbours_have_russian_names_too(country: str) -> None:
    names = {
        day.name
        for year in range(2019, 2028)
        for day in official_year(country, year, language="ru").days
        if day.name
    }

    assert names
    latin = {name for name in names if any("a" <= mail.lower() <= "z" for mail in name)}
    assert latin == set()


def test_moved_days_of_kazakhstan_say_in_russian_where_they_came_from() -> None:
    day = official_year("KZ", 2025, language="ru").day(date(2025, 1, 3))

    assert (day.working, day.name) == (False, "Выходной (перенесено с 05.01.2025)")


def test_a_file_replaces_its_year_wholly_and_publishes_it() -> None:
    calendar = russia(imported=(plain_year(2028, "2028-03-15;off;Наш день", "2028-03-18;working"),))

    assert calendar.year(2028).status == "published"
    assert told(calendar, date(2028, 3, 15)) == (False, "file", "own-2028.csv")
    assert told(calendar, date(2028, 3, 18))[:2] == (True, "file")
    assert told(calendar, date(2028, 3, 19))[:2] == (False, "weekend")
    assert calendar.is_working(date(2028, 2, 23))  # the library's holiday, which the file does not have
    assert calendar.shift(date(2027, 12, 31)).date == date(2028, 1, 10)
    assert calendar.shift(date(2027, 12, 31)).status == "published"
    assert calendar.warnings == ()


def test_of_two_files_of_a_year_the_later_counts_and_another_country_does_not() -> None:
    first, second = plain_year(2028, "2028-03-15;off"), plain_year(2028, "2028-03-16;off")
    foreign = replace(plain_year(2028, "2028-03-17;off"), country="KZ")
    calendar = russia(imported=(first, second, foreign))

    assert [calendar.is_working(date(2028, 3, n)) for n in (15, 16, 17)] == [True, False, True]


def test_the_company_has_the_last_word() -> None:
    calendar = Calendar(
        CalendarSettings(
            portal="add",
            working_days=("2028-03-15", "2028-03-16", "2028-03-18"),
            days_off=("2028-03-20..2028-03-22",),
            yearly_days_off=("03-23",),
        ),
        imported=(plain_year(2028, "2028-03-15;off"),),
        portal=PortalDays(holidays=frozenset({(3, 16), (3, 17)})),
    )

    assert told(calendar, date(2028, 3, 15)) == (True, "company", "[calendar] working_days")
    assert told(calendar, date(2028, 3, 16)) == (True, "company", "[calendar] working_days")
    assert told(calendar, date(2028, 3, 17)) == (False, "portal", "calendar.settings.get")
    assert told(calendar, date(2028, 3, 18))[:2] == (True, "company")
    assert [told(calendar, date(2028, 3, n))[:2] for n in (20, 21, 22)] == [(False, "company")] * 3
    assert told(calendar, date(2028, 3, 23)) == (False, "company", "[calendar] yearly_days_off")


def test_a_named_working_day_wins_over_a_yearly_day_off() -> None:
    calendar = russia(yearly_days_off=("08-30", "02-29"), working_days=("2027-08-30",))

    assert [calendar.is_working(date(year, 8, 30)) for year in (2024, 2027)] == [False, True]
    assert calendar.is_working(date(2024, 2, 29)) is False
    assert calendar.is_working(date(2025, 3, 3)) is True


def test_a_short_day_stays_short_when_the_company_names_it_working_and_a_day_off_is_never_short() -> None:
    calendar = russia(working_days=("2026-04-30",), days_off=("2026-05-08",))

    assert (calendar.day(date(2026, 4, 30)).short, calendar.day(date(2026, 5, 8)).short) == (True, False)


def test_the_portal_counts_only_if_asked_and_adds_days_off_only() -> None:
    portal = PortalDays(
        holidays=frozenset({(6, 15)}), weekend=frozenset({4, 5, 6}), workdays=frozenset({(12, 31)})
    )
    ignored = Calendar(CalendarSettings(), portal=portal)
    added = Calendar(CalendarSettings(portal="add"), portal=portal)

    assert ignored.is_working(date(2026, 6, 15))
    assert told(added, date(2026, 6, 15))[:2] == (False, "portal")
    assert told(added, date(2026, 11, 27))[:2] == (False, "portal")  # a Friday, off by the portal's week
    assert added.is_working(date(2027, 2, 20))  # the portal's Saturdays do not undo a working Saturday
    assert not added.is_working(date(2026, 12, 31))  # nor do its working days undo a day off


def test_decree_days_win_over_a_file_that_does_not_list_them() -> None:
    file = plain_year(2020)
    with_decrees = Calendar(CalendarSettings(presidential_days=True), imported=(file,))

    day = with_decrees.day(date(2020, 6, 24))
    assert (day.working, day.layer, day.name) == (
        False,
        "presidential",
        "Указ Президента от 29.05.2020 № 345",
    )
    assert Calendar(CalendarSettings(), imported=(file,)).is_working(date(2020, 6, 24))
    english = Calendar(CalendarSettings(presidential_days=True), language="en")
    assert english.day(date(2020, 7, 1)).name == "Presidential decree of 01.06.2020 № 354"


def test_decrees_of_russia_are_no_days_off_elsewhere() -> None:
    belarus = Calendar(CalendarSettings(country="BY", presidential_days=True))

    assert belarus.is_working(date(2020, 4, 1))


def test_a_week_of_six_days_is_worked_on_plain_saturdays_and_warned_of() -> None:
    six = Calendar(CalendarSettings(weekend=("SU",)))

    assert six.is_working(date(2026, 11, 28))
    assert not six.is_working(date(2026, 11, 29))
    assert not six.is_working(date(2027, 5, 1))  # a holiday on a Saturday
    assert ['weekend = ["SU"]' in line for line in six.warnings] == [True]


def test_another_weekend_frees_its_days_and_moved_days_stay_moved() -> None:
    arab = Calendar(CalendarSettings(weekend=("FR", "SA")))

    assert told(arab, date(2026, 11, 27)) == (False, "weekend", "[calendar] weekend")
    assert told(arab, date(2026, 11, 29)) == (True, "weekend", "[calendar] weekend")
    assert arab.is_working(date(2027, 2, 20))  # a Saturday that the official calendar works
    assert arab.warnings == ()


def test_a_company_that_never_closes_still_keeps_holidays() -> None:
    always = Calendar(CalendarSettings(weekend=()))

    assert always.is_working(date(2026, 11, 28))
    assert not always.is_working(date(2026, 6, 12))


def test_an_old_holidays_without_the_moved_days_of_a_year_leaves_it_unpublished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from holidays.countries.russia import RussiaStaticHolidays

    known = RussiaStaticHolidays.special_public_holidays
    older = {year: days for year, days in known.items() if year != 2027}
    monkeypatch.setattr(RussiaStaticHolidays, "special_public_holidays", older)

    assert official_year("RU", 2027, language="ru").status == "unpublished"
    assert official_year("RU", 2026, language="ru").status == "published"


def test_a_country_that_the_library_does_not_have_is_an_error_for_people() -> None:
    with pytest.raises(CalendarError, match="country XX is not known"):
        official_year("XX", 2026, language="ru")


@pytest.mark.parametrize("year", [2024, 2026, 2027, 2028])
def test_a_year_has_all_its_days_in_order(year: int) -> None:
    days = russia().year(year).days

    assert [day.date for day in days] == dates_in(year)
    assert len(days) == (366 if year % 4 == 0 else 365)
    assert not any(day.short and not day.working for day in days)


def test_lower_case_country_and_weekdays_mean_the_same() -> None:
    low = Calendar(CalendarSettings(country="ru", weekend=("sa", "su")))

    assert low.year(2027) == russia().year(2027)
