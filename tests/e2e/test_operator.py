"""Operators at work.

Mails again, reminders and rules by hand, with a preview, a question and words for everything that is wrong.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import LONG, SENT, Ran
from tests.support.firm import Firm, opened
from tests.support.here import poll_here, quiet_here, run_on_here
from tests.support.together import together

RULES = (
    '[[rules]]\nname = "mail"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
    '[[rules]]\nname = "big"\non = "invoice.created"\nwhen = "invoice.amount >= 1000"\n'
    '[[rules.steps]]\nuse = "notify"\nto = ["department_head"]\n'
)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that mails its invoices, after its baseline."""
    with opened(tmp_path / "firm", head='language = "ru"\ntimezone = "Europe/Moscow"\n', rules=RULES) as firm:
        firm.write(sections=firm.mail_section())
        poll_here(firm)
        yield firm


def answered(firm: Firm, answer: str, *args: str) -> Ran:
    """Run a command on a terminal and answer its question."""
    return firm.on_terminal(*args, answers=[answer])


def test_an_invoice_is_mailed_again_by_its_id_and_by_its_number(firm: Firm) -> None:
    invoice = firm.invoice()
    by_id = firm.run("resend-invoice", str(invoice), "--yes")
    number = firm.number(invoice)
    assert by_id.code == 0, by_id.said
    assert by_id.out.splitlines()[0] == f"№{number} (invoice:{invoice}): отправка счёта"
    assert by_id.out.splitlines()[1].strip() == "кому: anna@romashka.example"
    assert by_id.out.splitlines()[2].strip() == f"тема: Счёт № {number} от 02.03.2026"
    by_number = firm.run("resend-invoice", f"№{number}", "--to", "boss@client.example", "--yes")
    assert by_number.code == 0, by_number.said
    first, second = firm.mailed()
    assert (first.recipients, second.recipients) == (("anna@romashka.example",), ("boss@client.example",))
    assert first.message["Message-ID"] != second.message["Message-ID"]
    assert len(firm.portal.documents) == 1
    recorded = firm.actions("--entity", f"invoice:{invoice}")
    assert [(one["rule"], one["step"], one["event"], one["state"]) for one in recorded] == [
        ("resend-invoice", "send_invoice", None, "done")
    ] * 2
    run_on_here(firm)
    assert len(firm.smtp.arrived) == 2


def test_it_is_shown_and_asked_first_on_a_terminal_and_not_done_unasked_without_one(firm: Firm) -> None:
    invoice = firm.invoice()
    unasked = firm.run("resend-invoice", str(invoice))
    assert unasked.code == 2
    assert "--yes" in unasked.err
    assert not firm.smtp.arrived
    assert firm.states() == {}
    no = answered(firm, "n", "resend-invoice", str(invoice))
    assert "anna@romashka.example" in no.out
    assert "вложение" in no.out, no.out
    assert f"Счёт № {firm.number(invoice)}" in no.out
    assert "Traceback" not in no.out
    assert no.code != 0
    assert (
        f"письмо по №{firm.number(invoice)} (invoice:{invoice}) не отправлено (anna@romashka.example)"
        in no.out
    )
    assert not firm.smtp.arrived
    assert not firm.portal.documents
    yes = answered(firm, "да", "resend-invoice", str(invoice))
    assert yes.code == 0, yes.out
    assert len(firm.mailed()) == 1


def held_mails(firm: Firm, count: int = 3) -> list[int]:
    """Invoices whose mails are held."""
    firm.write(sections=firm.mail_section() + "[safety]\nmax_emails_per_poll = 1\n")
    invoices = [firm.invoice() for _ in range(count)]
    for invoice in invoices:
        firm.move(invoice, SENT)
    poll_here(firm, expect=1)
    assert firm.states()["held"] == count
    return invoices


def test_all_mails_are_shown_and_asked_about_before_they_are_released(firm: Firm) -> None:
    """Or need a word where there is no terminal."""
    held_mails(firm)
    for refused in together(firm, ("release", "--all"), ("cancel", "--all")):
        assert refused.code == 2, refused
        assert "--yes" in refused.err, refused
    assert firm.states()["held"] == 3
    no = answered(firm, "нет", "release", "--all")
    assert "3 × mail, отправка счёта (задержано)" in no.out, no.out
    assert "получатели: anna@romashka.example" in no.out
    assert "ничего не разрешено: 3 действия" in no.out
    assert no.code == 130
    assert firm.states()["held"] == 3
    assert not firm.smtp.arrived
    yes = answered(firm, "да", "release", "--all")
    assert yes.code == 0
    assert "разрешено: 3 действия" in yes.out
    assert firm.states()["pending"] == 3
    for command in ("release", "cancel"):
        _hold_all(firm)
        assert firm.run(command, "--all", "--yes").code == 0, command
        assert "held" not in firm.states(), command


def _hold_all(firm: Firm) -> None:
    """Let what is open be held again, behind the program's back."""
    with closing(sqlite3.connect(firm.database)) as connection:
        connection.execute("UPDATE actions SET state = 'held' WHERE state = 'pending'")
        connection.commit()


def test_actions_are_narrowed_by_rule_entity_and_time(firm: Firm) -> None:
    invoices = held_mails(firm)
    wrong, *nothing, one = together(
        firm,
        ("cancel", "--rule", "male", "--yes"),
        ("cancel", "--rule", "big", "--yes"),
        ("cancel", "--all", "--since", "2099-01-01", "--yes"),
        ("cancel", "--entity", f"invoice:{invoices[1]}", "--yes"),
    )
    assert wrong.code == 2
    assert "mail" in wrong.err
    assert [ran.out for ran in nothing] == ["отменять нечего\n"] * 2
    assert "1 действие" in one.out
    assert (firm.states()["cancelled"], firm.states()["held"]) == (1, 2)
    assert "2 действия" in firm.run("release", "--rule", "mail", "--yes").out


def test_what_is_no_invoice_is_a_usage_error(firm: Firm) -> None:
    wrong = ("99999", "№77777", "invoice:99999", "deal:1", "abc", "0", "-5")
    commands = [(command, "--yes", "--", what) for command in ("resend-invoice", "remind") for what in wrong]
    for ran in together(firm, *commands):
        assert ran.code == 2, ran
        assert ran.err.strip(), ran
        assert "Traceback" not in ran.err, ran
    assert not firm.smtp.arrived


def test_two_invoices_of_one_number_are_named_and_a_bad_address_is_refused(firm: Firm) -> None:
    """Before anything is done."""
    first, second = firm.invoice(), firm.invoice()
    _same_number(firm, first, second)
    addresses = ("nobody", "a@b.example\nBcc: c@d.example", "a@b@c")
    ambiguous, *refused = together(
        firm,
        ("resend-invoice", "№Д-7", "--yes"),
        *(("resend-invoice", str(first), "--to", address, "--yes") for address in addresses),
    )
    assert ambiguous.code == 2
    assert f"{first}, {second}" in ambiguous.err
    for ran in refused:
        assert ran.code == 2, ran
        assert "--to" in ran.err, ran
    assert not firm.smtp.arrived
    assert firm.states() == {}


def test_when_mail_is_down_it_says_so_and_the_next_poll_sends_it_once(firm: Firm) -> None:
    invoice = firm.invoice()
    firm.mail_fails(connect="drop")
    ran = firm.run("resend-invoice", str(invoice), "--yes")
    assert ran.code == 69
    assert "продолжит следующий опрос" in ran.out
    firm.mail_fails()
    run_on_here(firm)
    assert len(firm.mailed()) == 1
    done = firm.query("SELECT rule FROM actions WHERE state = 'done'")
    assert ("resend-invoice",) in done
    run_on_here(firm)
    assert len(firm.smtp.arrived) == 1


@pytest.mark.skipif(not LONG, reason="waits 20 s for the portal; set B24SYNC_LONG=1")
def test_when_the_portal_is_down_it_says_so_and_nothing_is_left_behind(firm: Firm) -> None:
    invoice = firm.invoice()
    firm.portal.down = True
    ran = firm.run("resend-invoice", str(invoice), "--yes")
    assert ran.code == 69
    assert "Traceback" not in ran.err
    firm.portal.down = False
    assert not [one for one in firm.actions() if one["rule"] == "resend-invoice"]


def test_who_has_no_address_is_named_and_a_refused_mail_is_a_failure_that_says_why(firm: Firm) -> None:
    ran = firm.run("resend-invoice", str(firm.invoice(deal=3)), "--yes")
    assert ran.code == 2
    assert "Пётр Кузнецов" in ran.err
    assert firm.states() == {}
    tried = firm.run("run-rule", "mail", str(firm.invoice(deal=2)), "--dry-run")
    assert "не получится" in tried.out
    firm.mail_fails(rcpt="550 5.1.1 no such user")
    ran = firm.run("resend-invoice", str(firm.invoice()), "--yes")
    assert ran.code == 1
    assert "no such user" in ran.said


def test_a_mail_rule_by_hand_shows_its_mail_and_a_reminder_goes_out_whatever_the_schedule(firm: Firm) -> None:
    invoice = firm.invoice(due=date(2026, 3, 5))
    firm.move(invoice, SENT)
    tried = firm.run("run-rule", "mail", f"invoice:{invoice}", "--dry-run")
    assert tried.code == 0, tried.said
    assert tried.out.startswith("1. отправка счёта\n     кому: Анна Иванова <anna@romashka.example>\n")
    assert f"     тема: Счёт № {firm.number(invoice)} от 02.03.2026\n" in tried.out
    assert "Направляем вам счёт" in tried.out
    assert not firm.smtp.arrived
    assert not firm.portal.documents
    done = firm.run("run-rule", "mail", f"invoice:{invoice}", "--yes")
    assert done.code == 0, done.said
    assert len(firm.mailed()) == 1
    reminded = firm.run("remind", f"invoice:{invoice}", "--yes")
    assert reminded.code == 0, reminded.said
    mail = firm.mailed()[1]
    assert "через 3 дня, 05.03.2026, истекает срок оплаты" in mail.message.get_body(("plain",)).get_content()


def test_a_rule_is_tried_and_run_by_hand(firm: Firm) -> None:
    invoice, small = firm.invoice(5000), firm.invoice(10)
    tried = firm.run("run-rule", "big", f"invoice:{invoice}", "--dry-run")
    assert tried.code == 0, tried.said
    assert "1. уведомление" in tried.out
    assert not firm.portal.notifications_all
    assert firm.states() == {}
    unasked = firm.run("run-rule", "big", f"invoice:{invoice}")
    assert unasked.code == 2
    done = firm.run("run-rule", "big", f"invoice:{invoice}", "--yes")
    assert done.code == 0, done.said
    assert len(firm.told("sales_head")) == 1
    no, unknown = together(
        firm,
        ("run-rule", "big", f"invoice:{small}", "--yes"),
        ("run-rule", "bog", f"invoice:{invoice}", "--yes"),
    )
    assert no.code == 0
    assert "не подходит к" in no.out
    assert "invoice.amount >= 1000" in no.out
    assert len(firm.told("sales_head")) == 1
    assert unknown.code == 2
    assert "возможно, big?" in unknown.err


def _same_number(firm: Firm, *invoices: int) -> None:
    """Two invoices of one number, as an import from another system makes them."""
    for one in invoices:
        item = firm.portal.items.get(INVOICE, one)
        assert item is not None
        firm.portal.items.book(INVOICE).table.put(one, {**item, "accountNumber": "Д-7"})


CONFIGURED = (
    '[[rules]]\nname = "mail"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
    'subject = "Оплатите № {{ invoice.number }}"\ncc = ["books@client.example"]\nattach = false\n'
    '[[rules]]\nname = "nudge"\non = "invoice.reminder_due"\n[[rules.steps]]\nuse = "send_reminder"\n'
    'subject = "Не забудьте"\nattach = false\n'
)


def test_a_mail_by_hand_is_the_configured_one_and_replaces_one_that_waits(firm: Firm) -> None:
    firm.write(rules=CONFIGURED, sections=firm.mail_section() + "[reminders]\n")
    poll_here(firm)
    firm.mail_fails(connect="drop")
    invoice = firm.invoice(due=date(2026, 3, 16))
    firm.move(invoice, SENT)
    firm.later()
    poll_here(firm, expect=69)
    assert firm.run("resend-invoice", str(invoice), "--yes").code == 69
    firm.mail_fails()
    assert firm.run("resend-invoice", str(invoice), "--yes").code == 0
    assert firm.run("remind", str(invoice), "--yes").code == 0
    run_on_here(firm)
    first, second = firm.mailed()
    assert first.message["Subject"] == f"Оплатите № {firm.number(invoice)}"
    assert first.recipients == ("anna@romashka.example", "books@client.example")
    assert second.message["Subject"] == "Не забудьте"
    told = [(one["rule"], one["state"], one["result"].get("reason")) for one in firm.actions()]
    assert told == [
        ("mail", "skipped", "superseded"),
        ("resend-invoice", "skipped", "superseded"),
        ("resend-invoice", "done", None),
        ("remind", "done", None),
    ]
    quiet_here(firm)


def test_a_mail_to_a_written_address_replaces_only_one_that_waits_for_the_same_address(firm: Firm) -> None:
    firm.mail_fails(connect="drop")
    invoice = firm.invoice()
    firm.move(invoice, SENT)
    firm.later()
    poll_here(firm, expect=69)
    addresses = ("boss@client.example", "boss@client.example", "Anna@romashka.example")
    resent = together(
        firm, *(("resend-invoice", str(invoice), "--to", address, "--yes") for address in addresses)
    )
    assert [ran.code for ran in resent] == [69] * 3
    firm.mail_fails()
    run_on_here(firm)
    assert [one.recipients for one in firm.mailed()] == [("boss@client.example",), ("Anna@romashka.example",)]
    mails = [one for one in firm.actions() if one["step"] == "send_invoice"]
    assert [(one["rule"], one["state"], one["result"].get("reason")) for one in mails] == [
        ("mail", "skipped", "superseded"),
        ("resend-invoice", "skipped", "superseded"),
        ("resend-invoice", "done", None),
        ("resend-invoice", "done", None),
    ]
    run_on_here(firm)
    assert len(firm.smtp.arrived) == 2


def test_where_several_rules_mail_differently_the_operator_says_which(firm: Firm) -> None:
    other = CONFIGURED.replace('"mail"', '"mail-en"').replace("Оплатите", "Please pay")
    firm.write(
        rules=CONFIGURED + other.replace('"nudge"', '"nudge-en"'),
        sections=firm.mail_section() + "[reminders]\n",
    )
    invoice = firm.invoice()
    ran = firm.run("resend-invoice", str(invoice), "--yes")
    assert ran.code == 2
    for word in ("--rule", "mail, mail-en"):
        assert word in ran.err
    assert firm.run("resend-invoice", str(invoice), "--rule", "nudge", "--yes").code == 2
    assert not firm.smtp.arrived
    assert firm.run("resend-invoice", str(invoice), "--rule", "mail-en", "--yes").code == 0
    (mail,) = firm.mailed()
    assert mail.message["Subject"].startswith("Please pay")


def test_whom_a_notice_goes_to_is_shown_by_name_before_it_is_released(firm: Firm) -> None:
    firm.set(scopes=("crm", "task", "user", "department", "lists"))
    firm.invoice()
    firm.later()
    poll_here(firm, expect=1)
    shown = firm.run("cancel", "--all", "--yes").out
    assert "получатели: " in shown, shown
    assert "Марина Орлова" in shown
    assert not re.search(r"получатели: (.*, )?\d+\b", shown)
