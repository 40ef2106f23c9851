"""``send_reminder``: remind of an unpaid invoice by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.entity import INVOICE, Entity
from b24sync.domain.reminders import due_date_of
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import Address, Line, TemplateFile, Text
from b24sync.ports import Skipped
from b24sync.steps.mail_options import mail_line, mail_problems, mail_uses
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo

    from b24sync.domain.step_settings import PortalUse, StepPlace, StepProblem
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext
    from b24sync.steps.invoice_mail import Mailing, Previewed


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReminder(StepSettings):
    """Mail a reminder of the event's invoice, at most once by itself.

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

    name: ClassVar[str] = "send_reminder"
    called: ClassVar[Message] = Message("напоминание", "reminder")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "invoice.reminder_due"
[[rules.steps]]
use = "send_reminder"
[mail]
transport = "file"
from = "Billing <billing@example.ru>"
[reminders]
days = [-3, 0, 7]
""",
    )
    reasons: ClassVar[Mapping[str, Message]] = {
        "due_date_moved": Message("срок оплаты изменился", "the due date was moved"),
    }
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

    def offline(self) -> SendReminder:
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
        """Mail it, unless there is nothing left to remind of.

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
        return (yield from invoice_mail.send(ctx, self._mailing(ctx, invoice), invoice))

    def preview(self, ctx: StepContext) -> Effects[Previewed]:
        """Whom it would go to and under which subject, or why it would not; makes and sends nothing.

        Raises:
            B24SyncError: It cannot be sent as it is.
        """
        from b24sync.steps import invoice_mail

        invoice = yield from _wanted(ctx)
        if isinstance(invoice, Skipped):
            return invoice
        return (yield from invoice_mail.preview(ctx, self._mailing(ctx, invoice), invoice))

    def _mailing(self, ctx: StepContext, invoice: Entity) -> Mailing:
        from b24sync.steps import mail_texts
        from b24sync.steps.invoice_mail import Mailing

        due: date = invoice["due_date"]
        days = (due - ctx.today()).days
        extra = {"days": days, "days_text": mail_texts.days_text(days, ctx.lang)}
        return Mailing(self, "reminder", mail_texts.REMINDER_SUBJECT, mail_texts.REMINDER_BODY, extra)


def _wanted(ctx: StepContext) -> Effects[Entity | Skipped]:
    """The invoice, if it is still to be reminded of.

    A schedule's reminder must also fit status and due date.
    """
    invoice = yield from ctx.entity(INVOICE, ctx.event.entity.id)
    if invoice is None:
        return Skipped("gone")
    status, due = invoice["status"], invoice["due_date"]
    closed = _closed(ctx, invoice)
    if closed:
        return Skipped(closed, {"status": status})
    if due is None:
        return Skipped("no_due_date")
    scheduled = due_date_of(ctx.event)
    if (
        scheduled is not None
        and ctx.settings.reminders is not None
        and status not in ctx.settings.reminders.statuses
    ):
        return Skipped("left_status", {"status": status})
    if scheduled is not None and scheduled != due:
        return Skipped("due_date_moved", {"from": scheduled.isoformat(), "to": due.isoformat()})
    return invoice


def _closed(ctx: StepContext, invoice: Entity) -> str:
    """``paid`` or ``rejected``; empty while it is open."""
    if invoice["status"] in {"paid", "rejected"}:
        return str(invoice["status"])
    semantic = ctx.funnels.semantic(INVOICE, str(invoice["stage_id"]))
    return {"S": "paid", "F": "rejected"}.get(semantic, "")
