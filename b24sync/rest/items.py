"""Entities of every kind: calls that list, read and write them, and what their rows mean.

CRM kinds go through ``crm.item.*``; invoices of the old module and tasks are passed on to rest.legacy and
rest.tasks, so that callers need not know which API a kind has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.domain.entity import COMPANY, CONTACT, INVOICE, Entity, Key, MadeLate
from b24sync.rest import clients, contract, legacy, tasks
from b24sync.rest.dates import parse_time
from b24sync.rest.json_values import id_or_none
from b24sync.rest.kinds import Kind

if TYPE_CHECKING:
    from b24sync.domain.values_of_test import ValuesOfTest

EVERYTHING = ("*", "uf_*")
PAGE = 50
_UF = {"useOriginalUfNames": "Y"}
_TYPES = {  # of the fields of a portal of tests; the others hold texts
    "opportunity": "double",
    "closedate": "date",
    "begindate": "date",
    "assignedById": "user",
    "contactId": "crm_contact",
    "companyId": "crm_company",
}


def list_page(
    kind: Kind,
    *,
    filter: Mapping[str, Any],
    order: Mapping[str, str],
    start: int = -1,
    select: Sequence[str] = EVERYTHING,
) -> Call:
    """One page of at most 50 rows; ``start=-1`` spares the portal the counting."""
    if kind.api == "task":
        return tasks.list_page(filter=filter, order=order, start=start)
    if kind.api == "legacy":
        return legacy.list_page(filter=filter, order=order, start=start)
    params = {
        "entityTypeId": kind.entity_type_id,
        "filter": dict(filter),
        "order": dict(order),
        "select": list(select),
    }
    return Call("crm.item.list", {**params, "start": start, **_UF})


def get(kind: Kind, entity_id: int) -> Call:
    """One entity; the portal answers NOT_FOUND if there is none (for a task an empty result)."""
    if kind.api == "task":
        return tasks.get(entity_id)
    if kind.api == "legacy":
        return legacy.get(entity_id)
    return Call(
        "crm.item.get",
        {"entityTypeId": kind.entity_type_id, "id": entity_id, **_UF},
        lambda test: {"item": test.row(kind.name, entity_id)},
    )


def by_ids(kind: Kind, ids: Sequence[int], *, select: Sequence[str] = EVERYTHING) -> Call:
    """At most 50 entities by their ids; those that are gone or hidden are silently absent."""
    if kind.api == "item":
        return list_page(kind, filter={"@id": list(ids)}, order={"id": "ASC"}, select=select)
    return list_page(kind, filter={"ID": list(ids)}, order={"ID": "ASC"})


def update(kind: Kind, entity_id: int, fields: Mapping[str, Any]) -> Call:
    """Change fields, named by the contract or by the portal; values may be typed (dates, Decimal).

    Others stay as they are.
    """
    if kind.api == "task":
        return tasks.update(entity_id, fields)
    if kind.api == "legacy":
        return legacy.update(kind, entity_id, fields)
    sent = contract.portal_fields(kind, fields)
    return Call(
        "crm.item.update",
        {"entityTypeId": kind.entity_type_id, "id": entity_id, "fields": sent, **_UF},
        lambda _test: {"item": {**sent, "id": entity_id}},
    )


def add(kind: Kind, fields: Mapping[str, Any]) -> Call:
    """Create an item (or a task); ``xmlId`` is its marker.

    Old invoices are not created (contract.md §5 ``[invoice]``).
    """
    if kind.api == "task":
        return tasks.add(fields)
    if kind.api == "legacy":
        raise ValueError("invoices of the old module are not created by this program")
    sent = contract.portal_fields(kind, fields)
    return Call(
        "crm.item.add",
        {"entityTypeId": kind.entity_type_id, "fields": sent, **_UF},
        lambda test: {"item": {**sent, "id": test.new_id()}},
    )


def fields(kind: Kind) -> Call:
    """What fields the kind has: types, which are required, and the values of lists."""
    if kind.api == "task":
        return Call("tasks.task.getFields")
    if kind.api == "legacy":
        return Call("crm.invoice.fields", in_tests=lambda test: _fields_of(test, kind))
    params = {"entityTypeId": kind.entity_type_id, **_UF}
    return Call("crm.item.fields", params, lambda test: _fields_of(test, kind))


def _fields_of(test: ValuesOfTest, kind: Kind) -> dict[str, Any]:
    codes = [contract.portal_code(kind, name) for name in test.written_fields()]
    return {"fields": {code: {"type": _TYPES.get(code, "string"), "title": code} for code in codes}}


def page_rows(result: Any) -> list[dict[str, Any]]:
    """The rows of a list answer of any of the three APIs; an empty one may be ``[]`` or a map of nothing."""
    if isinstance(result, Mapping):
        result = result.get("items", result.get("tasks", []))
    if isinstance(result, Mapping):
        result = list(result.values())
    return [row for row in result if isinstance(row, dict)] if isinstance(result, list) else []


def row_of(result: Any) -> dict[str, Any] | None:
    """The row of an answer to get, add or update; ``None`` if the answer holds none."""
    if not isinstance(result, Mapping):
        return None
    row = result.get("item", result.get("task", result))
    return dict(row) if isinstance(row, Mapping) and row else None


def id_of(raw: Mapping[str, Any]) -> int | None:
    """The id of a row; ``None`` if it cannot be read."""
    return id_or_none(raw.get("id", raw.get("ID")))


def row_id(raw: Mapping[str, Any]) -> int:
    """The id of a row.

    Raises:
        ValueError: The row has none, so it is no row of this portal.
    """
    found = id_of(raw)
    if found is None:
        raise ValueError(f"a row without an id: {sorted(raw)[:5]}")
    return found


def is_template(raw: Mapping[str, Any]) -> bool:
    """Whether a row is a template of recurring deals or invoices, which is none itself (portal.md §3.1)."""
    return "Y" in {str(raw.get("isRecurring")), str(raw.get("IS_RECURRING"))}


def number_of(raw: Mapping[str, Any]) -> str:
    """An invoice's number as people see it; empty for other rows."""
    return str(raw.get("accountNumber") or raw.get("ACCOUNT_NUMBER") or "")


def stage_of(raw: Mapping[str, Any]) -> str:
    """The stage id (or status) of a row, whichever API it came from."""
    for code in ("stageId", "STAGE_ID", "STATUS_ID", "status"):
        if code in raw:
            return str(raw[code] or "")
    return ""


_TIMES = (
    ("createdTime", "updatedTime", "movedTime"),
    ("DATE_INSERT", "DATE_UPDATE", "DATE_STATUS"),
    ("DATE_CREATE", "DATE_MODIFY", "MOVED_TIME"),
)


def snapshot_times(raw: Mapping[str, Any]) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When a row was created, last saved, and last moved to another stage.

    Each aware UTC or ``None`` if the row does not say.
    """
    for created, updated, moved in _TIMES:
        if created in raw or updated in raw:
            return parse_time(raw.get(created)), parse_time(raw.get(updated)), parse_time(raw.get(moved))
    return tasks.snapshot_times(raw)


def saved_at(raw: Mapping[str, Any]) -> datetime | None:
    """When a row was last saved; one that never was (tasks), when it was created."""
    for created, updated, _ in _TIMES:
        if created in raw or updated in raw:
            return parse_time(raw.get(updated)) or parse_time(raw.get(created))
    return tasks.snapshot_times(raw)[1]


def entity(
    kind: Kind,
    raw: Mapping[str, Any],
    *,
    statuses: Mapping[str, str],
    base_url: str,
    stage: str | None = None,
) -> Entity:
    """A row as the contract describes it.

    Args:
        kind: What the row is.
        raw: The portal's JSON, of the item API or a classic method.
        statuses: Stage id → status name, for invoices; a stage without a name is its own status.
        base_url: ``https://HOST`` of the portal, for ``url``.
        stage: Goes over the row's own; ``None``: does not.

    Raises:
        ValueError: The row has no id.
    """
    key = Key(kind.name, row_id(raw))
    if kind.api == "task":
        found: dict[str, Any] = tasks.read_contract(raw)
    else:
        found = contract.read_contract(kind, raw)
    if stage is not None and "stage_id" in found:
        found["stage_id"] = stage
    if kind.name == INVOICE:
        found["status"] = statuses.get(found["stage_id"], found["stage_id"])
    if kind.name in {CONTACT, COMPANY}:
        found["name"] = clients.name_of(kind, raw)
        found["emails"] = clients.addresses(raw, "EMAIL")
        found["phones"] = clients.addresses(raw, "PHONE")
    found["id"] = key.id
    found["url"] = url(kind, key.id, base_url=base_url, user_id=found.get("responsible_id"))
    return Entity(key, found, MadeLate(lambda: contract.original_fields(raw)))


def url(kind: Kind, entity_id: int, *, base_url: str, user_id: int | None = None) -> str:
    """The portal's page of an entity; a task's page belongs to a user."""
    base = base_url.rstrip("/")
    if kind.api == "task":
        return f"{base}/company/personal/user/{user_id or 0}/tasks/task/view/{entity_id}/"
    if kind.api == "legacy":
        return f"{base}/crm/invoice/show/{entity_id}/"
    if kind.entity_type_id in {2, 3, 4}:
        return f"{base}/crm/{kind.name}/details/{entity_id}/"
    return f"{base}/crm/type/{kind.entity_type_id}/details/{entity_id}/"


def diff_values(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What takes part in an ``updated`` event: name → JSON value.

    Empty fields are left out, so compare with ``.get``.
    """
    return tasks.diff_values(raw) if kind.api == "task" else contract.diff_contract(kind, raw)
