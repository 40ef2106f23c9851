"""Mail: addresses, the way out, and the invoice's PDF (portal.md §10, §12)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.addresses import parse_address
from b24sync.domain.entity import INVOICE
from b24sync.domain.wording import did_you_mean, quoted
from b24sync.errors import MailPermanentError
from b24sync.rest.documents import Template, read_templates

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.domain.settings import MailSettings

_TEMPLATES = "CRM → Settings → Document templates"


def mail(app: App, uses: Uses, *, offline: bool) -> Iterator[Finding]:
    """Addresses, and whether the mail server lets us in."""
    settings = app.settings.mail
    if settings is None:
        return
    own = list(_address_faults(_own_addresses(settings)))
    yield from own
    yield from _address_faults({where: text for text, where in uses.addresses.items()})
    if settings.redirect_to:
        yield warn(
            "mail",
            f"every mail goes to {settings.redirect_to}",
            "take out mail.redirect_to when the trial is over",
        )
    if own:
        return
    if settings.transport == "smtp":
        yield from _smtp(app, offline=offline)
    elif settings.transport == "file":
        yield from _file(settings)


def _own_addresses(settings: MailSettings) -> dict[str, str]:
    """Setting → its address; without a sender nothing can be mailed."""
    own = {
        "mail.from": settings.from_,
        "mail.reply_to": settings.reply_to,
        "mail.redirect_to": settings.redirect_to,
    }
    return {where: text for where, text in own.items() if text or where == "mail.from"}


def _address_faults(texts: Mapping[str, str]) -> Iterator[Finding]:
    for where, text in texts.items():
        try:
            parse_address(text, where=where)
        except MailPermanentError as error:
            yield fail("mail", error.message, error.remedy)


def _smtp(app: App, *, offline: bool) -> Iterator[Finding]:
    from b24sync.mail.smtp import SmtpMailer

    transport = app.transport
    if offline or not isinstance(transport, SmtpMailer):
        return
    checked = transport.check_login()
    if checked.ok:
        yield ok("mail", checked.words)
    else:
        message, _, remedy = checked.words.removesuffix(")").rpartition(" (")
        yield fail(
            "mail",
            message or remedy,
            remedy if message else "check host, port, security, user and password of [mail]",
        )


def _file(settings: MailSettings) -> Iterator[Finding]:
    folder = settings.folder
    there = folder if folder.exists() else folder.parent
    if there.is_dir() and os.access(there, os.W_OK):
        yield warn(
            "mail",
            f'transport = "file": mails are written into {folder} and sent to nobody',
            'for real mail: transport = "smtp" or "portal"',
        )
    else:
        yield fail(
            "mail", f"{folder} cannot be written", "check the rights of the folder, or change mail.folder"
        )


def portal_mail(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Mail by the portal: its sender must be a mailbox there; it has no bcc."""
    settings = app.settings.mail
    if settings is None or settings.transport != "portal":
        return
    if uses.with_bcc:
        yield fail("mail", f"{uses.with_bcc}: the portal cannot send bcc", 'use cc, or transport = "smtp"')
    answer = survey.answer("senders")
    rows = (
        answer.result.get("items", ())
        if answer and answer.error is None and isinstance(answer.result, dict)
        else None
    )
    if rows is None:
        why = (
            f"whether {settings.from_} is a sender of the portal "
            f"({answer.error if answer else 'mail.mailbox.senders'})"
        )
        yield unchecked("mail", why, "send one invoice to yourself: b24sync resend-invoice ID --to YOU")
        return
    senders = {
        str(row.get("email", "")).casefold(): str(row.get("sender", ""))
        for row in rows
        if isinstance(row, dict)
    }
    wanted = parse_address(settings.from_, where="mail.from").spec.casefold()
    if wanted in senders:
        yield ok("mail", f"the portal sends as {senders[wanted] or wanted}")
    else:
        known = ", ".join(senders) or "none"
        yield fail(
            "mail",
            f"{wanted} is no sender of the portal (mail.mailbox.senders): {known}",
            "add the mailbox at the portal, or change mail.from",
        )


def templates(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether each document template exists and is for invoices."""
    answer = survey.answer("templates")
    if answer is None:
        return
    if app.settings.invoice.api == "legacy":
        yield ok("templates", "invoices of the old module are sent as a link, without a PDF")
        return
    if answer.error is not None:
        yield from _unreadable(uses, answer.error)
        return
    known = read_templates(answer.result)
    for wanted, where in uses.templates.items():
        yield _template(wanted, where, known, app)


def _unreadable(uses: Uses, error: Exception) -> Iterator[Finding]:
    """Listing needs the right to edit templates; making a document by its id does not."""
    remedy = (
        "give the webhook's owner the right to edit document templates (DOCGEN_ACCESS_ERROR goes away), or "
        "write the template's id"
    )
    by_name = [
        f"{where} = {quoted(str(wanted))}"
        for wanted, where in uses.templates.items()
        if not isinstance(wanted, int)
    ]
    if by_name:
        yield fail("templates", f"{by_name[0]} cannot be found by its name: {error}", remedy)
    else:
        yield unchecked("templates", error, remedy)


def _template(wanted: int | str, where: str, known: list[Template], app: App) -> Finding:
    kind = app.kinds[INVOICE]
    suitable = [one for one in known if one.suits(kind)]
    listed = ", ".join(f"{one.id} ({one.name})" for one in suitable) or "none"
    if wanted == "":
        if suitable:
            return ok(
                "templates",
                f"{where} is not set: the first for invoices is taken, {suitable[0].id} ({suitable[0].name})",
            )
        return fail(
            "templates",
            f"{where}: the portal has no document template for invoices",
            f"make one ({_TEMPLATES})",
        )
    found = next((one for one in known if wanted in {one.id, one.name} or str(wanted) == str(one.id)), None)
    if found is None:
        near = did_you_mean(str(wanted), [one.name for one in known])
        return fail(
            "templates",
            f"{where}: the portal has no document template {wanted}",
            f"did you mean {quoted(near)}?" if near else f"for invoices: {listed}",
        )
    if not found.suits(kind):
        return fail(
            "templates",
            f"{where}: {found.id} ({found.name}) is not for invoices",
            f"bind it to invoices ({_TEMPLATES}), or use: {listed}",
        )
    return ok("templates", f"{found.id} ({found.name}) is for invoices")


def robots(uses: Uses) -> Iterator[Finding]:
    """What no REST method tells."""
    if rules := uses.rules_that(lambda step: step.sends == "mail"):
        message = f"rules {rules} mail clients; robots cannot be read by REST"
        yield ok(
            "robots",
            message,
            "if the portal has an automation rule (robot) that mails invoices too, clients get two mails: "
            "switch one off",
        )
