"""Whether product rows add up to the amounts of their documents, and with which taxes (portal.md §6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.domain.entity import DEAL, INVOICE
from b24sync.rest import items, json_values, rows
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from b24sync.doctor.probing import Look, Scene
    from b24sync.rest.kinds import Kind

NAME = "row_sums"
_MOST = 5
_CENT = Decimal("0.01")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Document:
    """A document: the sum of its rows, the same with taxes on top of the prices, its amount."""

    name: str
    rows: Decimal
    taxed: Decimal
    amount: Decimal
    count: int
    is_manual: bool

    def equals(self, total: Decimal) -> bool:
        """Whether a sum is the amount, but for the rounding of each row."""
        return abs(total - self.amount) <= _CENT * self.count


def look(scene: Scene) -> Look:
    """Compare the newest deals and invoices with their rows."""
    recent = [(kind, row) for kind in scene.item_kinds(DEAL, INVOICE) for row in scene.newest(kind)[:_MOST]]
    answers = yield [rows.list_for(kind, items.row_id(row)) for kind, row in recent]
    pages = [rows.read_rows(answer.value()) for answer in answers]
    documents = [
        _document(kind, row, page)
        for (kind, row), page in zip(recent, pages, strict=True)
        if 0 < len(page) < rows.PAGE
    ]
    return _findings(documents)


def _document(kind: Kind, row: dict[str, Any], page: Sequence[rows.Row]) -> _Document:
    return _Document(
        name=f"{kind.name}:{items.row_id(row)}",
        rows=sum((one.sum for one in page), Decimal(0)),
        taxed=sum((_taxed(one) for one in page), Decimal(0)),
        amount=json_values.money(row.get("opportunity")).quantize(_CENT),
        count=len(page),
        is_manual=row.get("isManualOpportunity") in {"Y", True},
    )


def _taxed(row: rows.Row) -> Decimal:
    """The sum of a row if its price came without the tax."""
    if row.raw.get("taxIncluded") in {"Y", True}:
        return row.sum
    rate = json_values.money(row.raw.get("taxRate"))
    return (row.sum * (100 + rate) / 100).quantize(_CENT, rounding=ROUND_HALF_UP)


def _findings(documents: Sequence[_Document]) -> list[Finding]:
    by_hand = [one for one in documents if one.is_manual and not one.equals(one.rows)]
    judged = [one for one in documents if one not in by_hand]
    untaxed = [one for one in judged if not one.equals(one.rows) and one.equals(one.taxed)]
    other = [one for one in judged if not one.equals(one.rows) and one not in untaxed]
    found = []
    if untaxed:
        found.append(warn(NAME, words.ROWS_UNTAXED.both(which=_named(untaxed)), words.TAKE_AMOUNT.both()))
    if other:
        found.append(warn(NAME, words.ROWS_DIFFER.both(which=_named(other)), words.LOOK_AT_ROWS.both()))
    if judged and not found:
        found.append(ok(NAME, words.ROWS_ADD_UP.both(count=len(judged))))
    if by_hand:
        found.append(ok(NAME, words.AMOUNT_BY_HAND.both(which=_named(by_hand)), words.TAKE_AMOUNT.both()))
    return found


def _named(documents: Sequence[_Document]) -> str:
    shown = [f"{one.name} {one.rows} ≠ {one.amount}" for one in documents[:_SHOWN]]
    return ", ".join(shown) + (", …" if len(documents) > _SHOWN else "")
