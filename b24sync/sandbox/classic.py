"""Classic methods of deals, contacts, companies: UPPER names, values as text (portal.md §3.5, §6.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .crm_items import Item
from .envelope import PAGE, Answer, Refusal
from .filters import Column, compile_filter, descends
from .item_methods import columns, visible_only
from .mail_addresses import is_address
from .method_registry import Method, Params, rest
from .php import as_list, as_map, to_int
from .portal_dates import strtotime
from .query import Query, page
from .schema import COMPANY, CONTACT, DEAL, TYPE_BOOKS, EntityType, classic_name
from .typed_values import show_classic

if TYPE_CHECKING:
    from .stand_in import Sandbox

_NAMES = {DEAL: "deal", CONTACT: "contact", COMPANY: "company"}
_MULTIFIELDS = ("PHONE", "EMAIL")
_BRING_THEIR_ID = {*_MULTIFIELDS, "COMMENTS"}
"""Fields of a ``select`` that the list has to look up by id, and so brings the id with them (*source*)."""
_HIDDEN = {"contactIds", "companyIds", "observers", "previousStageId", "fm"}


class Multifields:
    """Phones and e-mails: entries with ids of their own; edited by id, added without one."""

    def __init__(self) -> None:
        self._next = 100

    def merge(self, current: list[dict[str, Any]], given: Any) -> list[dict[str, Any]]:
        """What the entries become by an input in the universal or the classic shape."""
        result = [dict(entry) for entry in current]
        for change in _changes(given):
            known = next((entry for entry in result if entry["id"] == change.get("id")), None)
            if known is None:
                self._next += 1
                known = {"id": self._next, "valueType": "WORK", "value": "", "typeId": "EMAIL"}
                result.append(known)
            known |= {name: value for name, value in change.items() if name != "id"}
        return [entry for entry in result if entry["value"] != ""]


def _changes(given: Any) -> list[dict[str, Any]]:
    found = []
    for key, value in as_map(given).items():
        if key in {"EMAIL", "PHONE", "WEB", "IM"}:
            found += [_change(entry) | {"typeId": key} for entry in as_list(value)]
        else:
            found.append(_change(value))
    return found


def _change(entry: Any) -> dict[str, Any]:
    names = {"ID": "id", "VALUE": "value", "VALUE_TYPE": "valueType", "TYPE_ID": "typeId"}
    fields = {names.get(name, name): value for name, value in as_map(entry).items()}
    change: dict[str, Any] = {
        name: str(fields[name]) for name in ("value", "valueType", "typeId") if name in fields
    }
    if to_int(fields.get("id")):
        change["id"] = to_int(fields["id"])
    return change


def show_whole(
    portal: Sandbox, kind: EntityType, item: Item, names: set[str] | None = None
) -> dict[str, Any]:
    """An item as the classic methods show it; phones and e-mails only in a whole one or by their names."""
    zone = portal.server_zone
    row = {}
    for name, spec in kind.fields.items():
        shown = classic_name(name)
        if name not in _HIDDEN and (names is None or shown in names):
            row[shown] = show_classic(spec, item.get(name), zone)
    if not kind.staged:
        for code in _MULTIFIELDS:
            entries = [entry for entry in item.get("fm", []) if entry["typeId"] == code]
            if names is None:
                row[f"HAS_{code}"] = "Y" if entries else "N"
            if entries and (names is None or code in names):
                row[code] = [
                    {"ID": str(e["id"]), "VALUE_TYPE": e["valueType"], "VALUE": e["value"], "TYPE_ID": code}
                    for e in entries
                ]
    return row


def _check_addresses(fields: Params) -> None:
    """Refuse an EMAIL that is none; an empty value takes the entry away."""
    for entry in map(as_map, as_list(fields.get("EMAIL"))):
        value = str(entry.get("VALUE") or "").strip()
        if value and not is_address(value):
            raise Refusal("ERROR_CORE", "Поле «Рабочий e-mail» содержит некорректный адрес")


def lower_keys(params: Params) -> Params:
    """Parameters under lower-case names: the classic methods take both spellings."""
    return {name.lower(): value for name, value in params.items()}


def _find(
    portal: Sandbox,
    etid: int,
    params: Params,
    missing: str = "Not found",
    nameless: str = "ID is not defined or invalid.",
) -> Item:
    """The item that a request names.

    Args:
        portal: The portal.
        etid: Its type.
        params: The request.
        missing: What is said if there is no such item.
        nameless: What is said if the request names none.

    Raises:
        Refusal: With an empty code, one of these, or it may not be seen.
    """
    number = to_int(lower_keys(params).get("id"))
    if not number or number < 0:
        raise Refusal("", nameless)
    item = portal.items.get(etid, number)
    if item is None:
        raise Refusal("", missing)
    if number in portal.items.book(etid).hidden:
        raise Refusal("", "Access denied.")
    return item


def _get(etid: int) -> Method:
    def get(portal: Sandbox, params: Params) -> Answer:
        """One item."""
        return Answer(show_whole(portal, portal.types[etid], _find(portal, etid, params)))

    return get


def _list(etid: int) -> Method:
    def listing(portal: Sandbox, params: Params) -> Answer:
        """Items by filter: unknown keys are dropped, dates are exact."""
        given = lower_keys(params)
        kind = portal.types[etid]
        names = _selection(kind, given.get("select"))
        start = to_int(given.get("start")) or 0
        rows, total = page(portal.items.book(etid), _query(portal, kind, given), start)
        shown = [show_whole(portal, kind, row, names) for row in rows]
        if total is None:
            return Answer(shown, total=0)
        following = start // PAGE * PAGE + PAGE
        return Answer(shown, total=total, next=following if following < total else None)

    return listing


def _query(portal: Sandbox, kind: EntityType, given: Params) -> Query:
    known = _columns(portal, kind)
    keep = compile_filter(given.get("filter"), lambda name: known.get(name.upper()))
    if kind.id == DEAL and not any(key.endswith("IS_RECURRING") for key in as_map(given.get("filter"))):
        keep = _no_templates(keep)
    query = Query(keep=visible_only(portal.items.book(kind.id).hidden, keep))

    def since(name: str, value: Any) -> datetime | None:
        return strtotime(value, portal.server_zone, portal.clock.now()) if name == "DATE_MODIFY" else None

    query.bound(given.get("filter"), "ID", since)
    for name, way in (as_map(given.get("order")) or {"ID": "ASC"}).items():
        column = known.get(name.upper())
        if column is not None:
            query.order.append((column.name, descends(way)))
            query.sorters.append(column.get)
    return query


def _no_templates(keep: Callable[[Any], bool] | None) -> Callable[[Any], bool]:
    """Templates of recurring deals are left out by the classic list unless it is asked for them."""
    return lambda item: item.get("isRecurring") not in {"Y", True} and (keep is None or keep(item))


def _selection(kind: EntityType, select: Any) -> set[str]:
    plain = {classic_name(name) for name, spec in kind.fields.items() if not spec.is_uf}
    wanted = {str(name).upper() for name in as_list(select)}
    if not wanted:
        return plain
    chosen = wanted | ({"ID"} if wanted & _BRING_THEIR_ID else set())
    if "*" in wanted:
        chosen |= plain
    if "UF_*" in wanted:
        chosen |= {name for name, spec in kind.fields.items() if spec.is_uf}
    return chosen


def _columns(portal: Sandbox, kind: EntityType) -> dict[str, Column]:
    """Columns under classic names; times are read exactly, without the skew of the universal methods."""

    def exact(value: Any) -> Any:
        return strtotime(value, portal.server_zone, portal.clock.now())

    result = {}
    for name, column in columns(portal, kind).items():
        read: Callable[[Any], Any] = column.read
        if column.kind == "time":
            read = exact
        result[classic_name(name)] = Column(name, column.kind, column.get, read)
    return result


def _update(etid: int) -> Method:
    def update(portal: Sandbox, params: Params) -> Answer:
        """Change an item; a bad stage and another funnel are ignored without a word."""
        given = lower_keys(params)
        missing = "Not found" if etid == DEAL else f"{_NAMES[etid].capitalize()} is not found"
        item = _find(portal, etid, params, missing)
        kind = portal.types[etid]
        _check_addresses({name.upper(): value for name, value in as_map(given.get("fields")).items()})
        names = {classic_name(name): name for name in kind.fields}
        fields: dict[str, Any] = {}
        for name, value in as_map(given.get("fields")).items():
            if name.upper() in names:
                fields[names[name.upper()]] = value
            elif name.upper() in {"EMAIL", "PHONE"}:
                fields.setdefault("fm", {})[name.upper()] = value
        fields.pop("categoryId", None)
        stage = fields.get("stageId")
        if stage is not None and not portal.funnels.knows(etid, item["categoryId"], str(stage)):
            del fields["stageId"]
        portal.items.update(etid, item["id"], fields, portal.settings.owner_id)
        return Answer(result=True)

    return update


def _add(etid: int) -> Method:
    def add(portal: Sandbox, params: Params) -> Answer:
        """Create an item."""
        given = lower_keys(params)
        names = {classic_name(name): name for name in portal.types[etid].fields}
        upper = {name.upper(): value for name, value in as_map(given.get("fields")).items()}
        _check_addresses(upper)
        fields: dict[str, Any] = {names[name]: value for name, value in upper.items() if name in names}
        multi = {name: upper[name] for name in ("EMAIL", "PHONE") if name in upper}
        if multi:
            fields["fm"] = multi
        return Answer(portal.items.add(etid, fields, portal.settings.owner_id))

    return add


for _etid, _name in _NAMES.items():
    rest(f"crm.{_name}.get", "crm")(_get(_etid))
    rest(f"crm.{_name}.list", "crm", arrays="order filter")(_list(_etid))
    rest(f"crm.{_name}.update", "crm", arrays="fields params")(_update(_etid))
    rest(f"crm.{_name}.add", "crm", arrays="fields params")(_add(_etid))


@rest("crm.deal.fields", "crm")
def deal_fields(portal: Sandbox, _params: Params) -> Answer:
    """Fields of a deal."""
    shown = {}
    for name, spec in portal.types[DEAL].fields.items():
        if name in _HIDDEN:
            continue
        shown[classic_name(name)] = {
            "type": spec.type,
            "isRequired": False,
            "isReadOnly": spec.read_only,
            "isImmutable": False,
            "isMultiple": spec.multiple,
            "isDynamic": spec.is_uf,
            "title": spec.title,
        }
        if name == "typeId":
            shown[classic_name(name)]["statusType"] = TYPE_BOOKS[DEAL]
        if spec.items:
            shown[classic_name(name)]["items"] = [{"ID": str(n), "VALUE": text} for n, text in spec.items]
    return Answer(shown)


_NO_ID = "The parameter id is invalid or not defined."


@rest("crm.deal.productrows.get", "crm")
def deal_rows(portal: Sandbox, params: Params) -> Answer:
    """Product rows of a deal."""
    item = _find(portal, DEAL, params, nameless=_NO_ID)
    return Answer([_classic_row(row) for row in portal.items.rows.of(DEAL, item["id"])])


def _classic_row(row: dict[str, Any]) -> dict[str, Any]:
    texts = {"id": "ID", "ownerId": "OWNER_ID", "storeId": "STORE_ID"}
    shown = {
        texts.get(name, classic_name(name)): str(value) if name in texts and value is not None else value
        for name, value in row.items()
    }
    shown["PRICE_ACCOUNT"] = f"{row['price']:.2f}"
    return shown | {"ORIGINAL_PRODUCT_NAME": row["productName"], "PRODUCT_DESCRIPTION": None}


@rest("crm.deal.productrows.set", "crm")
def deal_rows_set(portal: Sandbox, params: Params) -> Answer:
    """Replace the product rows of a deal."""
    given = lower_keys(params)
    item = _find(portal, DEAL, params, nameless=_NO_ID)
    camel = {
        classic_name(name): name
        for name in (
            "productId",
            "productName",
            "price",
            "quantity",
            "taxRate",
            "taxIncluded",
            "discountTypeId",
            "discountRate",
            "discountSum",
            "measureCode",
            "measureName",
            "sort",
        )
    }
    rows = [
        {camel[name.upper()]: value for name, value in as_map(row).items() if name.upper() in camel}
        for row in as_list(given.get("rows"))
    ]
    for row in rows:
        _check_discount(row)
    portal.items.rows.replace(DEAL, item["id"], rows)
    portal.items.touch(DEAL, item["id"], portal.settings.owner_id)
    return Answer(result=True)


def _check_discount(row: dict[str, Any]) -> None:
    """Refuse a kind of discount without its size; a percentage of 100 needs the sum as well."""
    kind, rate = to_int(row.get("discountTypeId")), row.get("discountRate")
    if kind == 2 and rate in (None, ""):
        raise Refusal("", "Discount Rate (DISCOUNT_RATE) is required if Percentage Discount Type is defined.")
    if row.get("discountSum") in (None, "") and (kind == 1 or (kind == 2 and to_int(rate) == 100)):
        raise Refusal("", "Discount Sum (DISCOUNT_SUM) is required if this Discount Type is defined.")


@rest("crm.deal.contact.items.get", "crm")
def deal_contacts(portal: Sandbox, params: Params) -> Answer:
    """Contacts of a deal, the first being the primary one."""
    number = to_int(lower_keys(params).get("id")) or 0
    if number in portal.items.book(DEAL).hidden:
        raise Refusal("ACCESS_DENIED", "Access denied!", 403)
    nameless = "The parameter ownerEntityID is invalid or not defined."
    item = _find(portal, DEAL, params, "Not found.", nameless)
    return Answer(
        [
            {"CONTACT_ID": key, "SORT": 10 * place, "ROLE_ID": 0, "IS_PRIMARY": "Y" if place == 1 else "N"}
            for place, key in enumerate(item.get("contactIds") or [], 1)
        ]
    )
