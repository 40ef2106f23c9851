"""Checks of one step: the people it names, the sections it needs, and what its class checks itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from b24sync.config.known_names import RESERVED, kinds_of, names_of_all
from b24sync.config.person_names import Selectors
from b24sync.config.problems import Path, Problem
from b24sync.config.structure import hints_of, key_of
from b24sync.domain.step_settings import StepPlace
from b24sync.domain.values import Mark, TemplateFile
from b24sync.words import config_rules as words

if TYPE_CHECKING:
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings
    from b24sync.domain.step_settings import StepSettings


@dataclass(frozen=True, slots=True)
class Marked:
    """One text of a step that is more than a text.

    Attributes:
        path: Where, from the step on.
        mark: What it is.
        value: The text (a number or truth value for ``VALUE`` too).
        owner: The table that holds it.
    """

    path: Path
    mark: Mark
    value: Any
    owner: Any


def marked_of(table: Any) -> Iterator[Marked]:
    """Every marked value of a settings dataclass, with what is inside its lists and tables."""
    types_ = hints_of(table.__class__)
    for field in fields(table):
        for found in _marked_in(getattr(table, field.name), types_[field.name], table):
            yield Marked((key_of(field), *found.path), found.mark, found.value, found.owner)


def _marked_in(value: Any, hint_: Any, owner: Any) -> Iterator[Marked]:
    mark = next((arg for arg in get_args(hint_) if isinstance(arg, Mark)), None)
    if get_origin(hint_) is Annotated and mark and not isinstance(value, tuple):
        yield Marked((), mark, value, owner)
    elif isinstance(value, TemplateFile):
        yield Marked((), Mark.HTML, value.text, owner)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from marked_of(value)
    elif isinstance(value, tuple):
        inner = hint_ if mark else get_args(hint_)[0]
        for n, item in enumerate(value):
            yield from _below(n, item, inner, owner)
    elif isinstance(value, Mapping) and len(get_args(hint_)) == 2:
        for key, item in value.items():
            yield from _below(key, item, get_args(hint_)[1], owner)


def _below(part: str | int, value: Any, hint_: Any, owner: Any) -> Iterator[Marked]:
    for found in _marked_in(value, hint_, owner):
        yield Marked((part, *found.path), found.mark, found.value, found.owner)


def step_faults(step: StepSettings, rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    """All faults of a step that could be read, texts aside."""
    if not step.name:
        return
    kinds = [trigger.kind for trigger in rule.triggers() if trigger.kind in kinds_of(settings)]
    names = names_of_all(kinds or kinds_of(settings))
    yield from _need_faults(step, kinds, settings)
    yield from _selector_faults(step, names, settings)
    for one in step.problems(StepPlace(settings, tuple(kinds), names, RESERVED)):
        yield Problem(one.path, one.message)


def _need_faults(step: StepSettings, kinds: list[str], settings: Settings) -> Iterator[Problem]:
    where = ("use",)
    for kind in dict.fromkeys(kinds):
        if step.kinds and kind not in step.kinds:
            told = words.OTHER_KINDS.both(step=step.name, kind=kind, kinds=", ".join(step.kinds))
            yield Problem(where, told)
    if step.section and getattr(settings, step.section) is None:
        yield Problem(where, words.NEEDS_SECTION.both(step=step.name, section=step.section))


def _selector_faults(step: StepSettings, names: frozenset[str], settings: Settings) -> Iterator[Problem]:
    selectors = Selectors(settings.people, names)
    for found in marked_of(step):
        if (found.mark is Mark.PERSON and found.value and (message := selectors.fault(found.value))) or (
            found.mark is Mark.ADDRESS and (message := selectors.address_fault(found.value))
        ):
            yield Problem(found.path, message)
