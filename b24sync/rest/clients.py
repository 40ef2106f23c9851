"""Contacts and companies: names, e-mail addresses, phones, in both ways the portal writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from b24sync.domain.entity import COMPANY
from b24sync.rest import json_values
from b24sync.rest.kinds import Kind


def name_of(kind: Kind, raw: Mapping[str, Any]) -> str:
    """A company's title; a contact's first and last name."""
    if kind.name == COMPANY:
        return json_values.text(raw.get("title", raw.get("TITLE")))
    parts = (
        json_values.text(raw.get(camel, raw.get(upper)))
        for camel, upper in (("name", "NAME"), ("lastName", "LAST_NAME"))
    )
    return " ".join(part.strip() for part in parts if part.strip())


def addresses(raw: Mapping[str, Any], type_id: str) -> tuple[str, ...]:
    """The e-mail addresses (``EMAIL``) or numbers (``PHONE``) of a row, each once, those for work first.

    The item API sends ``fm`` (only if everything is selected), the classic one a list under the type's name.
    """
    entries = raw.get("fm") or ()
    pairs = [(e.get("valueType"), e.get("value")) for e in _maps(entries) if e.get("typeId") == type_id]
    pairs += [(e.get("VALUE_TYPE"), e.get("VALUE")) for e in _maps(raw.get(type_id) or ())]
    pairs.sort(key=lambda pair: pair[0] != "WORK")
    found = (json_values.text(value).strip() for _, value in pairs)
    return tuple(dict.fromkeys(one for one in found if one))


def _maps(entries: Any) -> Iterable[Mapping[str, Any]]:
    listed = entries.values() if isinstance(entries, Mapping) else entries
    return [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, Iterable) else []
