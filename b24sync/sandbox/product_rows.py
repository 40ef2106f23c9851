"""Product rows of items: sums, renumbering, and the owner's modification time (portal.md §6.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .php import to_int
from .typed_values import shown_number

if TYPE_CHECKING:
    from .stand_in import Sandbox

ProductRow = dict[str, Any]


class Rows:
    """Product rows by owner."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self._rows: dict[tuple[int, int], list[ProductRow]] = {}
        self._next = 1

    def of(self, etid: int, owner: int) -> list[ProductRow]:
        """Rows of an owner as the universal methods show them."""
        return self._rows.get((etid, owner), [])

    def find(self, row_id: int) -> tuple[int, int, ProductRow] | None:
        """A row by its id, with its owner."""
        for (etid, owner), rows in self._rows.items():
            for row in rows:
                if row["id"] == row_id:
                    return etid, owner, row
        return None

    def replace(self, etid: int, owner: int, rows: Sequence[Mapping[str, Any]]) -> list[ProductRow]:
        """Put other rows in place of all; every row gets a new id."""
        kept = [self._row(etid, owner, row, place) for place, row in enumerate(rows)]
        self._rows[etid, owner] = kept
        return kept

    def append(self, etid: int, owner: int, row: Mapping[str, Any]) -> ProductRow:
        """Add one row at the end."""
        kept = self._rows.setdefault((etid, owner), [])
        kept.append(self._row(etid, owner, row, len(kept)))
        return kept[-1]

    def change(self, etid: int, owner: int, row_id: int, fields: Mapping[str, Any]) -> ProductRow:
        """Change one row; it keeps its id."""
        rows = self._rows[etid, owner]
        place = next(index for index, row in enumerate(rows) if row["id"] == row_id)
        merged = rows[place] | {name: value for name, value in fields.items() if name != "id"}
        rows[place] = self._row(etid, owner, merged, place) | {"id": row_id}
        return rows[place]

    def drop(self, etid: int, owner: int, row_id: int) -> None:
        """Remove one row."""
        rows = self._rows[etid, owner]
        rows[:] = [row for row in rows if row["id"] != row_id]

    def forget(self, etid: int, owner: int) -> None:
        """Remove all rows of a deleted owner."""
        self._rows.pop((etid, owner), None)

    def total(self, etid: int, owner: int) -> tuple[float, float] | None:
        """Sum and tax of the rows; ``None`` if there never were rows."""
        rows = self._rows.get((etid, owner))
        if rows is None:
            return None
        total = sum(round(row["price"] * row["quantity"], 2) for row in rows)
        tax = sum(
            round(row["price"] * row["quantity"] * row["taxRate"] / (100 + row["taxRate"]), 2)
            for row in rows
            if row["taxRate"]
        )
        return round(total, 2), round(tax, 2)

    def _row(self, etid: int, owner: int, given: Mapping[str, Any], place: int) -> ProductRow:
        key, self._next = self._next, self._next + 1
        price = _float(given.get("price"), 0.0)
        rate = _float(given.get("taxRate"), None)
        if rate and self._portal.settings.rows_add_tax and given.get("taxIncluded") not in {"Y", True}:
            price = round(price * (100 + rate) / 100, 2)
        net = round(price * 100 / (100 + rate), 2) if rate else price
        product = to_int(given.get("productId")) or 0
        name = given.get("productName") or self._portal.catalog.product_name(product)
        return {
            "id": key,
            "ownerId": owner,
            "ownerType": self._portal.types[etid].owner_type,
            "productId": product,
            "productName": str(name),
            "price": shown_number(price),
            "priceAccount": shown_number(price),
            "priceExclusive": shown_number(net),
            "priceNetto": shown_number(net),
            "priceBrutto": shown_number(price),
            "quantity": shown_number(_float(given.get("quantity"), 1.0)),
            "discountTypeId": to_int(given.get("discountTypeId")) or 2,
            "discountRate": shown_number(_float(given.get("discountRate"), 0.0)),
            "discountSum": shown_number(_float(given.get("discountSum"), 0.0)),
            "taxRate": shown_number(rate) if rate is not None else None,
            "taxIncluded": "Y" if given.get("taxIncluded") in {"Y", True} else "N",
            "customized": "Y",
            "measureCode": to_int(given.get("measureCode")) or 796,
            "measureName": str(given.get("measureName") or "шт"),
            "sort": to_int(given.get("sort")) or 10 * (place + 1),
            "xmlId": str(given.get("xmlId") or ""),
            "type": to_int(given.get("type")) or 1,
            "storeId": to_int(given.get("storeId")),
        }


def _float(value: Any, default: Any) -> Any:
    if value in (None, ""):
        return default
    try:
        return float(value)
    except (TypeError, ValueError):
        return default
