"""Product rows of deals, invoices and smart processes (portal.md §6.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.rest import json_values
from b24sync.rest.kinds import Kind

if TYPE_CHECKING:
    from b24sync.domain.values_of_test import ValuesOfTest

PAGE = 50
_CENT = Decimal("0.01")
# What a new row of another owner takes over: what crm.item.productrow.set keeps of it (portal.md §6.3). Ids,
# accounting prices and the basket's code belong to the old one.
_COPIED = (
    *("productId", "productName", "price", "quantity", "measureCode", "sort"),
    *("discountTypeId", "discountRate", "discountSum", "taxRate", "taxIncluded", "taxName"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One product row.

    Attributes:
        product_id: Product of the catalogue; ``None`` for a free text.
        price: Of one unit, with discount and tax.
        sum: ``price * quantity`` to the minor unit, half up.
        raw: The row as the portal sent it.
    """

    product_id: int | None
    name: str
    price: Decimal
    quantity: Decimal
    sum: Decimal
    raw: Mapping[str, Any] = field(default_factory=dict)


def list_for(kind: Kind, owner_id: int, *, start: int = 0) -> Call:
    """One page of at most 50 rows of an owner.

    For an old invoice it is the invoice itself, whose answer holds all its rows.
    """
    if kind.api == "legacy":
        return Call(
            "crm.invoice.get",
            {"id": owner_id},
            lambda test: {**test.row(kind.name, owner_id), "PRODUCT_ROWS": _rows_of(test)},
        )
    owner = {"=ownerType": kind.owner_type, "=ownerId": owner_id}
    return Call(
        "crm.item.productrow.list",
        {"filter": owner, "order": {"id": "ASC"}, "start": start},
        lambda test: {"productRows": [] if start else _rows_of(test)},
    )


def set_for(kind: Kind, owner_id: int, rows: Sequence[Mapping[str, Any]]) -> Call:
    """Replace all rows of an owner; the same again gives the same rows (their ids change)."""
    sent = [dict(row) for row in rows]
    return Call(
        "crm.item.productrow.set",
        {"ownerType": kind.owner_type, "ownerId": owner_id, "productRows": sent},
        lambda _test: {"productRows": sent},
    )


def _rows_of(test: ValuesOfTest) -> list[dict[str, Any]]:
    return [
        {
            "productId": row.get("product_id"),
            "productName": row.get("name", ""),
            "price": str(row.get("price", 0)),
            "quantity": str(row.get("quantity", 1)),
        }
        for row in test.product_rows()
    ]


def copy_of(row: Row) -> dict[str, Any]:
    """The row as it is written for another owner."""
    return {code: row.raw[code] for code in _COPIED if row.raw.get(code) is not None}


def read_rows(result: Any) -> list[Row]:
    """The rows of an answer, in the portal's order."""
    listed: Any = result
    if isinstance(result, Mapping):
        listed = result.get("productRows", result.get("PRODUCT_ROWS", []))
    if isinstance(listed, Mapping):
        listed = list(listed.values())
    return [read_row(row) for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []


def read_row(raw: Mapping[str, Any]) -> Row:
    """One row, of the item API or a classic one."""
    price = json_values.money(raw.get("price", raw.get("PRICE")))
    quantity = json_values.money(raw.get("quantity", raw.get("QUANTITY")))
    total = (price * quantity).quantize(_CENT, rounding=ROUND_HALF_UP)
    name = json_values.text(raw.get("productName", raw.get("PRODUCT_NAME")))
    return Row(
        product_id=json_values.id_or_none(raw.get("productId", raw.get("PRODUCT_ID"))),
        name=name,
        price=price,
        quantity=quantity,
        sum=total,
        raw=raw,
    )
