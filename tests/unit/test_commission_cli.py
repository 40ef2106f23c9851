"""``b24sync commission``: rows as JSON Lines and CSV, sums as a table."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from b24sync.cli.commission import Look, month_bounds, show
from b24sync.domain.commission_ledger import BookedRow, LedgerRow
from b24sync.domain.entity import Key
from b24sync.errors import UsageError

MOSCOW = ZoneInfo("Europe/Moscow")
NOVEMBER = int(datetime(2026, 11, 24, 7, 0, tzinfo=UTC).timestamp())


def row(number: int, state: str, amount: str, **given) -> BookedRow:
    with_ = given.pop("counts_with", state if state != "reversed" else "earned")
    at = given.pop("at", NOVEMBER)
    values = {"user": 5, "role": "project_lead", "currency": "RUB", "user_name": "Анна", **given}
    entity = values.pop("entity", Key("invoice", 512))
    return BookedRow(
        number,
        at,
        LedgerRow(entity=entity, percent=Decimal(5), state=state, amount=Decimal(amount), **values),
        with_,
    )


ROWS = [
    row(1, "expected", "100.00"),
    row(2, "earned", "100.00"),
    row(3, "reversed", "-100.00", reverses=2),
    row(
        4,
        "expected",
        "7",
        user=9,
        currency="JPY",
        user_name='=HYPERLINK("http://x")',
        entity=Key("invoice", 513),
    ),
]


def shown(rows=None, **given) -> str:
    out = io.StringIO()
    look = Look(**{name: given.pop(name) for name in ("names", "lang", "excel", "numbers") if name in given})
    options = {"look": look, "month": None, "by": None, "fmt": "table", "tz": MOSCOW, **given}
    assert show(ROWS if rows is None else rows, out=out, **options) == 0
    return out.getvalue()


def test_json_lines_have_exactly_the_keys_of_the_contract() -> None:
    lines = [json.loads(line) for line in shown(fmt="json").splitlines()]
    assert lines[2] == {
        "id": 3,
        "at": "2026-11-24T10:00:00+03:00",
        "entity": "invoice:512",
        "user": 5,
        "role": "project_lead",
        "state": "reversed",
        "amount": "-100.00",
        "currency": "RUB",
        "reverses": 2,
    }
    assert (len(lines), lines[0]["reverses"]) == (4, None)


def test_csv_has_a_line_for_each_row_and_no_formula() -> None:
    lines = list(csv.DictReader(io.StringIO(shown(fmt="csv"))))
    assert [line["amount"] for line in lines] == ["100.00", "100.00", "-100.00", "7"]
    assert lines[3]["name"] == '\'=HYPERLINK("http://x")'
    assert (lines[2]["reverses"], lines[0]["reverses"]) == ("2", "")


@pytest.mark.parametrize("name", ["=1+1", "+7 916", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_names_that_look_like_formulas_are_defused(name) -> None:
    text = shown([row(1, "earned", "-5.00", user_name=name)], fmt="csv")
    (line,) = csv.DictReader(io.StringIO(text, newline=""))
    assert line["name"] == f"'{name.strip()}"
    assert line["amount"] == "-5.00"


def test_sums_are_by_person_or_invoice_and_never_add_currencies() -> None:
    (anna, other) = csv.DictReader(io.StringIO(shown(fmt="csv", by="person", names={9: "Олег"})))
    assert (anna["name"], anna["expected"], anna["earned"], anna["reversed"], anna["payable"]) == (
        "Анна",
        "100.00",
        "100.00",
        "-100.00",
        "0.00",
    )
    assert (other["name"], other["expected"], other["currency"]) == ("Олег", "7", "JPY")
    by_invoice = list(csv.DictReader(io.StringIO(shown(fmt="csv", by="invoice"))))
    assert [line["entity"] for line in by_invoice] == ["invoice:512", "invoice:513"]


def test_a_taken_back_forecast_lessens_what_is_expected_and_not_what_is_paid_out() -> None:
    rows = [row(1, "expected", "50"), row(2, "reversed", "-50", reverses=1, counts_with="expected")]
    (line,) = csv.DictReader(io.StringIO(shown(rows, fmt="csv", by="person")))
    assert (line["expected"], line["payable"]) == ("0.00", "0.00")


def test_the_table_is_aligned_and_shows_no_control_characters() -> None:
    text = shown([row(1, "earned", "1234.50", user_name="Анна\x1b[31m")], lang="ru")
    head, line = text.splitlines()
    assert head.split() == ["Сотрудник", "Ожидается", "Начислено", "Отменено", "К", "выплате", "Валюта"]
    assert "1\xa0234,50" in line
    assert "\x1b" not in text
    assert shown([], lang="en") == "the ledger has no rows\n"


def test_a_month_is_the_companys_month() -> None:
    first = int(datetime(2026, 10, 31, 21, 0, tzinfo=UTC).timestamp())  # 1 November, 00:00 in Moscow
    rows = [
        row(1, "earned", "1", at=first - 1),
        row(2, "earned", "2", at=first),
        row(3, "earned", "3", at=first + 30 * 86400),
    ]
    text = shown(rows, month="2026-11", fmt="json")
    assert [json.loads(line)["id"] for line in text.splitlines()] == [2]
    assert month_bounds("2026-12", UTC)[1] == int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("month", ["2026-13", "2026", "11.2026", "0001-00", "9999-12", ""])
def test_a_month_that_is_none_is_a_usage_error(month) -> None:
    with pytest.raises(UsageError, match="--month"):
        month_bounds(month, UTC)


def test_an_unknown_grouping_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--by"):
        shown(by="month")


def test_csv_for_excel_opens_by_a_double_click_in_russian_excel() -> None:
    rows = [row(1, "earned", "1234.50"), row(2, "earned", "0.50", user_name="=1+1", user=6)]
    text = shown(rows, fmt="csv", lang="ru", excel=True, numbers=lambda _id: "125/а")
    assert text.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert lines[0]["Сумма"] == "1234,50"
    assert lines[0]["Дата"] == "24.11.2026 10:00"
    assert lines[0]["Состояние"] == "Начислено"
    assert lines[0]["Номер счёта"] == "125/а"
    assert lines[1]["Сотрудник"] == "'=1+1"
    assert [(line["Состояние"], line["Сумма"]) for line in lines[2:]] == [
        ("Ожидается", "0,00"),
        ("К выплате", "1235,00"),
    ]


def test_sums_have_totals_by_currency_and_invoices_their_numbers() -> None:
    table = shown(lang="ru", by="invoice", numbers=lambda _id: "77").splitlines()
    assert table[1].startswith("№77 (invoice:512)")
    assert [line.split()[0] for line in table[-2:]] == ["№77", "№77"]
    more = shown([*ROWS, row(5, "earned", "50.00", user=8, user_name="Яна")], lang="ru").splitlines()
    assert [line.split()[0] for line in more[-2:]] == ["Итого", "Итого"]
    assert "50,00" in more[-1]


def test_what_is_earned_is_expected_no_more() -> None:
    (line,) = csv.DictReader(io.StringIO(shown(ROWS[:2], fmt="csv", by="person")))
    assert (line["expected"], line["earned"]) == ("0.00", "100.00")
