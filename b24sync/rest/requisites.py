"""Requisites of contacts and companies, with their bank details and addresses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from b24sync.calls import Call
from b24sync.rest import json_values
from b24sync.rest.kinds import Kind

PAGE = 50
_REQUISITE = 8  # the entity type of a requisite, by which its addresses are kept
_RESTLESS = frozenset(("DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID", "MODIFY_BY_ID"))


def of_owners(kind: Kind, ids: Sequence[int]) -> Call:
    """The requisites of some contacts or of some companies, a page."""
    return _list("crm.requisite.list", {"ENTITY_TYPE_ID": kind.entity_type_id, "@ENTITY_ID": list(ids)})


def bank_details(requisite_ids: Sequence[int]) -> Call:
    """The bank details of some requisites, a page."""
    return _list("crm.requisite.bankdetail.list", {"@ENTITY_ID": list(requisite_ids)})


def addresses(requisite_ids: Sequence[int]) -> Call:
    """The addresses of some requisites, a page; they have no id of their own."""
    found = {"ENTITY_TYPE_ID": _REQUISITE, "@ENTITY_ID": list(requisite_ids)}
    return Call("crm.address.list", {"filter": found, "order": {"TYPE_ID": "ASC"}, "start": 0})


def _list(method: str, found: Mapping[str, Any]) -> Call:
    return Call(method, {"filter": dict(found), "order": {"ID": "ASC"}, "start": 0})


def read_rows(result: Any, *, of: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of an answer that belong to ``of``, without what a save changes that prints nothing."""
    rows = result if isinstance(result, list) else []
    own = [
        {code: value for code, value in row.items() if code not in _RESTLESS}
        for row in rows
        if isinstance(row, Mapping) and json_values.id_or_none(row.get("ENTITY_ID")) in set(of)
    ]
    return sorted(own, key=lambda row: json.dumps(row, sort_keys=True, default=str))  # in one order always


def ids_of(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The ids of rows."""
    return [number for row in rows if (number := json_values.id_or_none(row.get("ID"))) is not None]
