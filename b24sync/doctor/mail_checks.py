"""Mail: the way out, and the invoice's PDF (portal.md §10, §12)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.addresses import parse_address
from b24sync.domain.entity import INVOICE
from b24sync.domain.wording import did_you_mean, quoted
from b24sync.rest.documents import Template, read_templates
from b24sync.words import doctor_mail as words

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.survey import Survey
    from b24sync.doctor.uses import Uses
    from b24sync.domain.settings import MailSettings


def mail(app: App, *, offline: bool) -> Iterator[Finding]:
    """Whether mails go elsewhere, and whether the mail server lets us in."""
    settings = app.settings.mail
    if settings is None:
        return
    if settings.redirect_to:
        told = words.REDIRECTED.both(address=settings.redirect_to)
        yield warn("mail", told, words.END_REDIRECTION.both())
    if settings.transport == "smtp":
        yield from _smtp(app, offline=offline)
    elif settings.transport == "file":
        yield from _file(settings)


def _smtp(app: App, *, offline: bool) -> Iterator[Finding]:
    from b24sync.mail.smtp import SmtpMailer

    transport = app.transport
    if offline or not isinstance(transport, SmtpMailer):
        return
    checked = transport.check_login()
    if checked.ok:
        yield ok("mail", checked.words)
    else:
        yield fail("mail", checked.words, checked.remedy or words.CHECK_LOGIN.both())


def _file(settings: MailSettings) -> Iterator[Finding]:
    folder = settings.folder
    there = folder if folder.exists() else folder.parent
    if there.is_dir() and os.access(there, os.W_OK):
        yield warn("mail", words.INTO_FOLDER.both(folder=folder), words.FOR_REAL_MAIL.both())
    else:
        yield fail("mail", words.FOLDER_NOT_WRITABLE.both(folder=folder), words.CHECK_FOLDER.both())


def portal_mail(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Mail by the portal: its sender must be a mailbox there; it has no bcc."""
    settings = app.settings.mail
    if settings is None or settings.transport != "portal":
        return
    if uses.with_bcc:
        yield fail("mail", words.NO_BCC.both(where=uses.with_bcc), words.USE_CC.both())
    answer = survey.answer("senders")
    rows = (
        answer.result.get("items", ())
        if answer and answer.error is None and isinstance(answer.result, dict)
        else None
    )
    if rows is None:
        why = answer.error if answer else "mail.mailbox.senders"
        told = words.WHETHER_SENDER.both(address=settings.from_, why=why)
        yield unchecked("mail", told, words.SEND_YOURSELF.both())
        return
    senders = {
        str(row.get("email", "")).casefold(): str(row.get("sender", ""))
        for row in rows
        if isinstance(row, dict)
    }
    wanted = parse_address(settings.from_, where="mail.from").spec.casefold()
    if wanted in senders:
        yield ok("mail", words.SENDS_AS.both(sender=senders[wanted] or wanted))
    else:
        known = ", ".join(senders) or words.NONE.both()
        yield fail("mail", words.NO_SENDER.both(address=wanted, known=known), words.ADD_MAILBOX.both())


def templates(app: App, uses: Uses, survey: Survey) -> Iterator[Finding]:
    """Whether each document template exists and is for invoices."""
    answer = survey.answer("templates")
    if answer is None:
        return
    if app.settings.invoice.api == "legacy":
        yield ok("templates", words.AS_LINK.both())
        return
    if answer.error is not None:
        yield from _unreadable(uses, answer.error)
        return
    known = read_templates(answer.result)
    for wanted, where in uses.templates.items():
        yield _template(wanted, where, known, app)


def _unreadable(uses: Uses, error: Exception) -> Iterator[Finding]:
    """Listing needs the right to edit templates; making a document by its id does not."""
    remedy = words.GIVE_TEMPLATES.both()
    by_name = [
        f"{where} = {quoted(str(wanted))}"
        for wanted, where in uses.templates.items()
        if not isinstance(wanted, int)
    ]
    if by_name:
        yield fail("templates", words.NOT_BY_NAME.both(where=by_name[0], why=error), remedy)
    else:
        yield unchecked("templates", error, remedy)


def _template(wanted: int | str, where: str, known: list[Template], app: App) -> Finding:
    kind = app.kinds[INVOICE]
    suitable = [one for one in known if one.suits(kind)]
    listed = ", ".join(map(_named, suitable)) or words.NONE.both()
    if wanted == "":
        if suitable:
            return ok("templates", words.FIRST_TAKEN.both(where=where, template=_named(suitable[0])))
        return fail("templates", words.NO_TEMPLATE_AT_ALL.both(where=where), words.MAKE_TEMPLATE.both())
    found = next((one for one in known if wanted in {one.id, one.name} or str(wanted) == str(one.id)), None)
    if found is None:
        near = did_you_mean(str(wanted), [one.name for one in known])
        meant = words.MEANT.both(word=quoted(near)) if near else words.FOR_INVOICES.both(names=listed)
        return fail("templates", words.NO_TEMPLATE.both(where=where, name=wanted), meant)
    if not found.suits(kind):
        told = words.NOT_FOR_INVOICES.both(where=where, template=_named(found))
        return fail("templates", told, words.BIND_TEMPLATE.both(names=listed))
    return ok("templates", words.IS_FOR_INVOICES.both(template=_named(found)))


def _named(template: Template) -> str:
    return f"{template.id} ({template.name})"


def robots(uses: Uses) -> Iterator[Finding]:
    """What no REST method tells."""
    if rules := uses.rules_that(lambda step: step.sends == "mail"):
        yield ok("robots", words.ROBOTS.both(rules=rules), words.ONE_OF_TWO.both())
