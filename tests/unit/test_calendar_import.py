"""Official calendars from files: each format, what makes a file unusable, what is only warned of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from b24sync.domain.calendar import (
    Calendar,
    CalendarFileError,
    Imported,
    diff,
    from_stored,
    official_year,
    parse,
)
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.words import Both, language, speak
from tests.support.calendars import decreed
from tests.support.russian import english

DATA = Path(__file__).resolve().parents[1] / "data" / "calendar"
GOOD = [
    "xmlcalendar-ru-2020.xml",
    "xmlcalendar-ru-2026.xml",
    "xmlcalendar-ru-2027.xml",
    "xmlcalendar-ru-2027.json",
    "isdayoff-ru-2021.json",
    "own-by-2026.csv",
    "data-gov-ru-2026.csv",
]


@pytest.fixture
def russian() -> Iterator[None]:
    """Russian is spoken."""
    before = language()
    speak("ru")
    yield
    speak(before)


def data(name: str) -> bytes:
    return (DATA / name).read_bytes()


def read(name: str, *, country: str = "RU") -> Imported:
    return parse(data(name), country=country, source=name)


def faults(content: bytes | str, *, country: str = "RU") -> tuple[str, ...]:
    with pytest.raises(CalendarFileError) as refused:
        parse(content.encode() if isinstance(content, str) else content, country=country, source="file")
    assert refused.value.exit_code == 2
    assert str(refused.value).startswith("file: ")
    return tuple(fault.said() for fault in refused.value.faults)


def months(change: dict[str, Any] | None = None, **days: str) -> str:
    """The good JSON of xmlcalendar with some months or other parts replaced."""
    whole = json.loads(data("xmlcalendar-ru-2027.json")) | (change or {})
    for row in whole["months"]:
        row["days"] = days.get(f"m{row['month']}", row["days"])
    return json.dumps(whole)


@pytest.mark.parametrize("name", GOOD)
def test_a_true_file_of_each_format_says_the_same_as_the_library(name: str) -> None:
    imported = read(name, country=name.split("-")[-2].upper() if name.startswith("own") else "RU")
    official = official_year(imported.country, imported.year, language="ru")

    assert [(day.date, day.working, day.short) for day in imported.days if not day.name] == [
        (day.date, day.working, day.short)
        for day, mine in zip(official.days, imported.days, strict=True)
        if not mine.name
    ]
    assert [day.working for day in imported.days] == [day.working for day in official.days]
    assert diff(imported, official)[0].endswith("days that differ: 0")


@pytest.mark.parametrize("name", GOOD)
def test_the_normal_form_gives_the_same_back_also_when_it_is_read_as_a_file(name: str) -> None:
    imported = read(name)

    kept = replace(imported, warnings=tuple(Both(str(one), str(one)) for one in imported.warnings))
    assert from_stored(imported.to_stored()) == kept
    assert parse(imported.to_stored().encode(), country="XX", source="elsewhere") == kept


@pytest.mark.parametrize("name", ["xmlcalendar-ru-2020.xml", "isdayoff-ru-2021.json"])
def test_decree_days_of_a_file_are_worked_unless_they_are_asked_for(name: str) -> None:
    imported = read(name)
    truth = decreed(f"ru-{imported.year}")

    assert [str(day) for day in sorted(imported.decree_days)] == truth.decreed
    for presidential in (False, True):
        calendar = Calendar(CalendarSettings(presidential_days=presidential), imported=[imported])
        off = [str(day.date) for day in calendar.year(imported.year).days if not day.working]
        assert off == sorted(truth.nonworking + (truth.decreed if presidential else []))


def test_decree_days_of_a_file_without_titles_are_told_by_their_dates() -> None:
    lines = [f"2020-01-0{n};off" for n in range(1, 9)] + ["2020-06-24;off", "2020-06-25;off"]
    imported = parse("\n".join(lines).encode(), country="RU", source="own")

    assert imported.decree_days == {date(2020, 6, 24)}
    assert [day.date.day for day in imported.days if day.date.month == 6 and not day.working][-4:] == [
        21,
        25,
        27,
        28,
    ]


def test_decree_days_that_only_a_file_knows_follow_the_same_switch() -> None:
    text = data("xmlcalendar-ru-2026.xml").decode()
    text = text.replace(
        "</holidays>", '<holiday id="9" title="Указ Президента о нерабочих днях"/></holidays>'
    )
    text = text.replace("</days>", '<day d="10.07" t="1" h="9"/></days>')
    imported = parse(text.encode(), country="RU", source="x.xml")

    day = date(2026, 10, 7)
    assert Calendar(CalendarSettings(), imported=[imported]).is_working(day)
    decreed = Calendar(CalendarSettings(presidential_days=True), imported=[imported]).day(day)
    assert (decreed.working, decreed.layer, decreed.source) == (False, "presidential", "x.xml")


def test_a_holiday_within_a_decree_stays_off_whatever_its_title_is() -> None:
    lines = "".join(f'<day d="01.0{n}" t="1"/>' for n in range(1, 9))
    text = (
        '<calendar year="2021"><holidays><holiday id="1" title="Указ Президента № 595"/></holidays>'
        f'<days>{lines}<day d="11.03" t="1" h="1"/><day d="11.04" t="1" h="1"/></days></calendar>'
    )
    imported = parse(text.encode(), country="RU", source="x")

    assert imported.decree_days == {date(2021, 11, 3)}
    assert [imported.as_year().day(date(2021, 11, n)).working for n in (3, 4)] == [True, False]


def test_the_country_is_the_files_own_and_else_the_one_that_is_configured() -> None:
    assert read("xmlcalendar-ru-2027.xml", country="KZ").country == "RU"
    assert read("isdayoff-ru-2021.json", country="KZ").country == "RU"
    assert read("own-by-2026.csv", country="by").country == "BY"
    no_country = data("xmlcalendar-ru-2027.xml").replace(b' country="ru"', b"")
    assert parse(no_country, country="KZ", source="x").country == "KZ"


def test_the_months_of_transitions_come_first() -> None:
    """3 January moves to 31 December: read as DD.MM that would be 1 March."""
    moved = {"transitions": [{"from": "01.03", "to": "12.31"}]}

    assert parse(months(moved).encode(), country="RU", source="x").year == 2027
    assert faults(months({"transitions": [{"from": "03.01", "to": "31.12"}]})) == (
        "transitions[0].to 31.12: there is no such day in 2027",
    )


WRONG = [
    (months({"year": "soon"}), "year: 'soon' is no year"),
    (months({"months": []}), "months: not the 12 months of a year"),
    (months(m2="30,31"), "month 2, day 30: there is no such day in 2027"),
    (months(m2="6,7,x"), "month 2: 'x' is no day"),
    (months(m2="6,6"), "month 2: 2027-02-06 is there twice"),
    (months(m1=""), "2027-01-01 is a working day"),
    (months({"statistic": {"workdays": 248}}), "it says 248 working days and lists 247"),
    (
        months({"transitions": [{"from": "01.03", "to": "01.13"}]}),
        "2027-01-13 got the rest of 2027-01-03 and is a working day all the same",
    ),
    (
        months({"transitions": [{"from": "1", "to": "01.09"}]}),
        "transitions[0].from: '1' is no month and day",
    ),
    (months({"transitions": ["01.09"]}), "transitions[0].from: '' is no month and day"),
    (months({"year": 1800}), "1800 is no year of a production calendar"),
    ('{"year": 2027}', "neither months (xmlcalendar) nor dayoff (isdayoff) in this JSON"),
    ("{", "broken JSON: "),
    ('{"kinds": "www", "format": 1}', "broken JSON: not all days of one year"),
    ('{"year": 2021, "dayoff": ["0101", "0230", "9"]}', "dayoff[1] 0230: there is no such day in 2021"),
    ('{"year": 2021, "dayoff": ["0101", "0230", "9"]}', "dayoff[2]: '9' is no month and day (MMDD)"),
    ('{"year": 2021, "dayoff": ["0101"], "workday": ["0101"]}', "2021-01-01 is both off and working"),
    ('{"year": 2020, "dayoff": ["0101"]}', "261 working days, which no calendar has (240 to 260)"),
    ("2026-01-01;off\n2027-01-01;off", "it holds the years 2026, 2027 (one file a year)"),
    ("2026-01-01;off\n2026-02-30;off", "line 2: '2026-02-30' is no date"),
    ("2026-01-01;off\n2026-02-02;free", "line 2: kind 'free' is none of off, short, working"),
    ("2026-01-01;off\n2026-02-02", "line 2: kind '' is none of off, short, working"),
    ("2026-01-01;off\n2026-01-01;off", "line 2: 2026-01-01 is there twice"),
    ("", "not a calendar that is known here"),
    ("BEGIN:VCALENDAR", "not a calendar that is known here"),
    ("<html></html>", "no <calendar> at the beginning"),
    ("<calendar", "broken XML"),
    ('<calendar year="20x6"/>', "no year"),
    (
        '<calendar year="2026"><day d="13.01" t="1"/></calendar>',
        '<day d="13.01">: there is no such day in 2026',
    ),
    ('<calendar year="2026"><day d="1.1" t="1"/></calendar>', '<day d="1.1">: no month and day (MM.DD)'),
    (
        '<calendar year="2026"><day d="01.01" t="7"/></calendar>',
        "unknown kind (1 off, 2 short, 3 working)",
    ),
    (
        '<calendar year="2026"><day d="01.01" t="1"/><day d="01.01" t="2"/></calendar>',
        '<day d="01.01">: 2026-01-01 is there twice',
    ),
    (
        '<calendar year="2026"><day d="01.01" t="1"/><day d="01.13" t="2" f="01.03"/></calendar>',
        "2026-01-13 got the rest of 2026-01-03",
    ),
    ('"Год/Месяц","Январь"\n2026,1', "2026: 1 months instead of 12"),
    ('"Год/Месяц","Январь"\n', "it holds no year"),
]


@pytest.mark.parametrize(("content", "expected"), WRONG)
def test_a_file_that_cannot_be_true_is_refused_with_what_is_wrong(content: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(content)), faults(content)


@pytest.mark.parametrize("content", [content for content, _ in WRONG])
def test_what_is_wrong_is_said_in_the_language_that_is_spoken(content: str, russian: None) -> None:
    for fault in faults(content):
        assert re.search("[а-яё]", fault), fault
        assert english(fault) == []


def test_what_is_to_be_known_is_kept_in_english_and_said_in_russian(russian: None) -> None:
    imported = read("data-gov-ru-2026.csv")

    assert "прогноз" in imported.warnings[0].said()
    assert english(imported.warnings[0].said()) == []
    assert "a forecast made before the decrees" in imported.to_stored()


def test_all_faults_are_named_at_once() -> None:
    assert len(faults(months({"statistic": {"workdays": 1}}, m1="32", m2="x"))) >= 4


def test_too_many_working_days_or_too_few_are_no_calendar() -> None:
    half_off = "\n".join(f"2026-{month:02}-{day:02};off" for month in range(1, 4) for day in range(1, 29))

    assert any("working days, which no calendar has (240 to 260)" in fault for fault in faults(half_off))


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE c [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><calendar year="2026">&b;</calendar>',
        b'<!DOCTYPE calendar SYSTEM "file:///etc/passwd"><calendar year="2026"/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE c [<!ENTITY a "x">]><calendar year="2026"/>'.encode(
            "utf-16"
        ),
    ],
)
def test_xml_that_declares_a_document_type_is_refused(attack: bytes) -> None:
    assert faults(attack) == ("it declares a document type (<!DOCTYPE ...>); remove that line",)


def test_a_file_of_megabytes_is_refused_unread() -> None:
    assert faults(b"<" + b" " * 1_000_000) == ("1000001 bytes are too many for a calendar",)


def test_a_deeply_nested_json_is_a_fault_and_no_crash() -> None:
    assert "broken JSON" in faults(b'{"a":' + b"[" * 400_000)[0]


def test_a_weekend_that_only_an_origin_names_is_warned_of_and_left_off() -> None:
    text = (
        data("xmlcalendar-ru-2026.xml").decode().replace("</days>", '<day d="03.10" t="1" f="03.14"/></days>')
    )
    imported = parse(text.encode(), country="KZ", source="x")

    assert [str(line).split(" is ")[0] for line in imported.warnings] == ["2026-03-14"]
    assert not imported.as_year().day(date(2026, 3, 14)).working
    assert read("xmlcalendar-ru-2027.xml").warnings == ()  # its origins are holidays or worked, and listed


def test_a_saturday_that_is_absent_or_short_in_the_months_is_worked() -> None:
    year = read("xmlcalendar-ru-2027.json").as_year()

    assert (year.day(date(2027, 2, 20)).working, year.day(date(2027, 2, 20)).short) == (True, True)
    absent = parse(months({"statistic": {}}, m3="6,7,8,14,20,21,27,28").encode(), country="RU", source="x")
    assert absent.as_year().day(date(2027, 3, 13)).working


def test_isdayoff_warns_of_a_weekend_that_is_missing_among_the_listed_ones() -> None:
    content = json.loads(data("isdayoff-ru-2021.json"))
    content["dayoff"].remove("0306")
    imported = parse(json.dumps(content).encode(), country="RU", source="x")

    assert [str(line).split(" is ")[0] for line in imported.warnings] == ["2021-03-06"]
    short_list = json.dumps({"year": 2026, "countrycode": "ru", "dayoff": ["0101", "0102", "0105", "0106"]})
    assert parse(short_list.encode(), country="RU", source="x").warnings == ()


def test_the_calendar_of_a_region_is_taken_with_a_warning() -> None:
    content = data("isdayoff-ru-2021.json").replace(b'"ru"', b'"ru-ta"')
    imported = parse(content, country="RU", source="x")

    assert (imported.country, [str(line) for line in imported.warnings]) == (
        "RU",
        ["it is the calendar of a region (RU-TA) and replaces the whole country's"],
    )


def test_data_gov_is_taken_with_a_warning_and_needs_one_year() -> None:
    both = data("data-gov-ru-2026.csv").decode() + "2025,1" + ",1" * 11 + "\n"

    assert "not kept up since 2019" in str(read("data-gov-ru-2026.csv").warnings[0])
    assert "it holds the years 2026, 2025" in faults(both)[0]
    assert parse(both.encode(), country="RU", source="x", year=2026).year == 2026
    uncounted = data("data-gov-ru-2026.csv").replace("Всего рабочих дней".encode(), b"-")
    assert parse(uncounted, country="RU", source="x").as_year().working_days == 247
    wrong = data("data-gov-ru-2026.csv").replace(b",247,", b",246,")
    assert faults(wrong) == ("it says 246 working days and lists 247",)


def test_our_own_csv_may_come_from_a_russian_spreadsheet() -> None:
    lines = [f"2026-01-0{n};off;Новогодние каникулы" for n in range(1, 9)]
    for encoded in (
        "\r\n".join(lines).encode("cp1251"),
        "\n".join(["date;kind;name", *lines]).encode("utf-8-sig"),
    ):
        year = parse(encoded, country="RU", source="x").as_year()
        assert year.day(date(2026, 1, 5)).name == "Новогодние каникулы"


def test_names_in_a_file_are_kept() -> None:
    assert read("xmlcalendar-ru-2026.xml").as_year().day(date(2026, 2, 23)).name == "День защитника Отечества"


def test_the_difference_to_the_library_names_each_day() -> None:
    imported = parse(
        months({"statistic": {}}, m3="6,7,13,14,20,21,27,28,30").encode(), country="RU", source="x.json"
    )
    lines = diff(imported, replace(official_year("RU", 2027, language="ru"), source="holidays 1"))

    assert lines == [
        "RU 2027: x.json against holidays 1 (published), days that differ: 2",
        "  2027-03-08 working in the file, off in the library (Международный женский день)",
        "  2027-03-30 off in the file, working in the library",
    ]
    assert diff(imported, imported.as_year()) == [
        "RU 2027: x.json against x.json (published), days that differ: 0"
    ]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', "null"])
def test_a_text_that_is_no_normal_form_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        from_stored(text)
