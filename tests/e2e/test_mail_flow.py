"""Invoices by mail, through the whole command and a real mail server.

What the client gets, once, and what is said when it fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from b24sync.domain.settings import SafetySettings
from b24sync.sandbox import ConnectionCutError, Fault
from b24sync.sandbox.envelope import Refusal
from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.cli import DRAFT, PAID, SENT
from tests.support.firm import MONDAY, Firm, opened
from tests.support.here import poll_here, quiet_here, run_on_here

RULE = '[[rules]]\nname = "mail"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
HEAD = 'language = "ru"\ntimezone = "Europe/Moscow"\n'


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that mails its invoices, after its baseline."""
    with opened(tmp_path / "firm", head=HEAD, rules=RULE) as firm:
        firm.write(sections=firm.mail_section('reply_to = "sales@example.ru"'))
        poll_here(firm)
        yield firm


def sent(firm: Firm, amount: int = 120_000, **how: Any) -> int:
    """An invoice that a manager makes and sends."""
    invoice = firm.invoice(amount, **how)
    firm.send(invoice)
    return invoice


def recorded(firm: Firm, invoice: int | None = None, *, rule: str = "%") -> list[dict[str, Any]]:
    """The actions (of one invoice, of one rule), oldest first, read behind the program's back."""
    found = firm.query(
        "SELECT id, rule, position, entity_id, state, attempts, error, result FROM actions "
        "WHERE entity_id = coalesce(?, entity_id) AND rule LIKE ? ORDER BY id",
        invoice,
        rule,
    )
    names = ("id", "rule", "position", "invoice", "state", "attempts", "error", "result")
    return [{**dict(zip(names, row, strict=True)), "result": json.loads(row[-1])} for row in found]


def polled(firm: Firm, *args: str, expect: int = 0, command: bool = False, **how: Any) -> dict[str, Any]:
    """Poll a minute later, by the command if it is told how or wanted so; the newest action."""
    firm.later()
    if args or how or command:
        firm.poll(*args, expect=expect, **how)
    else:
        poll_here(firm, expect=expect)
    return recorded(firm)[-1]


def test_the_client_gets_text_html_and_the_pdf_as_the_portal_made_it_and_the_deal_says_so(firm: Firm) -> None:
    invoice = sent(firm, due=date(2026, 3, 16))
    firm.later()
    firm.poll()
    done = firm.actions()[-1]
    (mail,) = firm.mailed()
    message, number = mail.message, firm.number(invoice)
    assert (mail.sender, mail.recipients) == ("billing@example.ru", ("anna@romashka.example",))
    assert (message["From"], message["Reply-To"]) == ("Счета <billing@example.ru>", "sales@example.ru")
    assert message["Subject"] == f"Счёт № {number} от 02.03.2026"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == done["result"]["message_id"]
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.ru>", message["Message-ID"])
    assert message["Date"].datetime == MONDAY + timedelta(
        hours=1, minutes=1
    )  # the portal's, whatever the local clock says
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Здравствуйте, Анна Иванова!" in text
    assert f"счёт № {number} от 02.03.2026 на сумму 120\xa0000,00\xa0₽" in text
    assert "не позднее 16.03.2026" in text
    assert '<html lang="ru">' in html
    assert "120\xa0000,00\xa0₽" in html
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == f"Счёт № {number} от 02.03.2026.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == firm.portal.documents[0]["content"]
    assert firm.portal.documents[0]["stamps"]
    (comment,) = firm.portal.comments
    assert (comment["ENTITY_TYPE"], comment["ENTITY_ID"]) == ("deal", firm.company.deals[0])
    assert comment["COMMENT"] == f"Счёт № {number} отправлен на anna@romashka.example (02.03.2026 13:01)"
    quiet_here(firm)


def test_a_copy_or_a_comment_that_is_refused_is_told_and_the_client_gets_the_mail(firm: Firm) -> None:
    firm.write(rules=RULE + 'cc = ["gone@example.ru"]\n')
    firm.mail_fails(rcpt={"gone@example.ru": "550 5.1.1 no such user"})
    sent(firm)
    done = polled(firm)
    assert done["state"] == "done"
    assert done["result"]["refused"] == ["gone@example.ru: 550 5.1.1 no such user"]
    assert done["result"]["warnings"] == ["копия не отправлена: gone@example.ru: 550 5.1.1 no such user"]
    assert [mail.recipients for mail in firm.mailed()] == [("anna@romashka.example",)]
    firm.mail_fails()
    firm.in_english()
    firm.set(timeline=False)
    sent(firm)
    done = polled(firm)
    assert done["state"] == "done"
    assert "no comment on deal" in done["result"]["warnings"][0]
    assert len(firm.mailed()) == 2
    quiet_here(firm)


def test_flips_in_one_poll_are_one_mail_a_later_one_another_and_what_changed_is_printed_anew(
    firm: Firm,
) -> None:
    firm.set(pdf_polls=3)  # ready in seconds: it goes out in the same poll
    invoice = firm.invoice()
    firm.move(invoice, SENT, DRAFT, SENT, DRAFT, SENT)
    assert polled(firm, hurried=True)["state"] == "done"
    assert len(firm.mailed()) == len(firm.portal.documents) == 1
    assert [(one["state"], one["result"].get("reason")) for one in recorded(firm)] == [
        ("skipped", "superseded"),
        ("skipped", "superseded"),
        ("done", None),
    ]
    firm.set(pdf_polls=1)
    firm.later()
    firm.move(invoice, DRAFT)
    run_on_here(firm)
    firm.move(invoice, SENT)
    run_on_here(firm)
    first, second = firm.mailed()
    assert first.message["Message-ID"] != second.message["Message-ID"]
    assert len(firm.portal.documents) == 1  # the same content: no second number is used up
    firm.move(invoice, DRAFT)
    firm.portal.update_item(INVOICE, invoice, firm.company.users["manager"], opportunity=99_000.5)
    firm.move(invoice, SENT)
    run_on_here(firm)
    assert [one["number"] for one in firm.portal.documents] == ["2026-001", "2026-002"]
    assert "99\xa0000,50\xa0₽" in firm.mailed()[2].message.get_body(("plain",)).get_content()
    quiet_here(firm)


def test_two_mails_of_one_rule_go_out_once_and_a_newer_one_replaces_one_that_waits_wherever_its_step_is_now(
    firm: Firm,
) -> None:
    books = '[[rules.steps]]\nuse = "send_invoice"\nto = ["books@client.example"]\nattach = false\n'
    firm.write(rules=RULE + books)
    invoice = firm.invoice()
    firm.move(invoice, SENT, DRAFT, SENT)
    run_on_here(firm)
    both = [("anna@romashka.example",), ("books@client.example",)]
    assert [mail.recipients for mail in firm.mailed()] == both
    told = [(one["position"], one["state"], one["result"].get("reason")) for one in recorded(firm)]
    assert told == [
        (0, "skipped", "superseded"),
        (1, "skipped", "superseded"),
        (0, "done", None),
        (1, "done", None),
    ]
    firm.set(pdf_polls=100)
    invoice = sent(firm)
    polled(firm, "--max-time", "2s", hurried=True)
    assert len(firm.mailed()) == 2
    firm.write(rules='[[rules]]\nname = "mail"\non = "invoice.sent"\n' + books)  # the step has moved up
    firm.move(invoice, DRAFT, SENT)
    run_on_here(firm)
    firm.later(6 * 3600)
    firm.poll()
    assert [mail.recipients for mail in firm.mailed()] == [*both, ("books@client.example",)]
    quiet_here(firm)


def test_an_invoice_that_has_left_the_status_is_not_mailed_and_old_news_are_not_after_an_outage(
    firm: Firm,
) -> None:
    invoice = firm.invoice()
    firm.move(invoice, SENT, PAID)
    left = polled(firm)
    assert (left["state"], left["result"]) == (
        "skipped",
        {"reason": "left_status", "to": "sent", "status": "paid"},
    )
    quiet_here(firm)
    sent(firm)
    firm.at(datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
    old = polled(firm)
    assert old["id"] != left["id"]
    assert (old["state"], old["result"]["reason"]) == ("skipped", "too_old")
    assert not firm.smtp.arrived


def test_a_pdf_that_takes_long_uses_up_no_attempt_and_blocks_nobody_and_after_a_day_it_is_a_failure(
    firm: Firm,
) -> None:
    plain = RULE.replace('"mail"', '"plain"').replace("invoice.sent", "invoice.paid") + "attach = false\n"
    firm.write(rules=RULE + plain)
    firm.set(pdf_polls=100)
    invoice, other = sent(firm), firm.invoice(deal=1)
    firm.pay(other)
    polled(firm, "--max-time", "2s", hurried=True)
    [slow], [quick] = (recorded(firm, rule=rule) for rule in ("mail", "plain"))
    assert (slow["state"], slow["attempts"], slow["error"], slow["result"]) == (
        "pending",
        0,
        None,
        {"waits_for": "pdf"},
    )
    assert (quick["state"], len(firm.mailed())) == ("done", 1)
    firm.local_shift += timedelta(minutes=1)
    firm.later(3600)
    firm.poll("--max-time", "1s", hurried=True)
    [slow] = recorded(firm, rule="mail")
    assert (slow["state"], slow["attempts"]) == ("pending", 0)
    firm.set(pdf_polls=1)
    firm.local_shift += timedelta(minutes=1)
    assert polled(firm, hurried=True)["invoice"] == other
    assert recorded(firm, rule="mail")[0]["state"] == "done"
    assert [mail.message["Subject"].split()[2] for mail in firm.mailed()] == [
        firm.number(other),
        firm.number(invoice),
    ]
    assert len(firm.portal.documents) == 1
    firm.in_english()
    firm.set(pdf_polls=1000)
    sent(firm, 99_000)
    waiting = polled(firm, "--max-time", "1s", hurried=True)
    assert (waiting["state"], waiting["rule"]) == ("pending", "mail")
    firm.local_shift += timedelta(minutes=1)
    firm.later(24 * 3600)
    done = polled(firm, "--max-time", "1s", expect=1, hurried=True)
    assert (done["id"], done["state"]) == (waiting["id"], "failed")
    assert "within a day" in done["error"]
    assert len(firm.mailed()) == 2


NO_PDF: list[tuple[str, dict[str, Any], str]] = [
    (
        "21",
        {"transformer_ok": False},
        "could not make the PDF of document 1 (Счёт на оплату 2026-001); check the template 21",
    ),
    ("21", {"document_limit": 0}, "plan allows no more documents: raise it, or set attach = false"),
    ("999", {}, "Template not found [0, HTTP 400]; see whether the document template 999 is there"),
    (
        '"Накладная"',
        {},
        "no document template 'Накладная' (known: 21 Счёт на оплату, 39 Акт выполненных работ)",
    ),
    (
        '"Счёт на оплату"',
        {"template_rights": False},
        "give the owner of the webhook the right to edit document templates",
    ),
]


def test_a_pdf_that_cannot_be_made_is_a_failure_with_a_remedy_and_a_templates_name_will_do(
    firm: Firm,
) -> None:
    firm.in_english()
    section, usual = firm.mail_section(), firm.portal.settings
    for number, (template, settings, words) in enumerate(NO_PDF):
        firm.write(sections=section.replace("document_template = 21", f"document_template = {template}"))
        firm.portal.settings = replace(usual, **settings)
        invoice = sent(firm)
        done = polled(firm, expect=1, command=number == 0)
        assert (done["invoice"], done["state"]) == (invoice, "failed"), words
        assert words in done["error"]
        assert not firm.smtp.arrived, words
    firm.portal.settings = usual
    before = len(firm.portal.documents)
    firm.write(sections=section.replace("document_template = 21", 'document_template = "счёт на оплату"'))
    invoice = sent(firm)
    done = polled(firm)
    assert (done["invoice"], done["state"]) == (invoice, "done")
    (document,) = firm.portal.documents[before:]
    assert document["template"] == 21
    quiet_here(firm)


def test_clients_without_a_usable_address_are_named_and_the_others_get_theirs(firm: Firm) -> None:
    firm.in_english()
    forged = firm.portal.add_contact("Хитрый", "Клиент", email="a@b.example\r\nBcc: all@evil.example")
    firm.portal.update_item(DEAL, firm.company.deals[4], contactId=forged)
    nobody, malformed, bad, fine = (sent(firm, deal=deal) for deal in (2, 3, 4, 1))
    polled(firm, expect=1)
    errors = {one["invoice"]: one["error"] for one in recorded(firm) if one["state"] == "failed"}
    assert set(errors) == {nobody, malformed, bad}
    assert "neither the contact nor the company has an e-mail address" in errors[nobody]
    assert f"b24sync resend-invoice {nobody} --to ADDRESS" in errors[nobody]
    assert "Пётр Кузнецов: the address 'kuznetsov(собака)mail'" in errors[malformed]
    assert "Хитрый Клиент" in errors[bad]
    assert [mail.recipients for mail in firm.smtp.arrived] == [("oleg@stroy.example",)]
    assert [one["state"] for one in recorded(firm, fine)] == ["done"]
    assert len(firm.portal.documents) == 1  # no number is used up for a mail that cannot go


ATTEMPTED: list[tuple[dict[str, str], int, str, str]] = [
    (
        {"rcpt": "450 4.2.1 mailbox busy"},
        0,
        "pending",
        "does not take mail for anna@romashka.example: 450 4.2.1 mailbox busy",
    ),
    (
        {"rcpt": "550 5.1.1 no such user"},
        1,
        "failed",
        "550 5.1.1 no such user (check the address in the CRM or in the rule",
    ),
    ({"before_data": "drop"}, 0, "pending", "nothing was sent"),
    (
        {"after_data": "drop"},
        1,
        "uncertain",
        "was handed over, then: the server closed the connection (look whether it went out",
    ),
    (
        {"after_data": "554 5.7.1 spam"},
        1,
        "failed",
        "554 5.7.1 spam (settle with the mail server's administrator",
    ),
]
AWAY = [
    ({"auth": "535 5.7.8 wrong"}, "check mail.user and mail.password"),
    ({"connect": "drop"}, "the server closed the connection"),
    ({"mail": "451 4.3.0 later"}, "451 4.3.0 later"),
    ({"rcpt": "421 4.3.2 shutting down"}, "421 4.3.2 shutting down"),
]


def test_what_the_mail_server_does_to_a_mail_decides_whether_it_is_tried_again(firm: Firm) -> None:
    firm.in_english()
    for number, (fault, code, state, words) in enumerate(ATTEMPTED):
        firm.mail_fails(**fault)
        invoice = sent(firm)
        done = polled(firm, expect=code, command=number < 2)
        assert (done["invoice"], done["state"], done["attempts"]) == (invoice, state, 1), fault
        assert words in done["error"]
        assert done["error"].count("retry") <= 1, fault
    firm.mail_fails()
    before = len(firm.smtp.arrived)
    run_on_here(firm)  # what waits for its back-off goes on waiting
    assert [one["state"] for one in recorded(firm)] == [state for _, _, state, _ in ATTEMPTED]
    assert len(firm.smtp.arrived) == before


def test_a_mail_server_that_is_away_costs_no_attempt_and_every_poll_tries_until_one_mails(firm: Firm) -> None:
    firm.in_english()
    invoice = sent(firm)
    for number, (fault, words) in enumerate(AWAY):
        firm.mail_fails(**fault)
        done = polled(firm, expect=69, command=number == 0)
        assert (done["invoice"], done["state"], done["attempts"]) == (invoice, "pending", 0), fault
        assert words in done["error"]
        assert done["error"].count("retry") <= 1, fault
    assert not firm.smtp.arrived
    firm.mail_fails()
    assert polled(firm)["state"] == "done"
    assert len(firm.smtp.arrived) == 1


def test_an_uncertain_mail_is_repeated_by_its_id_only(firm: Firm) -> None:
    firm.mail_fails(after_data="drop")
    sent(firm)
    done = polled(firm, expect=1, command=True)
    firm.mail_fails()
    assert firm.run("retry", "--all", "--yes").code == 0
    run_on_here(firm)
    assert len(firm.smtp.arrived) == 1
    assert firm.run("status").code == 1
    assert firm.run("retry", str(done["id"])).code == 0
    polled(firm)
    assert [one["state"] for one in recorded(firm)] == ["done"]
    ids = {mail.message["Message-ID"] for mail in firm.smtp.arrived}
    assert (len(firm.smtp.arrived), len(ids)) == (2, 1)  # mail programs know the second for the same
    assert len(firm.portal.documents) == 1
    assert firm.run("status").code == 0
    quiet_here(firm)


def test_mails_go_to_one_box_in_a_trial_that_says_for_whom_they_were_or_into_a_folder(firm: Firm) -> None:
    firm.write(
        sections=firm.mail_section('redirect_to = "trial@example.ru"'), rules=RULE + 'cc = ["responsible"]\n'
    )
    sent(firm)
    done = polled(firm)
    (mail,) = firm.mailed()
    assert mail.recipients == ("trial@example.ru",)
    assert mail.message["To"] == "trial@example.ru"
    assert mail.message["Cc"] is None
    for kind in ("plain", "html"):
        assert "anna@romashka.example, manager@example.ru" in mail.message.get_body((kind,)).get_content()
    assert done["result"]["recipients"] == ["trial@example.ru"]
    firm.write(
        sections='[mail]\ntransport = "file"\nfrom = "Счета <billing@example.ru>"\nfolder = '
        '"outbox"\ndocument_template = 21\n',
        rules=RULE,
    )
    sent(firm)
    assert polled(firm)["state"] == "done"
    (path,) = (firm.folder / "outbox").glob("*.eml")
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert message["To"] == "anna@romashka.example"
    assert next(message.iter_attachments()).get_content() == firm.portal.documents[1]["content"]
    quiet_here(firm)
    assert len(list((firm.folder / "outbox").iterdir())) == 1
    assert len(firm.mailed()) == 1


BY_PORTAL = '[mail]\ntransport = "portal"\nfrom = "Счета <billing@example.ru>"\ndocument_template = 21\n'


def test_the_portal_can_send_it_with_the_file_once_although_an_answer_is_lost(firm: Firm) -> None:
    firm.portal.senders.append("Счета <billing@example.ru>")
    firm.write(sections=BY_PORTAL)
    invoice = sent(firm)
    firm.portal.faults.add(Fault("drop_after", method="crm.activity.add", where="command"))
    uncertain = polled(firm, expect=1)
    assert uncertain["state"] == "uncertain"
    assert firm.run("retry", str(uncertain["id"])).code == 0
    polled(firm)
    assert [one["state"] for one in recorded(firm)] == ["done"]
    (mail,) = firm.portal.mails
    (activity,) = [one for one in firm.portal.activities if one["TYPE_ID"] == 4]
    assert "anna@romashka.example" in json.dumps(mail, default=str)
    files = mail["FILES"] if "FILES" in mail else mail["files"]
    assert len(files) == 1
    assert f"Счёт № {firm.number(invoice)}" in str(files[0])
    assert (activity["OWNER_TYPE_ID"], activity["OWNER_ID"]) == (DEAL, firm.company.deals[0])
    # one for which nobody answers goes as the webhook's owner
    nobodys = firm.invoice()
    firm.portal.update_item(INVOICE, nobodys, assignedById=0)
    firm.send(nobodys)
    done = polled(firm)
    assert (done["invoice"], done["state"]) == (nobodys, "done")
    (_, activity) = [one for one in firm.portal.activities if one["TYPE_ID"] == 4]
    assert activity["RESPONSIBLE_ID"] == firm.portal.settings.owner_id
    assert len(firm.portal.mails) == 2
    assert not firm.smtp.arrived
    quiet_here(firm)


def test_a_mail_that_the_portal_could_not_send_is_not_taken_for_sent_when_that_answer_was_lost(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm.portal.senders.clear()
    firm.write(sections=BY_PORTAL.replace("Счета <billing@example.ru>", "billing@example.ru"))
    sent(firm)
    run = firm.portal.run_command

    def cut(method: str, *more: Any) -> Any:
        try:
            return run(method, *more)
        except Refusal as refused:
            if method == "crm.activity.add":
                raise ConnectionCutError("the refusal is lost") from refused
            raise

    monkeypatch.setattr(firm.portal, "run_command", cut)
    action = polled(firm, expect=1, command=True)
    assert action["state"] == "uncertain"
    monkeypatch.undo()
    firm.portal.senders.append("billing@example.ru")
    for _ in range(2):  # however often: nobody knows whether it left
        assert firm.run("retry", str(action["id"])).code == 0
        poll_here(firm, expect=1)
        (again,) = recorded(firm)
        (activity,) = [one for one in firm.portal.activities if one["TYPE_ID"] == 4]
        assert (again["state"], firm.portal.mails) == ("uncertain", [])
        assert f"дело {activity['ID']}" in again["error"]
    del firm.portal.activity_book.all[activity["ID"]]
    assert firm.run("retry", str(action["id"])).code == 0
    poll_here(firm)
    assert firm.states() == {"done": 1}
    assert len(firm.portal.mails) == 1


def test_a_storm_of_mails_is_held_until_a_person_lets_it_go(firm: Firm) -> None:
    assert SafetySettings().max_emails_per_poll == 50
    firm.write(
        sections=firm.mail_section() + "[safety]\nmax_emails_per_poll = 5\n", rules=RULE + "attach = false\n"
    )
    firm.in_english()
    for _ in range(6):
        sent(firm)
    firm.later()
    report = firm.poll(expect=1)
    assert report["actions"] == {"held": 6}
    assert "6 mails in one poll" in recorded(firm)[-1]["result"]["message"]
    run_on_here(firm)
    assert not firm.smtp.arrived
    one = recorded(firm)[0]["id"]
    assert firm.run("cancel", str(one)).code == 0
    assert firm.run("release", "--all", "--yes").code == 0
    run_on_here(firm)
    assert len(firm.mailed()) == 5
    assert firm.states() == {"cancelled": 1, "done": 5}
    firm.later(600)  # until the invoices are no longer within the overlap of the feeds
    quiet_here(firm)
