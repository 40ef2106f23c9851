"""``send_invoice``: mail the invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from b24sync.domain.entity import INVOICE
from b24sync.domain.settings import StepSettings
from b24sync.domain.values import Address, TemplateFile, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoice(StepSettings):
    """Mail the event's invoice, at most once by itself.

    Attributes:
        to: Addresses; empty: the contact of the deal, else of the invoice, else the company.
        subject: Empty: the built-in one.
        body: Plain text; empty: the built-in one (unless ``body_file`` is given).
        body_file: HTML.
        attach: Whether the PDF is attached.
        template: Id or name of the portal's document template; empty: ``mail.document_template``.
    """

    name: ClassVar[str] = "send_invoice"
    repeatable: ClassVar[bool] = False
    sends: ClassVar[Literal["mail", "notice", ""]] = "mail"
    kinds: ClassVar[tuple[str, ...]] = (INVOICE,)
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: Text = ""
    body: Text = ""
    body_file: TemplateFile | None = None
    attach: bool = True
    template: int | str = ""
