"""Activities: meetings, calls, to-dos, e-mails through the portal (portal.md §10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from b24sync.calls import Call
from b24sync.rest import json_values
from b24sync.rest.dates import send_time

MEETING, CALL, EMAIL = 1, 2, 4
ORIGINATOR = "b24sync"
_HOUR = timedelta(hours=1)
_TASK_PROVIDERS = frozenset(("TASKS", "CRM_TASKS_TASK"))  # of the activity that a bound task has


def planned(
    type_id: int,
    *,
    owner: tuple[int, int],
    subject: str,
    responsible_id: int,
    start: datetime,
    marker: str,
    contact: tuple[int, int] | None = None,
    phone: str = "",
    description: str = "",
    lasts: timedelta = _HOUR,
) -> Call:
    """Plan a meeting or a call.

    Args:
        type_id: MEETING or CALL.
        owner: Entity that it belongs to, as ``(entity_type_id, id)``.
        subject: What it is about.
        responsible_id: Who holds it.
        start: When, aware.
        marker: ORIGIN_ID, by which it is found again.
        contact: Whom it is with, as ``(entity_type_id, id)``; the owner if nobody is named. The portal wants
            exactly one.
        phone: The number of that one; a call needs it, and a meeting does not (portal.md §10).
        description: Plain text.
        lasts: How long it is planned to take.
    """
    with_type, with_id = contact or owner
    fields = {
        "OWNER_TYPE_ID": owner[0],
        "OWNER_ID": owner[1],
        "TYPE_ID": type_id,
        "SUBJECT": subject,
        "DESCRIPTION": description,
        "DESCRIPTION_TYPE": 1,
        "RESPONSIBLE_ID": responsible_id,
        "START_TIME": send_time(start),
        "END_TIME": send_time(start + lasts),
        "COMPLETED": "N",
        "PRIORITY": 2,
        "COMMUNICATIONS": [
            {
                "VALUE": phone,
                "ENTITY_ID": with_id,
                "ENTITY_TYPE_ID": with_type,
                "TYPE": "PHONE" if phone else "",
            }
        ],
        "ORIGINATOR_ID": ORIGINATOR,
        "ORIGIN_ID": marker,
    }
    if type_id == CALL:
        fields["DIRECTION"] = 2
    return Call("crm.activity.add", {"fields": fields})


def todo(
    *,
    owner: tuple[int, int],
    title: str,
    deadline: datetime,
    responsible_id: int | None,
    description: str = "",
) -> Call:
    """A to-do. It carries no marker, so a lost answer leaves it uncertain."""
    params: dict[str, Any] = {
        "ownerTypeId": owner[0],
        "ownerId": owner[1],
        "deadline": send_time(deadline),
        "title": title,
    }
    params["description"] = description or title
    if responsible_id is not None:
        params["responsibleId"] = responsible_id
    return Call("crm.activity.todo.add", params, lambda test: {"id": test.new_id()})


def email(
    *,
    owner: tuple[int, int],
    contact: tuple[int, int] | None,
    sender: str,
    to: Sequence[str],
    subject: str,
    body: str,
    is_html: bool,
    responsible_id: int,
    marker: str,
    files: Sequence[tuple[str, str]] = (),
) -> Call:
    """Send an e-mail by the portal at once (it does so for TYPE_ID 4, DIRECTION 2, COMPLETED Y only).

    Args:
        owner: Entity it is bound to, as ``(entity_type_id, id)``.
        contact: Whose address ``to`` is; the owner if nobody is named.
        sender: ``Name <box@…>``, a mailbox of the portal.
        to: Addresses.
        subject: Subject.
        body: Text or HTML.
        is_html: Which of the two the body is.
        responsible_id: User who sends; without one the portal refuses.
        marker: ORIGIN_ID, by which it is found again.
        files: Names with contents in base64.
    """
    with_type, with_id = contact or owner
    fields: dict[str, Any] = {
        "OWNER_TYPE_ID": owner[0],
        "OWNER_ID": owner[1],
        "TYPE_ID": EMAIL,
        "DIRECTION": 2,
        "COMPLETED": "Y",
        "SUBJECT": subject,
        "DESCRIPTION": body,
        "DESCRIPTION_TYPE": 3 if is_html else 1,
        "COMMUNICATIONS": [
            {"VALUE": address, "ENTITY_ID": with_id, "ENTITY_TYPE_ID": with_type, "TYPE": "EMAIL"}
            for address in to
        ],
        "SETTINGS": {"MESSAGE_FROM": sender, "DISABLE_SENDING_MESSAGE_COPY": "Y"},
        "RESPONSIBLE_ID": responsible_id,
        "ORIGINATOR_ID": ORIGINATOR,
        "ORIGIN_ID": marker,
    }
    if files:
        fields["FILES"] = [{"fileData": [name, content]} for name, content in files]
    return Call("crm.activity.add", {"fields": fields})


def find(*, owner: tuple[int, int], marker: str, type_id: int | None = None) -> Call:
    """Activities of an owner that carry a marker.

    Compare ORIGIN_ID by ``marked``, since unknown filters are ignored.
    """
    found: dict[str, Any] = {"OWNER_TYPE_ID": owner[0], "OWNER_ID": owner[1], "ORIGIN_ID": marker}
    if type_id is not None:
        found["TYPE_ID"] = type_id
    select = [
        "ID",
        "TYPE_ID",
        "OWNER_ID",
        "OWNER_TYPE_ID",
        "ORIGINATOR_ID",
        "ORIGIN_ID",
        "COMPLETED",
        "SUBJECT",
        "ASSOCIATED_ENTITY_ID",
    ]
    return Call("crm.activity.list", {"filter": found, "order": {"ID": "ASC"}, "select": select, "start": -1})


def marked(result: Any, marker: str) -> list[int]:
    """Ids of the activities of an answer that carry the marker."""
    rows = result if isinstance(result, list) else []
    own = (row for row in rows if isinstance(row, Mapping) and row.get("ORIGIN_ID") == marker)
    return [number for row in own if (number := json_values.id_or_none(row.get("ID"))) is not None]


def delete(activity_id: int) -> Call:
    """Remove an activity."""
    return Call("crm.activity.delete", {"id": activity_id})


def read_id(result: Any) -> int | None:
    """The id of a new activity: a number, or ``{"id": …}`` for a to-do."""
    return json_values.id_or_none(result.get("id") if isinstance(result, Mapping) else result)


def unsent(result: Any, marker: str) -> list[int]:
    """Ids of the e-mails of an answer that carry the marker and that the portal made no posting of.

    Before it sends, the portal notes the posting in ``ASSOCIATED_ENTITY_ID`` (portal.md §10).
    """
    rows = result if isinstance(result, list) else []
    posted = {
        json_values.id_or_none(row.get("ID"))
        for row in rows
        if isinstance(row, Mapping)
        and ("ASSOCIATED_ENTITY_ID" not in row or json_values.id_or_none(row["ASSOCIATED_ENTITY_ID"]))
    }
    return [number for number in marked(result, marker) if number not in posted]


def newest(owner: tuple[int, int]) -> Call:
    """The newest activities of an entity, with the task that each stands for, if any."""
    params = {
        "filter": {"OWNER_TYPE_ID": owner[0], "OWNER_ID": owner[1]},
        "order": {"ID": "DESC"},
        "select": ["ID", "TYPE_ID", "PROVIDER_ID", "ASSOCIATED_ENTITY_ID"],
        "start": -1,
    }
    return Call("crm.activity.list", params)


def tasks_among(result: Any) -> list[int]:
    """Ids of the tasks that the activities of an answer stand for."""
    rows = [row for row in result if isinstance(row, Mapping)] if isinstance(result, list) else []
    ids = (
        json_values.id_or_none(row.get("ASSOCIATED_ENTITY_ID"))
        for row in rows
        if str(row.get("PROVIDER_ID")) in _TASK_PROVIDERS
    )
    return [number for number in ids if number is not None]
