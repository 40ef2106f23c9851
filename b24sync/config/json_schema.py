"""The structure of the configuration as data: JSON Schema for editors, and rows for the reference.

Both are made from the types, defaults and docstrings that the loader itself goes by.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from b24sync.config.structure import hints_of, key_of
from b24sync.domain import settings_calendar
from b24sync.domain.later import Later
from b24sync.domain.rule_test import RuleTest
from b24sync.domain.settings import Settings
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import Deadline, Mark, Secret, Stay, TemplateFile, format_duration
from b24sync.steps.registry import STEPS, step_class

DRAFT = "http://json-schema.org/draft-04/schema#"
_ATTRIBUTE = re.compile(r"(\w+): (.*)")
_TEXT: Mapping[str, Any] = {"type": "string"}
_NUMBER_TEXT = r"^\s*[-+]?\d+(\.\d+)?\s*$"
_SCALARS: Mapping[Any, Mapping[str, Any]] = {
    str: _TEXT,
    Path: _TEXT,
    TemplateFile: _TEXT,
    Secret: _TEXT,
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    Decimal: {"anyOf": [{"type": "number"}, {"type": "string", "pattern": _NUMBER_TEXT}]},
    timedelta: {"type": "string", "pattern": r"^\d{1,9}[smhd]$"},
    time: {"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$"},
    Deadline: {"type": "string", "pattern": r"^\s*\+\d{1,3}(wd|d)( \d{1,2}:\d{2})?\s*$"},
    Stay: {"type": "string", "pattern": r"^\s*\d{1,3}(wd|d)\s*$"},
    Any: {},
    type(None): {"type": "null"},
}
_WORDS: Mapping[Any, str] = {
    str: "text",
    Path: "path",
    TemplateFile: "path of a file",
    Secret: "secret: literal, env:NAME, file:PATH or credential:NAME",
    int: "whole number",
    bool: "true or false",
    Decimal: "number",
    timedelta: 'duration ("5m")',
    time: 'time of day ("10:00")',
    Deadline: 'deadline ("+3wd", "+2d", "+1wd 10:00")',
    Stay: 'time ("3wd", "5d")',
    Any: "any value",
}
_MARKS: Mapping[Mark, str] = {
    Mark.TEXT: "text with {{ values }}",
    Mark.LINE: "line with {{ values }}",
    Mark.BBCODE: "text with {{ values }}, BBCode",
    Mark.HTML: "HTML with {{ values }}",
    Mark.CONDITION: "condition",
    Mark.PERSON: "person",
    Mark.ADDRESS: "address, person, contact or company",
    Mark.VALUE: "value, path or text with {{ values }}",
}
_CALENDAR: Mapping[str, tuple[str, ...]] = {
    "direction": settings_calendar.DIRECTIONS,
    "on_unpublished": settings_calendar.ON_UNPUBLISHED,
    "portal": settings_calendar.PORTAL,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a table.

    Attributes:
        key: As in the file.
        type: Of the field.
        default: As it would be written; ``None``: none (``required`` tells).
        about: What it is, from the docstring of its class.
    """

    key: str
    type: Any
    default: Any
    required: bool
    about: str


def settings_of(cls: Any) -> Iterator[Setting]:
    """The keys of a table, in their order."""
    about, types_ = attributes_of(cls), hints_of(cls)
    for field in fields(cls):
        if cls is RuleTest and field.name == "kinds":
            continue  # smart processes are under their own names
        required = field.default is MISSING and field.default_factory is MISSING
        type_ = _listed(types_[field.name])
        yield Setting(key_of(field), type_, _default(field), required, about.get(field.name, ""))


def _listed(hint: Any) -> Any:
    """A list that is read later as the list that it is."""
    return hint.listed() if isinstance(hint, type) and issubclass(hint, Later) else hint


def attributes_of(cls: Any) -> dict[str, str]:
    """The attributes that a class's docstring describes, each in one line."""
    found: dict[str, str] = {}
    name = ""
    for line in (cls.__doc__ or "").partition("Attributes:")[2].splitlines():
        match = _ATTRIBUTE.fullmatch(line.strip())
        indent = len(line) - len(line.lstrip())
        if match and indent <= 8:
            name = match[1]
            found[name] = match[2]
        elif name and line.strip():
            found[name] += f" {line.strip()}"
    return found


def summary_of(cls: Any) -> str:
    """What a class is, by the first paragraph of its docstring."""
    return " ".join((cls.__doc__ or "").partition("\n\n")[0].split())


def word_for(hint: Any) -> str:
    """A type in words."""
    origin = get_origin(hint)
    if origin is Annotated:
        mark = next((one for one in get_args(hint) if isinstance(one, Mark)), None)
        return _MARKS[mark] if mark else word_for(get_args(hint)[0])
    if origin is Literal:
        return " | ".join(f'"{one}"' for one in get_args(hint) if one)
    if origin is tuple:
        return f"list: {word_for(get_args(hint)[0])}"
    if origin is Mapping:
        return f"table: name = {word_for(get_args(hint)[1])}"
    if origin in {Union, types.UnionType}:
        return " or ".join(word_for(one) for one in get_args(hint) if one is not type(None))
    return _WORDS.get(hint, "table")


# JSON Schema


def schema() -> dict[str, Any]:
    """JSON Schema (Draft 4, which TOML editors take) of the whole file."""
    return {
        "$schema": DRAFT,
        "title": "b24sync",
        "description": "The configuration of b24sync",
        **_table(Settings),
    }


def _table(cls: Any) -> dict[str, Any]:
    properties, required = {}, []
    for setting in settings_of(cls):
        properties[setting.key] = _described(setting, _of(setting.type))
        if cls is settings_calendar.CalendarSettings and setting.key in _CALENDAR:
            properties[setting.key] = _described(setting, {"enum": list(_CALENDAR[setting.key])})
        if setting.required:
            required.append(setting.key)
    # a test may have a table for each smart process
    others: Any = {"type": "object"} if cls is RuleTest else False
    found = {"type": "object", "properties": properties, "additionalProperties": others}
    return {**found, **({"required": required} if required else {})}


def _described(setting: Setting, inner: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(inner)
    about = setting.about.replace("``", "`") or (
        summary_of(setting.type) if is_dataclass(setting.type) else ""
    )
    if about:
        found["description"] = about
    if setting.default is not None:
        found["default"] = setting.default
    return found


def _of(hint: Any) -> dict[str, Any]:
    if hint is StepSettings:
        return {"anyOf": [_step(name) for name in STEPS]}
    if isinstance(hint, type) and is_dataclass(hint) and hint not in _SCALARS:
        return _table(hint)
    make = _GENERIC.get(types.UnionType if get_origin(hint) is Union else get_origin(hint))
    return dict(_SCALARS[hint]) if make is None else make(hint)


def _step(name: str) -> dict[str, Any]:
    cls = step_class(name)
    table = _table(cls)
    use = {"enum": [name], "description": summary_of(cls).replace("``", "`")}
    table["properties"] = {"use": use, **table["properties"]}
    table["required"] = ["use", *table.get("required", [])]
    return table


def _list(hint: Any) -> dict[str, Any]:
    element = get_args(hint)[0]
    inner = _of(element)
    listed = {"type": "array", "items": inner}
    tables = is_dataclass(element) and element not in _SCALARS
    return listed if tables or element is StepSettings else {"anyOf": [inner, listed]}


def _union(hint: Any) -> dict[str, Any]:
    members = [one for one in get_args(hint) if one is not type(None)]
    return _of(members[0]) if len(members) == 1 else {"anyOf": [_of(one) for one in members]}


_GENERIC: Mapping[Any, Callable[[Any], dict[str, Any]]] = {
    Annotated: lambda hint: _of(get_args(hint)[0]),
    Literal: lambda hint: {"enum": [one for one in get_args(hint) if one]},
    tuple: _list,
    Mapping: lambda hint: {"type": "object", "additionalProperties": _of(get_args(hint)[1])},
    types.UnionType: _union,
}


# defaults


def _default(field: Field[Any]) -> Any:
    """The default of a field as JSON; ``None`` if there is none to show."""
    value = field.default
    if value is MISSING and field.default_factory is not MISSING:
        value = field.default_factory()
    return _plain(value)


def _plain(value: Any) -> Any:
    if value is MISSING or value is None or isinstance(value, Secret) or is_dataclass(value):
        return str(value) if isinstance(value, Deadline) else None
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, tuple | Later):
        return None if any(map(is_dataclass, value)) else [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value if isinstance(value, bool | int | str) and not isinstance(value, Enum) else str(value)
