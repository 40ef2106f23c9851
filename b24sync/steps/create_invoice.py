"""``create_invoice``: an invoice for the deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from b24sync.domain.settings import StepSettings
from b24sync.domain.values import Deadline, Person, Text, Value

if TYPE_CHECKING:
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInvoice(StepSettings):
    """Make one smart invoice for the deal; its marker keeps it from being made twice.

    Attributes:
        title: Empty: the built-in one.
        amount: A sum without rows; empty: the rows of the deal.
        rows: ``"deal"``: copies of the deal's product rows. Empty and no ``amount``: the same.
        due: ``None``: the portal's own (a week).
        status: Status name or stage id; empty: the first stage.
        contact: Contact id; empty: the deal's.
        responsible: Empty: the deal's.
    """

    name: ClassVar[str] = "create_invoice"
    title: Text = ""
    amount: Value = ""
    rows: Literal["deal", ""] = ""
    due: Deadline | None = None
    status: str = ""
    contact: Value = ""
    responsible: Person = ""

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Make the invoice unless it is there; a found one gets the rows that it lacks."""
        from b24sync.steps import invoicing

        return invoicing.make(self, ctx)
