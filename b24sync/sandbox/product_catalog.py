"""The product catalogue: products in sections (portal.md §6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .method_registry import Params, rest
from .php import to_int

if TYPE_CHECKING:
    from .stand_in import Sandbox

NO_PRODUCT, NO_SECTION = 200040300010, 200040300040
_DENIED = "Access Denied"


class Catalog:
    """Products and sections by id."""

    def __init__(self) -> None:
        self.products: dict[int, dict[str, Any]] = {}
        self.sections: dict[int, dict[str, Any]] = {}

    def add_section(self, name: str, parent: int | None = None, key: int | None = None) -> int:
        """Keep a section; ``parent`` is the one above."""
        number = key or max(self.sections, default=0) + 1
        self.sections[number] = {
            "active": "Y",
            "code": None,
            "description": None,
            "descriptionType": "text",
            "iblockId": 14,
            "iblockSectionId": parent,
            "id": number,
            "name": name,
            "sort": 100,
            "xmlId": str(number),
        }
        return number

    def add_product(
        self, name: str, section: int | None = None, key: int | None = None, *, offer_of: int | None = None
    ) -> int:
        """Keep a product; a variation names its product by ``offer_of`` and has no section itself."""
        number = key or max(self.products, default=0) + 1
        product: dict[str, Any] = {
            "active": "Y",
            "available": "Y",
            "bundle": "N",
            "canBuyZero": "Y",
            "code": None,
            "createdBy": 1,
            "dateCreate": "2025-01-20T10:00:00+03:00",
            "detailPicture": None,
            "detailText": None,
            "detailTextType": "text",
            "iblockId": 15 if offer_of else 14,
            "iblockSectionId": section,
            "id": number,
            "measure": 9,
            "modifiedBy": 1,
            "name": name,
            "quantity": 0,
            "quantityReserved": 0,
            "sort": 500,
            "timestampX": "2025-01-20T10:00:00+03:00",
            "type": 4 if offer_of else 1,
            "vatId": 3,
            "vatIncluded": "Y",
            "xmlId": str(number),
        }
        if offer_of is not None:
            product["parentId"] = {"value": str(offer_of), "valueId": str(number)}
        self.products[number] = product
        return number

    def product_name(self, key: int) -> str:
        """The name of a product, or nothing."""
        return str(self.products.get(key, {}).get("name", ""))


@rest("catalog.product.get", "catalog", takes="id:int!")
def product_get(portal: Sandbox, params: Params) -> Answer:
    """One product."""
    product = portal.catalog.products.get(to_int(params.get("id")) or 0)
    if not portal.settings.catalog_rights:
        raise Refusal(NO_PRODUCT, _DENIED)
    if product is None:
        raise Refusal(200040300000, "product does not exist.")
    return Answer({"product": dict(product)})


@rest("catalog.section.get", "catalog", takes="id:int!")
def section_get(portal: Sandbox, params: Params) -> Answer:
    """One section."""
    section = portal.catalog.sections.get(to_int(params.get("id")) or 0)
    if not portal.settings.catalog_rights:
        raise Refusal(NO_SECTION, _DENIED)
    if section is None:
        raise Refusal(200700300030, "section does not exist.")
    return Answer({"section": dict(section)})
