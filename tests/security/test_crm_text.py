"""Text of the CRM is data: whatever it holds, it is shown as it stands, in every place where it comes out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE
from tests.support.cli import Office, no_traceback
from tests.support.firm import Firm, opened
from tests.support.smtp import Received
from tests.support.together import together

HOSTILE = {
    "bbcode": "[b]bold[/b] [URL=https://evil.example/]pay here[/URL] [USER=1]boss[/USER] [/CODE]",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> &lt;b&gt; </p></td>",
    "a header": "Hello\r\nBcc: victim@example.com\r\n\r\nbody",
    "a bare line feed": "one\nX-Evil: yes\n\n.\r\nQUIT",
    "jinja": "{{ 7 * 7 }} {% for x in range(9) %}x{% endfor %} {# gone #} {{ ''.__class__ }}",
    "a terminal": "\x1b[2J\x1b]0;owned\x07\x1b[31mred\x9b5m \x08\x08 \x00",
    "directions": "invoice \u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "a formula": '=HYPERLINK("http://evil.example";"x")',
    "another formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "SQL": "Robert'); DROP TABLE events;--",
    "a path": "../../../../etc/passwd\x00.pdf",
    "a query": "a&b=c#d?e%00+f",
    "long": "long " * 2_000,
    "odd": "\ud7ff\ufffe\U0001f4a9 \u0000 \u2028 \u2029 e\u0301",
    "batch": "$result[c0][item][id] $result[x]",
}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
RULES = """
[[rules]]
name = "tell"
on = ["invoice.created", "invoice.updated"]
[[rules.steps]]
use = "notify"
to = ["user:7"]
text = "[B]T[/B] {{ invoice.title }} {{ contact.name }} {{ deal.title }}"
[[rules.steps]]
use = "create_task"
title = "T {{ invoice.title }}"
description = "D {{ contact.name }}"
responsible = "user:7"
[[rules]]
name = "mail"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
subject = "S {{ invoice.title }}"
body_file = "letter.html"
[[rules]]
name = "note"
on = "invoice.sent"
[[rules.steps]]
use = "create_activity"
kind = "call"
subject = "A {{ invoice.title }}"
[[rules]]
name = "book"
on = "invoice.created"
[[rules.steps]]
use = "commission"
"""
COMMISSION = '[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5"\n'


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with opened(tmp_path / "firm", rules=RULES) as firm:
        (firm.folder / "letter.html").write_text(
            "<p>Dear {{ contact.name }}: <b>{{ invoice.title }}</b></p>", encoding="utf-8"
        )
        firm.write(sections=firm.mail_section() + COMMISSION)
        firm.poll()
        yield firm


def test_hostile_text_comes_out_as_text_everywhere(firm: Firm) -> None:
    """All texts in one world, each in an invoice, a deal, a contact and a manager of its own."""
    invoices = {what: _hostile(firm, what, text) for what, text in HOSTILE.items()}
    for _ in range(2):
        firm.later()
        ran = firm.run("poll", "--json")
        assert ran.code == 0, (ran, firm.actions())
        no_traceback(ran)
    assert firm.states().keys() <= {"done", "skipped"}, firm.actions()
    _judge_notices(firm)
    _judge_mails(firm)
    _judge_terminal(firm, invoices)
    _judge_table(firm)
    firm.whole()


def _hostile(firm: Firm, what: str, text: str) -> int:
    """A sent invoice whose texts, and those of all that belongs to it, are one of ours."""
    portal, number = firm.portal, len(firm.company.deals)
    manager = portal.add_user(NAME=text[:200], UF_DEPARTMENT=[firm.company.departments["sales"]])
    contact = portal.add_contact(
        "Анна", "Иванова", email=_address(what), phone="+7 916 123-45-67", assignedById=manager
    )
    deal = portal.add_item(DEAL, manager, title="Сделка", contactId=contact, assignedById=manager)
    firm.company.deals.append(deal)
    portal.update_item(CONTACT, contact, name=text[:200])
    portal.update_item(DEAL, deal, title=text)
    invoice = firm.invoice(deal=number)
    portal.update_item(INVOICE, invoice, title=text, accountNumber=f"N{text[:60]}", assignedById=manager)
    firm.send(invoice)
    return invoice


def _address(what: str) -> str:
    return f"{what.replace(' ', '-').lower()}@romashka.example"


def _judge_notices(firm: Firm) -> None:
    told = firm.told(7)
    assert len(told) >= len(HOSTILE)
    for message in told:
        assert message.startswith("[B]T[/B]")
        rest = message.removeprefix("[B]T[/B]")
        assert not re.search(r"\[/?(URL|USER|b|CODE|IMG)\b", rest, re.IGNORECASE), rest[:300]
        assert " 49 " not in rest, rest[:300]
    made = [task for task in firm.portal.tasks if str(task.get("XML_ID") or "").startswith("b24sync:")]
    assert len(made) >= len(HOSTILE)
    for task in made:
        assert "\n" not in task["TITLE"], task
        assert not re.search(r"\[(URL|USER|b)\b", task.get("DESCRIPTION") or ""), task


def _judge_mails(firm: Firm) -> None:
    mails = firm.mailed()
    assert sorted(mail.recipients for mail in mails) == sorted((_address(what),) for what in HOSTILE)
    for what, text in HOSTILE.items():
        [mail] = [mail for mail in mails if mail.recipients == (_address(what),)]
        _judge_mail(mail, what, text)


def _judge_mail(mail: Received, what: str, text: str) -> None:
    message = mail.message
    assert set(message.keys()) <= {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "Auto-Submitted",
        "Content-Language",
        "Reply-To",
        "Content-Transfer-Encoding",
        "X-Auto-Response-Suppress",
    }, (what, message.keys())
    assert message["Subject"].startswith("S "), what
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", message["Subject"]), what
    html = message.get_body(("html",)).get_content()
    assert "<script" not in html, what
    assert "onerror=" not in html.replace("&lt;img src=x onerror=", ""), what
    if "<" in text:
        assert "&lt;script&gt;" in html, what
    for part in message.iter_attachments():
        name = part.get_filename()
        assert name, what
        assert not re.search(r"[/\\]", name), (what, name)
        assert not CONTROL.search(name), (what, name)
        assert not name.startswith((".", "-")), (what, name)
        assert len(name.encode()) < 255, what
        assert name.endswith(".pdf"), (what, name)


def _judge_terminal(firm: Firm, invoices: dict[str, int]) -> None:
    everything = ("--limit", "100000")
    explained = [["explain", f"invoice:{invoice}"] for invoice in invoices.values()]
    listed = [["events", *everything], ["actions", *everything]]
    as_json = [[*command, "--json"] for command in (*listed, *explained)]
    others = [["status"], ["commission"], ["metrics"]]
    dry = firm.run("poll", "--dry-run")
    for ran in (dry, *together(firm, *listed, *explained, *others, *as_json)):
        no_traceback(ran)
        assert ran.out, ran.args
        assert not CONTROL.search(ran.said), (ran.args, ran.said[:500])
        assert "--json" not in ran.args or ran.rows, ran.args


def _judge_table(firm: Firm) -> None:
    for ran in together(firm, *(["commission", "--by", by, "--csv"] for by in ("person", "invoice"))):
        assert ran.code == 0, ran
        rows = [*csv.reader(io.StringIO(ran.out), delimiter=";" if ";" in ran.out.splitlines()[0] else ",")]
        assert len(rows) > len(HOSTILE), rows
        for row in rows:
            for cell in row:
                assert not re.match(r"[=@\t\r]|[+-](?![\d.,]+$)", cell), cell


def test_entity_names_and_arguments_with_escapes_are_shown_harmless(polled: Office) -> None:
    arguments = ("\x1b[31minvoice:1", "invoice:\u202e1", "invoice:1\nERROR all gone")
    commands = [
        command
        for argument in arguments
        for command in (
            ["events", "--entity", argument],
            ["explain", argument],
            ["run-rule", argument, "invoice:1", "--yes"],
        )
    ]
    for ran in together(polled, *commands):
        no_traceback(ran)
        assert ran.said, ran.args
        assert not CONTROL.search(ran.said.replace("\n", "")), ran.said
