"""What a document of an invoice prints, as a digest: the same content needs no second document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from b24sync.domain.entity import Entity
from b24sync.rest import contract
from b24sync.rest.kinds import Kind
from b24sync.rest.rows import Row

# What moves by itself, or with every saving, and says nothing on paper.
_ROW_IDS = frozenset(("id", "ID", "ownerId", "OWNER_ID", "xmlId", "XML_ID"))
_MOVING_STARTS = ("fields.lastCommunication", "fields.lastActivity")
_SEEN = frozenset(("LAST_LOGIN", "LAST_ACTIVITY_DATE", "IS_ONLINE", "TIMESTAMP_X"))


def of_entity(kind: Kind, entity: Entity) -> dict[str, Any]:
    """The whole row of an entity, its own fields too, with neither its stage nor times of saving."""
    fields = {
        name: value
        for name, value in contract.diff_contract(kind, entity.fields).items()
        if not name.startswith(_MOVING_STARTS)
    }
    return {"entity": str(entity.key), "name": entity.values.get("name"), **fields}


def of_user(result: Any) -> list[dict[str, Any]]:
    """Users of an answer, without when they were seen."""
    rows = result if isinstance(result, list) else []
    return [
        {code: value for code, value in row.items() if code not in _SEEN}
        for row in rows
        if isinstance(row, Mapping)
    ]


def digest_of(*, entities: Sequence[Mapping[str, Any]], rows: Sequence[Row], **more: Any) -> str:
    """A digest of all that may be printed.

    The ids of rows do not count, which change whenever rows are saved.

    Args:
        entities: Whole rows of invoice, deal and parties (see `of_entity`).
        rows: Product rows, in order.
        more: All else.
    """
    products = [{code: value for code, value in row.raw.items() if code not in _ROW_IDS} for row in rows]
    content = {"entities": list(entities), "rows": products, **more}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
