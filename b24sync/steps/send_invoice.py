"""``send_invoice``: mail the invoice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.entity import INVOICE, Entity
from b24sync.domain.event import moved_name
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import Address, Line, TemplateFile, Text
from b24sync.ports import Skipped
from b24sync.steps.mail_options import mail_line, mail_problems, mail_uses
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from b24sync.domain.step_settings import PortalUse, StepPlace, StepProblem
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext
    from b24sync.steps.invoice_mail import Mailing, Previewed


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoice(StepSettings):
    """Mail the event's invoice, at most once by itself.

    Attributes:
        to: Addresses; empty: the contact of the deal, else of the invoice, else the company.
        cc: Copies.
        bcc: Secret copies.
        subject: Empty: the built-in one.
        body: Plain text; empty: the built-in one (unless ``body_file`` is given).
        body_file: HTML.
        attach: Whether the PDF is attached.
        template: Id or name of the portal's document template; empty: ``mail.document_template``.
    """

    name: ClassVar[str] = "send_invoice"
    called: ClassVar[Message] = Message("отправка счёта", "invoice by mail")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
cc = ["responsible"]
[mail]
transport = "file"
from = "Billing <billing@example.ru>"
""",
    )
    sends: ClassVar[Literal["mail", "notice", ""]] = "mail"
    kinds: ClassVar[tuple[str, ...]] = (INVOICE,)
    section: ClassVar[Literal["mail", "commission", ""]] = "mail"
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: Line = ""
    body: Text = ""
    body_file: TemplateFile | None = None
    attach: bool = True
    template: int | str = ""

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """What is wrong with the mail as it is written."""
        return mail_problems(self, place.settings)

    def offline(self) -> SendInvoice:
        """With a document template that needs no looking up."""
        return replace(self, template=1)

    def uses(self, kinds: tuple[str, ...]) -> Iterator[PortalUse]:
        """The document template, and copies that others must not see."""
        return mail_uses(self)

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """Whom, the subject, and what goes with it."""
        return mail_line(told)

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Mail it, unless the invoice is gone or has left the status that the event led to.

        Raises:
            B24SyncError: It cannot be sent as it is.
        """
        from b24sync.steps import invoice_mail

        done = invoice_mail.already_sent(ctx) or (yield from invoice_mail.being_made(ctx))
        if done is not None:
            return done
        invoice = yield from _wanted(ctx)
        if isinstance(invoice, Skipped):
            return invoice
        return (yield from invoice_mail.send(ctx, self._mailing(), invoice))

    def preview(self, ctx: StepContext) -> Effects[Previewed]:
        """Whom it would go to and under which subject, or why it would not; makes and sends nothing.

        Raises:
            B24SyncError: It cannot be sent as it is.
        """
        from b24sync.steps import invoice_mail

        invoice = yield from _wanted(ctx)
        if isinstance(invoice, Skipped):
            return invoice
        return (yield from invoice_mail.preview(ctx, self._mailing(), invoice))

    def _mailing(self) -> Mailing:
        from b24sync.steps import mail_texts
        from b24sync.steps.invoice_mail import Mailing

        return Mailing(self, "invoice", mail_texts.INVOICE_SUBJECT, mail_texts.INVOICE_BODY, {})


def _wanted(ctx: StepContext) -> Effects[Entity | Skipped]:
    invoice = yield from ctx.entity(INVOICE, ctx.event.entity.id)
    if invoice is None:
        return Skipped("gone")
    event, now = ctx.event, invoice.values
    if event.name == moved_name(INVOICE) and event.to not in {now["status"], now["stage_id"]}:
        return Skipped("left_status", {"to": event.to, "status": now["status"]})
    return invoice
