"""Products of the catalogue and their sections (portal.md §6.3; scope ``catalog``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.errors import NotFoundError, PortalError
from b24sync.rest import json_values

if TYPE_CHECKING:
    from b24sync.domain.values_of_test import ValuesOfTest

_GONE = frozenset(("200040300000", "200700300030"))  # of a product and of a section, by their pages


@dataclass(frozen=True, slots=True)
class Product:
    """A product; a variation has its section at ``parent_id``, the product it varies."""

    id: int
    name: str
    section_id: int | None = None
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A section; ``parent_id`` is ``None`` at the top."""

    id: int
    name: str
    parent_id: int | None = None


def is_gone(error: PortalError) -> bool:
    """Whether the catalogue has no such product or section.

    A missing right is another number and must not look like that; nor may the 0 that a missing product and
    any fatal error share.
    """
    return isinstance(error, NotFoundError) or error.code in _GONE


def product(product_id: int) -> Call:
    """One product."""
    return Call("catalog.product.get", {"id": product_id}, lambda test: _product_of(test, product_id))


def section(section_id: int) -> Call:
    """One section."""
    named = {"section": {"id": section_id, "name": str(section_id)}}
    return Call("catalog.section.get", {"id": section_id}, lambda _test: named)


def _product_of(test: ValuesOfTest, product_id: int) -> dict[str, Any]:
    row = next((one for one in test.product_rows() if one.get("product_id") == product_id), {})
    shown = {"id": product_id, "name": row.get("name", ""), "iblockSectionId": row.get("section_id")}
    return {"product": shown}


def read_product(result: Any) -> Product | None:
    """The product of an answer; ``None`` if it holds none."""
    row = result.get("product", result.get("offer")) if isinstance(result, Mapping) else None
    number = json_values.id_or_none(row.get("id")) if isinstance(row, Mapping) else None
    if row is None or number is None:
        return None
    parent = row.get("parentId")
    parent_id = parent.get("value") if isinstance(parent, Mapping) else parent
    section_id = json_values.id_or_none(row.get("iblockSectionId"))
    return Product(number, json_values.text(row.get("name")), section_id, json_values.id_or_none(parent_id))


def read_section(result: Any) -> Section | None:
    """The section of an answer; ``None`` if it holds none."""
    row = result.get("section") if isinstance(result, Mapping) else None
    number = json_values.id_or_none(row.get("id")) if isinstance(row, Mapping) else None
    if row is None or number is None:
        return None
    return Section(
        number, json_values.text(row.get("name")), json_values.id_or_none(row.get("iblockSectionId"))
    )
