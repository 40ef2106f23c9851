"""Universal lists: information blocks with properties (portal.md §11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .envelope import Answer, Refusal
from .filters import Column, compile_filter, descends
from .method_registry import Params, rest
from .php import as_list, as_map, to_int
from .portal_users import classic_page

if TYPE_CHECKING:
    from .stand_in import Sandbox


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a list: ``type`` is S (text), N, L (list), E (element of list ``link``), S:Date."""

    id: int
    name: str
    type: str = "S"
    code: str = ""
    multiple: bool = False
    options: Mapping[int, str] = field(default_factory=dict)
    link: int | None = None


@dataclass(slots=True)
class UniversalList:
    """A list: its properties and its elements."""

    id: int
    name: str
    kind: str = "lists"
    code: str | None = None
    properties: dict[int, Property] = field(default_factory=dict)
    elements: dict[int, dict[str, Any]] = field(default_factory=dict)


class Lists:
    """The lists of the portal; ids of elements and values are common to all."""

    def __init__(self) -> None:
        self.all: dict[int, UniversalList] = {}
        self._element = 100
        self._value = 3700

    def add(self, key: int, name: str, kind: str, code: str | None, properties: list[Property]) -> int:
        """Keep a list."""
        self.all[key] = UniversalList(key, name, kind, code, {prop.id: prop for prop in properties})
        return key

    def add_element(self, list_id: int, name: str, values: Mapping[int, Any], key: int | None = None) -> int:
        """Keep an element; values by property id, a list for several ones."""
        number = key or self._element + 1
        self._element = max(self._element, number)
        row: dict[str, Any] = {
            "ID": str(number),
            "IBLOCK_ID": str(list_id),
            "NAME": name,
            "IBLOCK_SECTION_ID": None,
            "CREATED_BY": "1",
            "BP_PUBLISHED": "Y",
            "CODE": "",
        }
        self.all[list_id].elements[number] = row
        self.set_values(list_id, number, values)
        return number

    def set_values(self, list_id: int, element: int, values: Mapping[int, Any]) -> None:
        """Change properties of an element."""
        row = self.all[list_id].elements[element]
        for number, value in values.items():
            shown = {}
            for item in as_list(value) if isinstance(value, list | tuple) else [value]:
                self._value += 2
                shown[str(self._value)] = str(item)
            row[f"PROPERTY_{number}"] = shown


def _list(portal: Sandbox, params: Params) -> UniversalList:
    kind = params.get("IBLOCK_TYPE_ID")
    number, code = to_int(params.get("IBLOCK_ID")), params.get("IBLOCK_CODE")
    if not kind or (not number and not code):
        name = "IBLOCK_ID" if kind else "IBLOCK_TYPE_ID"
        raise Refusal("ERROR_REQUIRED_PARAMETERS_MISSING", f"Required parameter `{name}` is missing")
    for found in portal.list_book.all.values():
        if (found.id == number or (code and found.code == code)) and found.kind == kind:
            return found
    raise Refusal("ERROR_IBLOCK_NOT_FOUND", "Iblock not found")


@rest("lists.get", "lists")
def lists_get(portal: Sandbox, params: Params) -> Answer:
    """Lists of a type."""
    kind = params.get("IBLOCK_TYPE_ID")
    if not kind:
        raise Refusal("ERROR_REQUIRED_PARAMETERS_MISSING", "Required parameter `IBLOCK_TYPE_ID` is missing")
    number, code = to_int(params.get("IBLOCK_ID")), params.get("IBLOCK_CODE")
    if kind == "lists_socnet" and not to_int(params.get("SOCNET_GROUP_ID")):
        raise Refusal("ACCESS_DENIED", "Access denied")
    rows = [
        {
            "ID": str(one.id),
            "TIMESTAMP_X": "12.01.2026 10:00:00",
            "IBLOCK_TYPE_ID": one.kind,
            "LID": "s1",
            "CODE": one.code,
            "NAME": one.name,
            "ACTIVE": "Y",
            "SORT": "500",
            "DESCRIPTION": "",
            "DESCRIPTION_TYPE": "text",
            "BIZPROC": "N",
            "RIGHTS_MODE": "S",
            "VERSION": "1",
            "SOCNET_GROUP_ID": None,
            "LANG_DIR": "/",
            "SERVER_NAME": None,
        }
        for one in portal.list_book.all.values()
        if one.kind == kind and number in {None, one.id} and code in {None, "", one.code}
    ]
    for name, way in reversed(as_map(params.get("IBLOCK_ORDER")).items()):
        rows.sort(key=_sorter(name if name != "IBLOCK_TYPE" else "IBLOCK_TYPE_ID"), reverse=descends(way))
    return classic_page(rows, params)


@rest("lists.element.get", "lists")
def element_get(portal: Sandbox, params: Params) -> Answer:
    """Elements of a list; properties are maps of value id to text."""
    one = _list(portal, params)
    rows = list(one.elements.values())
    wanted = to_int(params.get("ELEMENT_ID"))
    if wanted:
        rows = [row for row in rows if row["ID"] == str(wanted)]
    keep = compile_filter(params.get("FILTER"), _column)
    rows = [row for row in rows if keep is None or keep(row)]
    order = as_map(params.get("ELEMENT_ORDER"))
    for name, way in reversed(list(order.items())):
        rows.sort(
            key=_sorter(str(name)),
            reverse=descends(way),
        )
    names = {str(name) for name in as_list(params.get("SELECT"))}
    shown = [{k: v for k, v in row.items() if not names or k in names} for row in rows]
    return classic_page(shown, params)


def _sorter(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda row: int(row[name]) if name in {"ID", "SORT"} else str(row.get(name) or "")


def _column(name: str) -> Column | None:
    if name.startswith("PROPERTY_"):
        return Column(name, "text", lambda row: list(row.get(name, {}).values()), str)
    if name == "ID":
        return Column(name, "int", lambda row: int(row["ID"]), to_int)
    return Column(name, "text", lambda row: row.get(name), str) if name in {"NAME", "CODE"} else None


@rest("lists.field.get", "lists")
def field_get(portal: Sandbox, params: Params) -> Answer:
    """Fields of a list: all by FIELD_ID, or one under its type."""
    one = _list(portal, params)
    wanted = str(params.get("FIELD_ID") or "")
    fields = {f"PROPERTY_{prop.id}": _describe(prop) for prop in one.properties.values()}
    if not wanted:
        name = {
            "FIELD_ID": "NAME",
            "SORT": 10,
            "NAME": "Название",
            "IS_REQUIRED": "Y",
            "MULTIPLE": "N",
            "TYPE": "NAME",
        }
        return Answer({"NAME": name} | fields)
    found = fields.get(wanted)
    return Answer({found["TYPE"]: found} if found else [])


def _describe(prop: Property) -> dict[str, Any]:
    base, _, user_type = prop.type.partition(":")
    shown: dict[str, Any] = {
        "FIELD_ID": f"PROPERTY_{prop.id}",
        "SORT": 50,
        "NAME": prop.name,
        "IS_REQUIRED": "N",
        "MULTIPLE": "Y" if prop.multiple else "N",
        "DEFAULT_VALUE": "",
        "TYPE": prop.type,
        "PROPERTY_TYPE": base,
        "PROPERTY_USER_TYPE": {"USER_TYPE": user_type} if user_type else False,
        "CODE": prop.code,
        "ID": str(prop.id),
        "LINK_IBLOCK_ID": str(prop.link) if prop.link else None,
        "ROW_COUNT": "1",
        "COL_COUNT": "30",
        "USER_TYPE_SETTINGS": None,
        "SETTINGS": {"SHOW_ADD_FORM": "Y", "SHOW_EDIT_FORM": "Y"},
    }
    if base == "L":
        shown["DISPLAY_VALUES_FORM"] = {str(number): text for number, text in prop.options.items()}
    return shown
