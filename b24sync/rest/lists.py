"""Universal lists (information blocks): elements, fields, values of lists (portal.md §11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24sync.calls import Call
from b24sync.rest import json_values

PAGE = 50
LISTS, PROCESSES = "lists", "bitrix_processes"


@dataclass(frozen=True, slots=True)
class Element:
    """One element; ``properties`` maps ``PROPERTY_n`` to its values as texts, several or one."""

    id: int
    name: str
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Property:
    """A field of a list.

    Attributes:
        code: ``PROPERTY_n``, or ``NAME`` and the like.
        kind: The portal's type: L list, E element link, S text, N number, ``S:Date`` and more.
        choices: For a list type: value id → text.
        links_to: For an element link: the list it points to.
    """

    code: str
    name: str
    kind: str
    choices: Mapping[str, str] = field(default_factory=dict)
    links_to: int | None = None


def elements(
    list_id: int,
    *,
    iblock_type: str = LISTS,
    filter: Mapping[str, Any] | None = None,
    element_id: int | None = None,
    start: int = 0,
) -> Call:
    """One page of at most 50 elements by id, or the one element."""
    params: dict[str, Any] = {
        "IBLOCK_TYPE_ID": iblock_type,
        "IBLOCK_ID": list_id,
        "ELEMENT_ORDER": {"ID": "ASC"},
    }
    if element_id is not None:
        params["ELEMENT_ID"] = element_id
    if filter:
        params["FILTER"] = dict(filter)
    return Call("lists.element.get", {**params, "start": start})


def fields(list_id: int, *, iblock_type: str = LISTS) -> Call:
    """What fields a list has."""
    return Call("lists.field.get", {"IBLOCK_TYPE_ID": iblock_type, "IBLOCK_ID": list_id})


def all_lists(*, iblock_type: str = LISTS, start: int = 0) -> Call:
    """The lists of a type."""
    return Call("lists.get", {"IBLOCK_TYPE_ID": iblock_type, "start": start})


def read_elements(result: Any) -> list[Element]:
    """The elements of an answer. A property is a map of value ids even if it holds one value."""
    found = []
    for row in json_values.rows(result):
        number = json_values.id_or_none(row.get("ID"))
        if number is not None:
            properties = {code: _texts(value) for code, value in row.items() if code.startswith("PROPERTY_")}
            found.append(Element(number, json_values.text(row.get("NAME")), properties))
    return found


def read_properties(result: Any) -> dict[str, Property]:
    """The fields of a list, by code."""
    found = {}
    for row in json_values.rows(result):
        code = json_values.text(row.get("FIELD_ID"))
        choices = row.get("DISPLAY_VALUES_FORM")
        texts = {str(key): str(text) for key, text in choices.items()} if isinstance(choices, Mapping) else {}
        if code:
            kind, links_to = (
                json_values.text(row.get("TYPE")),
                json_values.id_or_none(row.get("LINK_IBLOCK_ID")),
            )
            found[code] = Property(code, json_values.text(row.get("NAME")), kind, texts, links_to)
    return found


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        # The value of an HTML property is itself a map with TEXT and TYPE.
        return (
            _texts(value["TEXT"])
            if "TEXT" in value
            else tuple(t for one in value.values() for t in _texts(one))
        )
    if isinstance(value, list):
        return tuple(text for one in value for text in _texts(one))
    return () if value is None or value == "" or value is False else (str(value),)
