"""``create_invoice``: an invoice for the deal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.entity import INVOICE
from b24sync.domain.invoice_statuses import invoice_status_fault
from b24sync.domain.step_settings import StageUse, StepProblem, StepSettings
from b24sync.domain.values import Deadline, Line, Person, Value
from b24sync.steps import telling
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from b24sync.domain.step_settings import PortalUse, StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext

_SMART_ONLY = Message(
    'create_invoice создаёт только новые счета, а здесь invoice.api = "legacy" (уберите этот шаг)',
    'create_invoice makes smart invoices only, and invoice.api is "legacy" (remove this step)',
)
_NO_AMOUNT = Message("{amount} не сумма (укажите больше 0)", "{amount} is no sum (write more than 0)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvoice(StepSettings):
    """Make one smart invoice for the deal; its marker keeps it from being made twice.

    Attributes:
        title: Empty: the built-in one.
        amount: A sum without rows; empty: the rows of the deal.
        rows: ``"deal"``: copies of the deal's product rows. Empty and no ``amount``: the same.
        due: Pay before; none: the portal's own (a week).
        status: Status name or stage id; empty: the first stage.
        contact: Contact id; empty: the deal's.
        responsible: Empty: the deal's.
    """

    name: ClassVar[str] = "create_invoice"
    called: ClassVar[Message] = Message("новый счёт", "new invoice")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "deal.stage_changed"
[[rules.steps]]
use = "create_invoice"
title = "Advance for {{ deal.title }}"
rows = "deal"
""",
    )
    moves_money: ClassVar[bool] = True
    title: Line = ""
    amount: Value = ""
    rows: Literal["deal", ""] = ""
    due: Deadline | None = None
    status: str = ""
    contact: Value = ""
    responsible: Person = ""

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """Whether such an invoice can be made."""
        if place.settings.invoice.api == "legacy":
            yield StepProblem(("use",), _SMART_ONLY.both())
        if self.amount != "" and self.rows:
            from b24sync.words.config_rules import KEEP_ONE

            yield StepProblem(("rows",), KEEP_ONE.both(other="amount"))
        if isinstance(self.amount, int | Decimal) and not isinstance(self.amount, bool) and self.amount <= 0:
            yield StepProblem(("amount",), _NO_AMOUNT.both(amount=self.amount))
        if self.status and (message := invoice_status_fault(place.settings, self.status)):
            yield StepProblem(("status",), message)

    def uses(self, kinds: tuple[str, ...]) -> Iterator[PortalUse]:
        """The status that it is made in."""
        if self.status:
            yield StageUse("status", INVOICE, self.status)

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """What it is called, and its sum."""
        return telling.joined(str(told.get("title", "")), telling.amount(told))

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Make the invoice unless it is there; a found one gets the rows that it lacks."""
        from b24sync.steps import invoicing

        return invoicing.make(self, ctx)
