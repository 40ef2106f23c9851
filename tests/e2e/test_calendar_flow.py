"""Due dates and the production calendar through the whole command.

Shifted from what people meant, again when the calendar changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.firm import Firm, opened

RULE = (
    '[[rules]]\nname = "shift"\non = ["invoice.created", "invoice.updated"]\n[[rules.steps]]\nuse = '
    '"shift_due_date"\n'
)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that moves due dates, after its baseline."""
    with opened(tmp_path / "firm", rules=RULE) as firm:
        firm.poll()
        yield firm


def due(firm: Firm, invoice: int) -> str:
    """The due date at the portal."""
    return str((firm.portal.item(INVOICE, invoice) or {})["closedate"])[:10]


def test_a_persons_later_date_is_a_new_original(firm: Firm) -> None:
    invoice = firm.invoice(due=date(2026, 5, 9))
    firm.run_on()
    assert due(firm, invoice) == "2026-05-12"
    firm.settle()
    firm.portal.update_item(INVOICE, invoice, 3, closedate=date(2026, 6, 13))  # a Saturday
    firm.run_on()
    assert due(firm, invoice) == "2026-06-15"
    assert firm.actions()[-1]["result"]["original"] == "2026-06-13"
    firm.quiet()
    assert due(firm, invoice) == "2026-06-15"


def test_a_date_that_a_person_puts_back_is_shifted_again(firm: Firm) -> None:
    invoice = firm.invoice(due=date(2026, 5, 9))
    firm.run_on()
    firm.settle()
    firm.portal.update_item(INVOICE, invoice, 3, closedate=date(2026, 5, 9))
    firm.run_on()
    assert due(firm, invoice) == "2026-05-12"
    firm.quiet()


@pytest.mark.parametrize(
    ("direction", "day", "goal"),
    [
        ("next", date(2026, 5, 9), "2026-05-12"),
        ("previous", date(2026, 5, 9), "2026-05-08"),
        ("nearest", date(2026, 5, 9), "2026-05-08"),
        ("nearest", date(2026, 5, 10), "2026-05-12"),
        ("next", date(2026, 12, 31), "2027-01-11"),
        ("previous", date(2027, 1, 5), "2026-12-30"),
        ("nearest", date(2026, 4, 5), "2026-04-06"),
    ],
)
def test_each_direction(firm: Firm, direction: str, day: date, goal: str) -> None:
    firm.write(sections=f'[calendar]\ndirection = "{direction}"\n')
    invoice = firm.invoice(due=day)
    firm.run_on()
    assert due(firm, invoice) == goal


def test_a_direction_of_the_step_goes_over_that_of_the_calendar(firm: Firm) -> None:
    firm.write(rules=RULE + 'direction = "previous"\n')
    invoice = firm.invoice(due=date(2026, 5, 9))
    firm.run_on()
    assert due(firm, invoice) == "2026-05-08"


def test_a_year_without_a_calendar_leaves_the_date_and_says_so(firm: Firm) -> None:
    invoice = firm.invoice(due=date(2028, 1, 8))
    firm.later()
    ran = firm.run("poll")
    assert ran.code == 0
    assert "2028" in " ".join(firm.actions()[-1]["result"]["warnings"])
    assert due(firm, invoice) == "2028-01-08"
    assert firm.actions()[-1]["result"]["calendar_status"] == "unpublished"
    assert firm.actions()[-1]["result"]["changed"] is False
    firm.quiet()


def test_an_imported_calendar_changes_the_answer_and_the_shift_begins_at_the_original(firm: Firm) -> None:
    invoice = firm.invoice(due=date(2026, 6, 13))
    firm.run_on()
    assert due(firm, invoice) == "2026-06-15"
    firm.settle()
    assert firm.run("calendar", "check", "2026-06-15").out.lower().count("working") >= 1
    firm.run("calendar", "check", "2026-06-15", "--json")
    days = [row["date"] for row in firm.run("calendar", "show", "2026", "--json").rows if not row["working"]]
    csv = firm.folder / "2026.csv"
    csv.write_text(
        "date;kind\n" + "".join(f"{day};off\n" for day in sorted({*days, "2026-06-15"})), encoding="utf-8"
    )
    imported = firm.run("calendar", "import", str(csv))
    assert imported.code == 0, imported.said
    day = next(
        row for row in firm.run("calendar", "show", "2026", "--json").rows if row["date"] == "2026-06-15"
    )
    assert (day["working"], day["layer"]) == (False, "file")
    firm.portal.update_item(INVOICE, invoice, 3, comments="ещё раз")
    firm.run_on()
    assert due(firm, invoice) == "2026-06-16"
    assert firm.actions()[-1]["result"]["original"] == "2026-06-13"
    firm.quiet()


def test_days_of_the_company_count(firm: Firm) -> None:
    firm.write(sections='[calendar]\ndays_off = ["2026-04-15..2026-04-17"]\nworking_days = ["2026-04-18"]\n')
    invoice = firm.invoice(due=date(2026, 4, 15))
    firm.run_on()
    assert due(firm, invoice) == "2026-04-18"


def test_a_paid_invoice_is_left_alone(firm: Firm) -> None:
    invoice = firm.invoice(due=date(2026, 5, 9), stage="DT31_1:P")
    firm.run_on()
    assert due(firm, invoice) == "2026-05-09"
    assert firm.actions()[-1]["result"]["reason"] == "closed"
