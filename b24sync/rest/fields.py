"""What fields a kind has: types, names, values of lists.

``crm.item.fields`` and its like: portal.md §11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from b24sync.rest import contract, json_values
from b24sync.rest.kinds import Kind


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field.

    Attributes:
        code: Its key in rows, custom fields as ``UF_CRM_…``.
        sent: Its name in a write to this portal (old ones know custom fields by camel case only).
        type: The portal's word: ``string``, ``double``, ``date``, ``enumeration``, ``employee``, ``crm`` and
            more.
        title: Its name for people.
        choices: For an enumeration: value id → text.
    """

    code: str
    sent: str
    type: str
    title: str = ""
    is_multiple: bool = False
    is_read_only: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)


class Fields:
    """The fields of one kind, found by every name that a person may write."""

    def __init__(self, kind: Kind, specs: Iterable[FieldSpec]) -> None:
        self.kind = kind
        self.specs = tuple(specs)
        self._by_name = {spec.sent: spec for spec in self.specs}
        self._by_name.update({spec.code: spec for spec in self.specs})

    def find(self, name: str) -> FieldSpec | None:
        """A field by the portal's code, ``fields.CODE``, or its contract name, such as ``due_date``."""
        code = contract.portal_code(self.kind, name) if self.kind.api != "task" else _task_code(name)
        return self._by_name.get(code) or self._by_name.get(name.removeprefix("fields."))

    def close_to(self, name: str) -> str:
        """The known name that is most like an unknown one; empty if none is."""
        known = {code.casefold(): code for code in self._by_name}
        wanted = name.removeprefix("fields.").casefold()
        close = get_close_matches(wanted, known, n=1, cutoff=0.7)
        by_title = {spec.title.casefold(): spec.code for spec in self.specs if spec.title}
        return known[close[0]] if close else by_title.get(wanted, "")

    def titled(self, words: str) -> list[str]:
        """Codes of the fields whose names for people stand in a message of the portal, as ``"Address"``."""
        return [
            spec.code
            for spec in self.specs
            if spec.title and any(f"{q}{spec.title}{e}" in words for q, e in _QUOTES)
        ]


_QUOTES = (('"', '"'), ("«", "»"), ("'", "'"), ("&quot;", "&quot;"))


def read_fields(kind: Kind, result: Any) -> Fields:
    """The fields of an answer to ``items.fields``; tasks have a fixed set."""
    if kind.api == "task":
        return Fields(kind, TASK_FIELDS)
    listed = result.get("fields", result) if isinstance(result, Mapping) else {}
    rows = listed.items() if isinstance(listed, Mapping) else ()
    return Fields(kind, [_spec(str(name), row) for name, row in rows if isinstance(row, Mapping)])


def _spec(name: str, row: Mapping[str, Any]) -> FieldSpec:
    upper = json_values.text(row.get("upperName"))
    choices = row.get("items")
    return FieldSpec(
        code=upper if upper.startswith("UF_") else json_values.original_uf_name(name),
        sent=name,
        type=json_values.text(row.get("type")),
        title=json_values.text(row.get("formLabel") or row.get("listLabel") or row.get("title")),
        is_multiple=row.get("isMultiple") in {True, "Y", "1"},
        is_read_only=row.get("isReadOnly") in {True, "Y", "1"},
        choices=_choices(choices.values() if isinstance(choices, Mapping) else choices or ()),
    )


def _choices(rows: Iterable[Any]) -> dict[str, str]:
    return {
        str(row["ID"]): json_values.text(row.get("VALUE"))
        for row in rows
        if isinstance(row, Mapping) and "ID" in row
    }


def _task_code(name: str) -> str:
    known = {"responsible_id": "RESPONSIBLE_ID"}
    plain = name.removeprefix("fields.")
    return known.get(plain, plain.upper() if plain.islower() else plain)


def _task(sent: str, type_: str, *, several: bool = False) -> FieldSpec:
    first, *others = sent.lower().split("_")
    return FieldSpec(
        first + "".join(word.capitalize() for word in others), sent, type_, sent, is_multiple=several
    )


TASK_FIELDS = (
    _task("TITLE", "string"),
    _task("DESCRIPTION", "string"),
    _task("RESPONSIBLE_ID", "user"),
    _task("CREATED_BY", "user"),
    _task("DEADLINE", "datetime"),
    _task("START_DATE_PLAN", "datetime"),
    _task("END_DATE_PLAN", "datetime"),
    _task("PRIORITY", "integer"),
    _task("STATUS", "integer"),
    _task("GROUP_ID", "integer"),
    _task("PARENT_ID", "integer"),
    _task("TASK_CONTROL", "boolean"),
    _task("TAGS", "string", several=True),
    _task("ACCOMPLICES", "user", several=True),
    _task("AUDITORS", "user", several=True),
    _task("UF_CRM_TASK", "crm", several=True),
)
"""What may be written to a task (portal.md §9)."""
