"""The catalogue sections of products, from the bottom to the top, level by level (portal.md §6.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from b24sync.ports import Read
from b24sync.rest import catalog
from b24sync.steps.outcomes import required
from b24sync.words import field_faults as fields_said

if TYPE_CHECKING:
    from b24sync.calls import Answer, Call
    from b24sync.ports import Effects
    from b24sync.rest.catalog import Product, Section


@dataclass(slots=True)
class Catalogue:
    """Products and sections read so far; ``None``: the portal has none of this id."""

    products: dict[int, Product | None] = field(default_factory=dict)
    sections: dict[int, Section | None] = field(default_factory=dict)

    def above(self, product_id: int | None) -> tuple[int, ...]:
        """The section of a product and those above it, nearest first; of a variation those of its product."""
        number = self._own_section(product_id)
        found = dict[int, None]()
        while number is not None and number not in found:
            found[number] = None
            section = self.sections.get(number)
            number = section.parent_id if section else None
        return tuple(found)

    def _own_section(self, product_id: int | None) -> int | None:
        product = self.products.get(product_id) if product_id else None
        if product is not None and product.section_id is None and product.parent_id is not None:
            product = self.products.get(product.parent_id)
        return product.section_id if product else None

    def lacking(self) -> tuple[list[int], list[int]]:
        """Ids of the products and sections that those read so far speak of."""
        known = [product for product in self.products.values() if product is not None]
        variations = {one.parent_id for one in known if one.section_id is None and one.parent_id is not None}
        sections = {one.section_id for one in known if one.section_id is not None}
        sections |= {one.parent_id for one in self.sections.values() if one and one.parent_id is not None}
        return sorted(variations - self.products.keys()), sorted(sections - self.sections.keys())


def load(product_ids: Iterable[int]) -> Effects[Catalogue]:
    """Read products with all their sections, each level in one question.

    Raises:
        StepError: The catalogue may not be read.
    """
    read = Catalogue()
    products, sections = sorted(set(product_ids)), list[int]()
    while products or sections:
        calls: list[Call] = [catalog.product(number) for number in products]
        calls += [catalog.section(number) for number in sections]
        answers: list[Answer] = yield Read(tuple(calls))
        for number, answer in zip(products, answers, strict=False):
            read.products[number] = catalog.read_product(_result(answer))
        for number, answer in zip(sections, answers[len(products) :], strict=True):
            read.sections[number] = catalog.read_section(_result(answer))
        products, sections = read.lacking()
    return read


def _result(answer: Answer) -> object:
    """What was read; nothing if it is gone.

    Raises:
        StepError: The portal refused it: usually the scope ``catalog`` or a right to the catalogue is
            missing.
    """
    error = answer.error
    if error is not None and catalog.is_gone(error):
        return None
    required(answer, fields_said.SECTIONS())
    return answer.result
