"""Unpaid invoices, who pays them, and who looks after them, as the snapshot has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, Key
from b24sync.rest import items

if TYPE_CHECKING:
    from b24sync.engine.funnels import Funnels
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store

_SETTLED = ("draft", "paid", "rejected")
_NOWHERE = "https://portal.invalid"  # values are asked for, and no link among them


def unpaid_stages(store: Store, funnels: Funnels) -> list[str]:
    """Stages of invoices that were sent and are neither paid nor rejected.

    Where the portal has not told its stages yet, those that the configuration names decide.
    """
    untold = INVOICE not in funnels.by_kind
    return [
        stage
        for stage in store.figures.invoice_stages()
        if funnels.status(INVOICE, stage) not in _SETTLED
        and (untold or funnels.semantic(INVOICE, stage) == "P")
    ]


def client_of(store: Store, kinds: Mapping[str, Kind], invoice: int) -> Key | None:
    """Who pays: company or contact of the deal, else of the invoice; ``None`` if neither names one."""
    return next(parties_of(store, kinds, invoice), None)


def parties_of(store: Store, kinds: Mapping[str, Kind], invoice: int) -> Iterator[Key]:
    """Companies and contacts of the deal and the invoice; the client is the first."""
    own = _values(store, kinds, INVOICE, invoice)
    for owner in (_values(store, kinds, DEAL, own.get("deal_id")), own):
        for kind in (COMPANY, CONTACT):
            if owner.get(f"{kind}_id"):
                yield Key(kind, owner[f"{kind}_id"])


def manager_of(store: Store, kinds: Mapping[str, Kind], invoice: int) -> int | None:
    """The user who is responsible for an invoice."""
    found = _values(store, kinds, INVOICE, invoice).get("responsible_id")
    return int(found) if found else None


def _values(store: Store, kinds: Mapping[str, Kind], kind: str, entity_id: int | None) -> Mapping[str, Any]:
    """What an entity was when last seen; nothing if it never was."""
    row = store.figures.row_of(kind, entity_id) if entity_id else None
    return {} if row is None else items.entity(kinds[kind], row, statuses={}, base_url=_NOWHERE).values
