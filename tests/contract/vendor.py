"""A command held against the vendor's own schema of its method.

The schemas lie beside the project (``vendor/methods``, MIT, made from the official documentation); they say
"parsed": what a page's table leaves out is no fault, so such places are listed here with the page that proves
them (paths of github.com/bitrix24/b24restdocs below ``api-reference/``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int, str),  # a command of a batch is a query string
    "string": (str, int),
    "number": (int, float, str),
    "double": (int, float, str),
    "boolean": (bool, int, str),
    "array": (list, dict),  # PHP knows one kind of array
    "object": (list, dict),
}
NOT_ON_THE_PAGES_TABLE = {
    "crm.item.list": {"start", "useOriginalUfNames"},  # crm/universal/crm-item-list.md, its text
    "crm.item.get": {"useOriginalUfNames"},
    "crm.item.add": {"useOriginalUfNames"},
    "crm.item.update": {"useOriginalUfNames"},
    "crm.item.fields": {"useOriginalUfNames"},
    "crm.item.productrow.list": {"start"},  # settings/how-to-call-rest-api/list-methods-pecularities.md
    "crm.invoice.list": {"select", "start"},  # crm/outdated/invoice/crm-invoice-list.md
    "crm.stagehistory.list": {"start"},
    "crm.status.list": {"start"},
    "crm.category.list": {"start"},
    "tasks.task.list": {"start"},
    "user.get": {"start", "FILTER"},
    "department.get": {"start"},
    "lists.element.get": {"start", "FILTER", "ELEMENT_ORDER", "SELECT"},
}
NOT_REALLY_REQUIRED = {
    "crm.stagehistory.list": {
        "order",
        "filter",
        "select",
        "start",
    },  # crm/crm-stage-history-list.md: all optional
    "tasks.task.list": {"order", "filter", "select", "params", "start"},  # tasks/tasks-task-list.md
    "tasks.task.get": {"select"},  # tasks/tasks-task-get.md: default all
    "lists.element.get": {"IBLOCK_CODE", "IBLOCK_ID"},  # either: lists/elements/lists-element-get.md
    "lists.field.get": {"IBLOCK_CODE", "IBLOCK_ID"},
    "lists.get": {"IBLOCK_CODE", "IBLOCK_ID"},
}
WRONG_ON_THE_PAGE = {  # the table's type is not the one of the page's examples
    ("crm.stagehistory.list", "select"),
    ("user.get", "FILTER"),
}
FIELDS_NOT_IN_THE_TABLE: dict[str, set[str]] = {
    "crm.activity.add fields": {"COMPLETED"},  # tutorials/crm/how-to-add-crm-objects/how-to-send-email.md
    "crm.item.add fields": {
        "xmlId",
        "closedate",
        "mycompanyId",
    },  # crm/universal/crm-item-add.md
    "crm.item.update fields": {"closedate", "mycompanyId"},  # crm/universal/crm-item-update.md
    "crm.item.productrow.set productRows": {
        "taxName"
    },  # crm/universal/product-rows/crm-item-productrow-set.md
}
FIELDS_NOT_REALLY_REQUIRED: dict[str, set[str]] = {}


def faults(method: str, params: Mapping[str, Any], schema: Schema) -> list[str]:
    """What a command has that its schema does not know, lacks, or has of another type."""
    found = [
        *_unknown(method, params, schema["params"], NOT_ON_THE_PAGES_TABLE),
        *_missing(method, params, schema["params"], NOT_REALLY_REQUIRED),
        *_wrong(method, params, schema["params"]),
    ]
    for one in schema["params"]:
        inner = _inner(one, schema)
        value = next((params[name] for name in params if name.upper() == one["name"].upper()), None)
        for fields in _maps(value) if inner else ():
            found += _of_fields(f"{method} {one['name']}", fields, inner or {})
    return found


def _inner(param: Schema, schema: Schema) -> Schema | None:
    """The table of the fields of a parameter, if the page has one."""
    name = str(param.get("ref") or "").rpartition("/")[2]
    found: Schema | None = (schema.get("defs") or {}).get(name)
    return found


def _maps(value: Any) -> Iterator[Mapping[str, Any]]:
    """A map of fields, or the maps of a list of such (a batch makes it a map of numbers)."""
    if isinstance(value, Mapping) and not all(str(name).isdigit() for name in value):
        yield value
    elif isinstance(value, list | Mapping):
        yield from (
            one
            for one in (value.values() if isinstance(value, Mapping) else value)
            if isinstance(one, Mapping)
        )


def _of_fields(where: str, fields: Mapping[str, Any], table: Schema) -> list[str]:
    return [
        *_unknown(where, fields, table["fields"], FIELDS_NOT_IN_THE_TABLE),
        *_missing(where, fields, table["fields"], FIELDS_NOT_REALLY_REQUIRED),
        *_wrong(where, fields, table["fields"]),
    ]


def _unknown(
    where: str, given: Mapping[str, Any], table: list[Schema], known: Mapping[str, set[str]]
) -> Iterator[str]:
    names = {one["name"].upper() for one in table}
    for name in given:
        own = name.upper().startswith(("UF_", "UFCRM", "PARENTID"))
        if name.upper() not in names and name not in known.get(where, set()) and not own:
            yield f"{where}: unknown {name}"


def _missing(
    where: str, given: Mapping[str, Any], table: list[Schema], spared: Mapping[str, set[str]]
) -> Iterator[str]:
    names = {name.upper() for name in given}
    for one in table:
        needed = one.get("required") and one["name"] not in spared.get(where, set())
        if needed and one["name"].upper() not in names:
            yield f"{where}: without {one['name']}"


def _wrong(where: str, given: Mapping[str, Any], table: list[Schema]) -> Iterator[str]:
    bases = {one["name"].upper(): str(one.get("base", "")) for one in table}
    for name, value in given.items():
        base = bases.get(name.upper(), "")
        wanted = TYPES.get(base)
        if wanted and not isinstance(value, wanted) and (where, name) not in WRONG_ON_THE_PAGE:
            yield f"{where}: {name} is {type(value).__name__}, not {base}"
