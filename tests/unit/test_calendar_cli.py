"""What ``b24sync calendar`` writes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from b24sync.cli.calendar import check, import_file, show
from b24sync.domain.calendar import Calendar, CalendarFileError, PortalDays, from_stored
from b24sync.domain.settings_calendar import CalendarSettings

DATA = Path(__file__).resolve().parents[1] / "data" / "calendar"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Shelf:
    """A store of imported calendars."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], str] = {}

    def put(self, country: str, year: int, text: str) -> None:
        self.kept[country, year] = text

    def all(self) -> Iterable[tuple[str, int, str]]:
        return [(country, year, text) for (country, year), text in self.kept.items()]


def shown(calendar: Calendar, year: int, *, as_json: bool = False) -> str:
    out = io.StringIO()
    assert show(calendar, year, as_json=as_json, out=out) == 0
    return out.getvalue()


def checked(calendar: Calendar, day: date, *, as_json: bool = False, portal: PortalDays | None = None) -> str:
    out = io.StringIO()
    assert check(calendar, day, portal=portal, as_json=as_json, out=out) == 0
    return out.getvalue()


@pytest.mark.parametrize(("year", "length"), [(2026, 365), (2024, 366), (2028, 366)])
def test_show_json_is_one_object_for_each_day_of_the_year(year: int, length: int) -> None:
    days = [json.loads(line) for line in shown(Calendar(CalendarSettings()), year, as_json=True).splitlines()]

    assert len(days) == length
    assert all(list(day) == ["date", "working", "short", "name", "layer"] for day in days)
    assert (days[0]["date"], days[0]["working"], days[-1]["date"]) == (
        f"{year}-01-01",
        False,
        f"{year}-12-31",
    )


def test_show_json_names_the_deciding_layer() -> None:
    calendar = Calendar(CalendarSettings(days_off=("2026-06-15",)))
    days = {line["date"]: line for line in map(json.loads, shown(calendar, 2026, as_json=True).splitlines())}

    assert days["2026-06-15"] == {
        "date": "2026-06-15",
        "working": False,
        "short": False,
        "name": "",
        "layer": "company",
    }
    assert days["2026-04-30"]["short"] is True
    assert days["2026-03-08"]["name"] == "Международный женский день"


def test_show_is_twelve_months_then_the_special_days_and_the_counts() -> None:
    text = shown(Calendar(CalendarSettings(days_off=("2027-06-15",))), 2027)

    assert "Январь 2027" in text
    assert " 1- 2- 3-" in text
    assert "22-23-24 25 26 27-28-" in text  # February
    assert "15 16 17 18 19 20*21-" in text  # the working Saturday before it
    assert "2027-02-20 сокращённый рабочий день [официальный календарь]" in text
    assert "2027-06-15 выходной [настройки компании]" in text
    assert "рабочих дней: 246, выходных: 119, сокращённых: 4" in text
    assert "RU 2027: календарь опубликован (holidays" in text
    assert max(map(len, text.splitlines())) <= 80


def test_show_gives_the_best_known_days_of_an_unpublished_year_and_says_so() -> None:
    calendar = Calendar(CalendarSettings(on_unpublished="error"), language="en")
    text = shown(calendar, 2028)

    assert "January 2028" in text
    assert "no published calendar" in text
    assert len(calendar.warnings) == 1


def test_on_a_terminal_days_off_are_in_colour_and_no_color_is_respected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    show(Calendar(CalendarSettings()), 2026, as_json=False, out=coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    show(Calendar(CalendarSettings()), 2026, as_json=False, out=plain)

    assert "\x1b[31m" in coloured.getvalue()
    assert "\x1b[3" not in plain.getvalue()


def test_check_json_is_the_public_day() -> None:
    line = checked(Calendar(CalendarSettings()), date(2026, 1, 9), as_json=True)

    assert json.loads(line) == {
        "date": "2026-01-09",
        "working": False,
        "short": False,
        "name": "Выходной (перенесено с 03.01.2026)",
        "layer": "official",
    }


def test_check_says_which_layer_decided_and_where_the_day_would_go() -> None:
    text = checked(Calendar(CalendarSettings(), language="en"), date(2026, 1, 9))

    assert text.startswith("2026-01-09 Fr: day off: ")
    assert "from: official (holidays" in text
    assert "shifts to (next): 2026-01-12 [published] <" in text
    assert "shifts to (previous): 2025-12-30 [published]\n" in text


def test_check_of_a_day_in_an_unknown_year_shows_the_refusal_and_goes_on() -> None:
    text = checked(Calendar(CalendarSettings(on_unpublished="error"), language="en"), date(2028, 1, 1))

    assert "shifts to (next): calendar: RU 2028 has no published calendar" in text


def test_check_with_the_portal_lists_the_differences_of_the_year() -> None:
    calendar = Calendar(CalendarSettings())
    portal = PortalDays(frozenset({(6, 15)}), frozenset({5, 6}), unread=("??",))

    text = checked(calendar, date(2026, 6, 15), portal=portal)
    assert "2026-06-15 на портале выходной" in text
    assert "2026-01-09 на портале рабочий: Выходной (перенесено с 03.01.2026)" in text
    assert "не разобрано в настройках портала: ??" in text
    answer = json.loads(checked(calendar, date(2026, 6, 15), portal=portal, as_json=True))
    assert (answer["working"], answer["portal"]["working"], answer["portal"]["unread"]) == (
        True,
        False,
        ["??"],
    )
    assert {"date": "2026-06-15", "working": True, "portal": False} in answer["portal"]["differences"]


def test_check_of_a_working_day_has_nowhere_to_shift_to_and_a_portal_may_be_understood_whole() -> None:
    text = checked(Calendar(CalendarSettings(), language="en"), date(2026, 11, 24), portal=PortalDays())

    assert "shifts to" not in text
    assert "the portal sees 118 days of 2026 differently" in text
    assert "not understood" not in text


def test_import_shows_the_difference_and_keeps_the_normal_form() -> None:
    shelf, out = Shelf(), io.StringIO()
    calendar = Calendar(CalendarSettings())
    content = (
        (DATA / "xmlcalendar-ru-2027.xml").read_bytes().replace(b'<day d="12.31" t="1" f="01.03"/>', b"")
    )

    assert import_file(calendar, content, source="c.xml", store=shelf, as_json=False, out=out) == 0
    assert "RU 2027: c.xml against holidays" in out.getvalue()
    assert "2027-12-31 working in the file, off in the library" in out.getvalue()
    assert "сохранено: RU 2027, рабочих дней 248" in out.getvalue()
    [(_, _, text)] = shelf.all()
    assert Calendar(CalendarSettings(), imported=[from_stored(text)]).is_working(date(2027, 12, 31))


def test_import_json_is_one_object() -> None:
    shelf, out = Shelf(), io.StringIO()
    calendar = Calendar(CalendarSettings(country="KZ"), language="en")
    content = (DATA / "data-gov-ru-2026.csv").read_bytes()

    import_file(calendar, content, source="d.csv", store=shelf, as_json=True, out=out)
    answer = json.loads(out.getvalue())
    assert (answer["country"], answer["year"], answer["working_days"], answer["differences"]) == (
        "RU",
        2026,
        247,
        [],
    )
    assert len(answer["warnings"]) == 2
    assert answer["warnings"][1] == "this calendar is not used: the country in [calendar] is KZ"


def test_a_file_that_cannot_be_true_is_not_kept() -> None:
    shelf = Shelf()
    with pytest.raises(CalendarFileError):
        import_file(
            Calendar(CalendarSettings()),
            b"2026-02-30;off",
            source="x",
            store=shelf,
            as_json=False,
            out=io.StringIO(),
        )

    assert shelf.kept == {}
