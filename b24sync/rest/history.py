"""The portal's stage history, ``crm.stagehistory.list`` (portal.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24sync.calls import Call
from b24sync.domain.move import Move
from b24sync.rest import json_values
from b24sync.rest.dates import parse_time
from b24sync.rest.kinds import Kind

PAGE = 50


def after(kind: Kind, last_id: int | str, before: int | None = None) -> Call:
    """A page of rows behind an id (up to another), by id; ``last_id`` may be a batch reference."""
    params = {
        "entityTypeId": kind.history_type_id,
        "filter": {">ID": last_id, **({"<=ID": before} if before is not None else {})},
        "order": {"ID": "ASC"},
        "start": -1,
    }
    return Call("crm.stagehistory.list", params)


def newest(kind: Kind) -> Call:
    """The newest rows, newest first."""
    params = {"entityTypeId": kind.history_type_id, "order": {"ID": "DESC"}, "start": -1}
    return Call("crm.stagehistory.list", params)


def plain(kind: Kind) -> Call:
    """Any rows, asked for with nothing that an older portal might refuse."""
    return Call("crm.stagehistory.list", {"entityTypeId": kind.history_type_id})


def of_owner(kind: Kind, owner_id: int) -> Call:
    """The newest rows of one entity, newest first."""
    params = {
        "entityTypeId": kind.history_type_id,
        "filter": {"OWNER_ID": owner_id},
        "order": {"ID": "DESC"},
        "start": -1,
    }
    return Call("crm.stagehistory.list", params)


def next_page(name: str) -> str:
    """The batch reference to the last id of a full page that command ``name`` gave."""
    return f"$result[{name}][items][{PAGE - 1}][ID]"


def read_rows(result: Any) -> list[tuple[int, Move]]:
    """The rows of an answer as ``(owner id, move)``; a row without id, owner, stage or time is no row."""
    found = list[tuple[int, Move]]()
    for row in _listed(result):
        number, owner = json_values.id_or_none(row.get("ID")), json_values.id_or_none(row.get("OWNER_ID"))
        stage = json_values.text(row.get("STAGE_ID") or row.get("STATUS_ID"))
        at = parse_time(row.get("CREATED_TIME"))
        if number and owner and stage and at:
            found.append((owner, Move(number, json_values.int_or_none(row.get("TYPE_ID")) or 0, at, stage)))
    return found


def last_id(result: Any) -> int:
    """The highest id of an answer, of rows that cannot be read too; 0 if it has none."""
    return max((json_values.id_or_none(row.get("ID")) or 0 for row in _listed(result)), default=0)


def _listed(result: Any) -> list[Mapping[str, Any]]:
    if isinstance(result, Mapping):
        result = result.get("items", [])
    listed = result.values() if isinstance(result, Mapping) else result
    return (
        [row for row in listed if isinstance(row, dict)] if not isinstance(listed, str | int | None) else []
    )
