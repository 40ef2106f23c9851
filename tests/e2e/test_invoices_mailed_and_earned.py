"""Invoices through the whole command: due dates shifted, PDFs mailed, commissions booked, reminders sent."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b24sync.sandbox.schema import CONTACT, INVOICE
from tests.support.cli import DRAFT, PAID, SENT, Office

SECTIONS = """
[mail]
transport = "file"
from = "Billing <billing@example.ru>"
folder = "outbox"
document_template = 21
[reminders]
[commission]
[[commission.rates]]
for = "invoice.responsible"
percent = "5"
[[commission.rates]]
for = "project_lead"
percent = "1.5"
[people]
project_lead = "deal.fields.UF_CRM_PROJECT_LEAD"
"""
RULES = """
[[rules]]
name = "mail-invoice"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
[[rules]]
name = "remind"
on = "invoice.reminder_due"
[[rules.steps]]
use = "send_reminder"
[[rules]]
name = "commission"
on = ["invoice.created", "invoice.paid"]
[[rules.steps]]
use = "commission"
[[rules]]
name = "due"
on = ["invoice.created", "invoice.updated"]
[[rules.steps]]
use = "shift_due_date"
"""


@pytest.fixture
def working(office: Office) -> Office:
    """The company with mail, commissions and due dates, after its baseline."""
    office.write(sections=SECTIONS, rules=RULES)
    assert office.poll()["baseline"]
    return office


def mails(office: Office) -> list[Any]:
    files = sorted((office.folder / "outbox").glob("*.eml"))
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in files]


def ledger(office: Office, invoice: int) -> list[tuple[str, Decimal]]:
    """The rows of an invoice, read behind the program's back."""
    rows = office.query(
        "SELECT state, amount FROM ledger WHERE kind = 'invoice' AND entity_id = ? ORDER BY id", invoice
    )
    return [(state, Decimal(amount)) for state, amount in rows]


def with_contact(office: Office, **fields: Any) -> int:
    return office.add_invoice(contactId=office.company.contacts["with_email"], **fields)


def saturday() -> date:
    today = date.today()  # noqa: DTZ011 - any Saturday some weeks from now
    ahead = today + timedelta(days=14)
    return ahead + timedelta(days=(5 - ahead.weekday()) % 7)


def test_a_sent_invoice_is_mailed_once_with_its_pdf_or_fails_and_says_what_to_do_without_an_address(
    working: Office,
) -> None:
    invoice = with_contact(working, opportunity=1999.99, isManualOpportunity="Y", title="Работы")
    working.move(invoice, SENT)
    working.poll()
    (mail,) = mails(working)
    assert mail["To"] == "anna@romashka.example"
    (pdf,) = list(mail.iter_attachments())
    assert pdf.get_content().startswith(b"%PDF")
    assert pdf.get_filename().startswith("Invoice ")
    working.move(invoice, DRAFT, SENT)
    working.poll()
    assert len(mails(working)) == 2
    assert len(working.portal.document_book.all) == 1
    without = with_contact(working, deal=2)
    working.portal.update_item(INVOICE, without, contactId=0, companyId=0)
    working.move(without, SENT)
    working.poll(expect=1)
    assert len(mails(working)) == 2
    [(failed, error)] = working.query("SELECT id, error FROM actions WHERE state = 'failed'")
    assert "e-mail address" in error
    contact = working.company.contacts["without_email"]
    entry = {"id": 900, "typeId": "EMAIL", "valueType": "WORK", "value": "vera@example.ru"}
    working.portal.update_item(CONTACT, contact, fm=[entry])
    assert working.run("retry", str(failed)).code == 0
    working.poll()
    assert sorted(mail["To"] for mail in mails(working)) == [
        "anna@romashka.example",
        "anna@romashka.example",
        "vera@example.ru",
    ]


def test_commissions_are_expected_earned_followed_and_reversed_and_a_due_date_on_a_saturday_stays_moved(
    working: Office,
) -> None:
    invoice = with_contact(working, opportunity=1999.99, isManualOpportunity="Y")
    dated = with_contact(working, closedate=saturday())
    working.poll()
    shown = working.portal.item(INVOICE, dated)["closedate"]
    assert date.fromisoformat(shown[:10]) > saturday()
    assert ledger(working, invoice) == [("expected", Decimal("100.00")), ("expected", Decimal("30.00"))]
    working.portal.update_item(INVOICE, invoice, opportunity=3000.0)
    working.poll()
    assert sum(amount for _, amount in ledger(working, invoice)) == 195
    working.move(invoice, PAID)
    working.poll()
    assert ledger(working, invoice)[-2:] == [("earned", 150), ("earned", 45)]
    assert working.portal.item(INVOICE, dated)["closedate"] == shown
    shifts = working.query(
        "SELECT json_extract(result, '$.changed') FROM actions "
        "WHERE step = 'shift_due_date' AND entity_id = ? ORDER BY id",
        dated,
    )
    assert shifts == [(1,), (0,)]
    working.move(invoice, SENT)
    working.poll()
    assert ledger(working, invoice)[-2:] == [("reversed", -150), ("reversed", -45)]
    working.move(invoice, PAID)
    working.poll()
    earned = sum(amount for state, amount in ledger(working, invoice) if state != "expected")
    assert earned == 195
    working.portal.delete_item(INVOICE, invoice)
    working.poll("--reconcile")
    assert sum(amount for _, amount in ledger(working, invoice)) == 0
    shown = working.run("commission", "--json").rows
    assert ledger(working, invoice) == [
        (row["state"], Decimal(row["amount"])) for row in shown if row["entity"] == f"invoice:{invoice}"
    ]
    before = working.query("SELECT * FROM ledger")
    working.poll("--reconcile")
    assert working.query("SELECT * FROM ledger") == before


def test_an_operator_resends_and_reminds(working: Office) -> None:
    invoice = with_contact(working)
    working.move(invoice, SENT)
    working.poll()
    number = working.portal.item(INVOICE, invoice)["accountNumber"]
    shown = working.run("resend-invoice", str(invoice), "--to", "new@example.ru", "--yes")
    assert shown.code == 0, shown.said
    assert "new@example.ru" in shown.out
    reminded = working.run("remind", f"№{number}", "--yes")
    assert reminded.code == 0, reminded.said
    sent = mails(working)
    assert sorted(mail["To"] for mail in sent) == [
        "anna@romashka.example",
        "anna@romashka.example",
        "new@example.ru",
    ]
    assert any("reminder" in mail["Subject"] for mail in sent)
    working.move(invoice, PAID)
    refused = working.run("remind", str(invoice), "--yes")
    assert "paid" in refused.said
    assert len(mails(working)) == 3


def test_the_schedule_reminds_once_by_the_portals_clock_and_not_after_payment(working: Office) -> None:
    due = saturday() + timedelta(days=3)  # a Tuesday
    invoice, other = (with_contact(working, closedate=due) for _ in range(2))
    for one in (invoice, other):
        working.move(one, SENT)
    working.poll()
    morning = datetime.combine(due, time(10, 5), tzinfo=ZoneInfo("Europe/Moscow"))
    working.portal.clock.set(morning - timedelta(minutes=10))
    working.poll()
    assert (reminders(working, invoice), reminders(working, other)) == (1, 1), (
        "three days before, which came meanwhile"
    )
    working.move(other, PAID)
    working.portal.clock.set(morning)
    working.poll()
    working.poll()
    assert (reminders(working, invoice), reminders(working, other)) == (2, 1)
    events = working.query(
        "SELECT changes FROM events WHERE name = 'invoice.reminder_due' AND entity_id = ? ORDER BY id",
        invoice,
    )
    assert [json.loads(changes)["offset_days"] for (changes,) in events] == [[None, -3], [None, 0]]


def reminders(office: Office, invoice: int) -> int:
    number = office.portal.item(INVOICE, invoice)["accountNumber"]
    return sum(mail["Subject"] == f"Payment reminder: invoice {number}" for mail in mails(office))
