"""Contract names of fields (contract.md §5 "Names") ↔ the portal's codes, for every CRM kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE
from b24sync.rest import json_values
from b24sync.rest.kinds import Kind

# Never part of an `updated` event (contract.md §5 Events). searchContent holds the name of the stage, so it
# moves too.
_SILENT = frozenset(
    (
        *(
            "id",
            "createdTime",
            "previousStageId",
            "stageId",
            "stageSemanticId",
            "categoryId",
            "closed",
            "isNew",
        ),
        *("entityTypeId", "searchContent", "dateCreateShort", "dateModifyShort"),
        *("ID", "DATE_CREATE", "DATE_MODIFY", "MODIFY_BY_ID", "STAGE_ID", "STAGE_SEMANTIC_ID", "CATEGORY_ID"),
        *("CLOSED", "IS_NEW", "DATE_INSERT", "DATE_UPDATE", "DATE_STATUS", "STATUS_ID", "EMP_STATUS_ID"),
    )
)
_SILENT_STARTS = (
    "updated",
    "moved",
    "lastActivity",
    "lastCommunication",
    "MOVED_",
    "LAST_ACTIVITY",
    "LAST_COMM",
)
_SILENT_NAMES = frozenset(
    ("id", "url", "status", "stage_id", "category_id", "semantic", "created_at", "updated_at")
)


class Field(NamedTuple):
    """One contract field: where the portal keeps it (the first code present counts) and how it is read."""

    name: str
    codes: tuple[str, ...]
    read: Callable[[Any], Any]


def _fields(*rows: tuple[str, str, Callable[[Any], Any]]) -> tuple[Field, ...]:
    return tuple(Field(name, tuple(codes.split()), read) for name, codes, read in rows)


_TIMES = (
    ("created_at", "createdTime DATE_CREATE", json_values.time_or_none),
    ("updated_at", "updatedTime DATE_MODIFY", json_values.time_or_none),
)
_CLIENT = (
    ("contact_id", "contactId CONTACT_ID", json_values.id_or_none),
    ("company_id", "companyId COMPANY_ID", json_values.id_or_none),
)
_RESPONSIBLE = ("responsible_id", "assignedById ASSIGNED_BY_ID", json_values.id_or_none)
_MONEY = (
    ("amount", "opportunity OPPORTUNITY", json_values.money),
    ("currency", "currencyId CURRENCY_ID", json_values.text),
)
_TITLE = ("title", "title TITLE", json_values.text)
_FUNNEL = (
    ("stage_id", "stageId STAGE_ID", json_values.text),
    ("category_id", "categoryId CATEGORY_ID", json_values.int_or_none),
    ("semantic", "stageSemanticId STAGE_SEMANTIC_ID", json_values.text),
)

INVOICE_FIELDS = _fields(
    ("number", "accountNumber", json_values.text),
    _TITLE,
    ("stage_id", "stageId", json_values.text),
    *_MONEY,
    ("due_date", "closedate", json_values.date_or_none),
    ("issued_date", "begindate", json_values.date_or_none),
    *_TIMES,
    ("deal_id", "parentId2", json_values.id_or_none),
    *_CLIENT,
    _RESPONSIBLE,
)
LEGACY_INVOICE_FIELDS = _fields(
    ("number", "ACCOUNT_NUMBER", json_values.text),
    ("title", "ORDER_TOPIC", json_values.text),
    ("stage_id", "STATUS_ID", json_values.text),
    ("amount", "PRICE", json_values.money),
    ("currency", "CURRENCY", json_values.text),
    ("due_date", "DATE_PAY_BEFORE", json_values.date_or_none),
    ("issued_date", "DATE_BILL", json_values.date_or_none),
    ("created_at", "DATE_INSERT", json_values.time_or_none),
    ("updated_at", "DATE_UPDATE", json_values.time_or_none),
    ("deal_id", "UF_DEAL_ID", json_values.id_or_none),
    ("contact_id", "UF_CONTACT_ID", json_values.id_or_none),
    ("company_id", "UF_COMPANY_ID", json_values.id_or_none),
    ("responsible_id", "RESPONSIBLE_ID", json_values.id_or_none),
)
DEAL_FIELDS = _fields(_TITLE, *_FUNNEL, *_MONEY, *_TIMES, *_CLIENT, _RESPONSIBLE)
CUSTOM_FIELDS = (*DEAL_FIELDS, *_fields(("deal_id", "parentId2", json_values.id_or_none)))
CLIENT_FIELDS = _fields(_RESPONSIBLE)


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """The contract fields that a CRM kind keeps in its row.

    A contact's name and addresses are read by `rest.clients`.
    """
    if kind.name == INVOICE:
        return LEGACY_INVOICE_FIELDS if kind.api == "legacy" else INVOICE_FIELDS
    if kind.name in {CONTACT, COMPANY}:
        return CLIENT_FIELDS
    return DEAL_FIELDS if kind.name == DEAL else CUSTOM_FIELDS


def read_contract(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The contract fields of a row, typed. A field that the row does not have reads like an empty one."""
    return {
        name: read(raw[codes[0]] if codes[0] in raw else _value(raw, codes[1:]))
        for name, codes, read in fields_of(kind)
    }


def _value(raw: Mapping[str, Any], codes: tuple[str, ...]) -> Any:
    for code in codes:
        if code in raw:
            return raw[code]
    return None


def portal_fields(kind: Kind, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Fields for a write: contract names become the portal's codes, typed values its JSON.

    Other codes stay as they are.

    ``fields.UF_CRM_X`` may be written for ``UF_CRM_X``.
    """
    codes = {field.name: field.codes[0] for field in fields_of(kind)}
    return {
        codes.get(name, name.removeprefix("fields.")): json_values.to_portal(value)
        for name, value in changes.items()
    }


def portal_code(kind: Kind, name: str) -> str:
    """The portal's code of a contract field.

    A code of the portal comes back as it is, without ``fields.``.
    """
    return next((f.codes[0] for f in fields_of(kind) if f.name == name), name.removeprefix("fields."))


def original_fields(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row by the portal's own codes.

    Custom fields as ``UF_CRM_…`` on old portals too, no links of files.
    """
    scrubbed = json_values.scrubbed(raw)
    if not any(code.startswith("ufCrm") for code in scrubbed):
        return scrubbed
    return {json_values.original_uf_name(code): value for code, value in scrubbed.items()}


def diff_contract(kind: Kind, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What takes part in an ``updated`` event, as JSON; a field that is missing here is empty.

    Contract fields by their names, all else as ``fields.CODE``; neither the stage nor what moves with every
    save.
    """
    found: dict[str, Any] = {}
    shown: set[str] = set()
    for field in fields_of(kind):
        shown.update(field.codes)
        if field.name not in _SILENT_NAMES:
            found[field.name] = json_values.to_json(field.read(_value(raw, field.codes)))
    for code, value in raw.items():
        if code not in shown and code not in _SILENT and not code.startswith(_SILENT_STARTS):
            name = json_values.original_uf_name(code)
            found[f"fields.{name}"] = json_values.comparable(name, value)
    return {name: value for name, value in found.items() if value is not None}
