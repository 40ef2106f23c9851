"""Old invoices, crm.invoice.* (portal.md §3.6); they answer only where the portal still has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .filters import Column, Kind, compile_filter, descends, sort_rows, value_of
from .method_registry import Params, rest
from .php import as_list, as_map, to_int
from .portal_dates import show_date, show_time, strtotime, to_day
from .portal_users import classic_page
from .schema import OLD_INVOICE

if TYPE_CHECKING:
    from .stand_in import Sandbox

OldInvoice = dict[str, Any]
_FIELDS: dict[str, Kind] = {
    "ID": "int",
    "ACCOUNT_NUMBER": "text",
    "ORDER_TOPIC": "text",
    "STATUS_ID": "text",
    "DATE_INSERT": "time",
    "DATE_UPDATE": "time",
    "DATE_STATUS": "time",
    "DATE_BILL": "day",
    "DATE_PAY_BEFORE": "day",
    "DATE_PAYED": "time",
    "PAYED": "text",
    "PAY_VOUCHER_NUM": "text",
    "PAY_VOUCHER_DATE": "day",
    "PRICE": "float",
    "CURRENCY": "text",
    "TAX_VALUE": "float",
    "RESPONSIBLE_ID": "int",
    "UF_DEAL_ID": "int",
    "UF_CONTACT_ID": "int",
    "UF_COMPANY_ID": "int",
    "UF_MYCOMPANY_ID": "int",
    "UF_QUOTE_ID": "int",
    "PERSON_TYPE_ID": "int",
    "PAY_SYSTEM_ID": "int",
    "CREATED_BY": "int",
    "COMMENTS": "text",
    "USER_DESCRIPTION": "text",
    "XML_ID": "text",
    "IS_RECURRING": "text",
}


# "Только для чтения" on the page of crm.invoice.fields
_READ_ONLY = frozenset(
    (
        "ID",
        "CREATED_BY",
        "CURRENCY",
        "DATE_PAYED",
        "DATE_STATUS",
        "DATE_UPDATE",
        "PAYED",
        "PRICE",
        "TAX_VALUE",
    )
)


class OldInvoices:
    """The invoices of the old module."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self.all: dict[int, OldInvoice] = {}
        self._next = 1

    def add(self, fields: Mapping[str, Any], by: int) -> int:
        """Create an invoice; PRODUCT_ROWS give its sum."""
        key, self._next = self._next, self._next + 1
        now = self._portal.second()
        base: OldInvoice = {
            "ID": key,
            "ACCOUNT_NUMBER": str(key),
            "ORDER_TOPIC": f"Счёт №{key}",
            "STATUS_ID": "N",
            "DATE_INSERT": now,
            "DATE_UPDATE": now,
            "DATE_STATUS": now,
            "DATE_BILL": self._portal.today(),
            "PAYED": "N",
            "PRICE": 0.0,
            "CURRENCY": "RUB",
            "TAX_VALUE": 0.0,
            "RESPONSIBLE_ID": by,
            "CREATED_BY": by,
            "UF_DEAL_ID": 0,
            "UF_CONTACT_ID": 0,
            "UF_COMPANY_ID": 0,
            "UF_MYCOMPANY_ID": 0,
            "UF_QUOTE_ID": 0,
            "PERSON_TYPE_ID": 2,
            "PAY_SYSTEM_ID": 1,
            "IS_RECURRING": "N",
            "PRODUCT_ROWS": [],
        }
        row = self.all[key] = base | self._read(fields)
        self._settle(row)
        semantics = self._portal.funnels.semantics(OLD_INVOICE, row["STATUS_ID"])
        self._portal.history.created(
            etid=OLD_INVOICE, owner=key, at=now, category=0, stage=row["STATUS_ID"], semantics=semantics
        )
        return key

    def update(self, key: int, fields: Mapping[str, Any]) -> bool:
        """Change an invoice; False if nothing would be different."""
        row = self.all[key]
        given = self._read(fields)
        changed = {name: value for name, value in given.items() if row.get(name) != value}
        if not changed:
            return False
        now = self._portal.second()
        row |= changed | {"DATE_UPDATE": now}
        if "STATUS_ID" in changed:
            row["DATE_STATUS"] = now
            semantics = self._portal.funnels.semantics(OLD_INVOICE, row["STATUS_ID"])
            self._portal.history.moved(
                settings=self._portal.settings,
                etid=OLD_INVOICE,
                owner=key,
                at=now,
                category=0,
                stage=row["STATUS_ID"],
                semantics=semantics,
                funnel_changed=False,
            )
        self._settle(row)
        return True

    def delete(self, key: int) -> None:
        """Delete an invoice with its history."""
        del self.all[key]
        self._portal.history.forget(OLD_INVOICE, key)

    def _settle(self, row: OldInvoice) -> None:
        paid = self._portal.funnels.semantics(OLD_INVOICE, row["STATUS_ID"]) == "S"
        if paid and row["PAYED"] != "Y":
            row["DATE_PAYED"] = self._portal.second()
        row["PAYED"] = "Y" if paid else "N"
        if row["PRODUCT_ROWS"]:
            row["PRICE"] = round(
                sum(float(r["PRICE"]) * float(r["QUANTITY"]) for r in row["PRODUCT_ROWS"]), 2
            )

    def _read(self, fields: Mapping[str, Any]) -> OldInvoice:
        zone, now = self._portal.server_zone, self._portal.clock.now()
        result: OldInvoice = {}
        for name, value in fields.items():
            kind = _FIELDS.get(name)
            if name == "PRODUCT_ROWS":
                result[name] = [{"PRICE": 0, "QUANTITY": 1} | as_map(row) for row in as_list(value)]
            elif kind == "int":
                result[name] = to_int(value) or 0
            elif kind == "float":
                result[name] = float(value or 0)
            elif kind == "time":
                result[name] = strtotime(value, zone, now)
            elif kind == "day":
                result[name] = to_day(value, zone, now)
            elif kind is not None:
                result[name] = None if value is None else str(value)
        return result

    def shown(self, row: OldInvoice, *, whole: bool) -> dict[str, Any]:
        """As crm.invoice.* shows it; product rows only in a whole one."""
        zone = self._portal.server_zone
        result: dict[str, Any] = {}
        for name, kind in _FIELDS.items():
            value = row.get(name)
            if value is None:
                result[name] = None
            elif kind == "time":
                result[name] = show_time(value, zone)
            elif kind == "day":
                result[name] = show_date(value, zone)
            else:
                result[name] = f"{value:.2f}" if kind == "float" else str(value)
        if whole:
            result["PRODUCT_ROWS"] = [dict(product) for product in row["PRODUCT_ROWS"]]
        return result


def _open(portal: Sandbox) -> OldInvoices:
    if not portal.settings.old_invoices:
        raise Refusal("", "Access denied.")
    return portal.old_invoices


def _one(portal: Sandbox, params: Params) -> OldInvoice:
    book = _open(portal)
    number = to_int(params.get("id", params.get("ID")))
    if not number:
        raise Refusal("", "ID is not defined or invalid.")
    row = book.all.get(number)
    if row is None:
        raise Refusal("", "Not found")
    return row


@rest("crm.invoice.list", "crm", arrays="order filter")
def invoice_list(portal: Sandbox, params: Params) -> Answer:
    """Old invoices by filter; dates are exact."""
    book = _open(portal)
    given = {name.lower(): value for name, value in params.items()}
    filters = as_map(given.get("filter"))
    if not any(key.endswith("IS_RECURRING") for key in filters):
        filters["IS_RECURRING"] = "N"  # templates are left out unless they are asked for
    keep = compile_filter(filters, lambda name: _column(portal, name.upper()))
    order = as_map(given.get("order")) or {"ID": "ASC"}
    rows = sort_rows(
        [row for row in book.all.values() if keep is None or keep(row)],
        [(value_of(name.upper()), descends(way)) for name, way in order.items()],
    )
    names = {str(name).upper() for name in as_list(given.get("select"))}
    return classic_page([_picked(book.shown(row, whole=False), names) for row in rows], params)


def _picked(row: OldInvoice, names: set[str]) -> OldInvoice:
    return {name: value for name, value in row.items() if not names or "*" in names or name in names}


def _column(portal: Sandbox, name: str) -> Column | None:
    kind = _FIELDS.get(name)
    if kind is None:
        return None
    zone, now = portal.server_zone, portal.clock.now()
    if kind == "time":
        return Column(name, kind, value_of(name), lambda value: strtotime(value, zone, now))
    if kind == "day":
        return Column(name, kind, value_of(name), lambda value: to_day(value, zone, now))
    if kind == "int":
        return Column(name, kind, value_of(name), to_int)
    return Column(name, kind, value_of(name), float if kind == "float" else str)


@rest("crm.invoice.get", "crm")
def invoice_get(portal: Sandbox, params: Params) -> Answer:
    """One old invoice with its product rows."""
    return Answer(portal.old_invoices.shown(_one(portal, params), whole=True))


@rest("crm.invoice.update", "crm", arrays="fields params")
def invoice_update(portal: Sandbox, params: Params) -> Answer:
    """Change an old invoice."""
    row = _one(portal, params)
    fields = as_map(params.get("fields", params.get("FIELDS")))
    writable = {name: value for name, value in fields.items() if name not in _READ_ONLY}
    portal.old_invoices.update(row["ID"], writable)
    return Answer(row["ID"])


@rest("crm.invoice.getexternallink", "crm")
def invoice_link(portal: Sandbox, params: Params) -> Answer:
    """The public address of an old invoice."""
    row = _one(portal, params)
    return Answer(f"{portal.base_url}/pub/invoice/{row['ID']}/{row['ID'] * 7919:x}/")


@rest("crm.invoice.fields", "crm")
def invoice_fields(portal: Sandbox, _params: Params) -> Answer:
    """Fields of an old invoice."""
    _open(portal)
    types = {"int": "integer", "float": "double", "time": "datetime", "day": "date", "text": "string"}
    return Answer(
        {name: {"type": types[kind], "isReadOnly": name in _READ_ONLY} for name, kind in _FIELDS.items()}
    )
