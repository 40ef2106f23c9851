"""Reminders through the whole command.

At the hour, on working days, the latest only, and never where nothing is owed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import DRAFT, PAID, REJECTED, SENT
from tests.support.firm import Firm, opened

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
        firm.poll()
        yield firm


def owed(firm: Firm, due: date, **how: Any) -> int:
    """A sent invoice, seen by the program."""
    invoice = firm.invoice(due=due, **how)
    firm.send(invoice)
    firm.run_on()
    return invoice


def moscow(*when: int) -> datetime:
    """A moment by the company's clock."""
    return datetime(*when, tzinfo=MOSCOW)  # type: ignore[misc, arg-type]


def events_at(firm: Firm, *moments: datetime) -> list[str]:
    """Poll at these moments: when each reminder came, by the company's clock, with its offset."""
    found = []
    for moment in moments:
        firm.at(moment)
        if firm.poll()["events"]:
            for event in firm.events("--name", "invoice.reminder_due"):
                said = f"{moment.astimezone(MOSCOW):%d.%m %H:%M} {event['changes']['offset_days'][1]:+d}"
                if event["detected_at"] == moment.astimezone(MOSCOW).isoformat():
                    found.append(said)
    return found


def test_the_days_come_at_ten_on_working_days_and_the_new_year_holidays_are_waited_for(firm: Firm) -> None:
    owed(firm, date(2026, 12, 29))
    # -3 is Saturday 26 December, so Monday 28; 0 is Tuesday 29; +3 is 1 January and +7 is 5 January: both
    # on the first working day of 2027
    first = date(2027, 1, 11)
    days = [
        date(2026, 12, 26),
        date(2026, 12, 28),
        date(2026, 12, 29),
        date(2027, 1, 1),
        date(2027, 1, 5),
        first,
        date(2027, 1, 12),
    ]
    moments = [
        moscow(day.year, day.month, day.day, hour, minute)
        for day in days
        for hour, minute in ((9, 59), (10, 0))
    ]
    assert events_at(firm, *moments) == [
        "28.12 10:00 -3",
        "29.12 10:00 +0",
        "11.01 10:00 +7",
        "12.01 10:00 +14",
    ]
    subjects = [mail.message["Subject"] for mail in firm.mailed()]
    assert [subject.split(" счёта")[0] for subject in subjects] == [
        "Напоминание об оплате",
        "Напоминание об оплате",
        "Просрочена оплата",
        "Просрочена оплата",
    ]
    texts = [mail.message.get_body(("plain",)).get_content() for mail in firm.mailed()]
    assert "завтра, 29.12.2026, истекает" in texts[0]
    assert "сегодня, 29.12.2026, истекает" in texts[1]
    assert "истёк 29.12.2026, 13 дней назад" in texts[2]
    firm.quiet()


def test_after_a_long_silence_only_the_latest_comes_once(firm: Firm) -> None:
    invoice = owed(firm, date(2026, 12, 21))
    assert events_at(firm, moscow(2026, 12, 29, 12, 0)) == ["29.12 12:00 +7"]
    assert firm.only("remind", entity=f"invoice:{invoice}")["state"] == "done"
    assert events_at(firm, moscow(2026, 12, 29, 12, 1), moscow(2026, 12, 30, 10, 0)) == []
    assert len(firm.mailed()) == 1


def test_what_is_paid_rejected_deleted_or_a_draft_again_is_not_reminded_of(firm: Firm) -> None:
    paid, rejected, deleted, draft = (owed(firm, date(2026, 12, 22)) for _ in range(4))
    firm.move(paid, PAID)
    firm.move(rejected, REJECTED)
    firm.portal.delete_item(INVOICE, deleted)
    firm.move(draft, DRAFT)
    firm.later()
    firm.poll("--reconcile")
    assert events_at(firm, moscow(2026, 12, 22, 10, 0), moscow(2027, 1, 20, 10, 0)) == []
    assert not firm.smtp.arrived


def test_what_is_paid_or_put_off_while_the_mail_waits_is_not_mailed(firm: Firm) -> None:
    paid, moved = owed(firm, date(2026, 12, 22)), owed(firm, date(2026, 12, 22), deal=1)
    firm.mail_fails(connect="drop")
    firm.at(moscow(2026, 12, 22, 10, 0))
    firm.poll(expect=69)
    firm.move(paid, PAID)
    firm.portal.update_item(INVOICE, moved, closedate=date(2027, 2, 1))
    firm.mail_fails()
    firm.run_on()
    results = {one["entity"]: (one["state"], one["result"].get("reason")) for one in firm.of_rule("remind")}
    assert results == {
        f"invoice:{paid}": ("skipped", "paid"),
        f"invoice:{moved}": ("skipped", "due_date_moved"),
    }
    assert not firm.smtp.arrived


def test_another_due_date_begins_its_days_anew(firm: Firm) -> None:
    invoice = owed(firm, date(2026, 12, 18))
    assert events_at(firm, moscow(2026, 12, 18, 10, 0)) == ["18.12 10:00 +0"]
    firm.portal.update_item(INVOICE, invoice, closedate=date(2026, 12, 25))
    assert events_at(
        firm, moscow(2026, 12, 22, 9, 59), moscow(2026, 12, 22, 10, 0), moscow(2026, 12, 25, 10, 0)
    ) == [
        "22.12 10:00 -3",
        "25.12 10:00 +0",
    ]
    firm.portal.update_item(
        INVOICE, invoice, closedate=date(2026, 12, 18)
    )  # back again: what came for that date does not come again
    assert events_at(firm, moscow(2026, 12, 25, 12, 0)) == ["25.12 12:00 +7"]


def test_days_that_passed_before_the_status_the_baseline_or_the_configuration_do_not_come(firm: Firm) -> None:
    late = firm.invoice(due=date(2026, 12, 14))
    firm.run_on()
    firm.at(moscow(2026, 12, 15, 15, 0))
    firm.send(late)
    firm.run_on()
    assert events_at(firm, moscow(2026, 12, 16, 10, 0), moscow(2026, 12, 17, 10, 0)) == ["17.12 10:00 +3"]
    firm.write(sections=firm.mail_section() + "[reminders]\ndays = [1, 2, 4]\n")
    assert events_at(
        firm, moscow(2026, 12, 17, 12, 0), moscow(2026, 12, 18, 9, 0), moscow(2026, 12, 18, 10, 0)
    ) == ["18.12 10:00 +4"]


def test_old_invoices_are_reminded_of_only_by_the_days_after_the_baseline(tmp_path: Path) -> None:
    with opened(tmp_path / "firm", at=DECEMBER, head=HEAD, rules=RULE) as firm:
        for one in firm.company.invoices:
            firm.portal.delete_item(INVOICE, one)
        old = firm.invoice(due=date(2026, 12, 12))
        firm.send(old)
        firm.at(moscow(2026, 12, 16, 12, 0))
        firm.write(sections=firm.mail_section() + "[reminders]\n")
        firm.poll()
        entity = f"invoice:{old}"
        assert events_at(firm, moscow(2026, 12, 16, 12, 1), moscow(2026, 12, 18, 12, 0)) == []
        firm.at(moscow(2026, 12, 21, 10, 0))
        firm.poll()
        assert [
            event["changes"]["offset_days"][1]
            for event in firm.events("--name", "invoice.reminder_due", "--entity", entity)
        ] == [7]


def test_reminders_that_are_switched_on_later_look_forward_only(firm: Firm) -> None:
    firm.write(sections=firm.mail_section(), rules="")
    invoice = owed(firm, date(2026, 12, 14))
    firm.at(moscow(2026, 12, 17, 11, 0))
    firm.write(sections=firm.mail_section() + "[reminders]\n", rules=RULE)
    assert events_at(firm, moscow(2026, 12, 17, 11, 0), moscow(2026, 12, 18, 10, 0)) == []
    assert events_at(firm, moscow(2026, 12, 21, 10, 0)) == ["21.12 10:00 +7"]
    assert firm.only("remind")["entity"] == f"invoice:{invoice}"


@pytest.mark.parametrize("days_wrong", [-40, 40])
def test_the_hour_is_the_portals_although_the_local_clock_is_wrong_by_days(
    firm: Firm, days_wrong: int
) -> None:
    owed(firm, date(2026, 12, 22))
    firm.local_shift = DECEMBER + timedelta(days=days_wrong) - datetime.now(UTC)
    moments = (
        moscow(2026, 12, 21, 9, 0),
        moscow(2026, 12, 21, 9, 59),
        moscow(2026, 12, 21, 10, 0),
        moscow(2026, 12, 22, 10, 0),
    )
    assert events_at(firm, *moments) == ["21.12 10:00 -3", "22.12 10:00 +0"]
    assert [mail.message["Date"].datetime.astimezone(MOSCOW).date() for mail in firm.mailed()] == [
        date(2026, 12, 21),
        date(2026, 12, 22),
    ]


def test_a_reminder_that_a_person_asks_for_says_how_late_it_is(firm: Firm) -> None:
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


def test_a_status_of_ones_own_can_be_reminded_of(firm: Firm) -> None:
    partly = firm.company.custom_stage
    firm.write(
        sections=firm.mail_section()
        + f'[invoice.status]\npartly = ["{partly}"]\nsent = ["{SENT}"]\n[reminders]\nstatuses = ["partly"]\n'
    )
    invoice = owed(firm, date(2026, 12, 22))
    other = owed(firm, date(2026, 12, 22))
    firm.move(invoice, partly)
    assert events_at(firm, moscow(2026, 12, 21, 9, 0), moscow(2026, 12, 21, 10, 0)) == ["21.12 10:00 -3"]
    assert firm.only("remind")["entity"] == f"invoice:{invoice}"
    assert other != invoice
