"""crm.item.*: reading and writing items of any type (portal.md §3.1, §6.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .crm_items import Item
from .crm_stages import stage_entity
from .envelope import Answer, Refusal
from .filters import Column, Kind, Predicate, compile_filter
from .method_registry import Params, rest
from .php import as_list, as_map, is_array, to_int
from .portal_dates import strtotime, to_day, zone
from .query import Query, answer, page
from .schema import TYPE_BOOKS, EntityType, Field, describe, item_name, upper_name
from .typed_values import show
from .validators import checked_filter, checked_order

if TYPE_CHECKING:
    from .stand_in import Sandbox

_KINDS: dict[str, Kind] = {
    "integer": "int",
    "user": "int",
    "employee": "int",
    "crm_company": "int",
    "crm_contact": "int",
    "crm_category": "int",
    "crm_entity": "int",
    "crm_lead": "int",
    "crm_quote": "int",
    "enumeration": "int",
    "iblock_element": "int",
    "double": "float",
    "datetime": "time",
    "date": "day",
}


def date_skew(portal: Sandbox) -> timedelta:
    """How far the date filters of some methods are off: owner's offset less server's, as of now (§3.4)."""
    settings = portal.settings
    if not settings.skew:
        return timedelta(0)
    now = portal.clock.now()
    owner = now.astimezone(zone(settings.owner_tz)).utcoffset() or timedelta(0)
    server = now.astimezone(portal.server_zone).utcoffset() or timedelta(0)
    return owner - server


def skewed(portal: Sandbox, value: Any) -> datetime | None:
    """The moment that such a filter really compares with."""
    moment = strtotime(value, portal.server_zone, portal.clock.now())
    return moment - date_skew(portal) if moment is not None else None


def columns(portal: Sandbox, kind: EntityType) -> dict[str, Column]:
    """Fields of a type by the name inside the stand-in."""
    return {name: _column(portal, spec) for name, spec in kind.fields.items()}


def _column(portal: Sandbox, spec: Field) -> Column:
    shape: Kind = _KINDS.get(spec.type, "text")
    if spec.type == "boolean":
        shape = "uf_flag" if spec.is_uf else "flag"
    name = spec.name
    get = (lambda row: bool(row.get(name))) if spec.type == "boolean" else (lambda row: row.get(name))
    return Column(name, shape, get, lambda value: read_bound(portal, shape, value))


def read_bound(portal: Sandbox, shape: Kind, value: Any) -> Any:
    """A value of a filter as a value of a column of that shape; ``None`` if it is unreadable."""
    if is_array(value):
        return None
    if shape == "time":
        return skewed(portal, value)
    if shape == "day":
        return to_day(value, portal.server_zone, portal.clock.now())
    return _PLAIN_READERS[shape](value)


def _flag(value: Any) -> bool | None:
    return {"Y": True, "1": True, "TRUE": True, "N": False, "0": False, "FALSE": False}.get(
        str(value).upper()
    )


def _uf_flag(value: Any) -> bool:
    # Read as Y/N, but filtered by 1/0: any other text counts as 0.
    return bool(to_int(value))


def number_or_none(value: Any) -> float | None:
    """A number from itself or its text."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


_PLAIN_READERS: dict[str, Callable[[Any], Any]] = {
    "int": to_int,
    "float": number_or_none,
    "flag": _flag,
    "uf_flag": _uf_flag,
    "text": str,
}


class Names:
    """Names of a type's fields as one request spells them (``useOriginalUfNames``)."""

    def __init__(self, portal: Sandbox, kind: EntityType, params: Params) -> None:
        asked = str(params.get("useOriginalUfNames", "N")) in {"Y", "1", "True", "true"}
        self.original = asked and portal.settings.original_uf_names
        self.kind = kind

    def shown(self, name: str) -> str:
        """The name in an answer."""
        return name if self.original else item_name(name)

    def inner(self, shown: str) -> str | None:
        """The name inside the stand-in, or ``None`` for an unknown one.

        Also of an upper-case one: the portal brings names to upper case before it looks at them (*source*),
        and clients in wide use order by ``ID``.
        """
        fields = self.kind.fields
        if shown.startswith("UF_"):
            return shown if self.original and shown in fields else None
        if shown.startswith("ufCrm") and not self.original:
            return next(
                (name for name in fields if name.startswith("UF_") and item_name(name) == shown), None
            )
        return shown if shown in fields else next((one for one in fields if upper_name(one) == shown), None)

    def sortable(self, shown: str) -> str | None:
        """The inner name of a field that items can be ordered by, or ``None``."""
        name = self.inner(shown)
        return None if name is None or self.kind.fields[name].multiple else name

    def fields(self, given: Any) -> dict[str, Any]:
        """Inputs by inner names; unknown ones are dropped, as the portal does without a word."""
        result = {}
        for name, value in as_map(given).items():
            inner = self.inner(name)
            if inner is not None:
                result[inner] = value
        return result


def show_item(portal: Sandbox, names: Names, item: Item, selected: set[str] | None = None) -> dict[str, Any]:
    """An item as crm.item.* shows it.

    Args:
        portal: The portal.
        names: Spelling of the fields.
        item: The item as kept.
        selected: Inner names; ``None``: all, with phones and e-mails of clients.
    """
    server: ZoneInfo = portal.server_zone
    shown = {
        names.shown(name): show(spec, item.get(name), server)
        for name, spec in names.kind.fields.items()
        if selected is None or name in selected
    }
    if selected is None:
        if not names.kind.staged:
            shown["fm"] = [dict(entry) for entry in item.get("fm", [])]
        shown["entityTypeId"] = names.kind.id
    return shown


@rest("crm.item.fields", "crm", takes="entityTypeId:int! useOriginalUfNames:string")
def item_fields(portal: Sandbox, params: Params) -> Answer:
    """Fields of a type."""
    kind = portal.entity_type(params)
    names = Names(portal, kind, params)
    stages = stage_entity(kind.id, portal.funnels.default_category(kind.id))
    books = {"stageId": stages, "previousStageId": stages, "sourceId": "SOURCE"}
    books["typeId"] = TYPE_BOOKS.get(kind.id, "")
    shown = {names.shown(name): describe(spec, books.get(name)) for name, spec in kind.fields.items()}
    return Answer({"fields": shown})


@rest(
    "crm.item.list",
    "crm",
    takes=("entityTypeId:int! select:array order:array filter:array useOriginalUfNames:string"),
)
def item_list(portal: Sandbox, params: Params) -> Answer:
    """Items by filter; rows that the owner may not see are absent."""
    kind = portal.entity_type(params)
    names = Names(portal, kind, params)
    start = to_int(params.get("start")) or 0
    selected = _selection(portal, names, params.get("select"))
    query = _query(portal, names, params)
    rows, total = page(portal.items.book(kind.id), query, start)
    return answer("items", [show_item(portal, names, row, selected) for row in rows], total, start)


def visible_only(hidden: set[int], keep: Predicate | None) -> Predicate | None:
    """A test that also leaves out rows that the owner may not see."""
    if not hidden:
        return keep
    return lambda row: row["id"] not in hidden and (keep is None or keep(row))


def _query(portal: Sandbox, names: Names, params: Params) -> Query:
    known = columns(portal, names.kind)
    filters = checked_filter(
        params.get("filter"), lambda name: names.inner(name) is not None, portal.settings
    )

    def resolve(name: str) -> Column | None:
        return known.get(names.inner(name) or "")

    query = Query()
    keep = compile_filter(filters, resolve)
    query.keep = visible_only(portal.items.book(names.kind.id).hidden, keep)
    query.bound(
        filters,
        "id",
        lambda name, value: skewed(portal, value) if name == "updatedTime" else None,
    )
    for name, descending in checked_order(params.get("order"), names.sortable, portal.settings):
        query.order.append((name, descending))
        query.sorters.append(known[name].get)
    return query


def _selection(portal: Sandbox, names: Names, select: Any) -> set[str] | None:
    wanted = [str(name) for name in as_list(select)]
    if not wanted or "*" in wanted:
        return None
    chosen: set[str] = set()
    for name in wanted:
        if name.lower() == "uf_*":
            chosen |= {field for field in names.kind.fields if field.startswith("UF_")}
            continue
        inner = names.inner(name)
        if inner is not None:
            chosen.add(inner)
        elif portal.settings.strict and portal.settings.strict_select:
            raise Refusal("INVALID_ARG_VALUE", f"Invalid select: field '{name}' is not allowed in select")
    return chosen


def visible(portal: Sandbox, kind: EntityType, params: Params, *, key: str = "id") -> Item:
    """The item that a request names.

    Raises:
        Refusal: NOT_FOUND if there is none, ACCESS_DENIED if the owner may not see it.
    """
    number = to_int(params.get(key)) or 0
    item = portal.items.get(kind.id, number)
    if item is None:
        raise Refusal("NOT_FOUND", "Element not found")
    if number in portal.items.book(kind.id).hidden:
        raise Refusal("ACCESS_DENIED", "Access denied")
    return item


@rest("crm.item.get", "crm", takes="id:int! entityTypeId:int! useOriginalUfNames:string")
def item_get(portal: Sandbox, params: Params) -> Answer:
    """One item with all fields."""
    kind = portal.entity_type(params)
    item = visible(portal, kind, params)
    return Answer({"item": show_item(portal, Names(portal, kind, params), item)})


@rest("crm.item.add", "crm", takes="entityTypeId:int! fields:array! useOriginalUfNames:string")
def item_add(portal: Sandbox, params: Params) -> Answer:
    """Create an item; unknown fields are ignored without a word."""
    kind = portal.entity_type(params)
    names = Names(portal, kind, params)
    fields = names.fields(params.get("fields"))
    if not kind.staged and "fm" in as_map(params.get("fields")):
        fields["fm"] = as_map(params["fields"])["fm"]
    key = portal.items.add(kind.id, fields, portal.settings.owner_id)
    item = portal.items.get(kind.id, key)
    if item is None:
        raise AssertionError("a new item is there")
    return Answer({"item": show_item(portal, names, item)})


@rest("crm.item.update", "crm", takes="entityTypeId:int! id:int! fields:array! useOriginalUfNames:string")
def item_update(portal: Sandbox, params: Params) -> Answer:
    """Change an item; without an effective change nothing is saved."""
    kind = portal.entity_type(params)
    names = Names(portal, kind, params)
    item = visible(portal, kind, params)
    fields = names.fields(params.get("fields"))
    if not kind.staged and "fm" in as_map(params["fields"]):
        fields["fm"] = as_map(params["fields"])["fm"]
    portal.items.update(kind.id, item["id"], fields, portal.settings.owner_id)
    return Answer({"item": show_item(portal, names, portal.items.get(kind.id, item["id"]) or item)})


@rest("crm.item.delete", "crm", takes="entityTypeId:int! id:int!")
def item_delete(portal: Sandbox, params: Params) -> Answer:
    """Delete an item."""
    kind = portal.entity_type(params)
    item = visible(portal, kind, params)
    portal.items.delete(kind.id, item["id"])
    return Answer([])


@rest("crm.item.payment.list", "crm", takes="entityId:int! entityTypeId:int!")
def item_payments(portal: Sandbox, params: Params) -> Answer:
    """Payments of an item."""
    kind = portal.entity_type(params)
    item = visible(portal, kind, params, key="entityId")
    return Answer(list(portal.payments.get((kind.id, item["id"]), [])))
