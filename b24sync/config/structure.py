"""From the tables of a TOML file to the values of ``domain.settings``, with every fault at once.

Each type has a reader. Those for tables and lists collect the faults of what they hold instead of stopping at
the first, and hand on what could be read, so that the cross-checks see the rest of a faulty file.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from b24sync.config.hooks import Hooks, Read
from b24sync.config.problems import Problem, ProblemsError, found, other_than, wrong
from b24sync.config.scalars import BLANKS, READERS, read_path, read_secret
from b24sync.domain.values import Secret
from b24sync.domain.wording import did_you_mean, hint

if TYPE_CHECKING:
    from b24sync.config.secrets import SecretReader
    from b24sync.words import Both
    from b24sync.words.config_values import Wanted


@cache
def hints_of(cls: Any) -> dict[str, Any]:
    """The types of a dataclass's fields, marks included."""
    return get_type_hints(cls, include_extras=True)


def key_of(field: Field[Any]) -> str:
    """The TOML key of a field."""
    return field.name.rstrip("_")


def hooks_for(secrets: SecretReader) -> Hooks:
    """The readers of everything but steps and tests; relative paths count from the folder of the file."""
    hooks = Hooks()
    hooks.where(is_dataclass, lambda cls: table_reader(cls, hooks))
    hooks.where(_is(tuple), lambda hint_: _list_reader(hint_, hooks))
    hooks.where(_is(Mapping), lambda hint_: _mapping_reader(hint_, hooks))
    hooks.where(_is(Literal), _choice_reader)
    hooks.where(_is_union, lambda hint_: _union_reader(hint_, hooks))
    hooks.where(_is(Annotated), lambda hint_: hooks.of(get_args(hint_)[0]))
    for type_, read in READERS.items():
        hooks.for_type(type_, read)
    folder = secrets.file.parent
    hooks.for_type(Path, lambda raw: read_path(raw, folder))
    hooks.for_type(Secret, lambda raw: read_secret(raw, secrets))
    hooks.for_type(Any, lambda raw: raw)
    return hooks


def _is(origin: Any) -> Callable[[Any], bool]:
    return lambda hint_: get_origin(hint_) is origin


def _is_union(hint_: Any) -> bool:
    return get_origin(hint_) in {Union, types.UnionType}


# Tables


class _Column(NamedTuple):
    """One field of a table: its key, type and reader."""

    field: Field[Any]
    type: Any
    read: Read

    def default(self) -> Any:
        if self.field.default is not MISSING:
            return self.field.default
        return (
            self.field.default_factory() if self.field.default_factory is not MISSING else _blank(self.type)
        )

    def required(self) -> bool:
        return self.field.default is MISSING and self.field.default_factory is MISSING


def table_reader(cls: Any, hooks: Hooks) -> Read:
    """The reader of a table whose keys are the fields of a dataclass; most files have few of all tables."""
    columns = cache(lambda: _columns(cls, hooks))
    return lambda raw: _read_table(raw, cls, columns())


def _columns(cls: Any, hooks: Hooks) -> dict[str, _Column]:
    types_ = hints_of(cls)
    return {
        key_of(field): _Column(field, types_[field.name], hooks.of(types_[field.name]))
        for field in fields(cls)
    }


def _read_table(raw: Any, cls: Any, columns: Mapping[str, _Column]) -> Any:
    if not isinstance(raw, Mapping):
        raise other_than(raw, "table", rest=_blank(cls))
    values: dict[str, Any] = {}
    faults: list[Problem] = []
    for key, column in columns.items():
        if key not in raw:
            values[column.field.name] = column.default()
            continue
        try:
            values[column.field.name] = column.read(raw[key])
        except ProblemsError as error:
            faults.extend(fault.under(key) for fault in error.faults)
            values[column.field.name] = error.rest if error.rest is not None else column.default()
    faults.extend(_key_faults(raw, columns))
    whole = cls(**values)
    if faults:
        raise ProblemsError(faults, rest=whole)
    return whole


def _key_faults(raw: Mapping[str, Any], columns: Mapping[str, _Column]) -> list[Problem]:
    """Unknown keys, and missing ones (unless an unknown key seems to be meant for it)."""
    faults = []
    meant = set()
    free = [key for key in columns if key not in raw]
    for key in raw:
        if key not in columns:
            near = did_you_mean(key, free)
            meant.add(near)
            faults.append(Problem((key,), _unknown(key, free if near else columns), (near,) if near else ()))
    for key, column in columns.items():
        if column.required() and key not in raw and key not in meant:
            faults.extend(fault.under(key) for fault in _missing(key, column))
    return faults


def _missing(key: str, column: _Column) -> tuple[Problem, ...]:
    """What is required where a key is missing: the key itself, of a table what it must hold."""
    if is_dataclass(column.type):
        try:
            column.read({})
        except ProblemsError as error:
            return error.faults
    return (required(key),)


def _unknown(key: str, known: Iterable[str]) -> Both:
    from b24sync.words.config_values import UNKNOWN

    return UNKNOWN.both(hint=hint(key, known))


def required(key: str) -> Problem:
    """What is wrong where a key is missing."""
    from b24sync.words.advice import in_brackets
    from b24sync.words.config_values import EXAMPLES, REQUIRED

    example = EXAMPLES[key].both() if key in EXAMPLES else None
    return Problem((), REQUIRED.both(example=in_brackets(example)))


def _blank(hint_: Any) -> Any:
    """A value of the type in place of one that is missing or wrong, so that the others can be checked."""
    if get_origin(hint_) is Annotated:
        return _blank(get_args(hint_)[0])
    if is_dataclass(hint_) and isinstance(hint_, type):
        types_ = hints_of(hint_)
        required = [f for f in fields(hint_) if f.default is MISSING and f.default_factory is MISSING]
        return hint_(**{f.name: _blank(types_[f.name]) for f in required})
    if get_origin(hint_) in {tuple, Mapping}:
        return () if get_origin(hint_) is tuple else {}
    return BLANKS.get(hint_)


# Lists, mappings, choices


def _list_reader(hint_: Any, hooks: Hooks) -> Read:
    element = get_args(hint_)[0]
    read = hooks.of(element)
    tables = is_dataclass(element)

    def read_list(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            if tables:
                raise other_than(raw, "tables", rest=())
            return (read(raw),)
        values: list[Any] = []
        faults: list[Problem] = []
        for position, item in enumerate(raw):
            try:
                values.append(read(item))
            except ProblemsError as error:
                faults.extend(fault.under(position) for fault in error.faults)
                values.append(error.rest if error.rest is not None else _blank(element))
        if faults:
            raise ProblemsError(faults, rest=tuple(values))
        return tuple(values)

    return read_list


def _mapping_reader(hint_: Any, hooks: Hooks) -> Read:
    element = get_args(hint_)[1]
    read = hooks.of(element)

    def read_mapping(raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise other_than(raw, "table", rest={})
        values: dict[str, Any] = {}
        faults: list[Problem] = []
        for key, item in raw.items():
            try:
                values[key] = read(item)
            except ProblemsError as error:
                faults.extend(fault.under(key) for fault in error.faults)
                values[key] = error.rest if error.rest is not None else _blank(element)
        if faults:
            raise ProblemsError(faults, rest=values)
        return values

    return read_mapping


def _choice_reader(hint_: Any) -> Read:
    known = get_args(hint_)

    def read_choice(raw: Any) -> Any:
        if isinstance(raw, str) and raw in known:
            return raw
        from b24sync.words import advice, joined

        names = [name for name in known if name]
        told = hint(raw, names) if isinstance(raw, str) else advice.known(names)
        raise wrong(joined([found(raw), told], by=""), rest=None)

    return read_choice


_WANTED: Mapping[Any, Wanted] = {
    str: "text",
    int: "whole number",
    Decimal: "number",
    bool: "decision",
}


def _union_reader(hint_: Any, hooks: Hooks) -> Read:
    members = [member for member in get_args(hint_) if member is not type(None)]
    if len(members) == 1:
        return hooks.of(members[0])
    origins = {get_origin(member) or member: member for member in members}

    def read_union(raw: Any) -> Any:
        kind = Mapping if isinstance(raw, Mapping) else tuple if isinstance(raw, list) else type(raw)
        if kind in origins:
            return hooks.of(origins[kind])(raw)
        raise other_than(raw, *(_WANTED[kind] for kind in origins if kind in _WANTED))

    return read_union
