"""Requisites of contacts and companies, their bank details and addresses (classic methods)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .envelope import Answer
from .method_registry import Params, rest
from .php import as_list, as_map, is_array
from .portal_dates import show_time
from .portal_users import classic_page

if TYPE_CHECKING:
    from .stand_in import Sandbox

Row = dict[str, Any]
REQUISITE = 8
"""The entity type of requisites, to which addresses belong."""


class Requisites:
    """Rows of the three tables; all scalars are text, as classic methods show them."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self.requisites: list[Row] = []
        self.bank_details: list[Row] = []
        self.addresses: list[Row] = []
        self._next = 1

    def add(self, entity_type_id: int, entity_id: int, **fields: Any) -> int:
        """Requisites of a contact (3) or a company (4); returns their id."""
        return self._kept(self.requisites, ENTITY_TYPE_ID=entity_type_id, ENTITY_ID=entity_id, **fields)

    def add_bank(self, requisite_id: int, **fields: Any) -> int:
        """Bank details of requisites; returns their id."""
        return self._kept(
            self.bank_details, ENTITY_TYPE_ID=REQUISITE, ENTITY_ID=requisite_id, COUNTRY_ID=1, **fields
        )

    def add_address(self, requisite_id: int, type_id: int = 6, **fields: Any) -> None:
        """An address of requisites; 6 is the registered one."""
        row = {"TYPE_ID": type_id, "ENTITY_TYPE_ID": REQUISITE, "ENTITY_ID": requisite_id, **fields}
        self.addresses.append(_texts(row))

    def change(self, row: Row, **fields: Any) -> None:
        """Change a row as a person does."""
        row.update(_texts(fields))
        if "DATE_MODIFY" in row:
            row["DATE_MODIFY"] = self._now()

    def _kept(self, table: list[Row], **fields: Any) -> int:
        key, self._next = self._next, self._next + 1
        row = {"ID": key, "NAME": "", "ACTIVE": "Y", "SORT": 500, "DATE_CREATE": self._now()}
        table.append(_texts({**row, "DATE_MODIFY": self._now(), **fields}))
        return key

    def _now(self) -> str:
        return show_time(self._portal.second(), self._portal.server_zone) or ""


def _texts(fields: Mapping[str, Any]) -> Row:
    return {name: value if value is None else str(value) for name, value in fields.items()}


@rest("crm.requisite.list", "crm", arrays="order filter")
def requisite_list(portal: Sandbox, params: Params) -> Answer:
    """Requisites that fit the filter."""
    return _page(portal.requisite_book.requisites, params)


@rest("crm.requisite.bankdetail.list", "crm", arrays="order filter")
def bank_detail_list(portal: Sandbox, params: Params) -> Answer:
    """Bank details that fit the filter; ENTITY_ID is the requisites' id."""
    return _page(portal.requisite_book.bank_details, params)


@rest("crm.address.list", "crm", arrays="order filter")
def address_list(portal: Sandbox, params: Params) -> Answer:
    """Addresses that fit the filter; they have no id."""
    return _page(portal.requisite_book.addresses, params)


def _page(rows: list[Row], params: Params) -> Answer:
    filters = {key.upper(): value for key, value in as_map(params.get("filter")).items()}
    names = {str(name) for name in as_list(params.get("select"))}
    shown = [_picked(row, names) for row in rows if _fits(row, filters)]
    return classic_page(shown, params)


def _picked(row: Row, names: set[str]) -> Row:
    return {name: value for name, value in row.items() if not names or "*" in names or name in names}


def _fits(row: Row, filters: Mapping[str, Any]) -> bool:
    """Equality and lists, by which alone they are asked for; unknown keys are ignored."""
    for key, wanted in filters.items():
        name = key.lstrip("=@")
        options = as_list(wanted) if is_array(wanted) else [wanted]
        if name in row and row[name] not in {str(one) for one in options}:
            return False
    return True
