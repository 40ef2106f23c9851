"""crm.item.productrow.* and crm.stagehistory.list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .envelope import PAGE, Answer, Refusal
from .filters import Column, Kind, compile_filter, descends, sort_rows, split_key, value_of
from .item_methods import number_or_none, read_bound, skewed
from .method_registry import Params, rest
from .php import as_list, as_map, is_array, to_int
from .query import answer
from .schema import DEAL, FIRST_DYNAMIC, INVOICE, LEAD, OLD_INVOICE, TYPE_NAMES
from .stage_history import HistoryRow
from .table import Table
from .validators import checked_filter, checked_order

if TYPE_CHECKING:
    from .stand_in import Sandbox


def owner_of(portal: Sandbox, short: Any, number: Any) -> tuple[int, int]:
    """The owner of product rows by its short type and id.

    Raises:
        Refusal: ENTITY_TYPE_NOT_SUPPORTED, OWNER_NOT_FOUND; ACCESS_DENIED, it may not be seen.
    """
    codes = {kind.owner_type.lower(): kind.id for kind in portal.types.values() if kind.staged}
    etid, key = codes.get(str(short).lower()), to_int(number)
    if etid is None:
        raise Refusal("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    if key is None or portal.items.get(etid, key) is None:
        raise Refusal("OWNER_NOT_FOUND", "Owner was not found")
    if key in portal.items.book(etid).hidden:
        raise Refusal("ACCESS_DENIED", "Access denied")
    return etid, key


@rest("crm.item.productrow.list", "crm", takes="filter:array! order:array")
def row_list(portal: Sandbox, params: Params) -> Answer:
    """Rows of one owner; the filter must name it by equality."""
    filters = as_map(params.get("filter"))
    rows = _rows_of(portal, filters.pop("=ownerType", None), filters.pop("=ownerId", None))
    for key, value in filters.items():
        if is_array(value) and split_key(key)[0] in {">", ">=", "<", "<="}:
            text = f"Value for filter key '{key}' should be either string or number"
            raise Refusal("INVALID_ARG_VALUE", text)
    keep = compile_filter(filters, _row_column)
    rows = [row for row in rows if keep is None or keep(row)]
    order = as_map(params.get("order")) or {"id": "ASC"}
    sorters = [(value_of(name), descends(way)) for name, way in order.items()]
    rows = sort_rows(rows, sorters)
    start = to_int(params.get("start")) or 0
    offset = max(0, start) // PAGE * PAGE
    shown = [dict(row) for row in rows[offset : offset + PAGE]]
    return answer("productRows", shown, None if start < 0 else len(rows), start)


def _rows_of(portal: Sandbox, short: Any, number: Any) -> list[dict[str, Any]]:
    """Rows of one owner, or of several of a type; one that is gone has none."""
    for name, value in (("=ownerType", short), ("=ownerId", number)):
        if value in (None, "", 0, "0", []):
            raise Refusal("INVALID_ARG_VALUE", f"Argument '{name}' is required")
    rows: list[dict[str, Any]] = []
    for one in as_list(number) if is_array(number) else [number]:
        try:
            etid, key = owner_of(portal, short, one)
        except Refusal as refusal:
            if refusal.code == "OWNER_NOT_FOUND":
                continue
            raise
        rows += portal.items.rows.of(etid, key)
    return rows


def _row_column(name: str) -> Column:
    """A field of a product row; one that is unknown breaks the query, which is told as any fatal error."""
    if name in {"productName", "measureName", "taxIncluded", "xmlId", "ownerType"}:
        return Column(name, "text", value_of(name), str)
    if name not in _ROW_NUMBERS:
        raise Refusal("0", f"Unknown field definition `{name}` for ProductRow Entity.")
    return Column(name, "float", value_of(name), number_or_none)


_ROW_NUMBERS = {
    *("id", "ownerId", "productId", "price", "priceExclusive", "priceNetto", "priceBrutto", "quantity"),
    *("discountTypeId", "discountRate", "discountSum", "taxRate", "measureCode", "sort", "type", "storeId"),
}


@rest("crm.item.productrow.set", "crm", takes="ownerId:int! ownerType:string! productRows:array!")
def row_set(portal: Sandbox, params: Params) -> Answer:
    """Replace all rows of an owner: new ids, and the owner is saved."""
    etid, key = owner_of(portal, params.get("ownerType"), params.get("ownerId"))
    rows = portal.items.rows.replace(etid, key, [as_map(row) for row in as_list(params.get("productRows"))])
    portal.items.touch(etid, key, portal.settings.owner_id)
    return Answer({"productRows": [dict(row) for row in rows]})


@rest("crm.item.productrow.add", "crm", takes="fields:array!")
def row_add(portal: Sandbox, params: Params) -> Answer:
    """Add one row."""
    fields = as_map(params.get("fields"))
    etid, key = owner_of(portal, fields.get("ownerType"), fields.get("ownerId"))
    row = portal.items.rows.append(etid, key, fields)
    portal.items.touch(etid, key, portal.settings.owner_id)
    return Answer({"productRow": dict(row)})


@rest("crm.item.productrow.get", "crm", takes="id:int!")
def row_get(portal: Sandbox, params: Params) -> Answer:
    """One row."""
    return Answer({"productRow": dict(_row(portal, params)[2])})


@rest("crm.item.productrow.update", "crm", takes="id:int! fields:array!")
def row_update(portal: Sandbox, params: Params) -> Answer:
    """Change one row."""
    etid, key, row = _row(portal, params)
    changed = portal.items.rows.change(etid, key, row["id"], as_map(params.get("fields")))
    portal.items.touch(etid, key, portal.settings.owner_id)
    return Answer({"productRow": dict(changed)})


@rest("crm.item.productrow.delete", "crm", takes="id:int!")
def row_delete(portal: Sandbox, params: Params) -> Answer:
    """Delete one row."""
    etid, key, row = _row(portal, params)
    portal.items.rows.drop(etid, key, row["id"])
    portal.items.touch(etid, key, portal.settings.owner_id)
    return Answer([])


def _row(portal: Sandbox, params: Params) -> tuple[int, int, dict[str, Any]]:
    found = portal.items.rows.find(to_int(params.get("id")) or 0)
    if found is None:
        raise Refusal("NOT_FOUND", "Element not found")
    return found


@rest("crm.stagehistory.list", "crm", takes="entityTypeId:int! order:array filter:array select:array")
def stage_history(portal: Sandbox, params: Params) -> Answer:
    """Rows of the stage history of one type; their id comes whatever was selected."""
    etid = _history_type(portal, to_int(params.get("entityTypeId")) or 0)
    table = portal.history.table(etid)
    hidden = portal.items.book(etid).hidden if etid != OLD_INVOICE else set()
    known = _history_names(etid)
    filters = checked_filter(params.get("filter"), known.__contains__, portal.settings)
    keep = compile_filter(filters, lambda name: _history_column(portal, etid, name))
    order = checked_order(params.get("order"), lambda name: name if name in known else None, portal.settings)
    rows: list[HistoryRow] = []
    start = to_int(params.get("start")) or 0
    offset = max(0, start) // PAGE * PAGE
    by_id = [name for name, _ in order] in ([], ["ID"])
    enough = offset + PAGE if by_id and start < 0 else None
    for key in _history_ids(table, filters, descending=by_id and bool(order) and order[0][1]):
        row = table.get(key)
        if row is None or portal.history.is_late(etid, key) or (keep is not None and not keep(row)):
            continue
        if row.owner_id in hidden and (etid, row.owner_id) not in portal.history.told_of_hidden:
            continue
        rows.append(row)
        if enough is not None and len(rows) >= enough:
            break
    if not by_id:
        columns = [(_history_column(portal, etid, name), down) for name, down in order]
        rows = sort_rows(rows, [(column.get, down) for column, down in columns if column is not None])
    shown = [
        _selected(row.shown(portal.server_zone), params.get("select")) for row in rows[offset : offset + PAGE]
    ]
    return answer("items", shown, None if start < 0 else len(rows), start)


def _history_type(portal: Sandbox, etid: int) -> int:
    settings = portal.settings
    if etid in {LEAD, DEAL, OLD_INVOICE}:
        return etid
    if etid == INVOICE and settings.stagehistory31:
        return etid
    if etid >= FIRST_DYNAMIC and settings.stagehistory_dynamic and etid in portal.types:
        return etid
    name = TYPE_NAMES.get(etid) or (f"DYNAMIC_{etid}" if etid >= FIRST_DYNAMIC else str(etid))
    raise Refusal(0, f"{name} entity is not supported")


def _history_ids(table: Table[HistoryRow], filters: dict[str, Any], *, descending: bool) -> Iterator[int]:
    low = high = None
    for key, value in filters.items():
        prefix, name = split_key(key)
        number = to_int(value) if not is_array(value) else None
        if name == "ID" and number is not None and str(filters.get("logic", "")).upper() != "OR":
            if prefix in {">", ">="}:
                low = number + (prefix == ">")
            elif prefix in {"<", "<="}:
                high = number - (prefix == "<")
            elif prefix in {"", "="}:
                low = high = number
    first, end = table.span(low, high)
    ids = table.ids
    places = range(first, end)
    return (ids[place] for place in (reversed(places) if descending else places))


def _history_names(etid: int) -> dict[str, tuple[str, Kind]]:
    """Fields of a type's rows, as attributes and their kinds; leads and old invoices have no funnels."""
    found: dict[str, tuple[str, Kind]] = {
        "ID": ("id", "int"),
        "TYPE_ID": ("type_id", "int"),
        "OWNER_ID": ("owner_id", "int"),
        "CREATED_TIME": ("created", "time"),
    }
    if etid in {LEAD, OLD_INVOICE}:
        return found | {"STATUS_ID": ("stage_id", "text"), "STATUS_SEMANTIC_ID": ("semantics", "text")}
    found |= {"STAGE_ID": ("stage_id", "text"), "STAGE_SEMANTIC_ID": ("semantics", "text")}
    return found | {"CATEGORY_ID": ("category_id", "int")}


def _history_column(portal: Sandbox, etid: int, name: str) -> Column | None:
    if name not in (known := _history_names(etid)):
        return None
    attribute, kind = known[name]
    if kind == "time":
        return Column(name, kind, lambda row: row.created, lambda value: _history_time(portal, value))
    return Column(
        name, kind, lambda row: getattr(row, attribute), lambda value: read_bound(portal, kind, value)
    )


def _history_time(portal: Sandbox, value: Any) -> datetime | None:
    moment = skewed(portal, value)
    if moment is None and portal.settings.strict:
        raise Refusal("WRONG_DATETIME_FORMAT", "Incorrect date and time format")
    return moment


def _selected(row: dict[str, Any], select: Any) -> dict[str, Any]:
    names = {str(name).upper() for name in as_list(select)}
    if not names or "*" in names or not names & row.keys():
        return row
    return {name: value for name, value in row.items() if name in names or name == "ID"}
