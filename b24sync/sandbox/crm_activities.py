"""Activities of the timeline: meetings, calls, e-mails really sent, to-dos, comments (portal.md §10)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .filters import Column, compile_filter, descends, sort_rows, value_of
from .method_registry import Params, rest
from .php import as_list, as_map, is_array, to_int
from .portal_dates import show_time, strtotime
from .portal_users import classic_page
from .schema import OWNER_TYPES

if TYPE_CHECKING:
    from .stand_in import Sandbox

Activity = dict[str, Any]
MEETING, CALL, TASK, EMAIL, PROVIDER = 1, 2, 3, 4, 6
_TIMES = ("CREATED", "LAST_UPDATED", "START_TIME", "END_TIME", "DEADLINE")
_INTEGERS = (
    "ID",
    "OWNER_ID",
    "OWNER_TYPE_ID",
    "TYPE_ID",
    "RESPONSIBLE_ID",
    "PRIORITY",
    "DIRECTION",
    "ASSOCIATED_ENTITY_ID",
    "DESCRIPTION_TYPE",
    "STATUS",
    "NOTIFY_TYPE",
    "NOTIFY_VALUE",
    "AUTHOR_ID",
)
_TEXTS = (
    "SUBJECT",
    "DESCRIPTION",
    "LOCATION",
    "COMPLETED",
    "PROVIDER_ID",
    "PROVIDER_TYPE_ID",
    "ORIGINATOR_ID",
    "ORIGIN_ID",
)


class Activities:
    """Activities, comments and what was really mailed."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self.all: dict[int, Activity] = {}
        self.mails: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.senders = ["Счета <billing@example.ru>"]
        self._next = 1

    def take_id(self) -> int:
        """A number for an activity or a comment."""
        key, self._next = self._next, self._next + 1
        return key

    def add(self, fields: Activity) -> int:
        """Keep an activity of read fields."""
        key = self.take_id()
        now = self._portal.second()
        owner = self._portal.settings.owner_id
        base: Activity = {
            "ID": key,
            "PROVIDER_ID": "",
            "PROVIDER_TYPE_ID": "",
            "ASSOCIATED_ENTITY_ID": 0,
            "SUBJECT": "",
            "CREATED": now,
            "LAST_UPDATED": now,
            "START_TIME": now,
            "END_TIME": now,
            "DEADLINE": None,
            "COMPLETED": "N",
            "STATUS": 1,
            "RESPONSIBLE_ID": owner,
            "PRIORITY": 2,
            "NOTIFY_TYPE": 0,
            "NOTIFY_VALUE": 0,
            "DESCRIPTION": "",
            "DESCRIPTION_TYPE": 1,
            "DIRECTION": 0,
            "LOCATION": "",
            "SETTINGS": [],
            "ORIGINATOR_ID": None,
            "ORIGIN_ID": None,
            "AUTHOR_ID": owner,
            "COMMUNICATIONS": [],
            "FILES": [],
        }
        row = base | fields
        row["STATUS"] = 2 if row["COMPLETED"] == "Y" else 1
        row["DEADLINE"] = fields.get("DEADLINE") or row["START_TIME"]
        self.all[key] = row
        self._touch_owner(row)
        return key

    def bind_task(self, task: dict[str, Any]) -> None:
        """The activity that a task bound to the CRM brings."""
        codes = {code: number for number, code in OWNER_TYPES.items()}
        for binding in task["UF_CRM_TASK"]:
            short, _, number = str(binding).partition("_")
            if short in codes and to_int(number):
                self.add(
                    {
                        "OWNER_TYPE_ID": codes[short],
                        "OWNER_ID": to_int(number),
                        "TYPE_ID": TASK,
                        "PROVIDER_ID": "TASKS",
                        "SUBJECT": task["TITLE"],
                        "ASSOCIATED_ENTITY_ID": task["ID"],
                        "RESPONSIBLE_ID": task["RESPONSIBLE_ID"],
                    }
                )
                return

    def _touch_owner(self, row: Activity) -> None:
        # Only the time of the last activity moves, never updatedTime.
        item = self._portal.items.get(row["OWNER_TYPE_ID"], row["OWNER_ID"])
        if item is not None:
            item |= {"lastActivityTime": row["CREATED"], "lastActivityBy": row["AUTHOR_ID"]}

    def shown(self, row: Activity, names: set[str] | None) -> dict[str, Any]:
        """As the classic methods show it; COMMUNICATIONS and FILES only if named."""
        zone = self._portal.server_zone
        result: dict[str, Any] = {}
        for name, value in row.items():
            if name in {"COMMUNICATIONS", "FILES"} and (names is None or name not in names):
                continue
            if names is None or name in names:
                result[name] = show_time(value, zone) if isinstance(value, datetime) else _text(value)
        return result


def _text(value: Any) -> Any:
    return value if value is None or is_array(value) else str(value)


@rest("crm.activity.add", "crm", arrays="fields params")
def activity_add(portal: Sandbox, params: Params) -> Answer:
    """Create an activity; an outgoing completed e-mail from a known sender is sent."""
    given = {name.upper(): value for name, value in as_map(params.get("fields")).items()}
    fields = _read(portal, given)
    if not fields.get("SUBJECT"):
        raise Refusal("", "The field SUBJECT is not defined or empty.")
    if fields.get("TYPE_ID") not in {MEETING, CALL, EMAIL}:
        raise Refusal("", "The field TYPE_ID is not defined or invalid.")
    owner = (fields.get("OWNER_TYPE_ID") or 0, fields.get("OWNER_ID") or 0)
    if portal.items.get(*owner) is None:
        raise Refusal("", "Access denied.")
    if not fields.get("RESPONSIBLE_ID"):
        raise Refusal("", "The field RESPONSIBLE_ID is not defined or invalid.")
    talks = fields["COMMUNICATIONS"]
    if fields["TYPE_ID"] in {MEETING, CALL} and len(talks) != 1:
        raise Refusal("", "The only one communication is allowed for activity of specified type.")
    key = portal.activity_book.add(fields)
    if fields["TYPE_ID"] == EMAIL:
        _send(portal, portal.activity_book.all[key])
    return Answer(key)


def _read(portal: Sandbox, given: dict[str, Any]) -> Activity:
    now = portal.clock.now()
    fields: Activity = {}
    for name, value in given.items():
        if name in _INTEGERS and name != "ID":
            fields[name] = to_int(value) or 0
        elif name in _TIMES and name not in {"CREATED", "LAST_UPDATED"}:
            moment = strtotime(value, portal.server_zone, now)
            if moment is not None:
                fields[name] = moment
        elif name in _TEXTS:
            fields[name] = None if value is None else str(value)
    fields["COMMUNICATIONS"] = [as_map(effects) for effects in as_list(given.get("COMMUNICATIONS"))]
    fields["FILES"] = [as_list(as_map(file).get("fileData")) for file in as_list(given.get("FILES"))]
    fields["SETTINGS"] = as_map(given.get("SETTINGS")) or []
    fields["COMPLETED"] = "Y" if given.get("COMPLETED") in {"Y", True, "1"} else "N"
    return fields


def _send(portal: Sandbox, row: Activity) -> None:
    """Send an e-mail if it is outgoing and completed; a fault leaves the activity behind."""
    if row["DIRECTION"] != 2 or row["COMPLETED"] != "Y":
        return
    sender = as_map(row["SETTINGS"]).get("MESSAGE_FROM", "")
    known = {_address(item) for item in portal.activity_book.senders}
    recipients = [str(effects.get("VALUE", "")) for effects in row["COMMUNICATIONS"] if effects.get("VALUE")]
    if _address(str(sender)) not in known or not recipients:
        raise Refusal("", 'Email send error. Failed to load module "subscribe" or sender is unknown.')
    portal.activity_book.mails.append(
        {
            "id": row["ID"],
            "from": sender,
            "to": recipients,
            "subject": row["SUBJECT"],
            "body": row["DESCRIPTION"],
            "body_type": row["DESCRIPTION_TYPE"],
            "files": list(row["FILES"]),
            "owner": (row["OWNER_TYPE_ID"], row["OWNER_ID"]),
            "origin_id": row["ORIGIN_ID"],
            "at": row["CREATED"],
        }
    )


def _address(sender: str) -> str:
    found = re.search(r"<([^<>]+)>", sender)
    return (found[1] if found else sender).strip().lower()


@rest("crm.activity.list", "crm", arrays="order filter")
def activity_list(portal: Sandbox, params: Params) -> Answer:
    """Activities by filter."""
    given = {name.lower(): value for name, value in params.items()}
    keep = compile_filter(given.get("filter"), lambda name: _column(portal, name.upper()))
    rows = [row for row in portal.activity_book.all.values() if keep is None or keep(row)]
    order = as_map(given.get("order")) or {"START_TIME": "ASC"}
    rows = sort_rows(
        rows,
        [(value_of(name.upper()), descends(way)) for name, way in order.items()],
    )
    names = {str(name).upper() for name in as_list(given.get("select"))}
    if "*" in names:
        names |= set(next(iter(rows), {})) - {"COMMUNICATIONS", "FILES"}
    elif "DESCRIPTION" in names:
        names |= {"PROVIDER_ID", "PROVIDER_TYPE_ID"}  # by which its text is unpacked
    return classic_page([portal.activity_book.shown(row, names or None) for row in rows], params)


def _column(portal: Sandbox, name: str) -> Column | None:
    if name in _TIMES:
        now = portal.clock.now()
        return Column(name, "time", value_of(name), lambda v: strtotime(v, portal.server_zone, now))
    if name in _INTEGERS:
        return Column(name, "int", value_of(name), to_int)
    if name in _TEXTS:
        return Column(name, "text", value_of(name), str)
    return None


def _one(portal: Sandbox, params: Params) -> Activity:
    number = to_int(params.get("id", params.get("ID")))
    if not number:
        raise Refusal("", "The parameter id is invalid or not defined.")
    row = portal.activity_book.all.get(number)
    if row is None:
        raise Refusal("", "Activity is not found.")
    return row


@rest("crm.activity.get", "crm")
def activity_get(portal: Sandbox, params: Params) -> Answer:
    """One activity."""
    return Answer(portal.activity_book.shown(_one(portal, params), None))


@rest("crm.activity.delete", "crm")
def activity_delete(portal: Sandbox, params: Params) -> Answer:
    """Delete an activity; a mail that was sent stays sent."""
    del portal.activity_book.all[_one(portal, params)["ID"]]
    return Answer(result=True)


@rest(
    "crm.activity.todo.add",
    "crm",
    takes=(
        "ownerTypeId:int! ownerId:int! deadline:any! title:string description:string "
        "responsibleId:int parentActivityId:int pingOffsets:array colorId:string"
    ),
)
def todo_add(portal: Sandbox, params: Params) -> Answer:
    """Create a to-do."""
    owner = (to_int(params.get("ownerTypeId")) or 0, to_int(params.get("ownerId")) or 0)
    if portal.items.get(*owner) is None:
        raise Refusal("NOT_FOUND", "Not found.")
    deadline = strtotime(params.get("deadline"), portal.server_zone, portal.clock.now())
    if deadline is None:
        raise Refusal("WRONG_DATETIME_FORMAT", "Incorrect date and time format")
    responsible = to_int(params.get("responsibleId")) or portal.settings.owner_id
    key = portal.activity_book.add(
        {
            "OWNER_TYPE_ID": owner[0],
            "OWNER_ID": owner[1],
            "TYPE_ID": PROVIDER,
            "PROVIDER_ID": "CRM_TODO",
            "PROVIDER_TYPE_ID": "TODO",
            "SUBJECT": str(params.get("title") or ""),
            "DEADLINE": deadline,
            "DESCRIPTION": str(params.get("description") or ""),
            "RESPONSIBLE_ID": responsible,
        }
    )
    return Answer({"id": key})


@rest("crm.timeline.comment.add", "crm", takes="fields:array!")
def comment_add(portal: Sandbox, params: Params) -> Answer:
    """Write a comment into a timeline."""
    fields = {name.upper(): value for name, value in as_map(params.get("fields")).items()}
    if not portal.settings.timeline:
        raise Refusal("", "Access denied.")
    owner = portal.timeline_owner(str(fields.get("ENTITY_TYPE", "")), to_int(fields.get("ENTITY_ID")) or 0)
    if owner is None:
        raise Refusal("", "Invalid value of ENTITY_TYPE or ENTITY_ID")
    if not str(fields.get("COMMENT") or "").strip():
        raise Refusal("", "Empty comment message")
    comment = {
        "ID": portal.activity_book.take_id(),
        "ENTITY_TYPE_ID": owner[0],
        "ENTITY_ID": owner[1],
        "ENTITY_TYPE": str(fields["ENTITY_TYPE"]).lower(),
        "CREATED": portal.second(),
        "AUTHOR_ID": portal.settings.owner_id,
        "COMMENT": str(fields["COMMENT"]),
    }
    portal.activity_book.comments.append(comment)
    item = portal.items.get(*owner)
    if item is not None:
        item |= {"lastActivityTime": comment["CREATED"], "lastActivityBy": portal.settings.owner_id}
    return Answer(comment["ID"])


@rest("crm.timeline.comment.list", "crm", arrays="order filter")
def comment_list(portal: Sandbox, params: Params) -> Answer:
    """Comments of one timeline."""
    filters = {name.upper(): value for name, value in as_map(params.get("filter")).items()}
    owner = portal.timeline_owner(str(filters.get("ENTITY_TYPE", "")), to_int(filters.get("ENTITY_ID")) or 0)
    rows = [
        {name: _text(value) for name, value in row.items() if name != "ENTITY_TYPE_ID"}
        | {"CREATED": show_time(row["CREATED"], portal.server_zone)}
        for row in portal.activity_book.comments
        if owner == (row["ENTITY_TYPE_ID"], row["ENTITY_ID"])
    ]
    return classic_page(rows, params)
