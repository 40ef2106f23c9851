"""crm.activity.*: meetings, calls, e-mails really sent, to-dos, what they are bound to (portal.md §10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .crm_activities import (
    CALL,
    EMAIL,
    INTEGERS,
    MEETING,
    PROVIDER,
    TASK,
    TEXTS,
    TIMES,
    Activity,
    Binding,
)
from .envelope import Answer, Refusal
from .filters import Column, compile_filter, descends, sort_rows, value_of
from .mail_addresses import bare, is_address
from .method_registry import Params, rest
from .php import as_list, as_map, is_array, to_int
from .portal_dates import strtotime
from .portal_users import classic_page
from .schema import TYPE_NAMES

if TYPE_CHECKING:
    from .stand_in import Sandbox

_TYPES = {MEETING, CALL, TASK, EMAIL, 5, PROVIDER}
_MADE_BY_REST = {MEETING, CALL, EMAIL, PROVIDER}
_CHANNELS = {CALL: "PHONE", EMAIL: "EMAIL"}
_SENT = "Email send error. "


@rest("crm.activity.add", "crm", arrays="fields params")
def activity_add(portal: Sandbox, params: Params) -> Answer:
    """Create an activity; an outgoing completed e-mail from a known sender is sent."""
    given = as_map(params.get("fields", params.get("FIELDS")))
    fields = _read(portal, given)
    _check_head(fields)
    owner = (fields.get("OWNER_TYPE_ID") or 0, fields.get("OWNER_ID") or 0)
    talks = _communications(fields["TYPE_ID"], owner, given.get("COMMUNICATIONS"))
    if not talks and fields["TYPE_ID"] != PROVIDER:
        raise Refusal("", "The field COMMUNICATIONS is not defined or invalid.")
    if len(talks) > 1 and fields["TYPE_ID"] in {MEETING, CALL}:
        raise Refusal("", "The only one communication is allowed for activity of specified type.")
    bindings = [owner] if min(owner) > 0 else []
    bindings += [(talk["ENTITY_TYPE_ID"], talk["ENTITY_ID"]) for talk in talks]
    _check_bindings(portal, bindings)
    if min(owner) <= 0:
        fields |= {"OWNER_TYPE_ID": bindings[0][0], "OWNER_ID": bindings[0][1]}
    key = portal.activity_book.add(fields | {"COMMUNICATIONS": talks}, bindings)
    if fields["TYPE_ID"] == EMAIL:
        _send(portal, portal.activity_book.all[key])
    return Answer(key)


def _check_head(fields: Activity) -> None:
    if not str(fields.get("SUBJECT") or "").strip():
        raise Refusal("", "The field SUBJECT is not defined or empty.")
    if not fields.get("RESPONSIBLE_ID"):
        raise Refusal("", "The field RESPONSIBLE_ID is not defined or invalid.")
    if fields.get("PROVIDER_ID") and not fields.get("TYPE_ID"):
        fields["TYPE_ID"] = PROVIDER
    kind = fields.get("TYPE_ID")
    if kind not in _TYPES:
        raise Refusal("", "The field TYPE_ID is not defined or invalid.")
    if kind not in _MADE_BY_REST:
        raise Refusal("", f'The activity type "{kind} is not supported in current context".')
    if kind == PROVIDER:
        _check_provider(fields.get("PROVIDER_ID"))


def _check_provider(provider: Any) -> None:
    """A provider of an application needs one; a webhook is none."""
    if not provider:
        raise Refusal("", "The custom activity without provider is not supported in current context.")
    if provider == "CONFIGURABLE_REST_APP":
        raise Refusal("", "Use crm.activity.configurable.add for this activity provider")
    if provider == "REST_APP":
        raise Refusal("", "Application context required.")


def _communications(kind: int, owner: Binding, given: Any) -> list[dict[str, Any]]:
    """The communications that count: with somebody, and by a value where the type needs one.

    One with a value and nobody is with the owner; one of another channel than the type's is dropped.
    """
    kept = []
    for talk in map(as_map, as_list(given)):
        value, channel = str(talk.get("VALUE") or ""), str(talk.get("TYPE") or "")
        whom = (to_int(talk.get("ENTITY_TYPE_ID")) or 0, to_int(talk.get("ENTITY_ID")) or 0)
        if min(whom) <= 0 and value:
            whom = owner
        needed = _CHANNELS.get(kind)
        if min(whom) <= 0 or (not value and kind != MEETING) or (needed and channel not in {"", needed}):
            continue
        kept.append(
            {
                "TYPE": channel or needed or "",
                "VALUE": value,
                "ENTITY_ID": whom[1],
                "ENTITY_TYPE_ID": whom[0],
            }
        )
    return kept


def _check_bindings(portal: Sandbox, bindings: list[Binding]) -> None:
    if not bindings:
        reason = "Please ensure that owner info and communications are defined correctly."
        raise Refusal("", f"Could not build binding. {reason}")
    for etid, key in bindings:
        name = TYPE_NAMES.get(etid, f"DYNAMIC_{etid}")
        if etid not in portal.types:
            raise Refusal("", f"Entity type '{name}' is not supported in current context")
        if portal.items.get(etid, key) is None:
            raise Refusal("", f"Could not find '{name}' with ID: {key}")
        if key in portal.items.book(etid).hidden:
            raise Refusal("", "Access denied.")


def _read(portal: Sandbox, given: dict[str, Any]) -> Activity:
    """Inputs by upper-case names; BINDINGS and what the portal counts itself are read-only."""
    now = portal.clock.now()
    fields: Activity = {}
    for name, value in given.items():
        if name in INTEGERS and name != "ID":
            fields[name] = to_int(value) or 0
        elif name in TIMES and name not in {"CREATED", "LAST_UPDATED", "DEADLINE"}:
            moment = strtotime(value, portal.server_zone, now)
            if moment is not None:
                fields[name] = moment
        elif name in TEXTS:
            fields[name] = None if value is None else str(value)
    fields["FILES"] = [as_list(as_map(file).get("fileData")) for file in as_list(given.get("FILES"))]
    fields["SETTINGS"] = as_map(given.get("SETTINGS")) or []
    fields["COMPLETED"] = "Y" if str(given.get("COMPLETED") or "").upper() == "Y" else "N"
    return fields


def _send(portal: Sandbox, row: Activity) -> None:
    """Send an e-mail if it is outgoing and completed; a fault leaves the activity behind.

    Raises:
        Refusal: It has no sender or addressee, one of the addresses is none, or the sender is unknown.
    """
    if row["DIRECTION"] != 2 or row["COMPLETED"] != "Y":
        return
    sender = str(as_map(row["SETTINGS"]).get("MESSAGE_FROM") or "").strip()
    recipients = [talk["VALUE"] for talk in row["COMMUNICATIONS"]]
    if not sender:
        raise Refusal("", _SENT + '"From" is not found.')
    if not all(is_address(one) for one in (sender, *recipients)):
        raise Refusal("", _SENT + "Invalid email is specified.")
    if bare(sender) not in {bare(item) for item in portal.activity_book.senders}:
        raise Refusal("", _SENT + "Failed to add posting. Please see details below.")
    row["ASSOCIATED_ENTITY_ID"] = len(portal.activity_book.mails) + 1  # the posting
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


@rest("crm.activity.list", "crm", arrays="order filter")
def activity_list(portal: Sandbox, params: Params) -> Answer:
    """Activities by filter; BINDINGS finds those bound to any of several entities."""
    given = {name.lower(): value for name, value in params.items()}
    filters = as_map(given.get("filter"))
    bound = _bound_to(portal, filters.pop("BINDINGS", None))
    keep = compile_filter(filters, lambda name: _column(portal, name.upper()))
    rows = [
        row
        for row in portal.activity_book.all.values()
        if bound(row) and (keep is None or keep(row)) and portal.activity_book.seen(row)
    ]
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


def _bound_to(portal: Sandbox, wanted: Any) -> Callable[[Activity], bool]:
    """A test for a filter's BINDINGS: pairs of which either half may be missing."""
    pairs = [
        (to_int(one.get("OWNER_TYPE_ID")), to_int(one.get("OWNER_ID")))
        for one in map(as_map, as_list(wanted))
    ]
    if not pairs:
        return lambda _row: True

    def test(row: Activity) -> bool:
        bindings = portal.activity_book.bindings[row["ID"]]
        return any(
            etid in {None, found[0]} and key in {None, found[1]} for etid, key in pairs for found in bindings
        )

    return test


def _column(portal: Sandbox, name: str) -> Column | None:
    if name in TIMES:
        now = portal.clock.now()
        return Column(name, "time", value_of(name), lambda v: strtotime(v, portal.server_zone, now))
    if name in INTEGERS:
        return Column(name, "int", value_of(name), to_int)
    if name in TEXTS:
        return Column(name, "text", value_of(name), str)
    return None


def _one(portal: Sandbox, params: Params) -> Activity:
    number = to_int(params.get("id", params.get("ID")))
    if not number or number < 0:
        raise Refusal("", "ID is not defined or invalid.")
    row = portal.activity_book.all.get(number)
    if row is None:
        raise Refusal("", "Activity is not found.")
    if not portal.activity_book.seen(row):
        raise Refusal("", "Access denied.")
    return row


@rest("crm.activity.get", "crm")
def activity_get(portal: Sandbox, params: Params) -> Answer:
    """One activity."""
    return Answer(portal.activity_book.shown(_one(portal, params), None))


@rest("crm.activity.delete", "crm")
def activity_delete(portal: Sandbox, params: Params) -> Answer:
    """Delete an activity; a mail that was sent stays sent."""
    portal.activity_book.remove(_one(portal, params)["ID"])
    return Answer(result=True)


@rest("crm.activity.binding.list", "crm", takes="activityId:int!")
def binding_list(portal: Sandbox, params: Params) -> Answer:
    """What an activity is bound to."""
    row = portal.activity_book.all.get(to_int(params["activityId"]) or 0)
    if row is None:
        raise Refusal("NOT_FOUND", "Element not found")
    if not portal.activity_book.seen(row):
        raise Refusal("ACCESS_DENIED", "Access denied")
    bindings = portal.activity_book.bindings[row["ID"]]
    return Answer([{"entityTypeId": etid, "entityId": key} for etid, key in bindings])


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
    owner = (to_int(params["ownerTypeId"]) or 0, to_int(params["ownerId"]) or 0)
    if owner[0] not in portal.types or owner[1] <= 0:
        raise Refusal("OWNER_NOT_FOUND", "Owner was not found")
    if portal.items.get(*owner) is None:
        raise Refusal("NOT_FOUND", "Not found.")
    if owner[1] in portal.items.book(owner[0]).hidden:
        raise Refusal("ACCESS_DENIED", "Access denied")
    deadline = strtotime(params["deadline"], portal.server_zone, portal.clock.now())
    if deadline is None or is_array(params["deadline"]):
        raise Refusal("WRONG_DATETIME_FORMAT", "Incorrect date and time format")
    fields: Activity = {
        "OWNER_TYPE_ID": owner[0],
        "OWNER_ID": owner[1],
        "TYPE_ID": PROVIDER,
        "PROVIDER_ID": "CRM_TODO",
        "PROVIDER_TYPE_ID": "TODO",
        "SUBJECT": str(params.get("title") or ""),
        "DEADLINE": deadline,
        "DESCRIPTION": str(params.get("description") or ""),
        "RESPONSIBLE_ID": to_int(params.get("responsibleId")) or portal.settings.owner_id,
    }
    return Answer({"id": portal.activity_book.add(fields, [owner])})
