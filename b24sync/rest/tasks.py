"""Tasks: ``tasks.task.*`` (portal.md §9). Answers are camel case with texts, what is sent is upper case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from b24sync.calls import Call
from b24sync.domain.entity import TASK, Key
from b24sync.rest import json_values
from b24sync.rest.dates import parse_time
from b24sync.rest.kinds import STANDARD, Kind, key_of_binding

COMPLETED = 5
SELECT = (
    *(
        "ID",
        "TITLE",
        "DESCRIPTION",
        "STATUS",
        "PRIORITY",
        "CREATED_BY",
        "CREATED_DATE",
        "RESPONSIBLE_ID",
        "ACCOMPLICES",
    ),
    *(
        "AUDITORS",
        "DEADLINE",
        "START_DATE_PLAN",
        "END_DATE_PLAN",
        "CHANGED_DATE",
        "STATUS_CHANGED_DATE",
        "CLOSED_DATE",
    ),
    *("GROUP_ID", "PARENT_ID", "XML_ID", "TASK_CONTROL", "TAGS", "UF_CRM_TASK"),
)
_CODES = {
    "title": "TITLE",
    "responsible_id": "RESPONSIBLE_ID",
    "deadline": "DEADLINE",
    "tags": "TAGS",
    "status": "STATUS",
}
# Only what a person sets takes part in `updated`; viewing, commenting, time passing and the names of people
# do not.
_COMPARED = (
    *(
        "description",
        "priority",
        "createdBy",
        "accomplices",
        "auditors",
        "startDatePlan",
        "endDatePlan",
        "groupId",
    ),
    *("parentId", "xmlId", "taskControl"),
)


def list_page(
    *,
    filter: Mapping[str, Any],
    order: Mapping[str, str],
    start: int = -1,
    select: Sequence[str] = SELECT,
) -> Call:
    """One page of at most 50 tasks; codes in ``filter`` and ``order`` are upper case."""
    params = {"filter": dict(filter), "order": dict(order), "select": list(select), "start": start}
    return Call("tasks.task.list", params)


def get(task_id: int) -> Call:
    """One task; a missing or hidden one gives an empty result, no error."""
    return Call(
        "tasks.task.get",
        {"taskId": task_id, "select": list(SELECT)},
        lambda test: {"task": test.row(TASK, task_id)},
    )


def add(fields: Mapping[str, Any]) -> Call:
    """Create a task; ``XML_ID`` is its marker, ``UF_CRM_TASK`` its bindings."""
    return Call("tasks.task.add", {"fields": _sent(fields)}, lambda test: {"task": {"id": test.new_id()}})


def update(task_id: int, fields: Mapping[str, Any]) -> Call:
    """Change fields of a task, named by the contract or by the portal."""
    return Call("tasks.task.update", {"taskId": task_id, "fields": _sent(fields)})


def bound_to(binding: str, *, start: int = -1, after_id: int = 0) -> Call:
    """Tasks bound to an entity such as ``SI_7``, by id.

    Their ``xmlId`` is compared by the caller (portal.md §9).
    """
    found = {"UF_CRM_TASK": binding, **({">ID": after_id} if after_id else {})}
    return list_page(filter=found, order={"ID": "ASC"}, start=start)


def _sent(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        _CODES.get(name, name.removeprefix("fields.")): json_values.to_portal(value)
        for name, value in fields.items()
    }


def read_contract(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The contract fields of a task, typed; ``id`` and ``url`` are added by rest.items."""
    return {
        "title": json_values.text(raw.get("title")),
        "status": json_values.int_or_none(raw.get("status")),
        "responsible_id": json_values.id_or_none(raw.get("responsibleId")),
        "deadline": parse_time(raw.get("deadline")),
        "closed_at": parse_time(raw.get("closedDate")),
        "tags": tags(raw),
        "created_at": parse_time(raw.get("createdDate")),
        "updated_at": parse_time(raw.get("changedDate")),
    }


def tags(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """The tags: the portal sends a map of ``{id, title}``, or a list of texts."""
    found = raw.get("tags") or ()
    listed = found.values() if isinstance(found, Mapping) else found
    if not isinstance(listed, str | Iterable):
        return ()
    if isinstance(listed, str):
        return tuple(part.strip() for part in listed.split(",") if part.strip())
    return tuple(json_values.text(tag.get("title") if isinstance(tag, Mapping) else tag) for tag in listed)


def snapshot_times(raw: Mapping[str, Any]) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When a task was created, changed, and last got another status.

    One never changed counts as changed when created.
    """
    created = parse_time(raw.get("createdDate"))
    return created, parse_time(raw.get("changedDate")) or created, parse_time(raw.get("statusChangedDate"))


def is_completed(raw: Mapping[str, Any]) -> bool:
    """Whether the task is completed: 5 only, as one that awaits control (4) is not yet."""
    return json_values.int_or_none(raw.get("status")) == COMPLETED


def bindings(raw: Mapping[str, Any], kinds: Mapping[str, Kind] = STANDARD) -> list[Key]:
    """The entities that a task is bound to, of the kinds known here, each once, ordered by kind and id."""
    found = raw.get("ufCrmTask") or raw.get("UF_CRM_TASK") or ()
    listed = found.values() if isinstance(found, Mapping) else found if isinstance(found, list) else [found]
    keys = (key_of_binding(str(text), kinds) for text in listed)
    return sorted({key for key in keys if key is not None})


def diff_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What takes part in ``task.updated``, as JSON; a field that is missing here is empty."""
    typed = read_contract(raw)
    found = {
        name: json_values.to_json(typed[name])
        for name in ("title", "status", "responsible_id", "deadline", "closed_at", "tags")
    }
    for code in _COMPARED:
        found[f"fields.{code}"] = json_values.comparable(code, raw.get(code))
    for code, value in raw.items():
        if code.startswith(("uf", "UF_")):
            found[f"fields.{code}"] = json_values.comparable(code, value)
    return {name: value for name, value in found.items() if value is not None}
