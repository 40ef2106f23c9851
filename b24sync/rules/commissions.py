"""What texts see of an entity's commissions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from b24sync.domain.commission_ledger import BookedRow, Standing, as_mapping, standing
from b24sync.rules.scope import CommissionView, UserView
from b24sync.rules.text_values import Money


def commission_view(rows: Sequence[BookedRow]) -> CommissionView:
    """What texts see as ``commission``: total, ``of("project_lead")``, ``of(recipient)`` and booked rows.

    The sums are those of the state that counts now: expected until earned.
    """
    found = standing(rows)
    shown = [{**as_mapping(one), "amount": Money(one.row.amount, one.row.currency)} for one in rows]
    return CommissionView(
        Money(found.total, found.currency), lambda who: Money(_of(found, who), found.currency), shown
    )


def _of(found: Standing, who: Any) -> Decimal:
    """What a role gets (``"project_lead"``), or a person (``recipient``); nobody gets nothing."""
    return found.of_user(who.user.id) if isinstance(who, UserView) else found.of(str(who))
