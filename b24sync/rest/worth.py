"""What an invoice or a deal is worth, with and without taxes."""

from __future__ import annotations

from b24sync.domain.commission_ledger import Worth
from b24sync.domain.entity import Entity
from b24sync.rest import json_values


def worth_of(entity: Entity) -> Worth:
    """The amount, and the amount without taxes.

    The taxes are those that the portal reckoned from the product rows (``taxValue``).
    """
    amount = json_values.money(entity.values.get("amount"))
    tax = json_values.money(entity.fields.get("taxValue", entity.fields.get("TAX_VALUE")))
    return Worth(amount, amount - tax, str(entity.values.get("currency") or ""))
