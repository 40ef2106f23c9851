"""The commission ledger through the whole command.

Exact, in step with what happens at the portal, and readable.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import PAID, SENT
from tests.support.firm import Firm, opened
from tests.support.together import together

RULES = (
    '[[rules]]\nname = "earn"\non = ["invoice.created", "invoice.paid"]\n[[rules.steps]]\nuse = '
    '"commission"\n'
)
RATES = (
    '[people]\nproject_lead = "deal.fields.UF_CRM_PROJECT_LEAD"\n[commission]\n'
    '[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5"\n[[commission.rates]]\nfor = '
    '"project_lead"\npercent = "1.5"\n'
)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that books commissions, after its baseline."""
    with opened(
        tmp_path / "firm", head='language = "ru"\ntimezone = "Europe/Moscow"\n', rules=RULES, sections=RATES
    ) as firm:
        firm.poll()
        yield firm


def booked(firm: Firm, invoice: int = 0) -> list[tuple[int, str, str]]:
    """User, state and amount of all rows, or of an invoice's."""
    rows = firm.run("commission", "--json").rows
    return _told(row for row in rows if not invoice or row["entity"] == f"invoice:{invoice}")


def _told(rows: Iterable[dict]) -> list[tuple[int, str, str]]:
    return [(row["user"], row["state"], row["amount"]) for row in rows]


def amount(firm: Firm, invoice: int, value: float, **more: str) -> None:
    """A manager changes the sum."""
    firm.portal.update_item(INVOICE, invoice, 3, opportunity=value, **more)


def test_shares_of_1999_99_are_rounded_half_up_and_come_to_nothing_when_it_is_unpaid_again(
    firm: Firm,
) -> None:
    invoice = firm.invoice("1999.99")
    firm.run_on()
    firm.move(invoice, PAID)
    firm.run_on()
    both = [
        (3, "expected", "100.00"),
        (5, "expected", "30.00"),
        (3, "earned", "100.00"),
        (5, "earned", "30.00"),
    ]
    assert booked(firm) == both
    _shown(firm, invoice)
    firm.move(invoice, SENT)
    firm.run_on()
    rows = firm.run("commission", "--json").rows
    assert _told(rows) == [*both, (3, "reversed", "-100.00"), (5, "reversed", "-30.00")]
    assert [row["reverses"] for row in rows[-2:]] == [row["id"] for row in rows[2:4]]
    firm.move(invoice, PAID)
    firm.run_on()
    assert booked(firm)[-2:] == [(3, "earned", "100.00"), (5, "earned", "30.00")]
    assert len(booked(firm)) == 8
    firm.quiet()
    assert len(booked(firm)) == 8


def _shown(firm: Firm, invoice: int) -> None:
    """The command shows a table, CSV and months."""
    by_person, by_invoice, table, every, month, other, wrong = together(
        firm,
        ("commission",),
        ("commission", "--by", "invoice"),
        ("commission", "--csv"),
        ("commission", "--json"),
        ("commission", "--month", "2026-03", "--json"),
        ("commission", "--month", "2026-02", "--json"),
        ("commission", "--month", "03.2026"),
    )
    assert "Иван Петров" in by_person.out
    assert "100" in by_person.out
    assert f"invoice:{invoice}" in by_invoice.out
    rows = list(csv.reader(io.StringIO(table.out.lstrip("\ufeff")), delimiter=";"))
    assert len(rows) >= 3, rows
    assert month.rows == every.rows != []
    assert (other.code, other.rows) == (0, [])
    assert wrong.code == 2


def test_another_amount_books_the_difference_a_deletion_takes_back_and_who_has_two_roles_gets_both(
    firm: Firm,
) -> None:
    invoice, gone = firm.invoice(1000), firm.invoice(1000)
    more = {"parentId2": firm.company.deals[0], "opportunity": 1999.99, "isManualOpportunity": "Y"}
    twice = firm.portal.add_invoice("Счёт", assignedById=firm.company.users["lead"], **more)
    firm.run_on()
    assert booked(firm, twice) == [(5, "expected", "100.00"), (5, "expected", "30.00")]
    amount(firm, invoice, 1500)
    firm.move(gone, PAID)
    firm.run_on()
    assert booked(firm, invoice)[2:] == [(3, "expected", "25.00"), (5, "expected", "7.50")]
    firm.move(invoice, PAID)
    firm.portal.delete_item(INVOICE, gone)
    firm.later()
    firm.poll("--reconcile")
    net = {
        user: sum(float(row[2]) for row in booked(firm, gone) if row[0] == user and row[1] != "expected")
        for user in (3, 5)
    }
    assert net == {3: 0.0, 5: 0.0}
    assert [row for row in booked(firm, gone) if row[1] == "earned"]
    amount(firm, invoice, 1400)
    firm.run_on()
    assert booked(firm, invoice)[4:] == [
        (3, "earned", "75.00"),
        (5, "earned", "22.50"),
        (3, "earned", "-5.00"),
        (5, "earned", "-1.50"),
    ]
    firm.quiet()


def test_currencies_stay_apart(firm: Firm) -> None:
    firm.invoice(1000)
    firm.invoice(1000, currencyId="USD")
    firm.run_on()
    rows = firm.run("commission", "--json").rows
    assert [(row["currency"], row["amount"]) for row in rows] == [
        ("RUB", "50.00"),
        ("RUB", "15.00"),
        ("USD", "50.00"),
        ("USD", "15.00"),
    ]
    table = firm.run("commission").out
    assert "RUB" in table
    assert "USD" in table
    assert "130" not in table


def test_new_rates_touch_no_old_rows(firm: Firm) -> None:
    invoice = firm.invoice(1000)
    firm.run_on()
    firm.write(sections=RATES.replace('percent = "5"', 'percent = "50"'))
    firm.move(invoice, PAID)
    firm.run_on()
    assert booked(firm)[2:] == [(3, "earned", "50.00"), (5, "earned", "15.00")]
