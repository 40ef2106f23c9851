"""What the mails about an invoice share.

Addresses, texts, the PDF, sending once, the comment in the timeline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, Key
from b24sync.domain.html import frame, text_to_html
from b24sync.ports import (
    Attachment,
    Done,
    Intend,
    Mail,
    OnLostAnswer,
    Read,
    SendMail,
    StepResult,
    Waiting,
    Write,
)
from b24sync.rest import im_notify, legacy, timeline
from b24sync.steps import mail_texts
from b24sync.steps.addressees import Addressees, addressees, main_addressees
from b24sync.steps.invoice_pdf import pdf_of, still_made
from b24sync.steps.memory import Memory
from b24sync.steps.outcomes import StepError, words_of
from b24sync.steps.printed_content import own_company_id
from b24sync.steps.side_by_side import together
from b24sync.words import Message

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects, MailReceipt
    from b24sync.steps.context import StepContext
    from b24sync.steps.invoice_pdf import Pdf
    from b24sync.steps.mail_options import MailOptions

_NO_MAIL = Message(
    "почта отключена: добавьте в конфигурацию раздел [mail]",
    "mail is switched off: write a [mail] section into the configuration",
)
_LINK_FOR_CLIENT = Message("{entity}: ссылка для клиента", "{entity}: link for the client")
_NO_LINK = Message(
    "{entity}: портал не дал ссылку для клиента; укажите attach = false или посмотрите счёт на портале",
    "{entity}: the portal gave no link for the client; set attach = false, or look at the invoice there",
)
_NO_COMMENT = Message(
    "письмо отправлено; комментарий в сделке {deal} не добавлен: {why}",
    "the mail was sent; no comment on deal {deal}: {why}",
)
_NO_COPY = Message("копия не отправлена: {whom}", "no copy went to {whom}")


@dataclass(frozen=True, slots=True)
class Mailing:
    """One kind of mail.

    Attributes:
        options: As configured.
        name: Which built-in comment goes into the timeline.
        subject: Built-in, by language.
        body: Built-in, by language.
        extra: Names that its built-in texts use besides the shared ones.
    """

    options: MailOptions
    name: Literal["invoice", "reminder"]
    subject: Mapping[str, str]
    body: Mapping[str, str]
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a mail would go to, and its subject."""

    to: tuple[str, ...]
    subject: str


Previewed: TypeAlias = Preview | StepResult


def preview(ctx: StepContext, mailing: Mailing, invoice: Entity) -> Effects[Preview]:
    """What would be sent; makes and sends nothing.

    Raises:
        B24SyncError: It cannot be sent as it is.
    """
    to = yield from main_addressees(ctx, invoice, mailing.options.to)
    subject = yield from _subject(ctx, mailing, _names(mailing, to, "", attached=False))
    return Preview(to.addresses, subject)


def already_sent(ctx: StepContext) -> Done | None:
    """How the action ended whose mail went out before its end could be written down; ``None`` if none did."""
    sent = ctx.memory.get("sent")
    return Done(changed=True, details=dict(sent)) if isinstance(sent, Mapping) else None


def being_made(ctx: StepContext) -> Effects[Waiting | None]:
    """Whether the PDF of an earlier try is still being made."""
    return still_made(ctx, Memory(ctx.memory))


def send(ctx: StepContext, mailing: Mailing, invoice: Entity) -> Effects[StepResult]:
    """Mail it, at most once.

    Everything that may be refused comes before the sending; the PDF last of all, since a document uses up a
    number.

    Raises:
        B24SyncError: It cannot be sent as it is.
    """
    memory, mail = Memory(ctx.memory), ctx.settings.mail
    if mail is None:
        raise StepError(_NO_MAIL())
    draft = yield from _drafted(ctx, mailing, invoice)
    yield Intend(_intended(ctx, draft))
    pdf: Pdf | None = None
    if draft.file_name:
        made = yield from pdf_of(ctx, memory, invoice, mailing.options.template or mail.document_template)
        if isinstance(made, Waiting):
            return made
        pdf = made
    outgoing = _outgoing(ctx, invoice, draft, pdf, memory.all())
    sent: MailReceipt = yield SendMail(outgoing)
    details = _details(outgoing, sent, pdf.document_id if pdf else None)
    yield from memory.put(sent=details)
    warnings = [
        *draft.left_out(),
        *(_NO_COPY(whom=one) for one in sent.refused),
        *(yield from _commented(ctx, memory, mailing, invoice, sent)),
    ]
    return Done(details=details, warnings=tuple(warnings))


class _Draft(NamedTuple):
    """A mail as it is written, before its PDF is made; without ``file_name`` none is attached."""

    to: Addressees
    cc: Addressees
    bcc: Addressees
    subject: str
    text: str
    html: str
    file_name: str

    def left_out(self) -> list[str]:
        """Who was meant and gets nothing, as sentences."""
        return [*self.to.left_out, *self.cc.left_out, *self.bcc.left_out]


def _drafted(ctx: StepContext, mailing: Mailing, invoice: Entity) -> Effects[_Draft]:
    options, is_old = mailing.options, ctx.kinds[INVOICE].api == "legacy"
    yield from _looked_up(ctx, invoice, with_rows=options.attach)
    to = yield from main_addressees(ctx, invoice, options.to)
    cc = yield from addressees(ctx, invoice, options.cc)
    bcc = yield from addressees(ctx, invoice, options.bcc)
    attached = options.attach and not is_old
    link = (yield from _link(invoice)) if options.attach and is_old else ""
    names = _names(mailing, to, link, attached=attached)
    subject = yield from _subject(ctx, mailing, names)
    text, html = yield from _bodies(ctx, mailing, names, subject)
    file_name = mail_texts.file_name(invoice, ctx.lang) if attached else ""
    return _Draft(to=to, cc=cc, bcc=bcc, subject=subject, text=text, html=html, file_name=file_name)


def _outgoing(
    ctx: StepContext, invoice: Entity, draft: _Draft, pdf: Pdf | None, kept: Mapping[str, Any]
) -> Mail:
    return Mail(
        message_id=ctx.message_id,
        to=draft.to.addresses,
        cc=draft.cc.addresses,
        bcc=draft.bcc.addresses,
        subject=draft.subject,
        text=draft.text,
        html=draft.html,
        attachments=(Attachment(draft.file_name, pdf.content),) if pdf else (),
        owner=_owner(ctx, invoice),
        contact=_contact(ctx, draft.to),
        marker=ctx.marker,
        lang=ctx.lang,
        kept=kept,
        responsible_id=invoice.values.get("responsible_id"),
    )


def _intended(ctx: StepContext, draft: _Draft) -> dict[str, Any]:
    """The mail in words; what is empty is left out, but for the addresses and texts that every mail has."""
    more = {
        "names": [one.name for one in draft.to.found if one.name],
        "subject": draft.subject,
        "text": draft.text,
        "attachment": draft.file_name,
        "cc": list(draft.cc.addresses),
        "bcc": list(draft.bcc.addresses),
        "redirect_to": ctx.settings.mail.redirect_to if ctx.settings.mail is not None else "",
        "left_out": draft.left_out(),
    }
    return {"to": list(draft.to.addresses), **{name: value for name, value in more.items() if value}}


def _looked_up(ctx: StepContext, invoice: Entity, *, with_rows: bool) -> Effects[None]:
    """Read what addresses, texts and PDF need in as few questions as possible.

    The context remembers it for this action.
    """
    roots = (DEAL, CONTACT, COMPANY, "responsible", *(("rows",) if with_rows else ()))
    own_id = own_company_id(invoice)
    own = [ctx.entity(COMPANY, own_id)] if own_id and with_rows else []
    yield from together([ctx.scope(roots), *own])


def _names(mailing: Mailing, to: Addressees, link: str, *, attached: bool) -> dict[str, Any]:
    named = [one.name for one in to.found if one.owner is not None]
    addressee = named[0] if len(to.found) == 1 and named else ""
    return {"addressee": addressee, "attached": attached, "link": link, **mailing.extra}


def _subject(ctx: StepContext, mailing: Mailing, names: Mapping[str, Any]) -> Effects[str]:
    return ctx.text(mailing.options.subject or mailing.subject[ctx.lang], mode="line", extra=names)


def _bodies(
    ctx: StepContext, mailing: Mailing, names: Mapping[str, Any], subject: str
) -> Effects[tuple[str, str]]:
    """Text and HTML. A template of HTML alone leaves the text to be made from it.

    A link that a text does not have is added.
    """
    options, link = mailing.options, str(names["link"])
    text = ""
    if options.body or options.body_file is None:
        rendered = yield from ctx.text(options.body or mailing.body[ctx.lang], mode="plain", extra=names)
        text = _tidy(rendered)
        if link and link not in text:
            text = f"{text}\n\n{link}"
    if options.body_file is None:
        return text, frame(text_to_html(text), title="" if options.body else subject, lang=ctx.lang)
    html = yield from ctx.text(options.body_file.text, mode="html", extra=names)
    if link and link not in html:
        html = _with_line(html, text_to_html(link))
    return text, html


def _with_line(html: str, line: str) -> str:
    """The HTML with a line before its end."""
    found = re.search(r"</body\s*>", html, re.IGNORECASE)
    return html + line if found is None else html[: found.start()] + line + html[found.start() :]


def _tidy(text: str) -> str:
    """Lines without spaces at their ends, at most one empty line between."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _link(invoice: Entity) -> Effects[str]:
    """A link to an old invoice for its client."""
    answer: Answer
    (answer,) = yield Read((legacy.external_link(invoice.key.id),))
    if answer.error is not None:
        raise StepError(words_of(answer.error, _LINK_FOR_CLIENT(entity=invoice.key)))
    link = answer.result if isinstance(answer.result, str) else ""
    if not link.startswith(("https://", "http://")):
        raise StepError(_NO_LINK(entity=invoice.key))
    return link


def _owner(ctx: StepContext, invoice: Entity) -> tuple[int, int]:
    """The deal, else the invoice: where the portal transport shows the mail."""
    deal_id = invoice.values.get("deal_id")
    if deal_id:
        return ctx.kinds[DEAL].entity_type_id, deal_id
    return ctx.kinds[INVOICE].entity_type_id, invoice.key.id


def _contact(ctx: StepContext, to: Addressees) -> tuple[int, int] | None:
    owner = next(
        (one.owner for one in to.found if one.owner is not None and one.owner.kind in {CONTACT, COMPANY}),
        None,
    )
    return None if owner is None else (ctx.kinds[owner.kind].entity_type_id, owner.id)


def _details(outgoing: Mail, sent: MailReceipt, document_id: int | None) -> dict[str, Any]:
    details: dict[str, Any] = {
        "to": list(outgoing.to),
        "subject": outgoing.subject,
        "message_id": outgoing.message_id,
    }
    if outgoing.cc or outgoing.bcc:
        details["copies"] = [*outgoing.cc, *outgoing.bcc]
    if set(sent.recipients) != {*outgoing.to, *outgoing.cc, *outgoing.bcc}:
        details["recipients"] = list(sent.recipients)
    if sent.refused:
        details["refused"] = list(sent.refused)
    if document_id is not None:
        details["document_id"] = document_id
    return details


def _commented(
    ctx: StepContext, memory: Memory, mailing: Mailing, invoice: Entity, sent: MailReceipt
) -> Effects[list[str]]:
    """Comment on the deal: what was mailed, to whom, when.

    At most once, and whatever comes of it is only a warning.
    """
    deal_id = invoice.values.get("deal_id")
    if not deal_id or ctx.settings.mail is None or not ctx.settings.mail.timeline:
        return []
    at = ctx.now.astimezone(ctx.tz)
    text = mail_texts.COMMENTS[mailing.name, ctx.lang].format(
        number=im_notify.escape(str(invoice.values.get("number") or invoice.key.id)),
        to=im_notify.escape(", ".join(sent.recipients)),
        at=f"{mail_texts.shown_day(at.date(), ctx.lang)} {at:%H:%M}",
    )
    yield from memory.put(commented=True)
    call = timeline.comment(ctx.kinds[DEAL], Key(DEAL, deal_id), text)
    answer: Answer = yield Write(call, OnLostAnswer.ONCE, best_effort=True)
    return [] if answer.error is None else [_NO_COMMENT(deal=deal_id, why=answer.error.reason)]
