"""send_reminder on a portal: only while there is something to remind of, with the days told right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from b24sync.domain.calendar import Calendar
from b24sync.domain.reminders import Reminded, configured_since, due_reminder
from b24sync.domain.settings import MailSettings, ReminderSettings
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.ports import Done, Skipped
from b24sync.steps.invoice_mail import Preview
from b24sync.steps.mail_texts import days_text, plural
from b24sync.steps.send_reminder import SendReminder
from tests.support.steps import MONDAY, MOSCOW, Bench, settings_for_tests

TODAY = date(2026, 3, 2)


@pytest.fixture
def bench(tmp_path):
    settings = settings_for_tests(mail=MailSettings(from_="billing@example.ru"), reminders=ReminderSettings())
    found = Bench(settings)
    yield found
    found.store.close()


def unpaid(bench: Bench, due: date) -> int:
    number = bench.company.invoices[0]
    bench.portal.update_item(31, number, stageId="DT31_1:S", closedate=due)
    return number


def run(bench: Bench, number: int, due: date | None, step: SendReminder | None = None, **given: Any) -> Any:
    """As the schedule's event for a due date fires it; without one as an operator does."""
    if due is None:
        return bench.run(step or SendReminder(), "invoice.operator", number, **given)
    changes = {"offset_days": [None, 0], "due_date": [None, due.isoformat()]}
    return bench.run(step or SendReminder(), "invoice.reminder_due", number, changes=changes, **given)


@pytest.mark.parametrize(
    ("days", "subject", "words"),
    [
        (
            3,
            "Напоминание об оплате счёта № 1",
            "Напоминаем: через 3 дня, 05.03.2026, истекает срок оплаты счёта № 1 от 02.03.2026",
        ),
        (1, "Напоминание об оплате счёта № 1", "Напоминаем: завтра, 03.03.2026, истекает срок"),
        (0, "Напоминание об оплате счёта № 1", "Напоминаем: сегодня, 02.03.2026, истекает срок"),
        (
            -1,
            "Просрочена оплата счёта № 1",
            "истёк 01.03.2026, 1 день назад. Просим оплатить его в ближайшее время.",
        ),
        (-14, "Просрочена оплата счёта № 1", "истёк 16.02.2026, 14 дней назад."),
    ],
)
def test_the_text_says_how_long_it_is_until_or_since_the_due_date(bench, days, subject, words) -> None:
    due = TODAY + timedelta(days=days)
    result = run(bench, unpaid(bench, due), due)
    (outgoing,) = bench.letters
    assert outgoing.subject == subject
    assert words in outgoing.text
    assert outgoing.text.startswith("Здравствуйте, Анна Иванова!")
    assert "\n\n\n" not in outgoing.text
    assert outgoing.attachments[0].content.startswith(b"%PDF")
    assert (result.changed, result.details["to"]) == (True, ["anna@romashka.example"])


def test_english_reminders(bench) -> None:
    due = TODAY - timedelta(days=7)
    run(bench, unpaid(bench, due), due, lang="en")
    (outgoing,) = bench.letters
    assert outgoing.subject == "Overdue: invoice 1"
    assert "was due on 2026-02-23, 7 days ago. Kindly pay it." in outgoing.text


@pytest.mark.parametrize(
    ("count", "word"),
    [
        (0, "дней"),
        (1, "день"),
        (2, "дня"),
        (4, "дня"),
        (5, "дней"),
        (11, "дней"),
        (12, "дней"),
        (14, "дней"),
        (21, "день"),
        (22, "дня"),
        (25, "дней"),
        (101, "день"),
        (111, "дней"),
        (112, "дней"),
        (122, "дня"),
    ],
)
def test_russian_nouns_after_numbers(count, word) -> None:
    assert plural(count, "день", "дня", "дней") == word


def test_days_in_words() -> None:
    assert [days_text(n, "ru") for n in (21, 1, -1, -3)] == ["через 21 день", "завтра", "1 день", "3 дня"]
    assert [days_text(n, "en") for n in (3, 1, -1, -3)] == ["in 3 days", "tomorrow", "1 day", "3 days"]


@pytest.mark.parametrize(
    ("stage", "reason"), [("DT31_1:P", "paid"), ("DT31_1:D", "rejected"), ("DT31_1:N", "left_status")]
)
def test_nobody_is_reminded_of_an_invoice_that_is_not_open_any_more(bench, stage, reason) -> None:
    number = unpaid(bench, TODAY)
    bench.portal.update_item(31, number, stageId=stage)
    result = run(bench, number, TODAY)
    assert isinstance(result, Skipped)
    assert result.reason == reason
    assert bench.letters == []


def test_a_moved_due_date_takes_the_reminder_with_it(bench) -> None:
    number = unpaid(bench, TODAY + timedelta(days=5))
    result = run(bench, number, TODAY)
    assert result == Skipped("due_date_moved", {"from": "2026-03-02", "to": "2026-03-07"})


def test_a_deleted_invoice_or_one_without_a_date_is_skipped(bench) -> None:
    number = unpaid(bench, TODAY)
    planned = bench.entity("invoice", number)
    bench.portal.update_item(31, number, closedate=None)
    assert run(bench, number, TODAY) == Skipped("no_due_date")
    bench.portal.delete_item(31, number)
    assert run(bench, number, TODAY, planned=planned) == Skipped("gone")


def test_an_operator_may_remind_of_any_open_invoice_but_of_no_paid_one(bench) -> None:
    number = unpaid(bench, TODAY + timedelta(days=9))
    bench.portal.update_item(31, number, stageId="DT31_1:N")
    context = bench.context("invoice.operator", number)
    assert bench.drive(SendReminder().preview(context)) == Preview(
        ("anna@romashka.example",), "Напоминание об оплате счёта № 1"
    )
    assert isinstance(run(bench, number, None), Done)
    bench.again()
    bench.portal.update_item(31, number, stageId="DT31_1:P")
    assert run(bench, number, None).reason == "paid"
    assert len(bench.letters) == 1


def test_a_reminder_without_attachment_makes_no_document(bench) -> None:
    run(bench, unpaid(bench, TODAY), TODAY, SendReminder(attach=False))
    assert bench.letters[0].attachments == ()
    assert "PDF" not in bench.letters[0].text
    assert bench.portal.document_book.all == {}


def test_the_event_of_the_schedule_is_the_event_of_the_step(bench) -> None:
    due = TODAY
    number = unpaid(bench, due)
    invoice = Reminded(bench.entity("invoice", number).key, "sent", due)
    options = ReminderSettings()
    reminder = due_reminder(
        invoice,
        options,
        Calendar(CalendarSettings()),
        now=MONDAY,
        tz=MOSCOW,
        configured=configured_since({}, options, MONDAY - timedelta(days=9)),
    )
    event = reminder.event()
    assert isinstance(bench.run(SendReminder(), event.name, number, changes=event.changes), Done)
    moved = unpaid(bench, due + timedelta(days=1))
    bench.again()
    assert bench.run(SendReminder(), event.name, moved, changes=event.changes).reason == "due_date_moved"
