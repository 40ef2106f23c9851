"""What a document of an invoice prints, as a digest: the same content needs no second document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from b24sync.domain.entity import Entity
from b24sync.rest import contract, rows
from b24sync.rest.kinds import Kind
from b24sync.rest.rows import Row

# Fields of an invoice that nobody prints: who sees it, where it came from.
_NOT_PRINTED = frozenset(
    (
        *(
            "fields.opened",
            "fields.observers",
            "fields.webformId",
            "fields.sourceId",
            "fields.sourceDescription",
        ),
        *("fields.createdBy", "fields.xmlId", "fields.originId", "fields.originatorId"),
    )
)
_NOT_PRINTED_STARTS = ("fields.utm", "fields.UTM_")


def digest_of(
    kind: Kind, invoice: Entity, product_rows: Sequence[Row], names: Mapping[str, str], **options: Any
) -> str:
    """A digest of all that may be printed.

    Fields of the invoice (custom ones too), its rows, names of the parties, options.

    Neither stage nor times count, nor the ids of rows, which change whenever rows are saved.

    Args:
        kind: The invoice's kind.
        invoice: As it was just read.
        product_rows: Its rows, in order.
        names: Of client and own company, by what they are.
        options: Template and stamps.
    """
    printed = {
        name: value
        for name, value in contract.diff_contract(kind, invoice.fields).items()
        if name not in _NOT_PRINTED and not name.startswith(_NOT_PRINTED_STARTS)
    }
    content = {
        "fields": printed,
        "rows": [rows.copy_of(row) for row in product_rows],
        "names": dict(names),
        **options,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
