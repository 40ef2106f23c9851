"""Own fields of the CRM: crm.deal.userfield.list and userfieldconfig.get (portal.md §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .classic import lower_keys
from .envelope import Answer, Refusal
from .method_registry import Params, rest
from .php import as_map, to_int
from .schema import CONTACT, DEAL, INVOICE, Field

if TYPE_CHECKING:
    from .stand_in import Sandbox

_ENTITIES = {DEAL: "CRM_DEAL", CONTACT: "CRM_CONTACT", INVOICE: "CRM_SMART_INVOICE"}


@rest("crm.deal.userfield.list", "crm", arrays="order filter")
def deal_userfields(portal: Sandbox, params: Params) -> Answer:
    """Own fields of deals; enumerations with their texts."""
    given = lower_keys(params)
    wanted = {name.upper(): str(value) for name, value in as_map(given.get("filter")).items()}
    rows = []
    for spec in portal.types[DEAL].fields.values():
        if not spec.is_uf:
            continue
        row: dict[str, Any] = {
            "ID": str(spec.uf_id),
            "ENTITY_ID": "CRM_DEAL",
            "FIELD_NAME": spec.name,
            "USER_TYPE_ID": spec.type,
            "XML_ID": None,
            "SORT": "100",
            "MULTIPLE": "Y" if spec.multiple else "N",
            "MANDATORY": "N",
            "SHOW_FILTER": "E",
            "SHOW_IN_LIST": "Y",
            "EDIT_IN_LIST": "Y",
            "IS_SEARCHABLE": "N",
            "SETTINGS": [],
            "EDIT_FORM_LABEL": spec.title,
            "LIST_COLUMN_LABEL": spec.title,
            "LIST_FILTER_LABEL": spec.title,
            "ERROR_MESSAGE": None,
            "HELP_MESSAGE": None,
        }
        if spec.items:
            row["LIST"] = [
                {"ID": str(n), "SORT": str(10 * place), "VALUE": text, "DEF": "N", "XML_ID": f"enum{n}"}
                for place, (n, text) in enumerate(spec.items, 1)
            ]
        if all(row.get(name) == value for name, value in wanted.items()):
            rows.append(row)
    return Answer(rows, total=len(rows))


@rest("userfieldconfig.get", "userfieldconfig")
def field_config(portal: Sandbox, params: Params) -> Answer:
    """One own field by its id, an enumeration with its texts; for administrators."""
    number = to_int(params.get("id"))
    if params.get("moduleId") != "crm":
        raise Refusal("", "No settings for UserFieldAccess")
    for etid, kind in portal.types.items():
        for spec in kind.fields.values():
            if spec.is_uf and spec.uf_id == number and portal.settings.admin:
                return Answer({"field": _config(etid, spec)})
    raise Refusal("", "You do not have permission to view user field settings")


def _config(etid: int, spec: Field) -> dict[str, Any]:
    label = {"ru": spec.title, "en": spec.title}
    blank = {"ru": None, "en": None}
    shown: dict[str, Any] = {
        "id": str(spec.uf_id),
        "entityId": _ENTITIES.get(etid, f"CRM_{etid}"),
        "fieldName": spec.name,
        "userTypeId": spec.type,
        "xmlId": None,
        "sort": "100",
        "multiple": "Y" if spec.multiple else "N",
        "mandatory": "N",
        "showFilter": "N",
        "showInList": "Y",
        "editInList": "Y",
        "isSearchable": "N",
        "settings": [],
        "languageId": {"ru": "ru", "en": "en"},
        "editFormLabel": label,
        "listColumnLabel": blank,
        "listFilterLabel": blank,
        "errorMessage": blank,
        "helpMessage": blank,
    }
    if spec.items:
        shown["enum"] = [
            {
                "id": str(n),
                "userFieldId": str(spec.uf_id),
                "value": text,
                "def": "N",
                "sort": "100",
                "xmlId": f"e{n}",
            }
            for n, text in spec.items
        ]
    return shown
