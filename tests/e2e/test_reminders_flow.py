"""Reminders through the whole command.

At the hour, on working days, the latest only, and never where nothing is owed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import DRAFT, PAID, REJECTED, SENT
from tests.support.firm import Firm, opened
from tests.support.here import poll_here, quiet_here, run_on_here

RULE = (
    '[[rules]]\nname = "remind"\non = "invoice.reminder_due"\n[[rules.steps]]\nuse = "send_reminder"\nattach '
    "= false\n"
)
HEAD = 'language = "ru"\ntimezone = "Europe/Moscow"\n'
MOSCOW = ZoneInfo("Europe/Moscow")
DECEMBER = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that reminds, after its baseline on Monday, 14 December 2026; nothing of the past is owed."""
    with opened(tmp_path / "firm", at=DECEMBER, head=HEAD, rules=RULE) as firm:
        for one in firm.company.invoices:
            firm.portal.delete_item(INVOICE, one)
        firm.write(sections=firm.mail_section() + "[reminders]\n")
        poll_here(firm)
        yield firm


def owed(firm: Firm, due: date, **how: Any) -> int:
    """A sent invoice, seen by the program."""
    invoice = firm.invoice(due=due, **how)
    firm.send(invoice)
    run_on_here(firm)
    return invoice


def moscow(*when: int) -> datetime:
    """A moment by the company's clock."""
    return datetime(*when, tzinfo=MOSCOW)  # type: ignore[misc, arg-type]


def events_at(firm: Firm, invoice: int, *moments: datetime, command: bool = False) -> list[str]:
    """Poll at these moments: when each reminder of an invoice came, by the company's clock, with offset."""
    return reminders(firm, *moments, command=command).get(invoice, [])


def reminders(firm: Firm, *moments: datetime, command: bool = False) -> dict[int, list[str]]:
    """Poll at these moments, the last time perhaps by the command.

    For each invoice, when its reminders came.
    """
    found = defaultdict[int, list[str]](list)
    for number, moment in enumerate(moments):
        firm.at(moment)
        if command and number == len(moments) - 1:
            firm.poll()
        else:
            poll_here(firm)
        for invoice, changes in firm.query(
            "SELECT entity_id, changes FROM events WHERE name = 'invoice.reminder_due' AND detected_at = ? "
            "ORDER BY id",
            int(moment.timestamp()),
        ):
            offset = json.loads(changes)["offset_days"][1]
            found[invoice].append(f"{moment.astimezone(MOSCOW):%d.%m %H:%M} {offset:+d}")
    return found


def mailed(firm: Firm, invoice: int) -> list[EmailMessage]:
    """The mails about an invoice that were accepted."""
    number = firm.number(invoice)
    return [mail.message for mail in firm.mailed() if mail.message["Subject"].split()[-1] == number]


def actions(firm: Firm) -> dict[int, tuple[str, str | None]]:
    """Invoice → state and reason of its action."""
    return {
        invoice: (state, json.loads(result).get("reason"))
        for invoice, state, result in firm.query(
            "SELECT entity_id, state, result FROM actions WHERE rule = 'remind' ORDER BY id"
        )
    }


def test_the_days_come_at_ten_on_working_days_and_only_the_latest_for_what_is_still_owed(firm: Firm) -> None:
    invoice = owed(firm, date(2026, 12, 29))
    late = owed(firm, date(2026, 12, 21))
    settled = paid, rejected, deleted, draft = [firm.invoice(due=date(2026, 12, 22)) for _ in range(4)]
    firm.send(*settled)
    run_on_here(firm)
    firm.move(paid, PAID)
    firm.move(rejected, REJECTED)
    firm.portal.delete_item(INVOICE, deleted)
    firm.move(draft, DRAFT)
    firm.later()
    poll_here(firm, reconcile=True)
    # -3 is Saturday 26 December, so Monday 28; 0 is Tuesday 29; +3 is 1 January and +7 is 5 January: both
    # on the first working day of 2027
    moments = (
        moscow(2026, 12, 26, 9, 59),
        moscow(2026, 12, 26, 10, 0),
        moscow(2026, 12, 28, 9, 59),
        moscow(2026, 12, 28, 10, 0),
        moscow(2026, 12, 29, 10, 0),
        moscow(2027, 1, 1, 10, 0),
        moscow(2027, 1, 5, 10, 0),
        moscow(2027, 1, 11, 9, 59),
        moscow(2027, 1, 11, 10, 0),
        moscow(2027, 1, 12, 10, 0),
    )
    silence, *days = moments
    first = reminders(firm, silence, command=True)
    assert first == {late: ["26.12 09:59 +3"]}, "after a long silence only the latest"
    assert actions(firm)[late] == ("done", None)
    assert len(mailed(firm, late)) == 1
    came = reminders(firm, *days, command=True)
    assert came[invoice] == [
        "28.12 10:00 -3",
        "29.12 10:00 +0",
        "11.01 10:00 +7",
        "12.01 10:00 +14",
    ]
    assert came[late] == ["28.12 10:00 +7", "11.01 10:00 +14"], "none of them again"
    assert set(came) == {invoice, late}, "what is paid, rejected, deleted or a draft again is not reminded of"
    assert len(firm.smtp.arrived) == len(mailed(firm, invoice)) + len(mailed(firm, late)) == 7
    messages = mailed(firm, invoice)
    assert [message["Subject"].split(" счёта")[0] for message in messages] == [
        "Напоминание об оплате",
        "Напоминание об оплате",
        "Просрочена оплата",
        "Просрочена оплата",
    ]
    texts = [message.get_body(("plain",)).get_content() for message in messages]
    assert "завтра, 29.12.2026, истекает" in texts[0]
    assert "сегодня, 29.12.2026, истекает" in texts[1]
    assert "истёк 29.12.2026, 13 дней назад" in texts[2]
    quiet_here(firm)


def test_a_person_asks_for_a_reminder_and_what_is_paid_or_put_off_while_the_mail_waits_is_not_mailed(
    firm: Firm,
) -> None:
    invoice = owed(firm, date(2026, 12, 14))
    firm.at(moscow(2026, 12, 16, 18, 0))
    ran = firm.run("remind", str(invoice), "--yes")
    assert ran.code == 0, ran.err
    assert f"тема: Просрочена оплата счёта № {firm.number(invoice)}" in ran.out
    (mail,) = firm.mailed()
    assert "истёк 14.12.2026, 2 дня назад" in mail.message.get_body(("plain",)).get_content()
    firm.move(invoice, PAID)
    again = firm.run("remind", str(invoice), "--yes")
    assert again.code != 0
    assert "оплачен" in again.err
    assert len(firm.smtp.arrived) == 1
    paid, moved = owed(firm, date(2026, 12, 22)), owed(firm, date(2026, 12, 22), deal=1)
    firm.mail_fails(connect="drop")
    firm.at(moscow(2026, 12, 22, 10, 0))
    firm.poll(expect=69)
    firm.move(paid, PAID)
    firm.portal.update_item(INVOICE, moved, closedate=date(2027, 2, 1))
    firm.mail_fails()
    run_on_here(firm)
    results = actions(firm)
    assert (results[paid], results[moved]) == (("skipped", "paid"), ("skipped", "due_date_moved"))
    assert len(firm.query("SELECT 1 FROM actions WHERE entity_id IN (?, ?)", paid, moved)) == 2
    assert len(firm.smtp.arrived) == 1


def test_another_due_date_begins_its_days_anew(firm: Firm) -> None:
    invoice = owed(firm, date(2026, 12, 18))
    assert events_at(firm, invoice, moscow(2026, 12, 18, 10, 0)) == ["18.12 10:00 +0"]
    firm.portal.update_item(INVOICE, invoice, closedate=date(2026, 12, 25))
    assert events_at(
        firm, invoice, moscow(2026, 12, 22, 9, 59), moscow(2026, 12, 22, 10, 0), moscow(2026, 12, 25, 10, 0)
    ) == [
        "22.12 10:00 -3",
        "25.12 10:00 +0",
    ]
    firm.portal.update_item(
        INVOICE, invoice, closedate=date(2026, 12, 18)
    )  # back again: what came for that date does not come again
    assert events_at(firm, invoice, moscow(2026, 12, 25, 12, 0)) == ["25.12 12:00 +7"]


def test_days_that_passed_before_the_status_the_configuration_or_its_reminders_do_not_come(
    firm: Firm,
) -> None:
    late = firm.invoice(due=date(2026, 12, 14))
    run_on_here(firm)
    firm.at(moscow(2026, 12, 15, 15, 0))
    firm.send(late)
    run_on_here(firm)
    assert events_at(firm, late, moscow(2026, 12, 16, 10, 0), moscow(2026, 12, 17, 10, 0)) == [
        "17.12 10:00 +3"
    ]
    firm.write(sections=firm.mail_section() + "[reminders]\ndays = [1, 2, 4]\n")
    assert events_at(
        firm, late, moscow(2026, 12, 17, 12, 0), moscow(2026, 12, 18, 9, 0), moscow(2026, 12, 18, 10, 0)
    ) == ["18.12 10:00 +4"]
    # reminders that are switched on later look forward only
    firm.write(sections=firm.mail_section(), rules="")
    invoice = owed(firm, date(2026, 12, 21))
    firm.at(moscow(2026, 12, 24, 11, 0))
    firm.write(sections=firm.mail_section() + "[reminders]\n", rules=RULE)
    assert reminders(firm, moscow(2026, 12, 24, 11, 0), moscow(2026, 12, 25, 10, 0)) == {}
    assert invoice not in actions(firm)
    assert events_at(firm, invoice, moscow(2026, 12, 28, 10, 0)) == ["28.12 10:00 +7"]
    assert actions(firm)[invoice] == ("done", None)


def test_old_invoices_are_reminded_of_only_by_the_days_after_the_baseline(tmp_path: Path) -> None:
    with opened(tmp_path / "firm", at=DECEMBER, head=HEAD, rules=RULE) as firm:
        for one in firm.company.invoices:
            firm.portal.delete_item(INVOICE, one)
        old = firm.invoice(due=date(2026, 12, 12))
        firm.send(old)
        firm.at(moscow(2026, 12, 16, 12, 0))
        firm.write(sections=firm.mail_section() + "[reminders]\n")
        poll_here(firm)
        assert reminders(firm, moscow(2026, 12, 16, 12, 1), moscow(2026, 12, 18, 12, 0)) == {}
        assert reminders(firm, moscow(2026, 12, 21, 10, 0), command=True) == {old: ["21.12 10:00 +7"]}


def test_the_hour_is_the_portals_although_the_local_clock_is_wrong_by_days(firm: Firm) -> None:
    for days_wrong, due, before, day in (
        (-40, date(2026, 12, 22), 21, 22),  # -3 is Saturday 19 December: on Monday 21
        (40, date(2026, 12, 29), 28, 29),
    ):
        invoice = owed(firm, due)
        firm.local_shift = DECEMBER + timedelta(days=days_wrong) - datetime.now(UTC)
        moments = (
            moscow(2026, 12, before, 9, 59),
            moscow(2026, 12, before, 10, 0),
            moscow(2026, 12, day, 10, 0),
        )
        assert events_at(firm, invoice, *moments, command=True) == [
            f"{before}.12 10:00 -3",
            f"{day}.12 10:00 +0",
        ], days_wrong
        assert [message["Date"].datetime.astimezone(MOSCOW).date() for message in mailed(firm, invoice)] == [
            date(2026, 12, before),
            date(2026, 12, day),
        ], days_wrong


def test_a_status_of_ones_own_can_be_reminded_of(firm: Firm) -> None:
    partly = firm.company.custom_stage
    firm.write(
        sections=firm.mail_section()
        + f'[invoice.status]\npartly = ["{partly}"]\nsent = ["{SENT}"]\n[reminders]\nstatuses = ["partly"]\n'
    )
    invoice = owed(firm, date(2026, 12, 22))
    other = owed(firm, date(2026, 12, 22))
    firm.move(invoice, partly)
    assert reminders(firm, moscow(2026, 12, 21, 9, 0), moscow(2026, 12, 21, 10, 0)) == {
        invoice: ["21.12 10:00 -3"]
    }
    assert list(actions(firm)) == [invoice]
    assert other != invoice
