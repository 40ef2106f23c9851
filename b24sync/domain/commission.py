"""The commission ledger: exact, append-only arithmetic (DESIGN.md §6 "Commission")."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from b24sync.domain.entity import Key


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the ledger, before it is numbered.

    Attributes:
        entity: The invoice (or deal) it is for.
        user: Portal user id.
        role: The rate's ``for`` as configured, such as ``invoice.responsible``.
        percent: Of the base.
        state: ``expected``, ``earned`` or ``reversed`` (amount negative).
        amount: Rounded half up to the currency's minor unit.
        reverses: Id of the row that this one takes back.
    """

    entity: Key
    user: int
    role: str
    percent: Decimal
    state: Literal["expected", "earned", "reversed"]
    amount: Decimal
    currency: str
    reverses: int | None = None
    user_name: str = ""
    base: Literal["amount", "net"] = "amount"


@dataclass(frozen=True, slots=True)
class BookedRow:
    """A row that is in the ledger: its id, when it was booked (Unix seconds), and what it says."""

    id: int
    at: int
    row: LedgerRow
