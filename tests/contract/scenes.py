"""Scenes in which the program sends all that it can, with every command written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from b24sync.sandbox import Fault, SandboxSettings
from b24sync.sandbox.schema import INVOICE
from tests.crash.plays import PLAYS, Act, Play
from tests.support.cli import PAID, SENT, Office, open_office

Commands = list[tuple[str, dict[str, Any]]]

FILE_MAIL = '[mail]\ntransport = "file"\nfrom = "b@example.ru"\ndocument_template = 21\n'
PORTAL_MAIL = FILE_MAIL.replace('"file"', '"portal"')
MAILED = """
[[rules]]
name = "mailed"
on = "invoice.created"
[[rules.steps]]
use = "send_invoice"
"""
OPERATED = """
[reminders]
days = [0, 3]
[calendar]
portal = "add"
[people]
lead = "deal.fields.UF_CRM_PROJECT_LEAD"
[kinds.object]
entity_type_id = 1046
"""
OPERATORS_RULES = """
[[rules]]
name = "mail"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
[[rules]]
name = "remind"
on = "invoice.reminder_due"
[[rules.steps]]
use = "send_reminder"
[[rules]]
name = "filled"
on = "deal.created"
[[rules.steps]]
use = "fill_fields"
overwrite = true
[[rules.steps.lookups]]
name = "price"
from = "list:37"
id = "deal.fields.UF_CRM_REGION"
[[rules.steps.lookups]]
name = "thing"
from = "item:1046"
match = { title = "deal.title" }
[[rules.steps.lookups]]
name = "named"
from = "list:37"
match = { NAME = "deal.title" }
[rules.steps.set]
UF_CRM_ADDRESS = "{{ price.name }} {{ thing.title }} {{ named.name }}"
[[rules]]
name = "placed"
on = "invoice.paid"
[[rules.steps]]
use = "notify"
to = ["lead", "department_head", "department:3"]
text = "{% for row in rows %}{{ row.section_id }}{% endfor %} {{ contact.name }} {{ company.name }}"
[[rules.steps]]
use = "create_tasks"
[[rules.steps.tasks]]
section = 10
title = "goods"
responsible = "user:5"
[[rules]]
name = "touched"
on = "task.created"
[[rules.steps]]
use = "update_fields"
entity = "task"
set = { title = "{{ task.title }} (seen)" }
"""
OLD = '[invoice]\napi = "legacy"\n'
OLD_RULES = """
[[rules]]
name = "old"
on = ["invoice.created", "invoice.updated"]
[[rules.steps]]
use = "shift_due_date"
[[rules.steps]]
use = "send_invoice"
"""


def plays(folder: Path) -> Commands:
    """Polls over the plays of all steps, many in an office one behind the other: each writes alone."""

    def act(office: Office, some: list[Play]) -> None:
        office.run("poll")
        acted = Counter[Act]()
        for play in some:
            office.write(rules=play.rules())
            play.act(office, acted[play.act])
            acted[play.act] += 1
            office.run("poll")
        office.run("poll")

    every = [PLAYS[name] for name in sorted(PLAYS, reverse=True)]  # an invoice is made for a company's deal
    return [
        command for n in range(2) for command in _sent(_made(folder / str(n)), partial(act, some=every[n::2]))
    ]


def mailing(folder: Path) -> Commands:
    """Mails with a PDF; afterwards something is deleted, and everything is compared."""

    def act(office: Office) -> None:
        office.run("poll")
        office.add_invoice(title="new", deal=0)
        office.run("poll")
        office.portal.delete_item(INVOICE, office.company.invoices[0])
        office.run("poll", "--reconcile")

    return _sent(_made(folder), act, rules=MAILED, sections=FILE_MAIL)


def operators(folder: Path) -> Commands:
    """What administrators and operators do: init, doctor, mails and rules by hand, stories, the calendar."""

    def act(office: Office) -> None:
        other = str(office.folder / "other.toml")
        deal = f"deal:{office.company.deals[0]}"
        invoice = office.add_invoice(title="by hand", deal=0, stage=SENT)
        office.portal.set_rows(
            INVOICE, invoice, [{"productId": office.company.products["window"], "price": 5}]
        )
        done = [
            office.run("init", "--webhook", office.server.webhook, "--output", other),
            office.run("doctor"),
            office.run("poll"),
            office.run("resend-invoice", str(invoice), "--to", "a@example.ru", "--yes"),
            office.run("resend-invoice", "№1", "--to", "a@example.ru", "--yes"),
            office.run("remind", str(invoice), "--yes"),
            office.run("run-rule", "filled", deal, "--dry-run"),
            office.run("run-rule", "filled", deal, "--yes"),
            office.run("run-rule", "placed", f"invoice:{invoice}", "--yes"),
            office.run("explain", deal),
            office.run("explain", f"invoice:{invoice}", "--json"),
            office.run("calendar", "check", "2026-05-04", "--portal"),
        ]
        failed = [(ran.args, ran.said) for ran in done if ran.code not in {0, 1}]
        assert not failed, failed
        no_system = Fault(
            "error", "im.notify.system.add", times=1000, where="command", code="ERROR_METHOD_NOT_FOUND"
        )
        office.portal.faults.add(no_system)
        office.move(invoice, PAID)
        office.run("poll")
        office.run("poll")
        office.run("status")

    return _sent(
        _made(folder), act, rules=OPERATORS_RULES, sections=FILE_MAIL + OPERATED, head='language = "en"\n'
    )


def portal_mail(folder: Path) -> Commands:
    """Mails that the portal sends; once it cannot."""

    def act(office: Office) -> None:
        office.run("poll")
        office.run("doctor")
        office.add_invoice(title="new", deal=0)
        office.run("poll")
        office.run("resend-invoice", str(office.company.invoices[1]), "--to", "a@example.ru", "--yes")

    return _sent(_made(folder), act, rules=MAILED, sections=PORTAL_MAIL)


def old_invoices(folder: Path) -> Commands:
    """Invoices of the old module."""

    def act(office: Office) -> None:
        number = office.portal.add_legacy_invoice()
        office.run("poll")
        office.run("doctor")
        office.portal.add_legacy_invoice(DATE_PAY_BEFORE="2026-05-09", ORDER_TOPIC="new")
        office.run("poll")
        office.run("resend-invoice", str(number), "--to", "a@example.ru", "--yes")
        office.run("poll", "--reconcile")

    settings = SandboxSettings(old_invoices=True)
    return _sent(_made(folder), act, rules=OLD_RULES, sections=OLD + FILE_MAIL, settings=settings)


SCENES: dict[str, Callable[[Path], Commands]] = {
    "mailing": mailing,
    "operators": operators,
    "portal_mail": portal_mail,
    "old_invoices": old_invoices,
}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _sent(folder: Path, act: Callable[[Office], None], **parts: Any) -> Commands:
    """All commands of a scene."""
    found: Commands = []
    for office in open_office(folder, **parts):
        _record(office.portal, found)
        act(office)
    return found


def _record(portal: Any, found: Commands) -> None:
    run = portal.run_command

    def recorded(method: str, params: dict[str, Any], *more: Any, **named: Any) -> Any:
        found.append((method, dict(params)))
        return run(method, params, *more, **named)

    portal.run_command = recorded
