"""Rows as they were: recorded changes taken back, and which entity a call reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from b24sync.domain.entity import Key
from b24sync.rest import contract, items, json_values
from b24sync.rest.kinds import Kind

_TASK_CODES = {
    "title": "title",
    "status": "status",
    "responsible_id": "responsibleId",
    "deadline": "deadline",
    "closed_at": "closedDate",
    "tags": "tags",
    "created_at": "createdDate",
    "updated_at": "changedDate",
}


def take_back(kind: Kind, raw: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Put a row back to where it was before some changes.

    Args:
        kind: The row's kind.
        raw: The row.
        changes: Field, as ``diff_values`` names it → ``[old, new]``.
    """
    for name, (old, _) in changes.items():
        put(kind, raw, name, old)


def put(kind: Kind, raw: dict[str, Any], name: str, value: Any) -> None:
    """Set a field of a row; ``value`` as ``diff_values`` shows it, which every reader of rows understands."""
    raw[_code_in(kind, raw, name)] = value


def put_time(kind: Kind, raw: dict[str, Any], name: str, second: int | None) -> None:
    """Set a time of a row, given in Unix seconds; ``None``: it is not known."""
    put(
        kind,
        raw,
        name,
        None if second is None else datetime.fromtimestamp(second, UTC).isoformat(timespec="seconds"),
    )


def _code_in(kind: Kind, raw: Mapping[str, Any], name: str) -> str:
    if name.startswith("fields."):
        code = name.removeprefix("fields.")
        return (
            code
            if code in raw
            else next((one for one in raw if json_values.original_uf_name(one) == code), code)
        )
    codes = _codes(kind, name)
    return next((code for code in codes if code in raw), codes[0])


def _codes(kind: Kind, name: str) -> tuple[str, ...]:
    if kind.api == "task":
        return (_TASK_CODES.get(name, name),)
    return next((field.codes for field in contract.fields_of(kind) if field.name == name), (name,))


def entity_read_by(method: str, params: Mapping[str, Any], kinds: Iterable[Kind]) -> Key | None:
    """The entity that a call reads; ``None`` if it reads something else."""
    numbers = {value for value in params.values() if isinstance(value, int) and not isinstance(value, bool)}
    for kind in kinds:
        for number in sorted(numbers):
            call = items.get(kind, number)
            if call.method == method and dict(call.params) == dict(params):
                return Key(kind.name, number)
    return None
