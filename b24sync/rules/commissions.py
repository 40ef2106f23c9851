"""What texts see of an entity's commissions."""

from __future__ import annotations

from collections.abc import Sequence

from b24sync.domain.commission_ledger import BookedRow, as_mapping, standing
from b24sync.rules.scope import CommissionView
from b24sync.rules.text_values import Money


def commission_view(rows: Sequence[BookedRow]) -> CommissionView:
    """What texts see as ``commission``: total, ``of("project_lead")`` and rows that are booked.

    The sums are those of the state that counts now: expected until earned.
    """
    found = standing(rows)
    shown = [{**as_mapping(one), "amount": Money(one.row.amount, one.row.currency)} for one in rows]
    return CommissionView(
        Money(found.total, found.currency), lambda role: Money(found.of(role), found.currency), shown
    )
