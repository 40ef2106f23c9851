"""``fill_fields``: copy data from lists, smart processes, contact and company into fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TYPE_CHECKING, ClassVar

from b24sync.domain.entity import DEAL, INVOICE, TASK
from b24sync.domain.row_source import RowSource
from b24sync.domain.step_settings import FieldUse, SourceUse, StepProblem, StepSettings
from b24sync.domain.values import Value
from b24sync.domain.wording import quoted
from b24sync.steps.written_fields import set_problems
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.step_settings import PortalUse, StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext
    from b24sync.words import Both

_TAKEN = Message(
    "имя {name} уже у поиска выше (выберите другое)",
    "{name} is taken by a look-up before (choose another)",
)
_NO_NAME = Message(
    "{name} не годится как имя (выберите другое: буквы, цифры и _)",
    "{name} cannot be a name (choose another; letters, digits and _)",
)
_NO_SOURCE = Message(
    '{text}: здесь искать нельзя (укажите "list:37", "item:1046", "contact" или "company")',
    '{text} is no source (write "list:37", "item:1046", "contact" or "company")',
)
_NO_ID = Message(
    "не указано (укажите id или match со значениями, которые есть у строки)",
    "is required (write id, or match with the values that the row has)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """One of ``[[…lookups]]``: a row found elsewhere, known to ``set`` by its name.

    Attributes:
        name: What texts call it.
        from_: ``list:37`` (or ``bitrix_processes:37``), ``item:1046``, ``contact`` or ``company``.
        id: Which row, by id; empty: by ``match`` (contact and company: the linked one).
        match: Field → value that the row must have; the first by id is taken.
    """

    name: str
    from_: str
    id: Value = ""
    match: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillFields(StepSettings):
    """Fill fields of the event's entity.

    Attributes:
        lookups: Rows that are found elsewhere.
        set: Field code → value; the look-ups are names in them.
        overwrite: Whether a field that holds something is replaced.
    """

    name: ClassVar[str] = "fill_fields"
    called: ClassVar[Message] = Message("заполнение полей", "fields to fill")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "deal.created"
[[rules.steps]]
use = "fill_fields"
set = { sourceDescription = "{{ contact.name }}", comments = "{{ deal.title }}" }
""",
    )
    lookups: tuple[Lookup, ...] = ()
    set: Mapping[str, Value]
    overwrite: bool = False

    def own_names(self, inner: object) -> Mapping[str, str]:
        """The look-ups and where each comes from; in a look-up those before it."""
        return {one.name: one.from_ for one in takewhile(lambda one: one is not inner, self.lookups)}

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """Something must be set, and every look-up must be possible."""
        yield from set_problems(self.set)
        names: set[str] = set()
        for n, lookup in enumerate(self.lookups):
            if lookup.name in names:
                yield StepProblem(("lookups", n, "name"), _TAKEN.both(name=quoted(lookup.name)))
            names.add(lookup.name)
            for key, message in _lookup_problems(lookup, place.reserved):
                yield StepProblem(("lookups", n, key), message)

    def offline(self) -> FillFields:
        """Without its look-ups: a test gives what they find."""
        return replace(self, lookups=())

    def uses(self, kinds: tuple[str, ...]) -> Iterator[PortalUse]:
        """The fields that are written, and the lists and smart processes that are looked up."""
        for code, value in self.set.items():
            for kind in kinds:
                other = DEAL if kind in {INVOICE, TASK} else ""
                yield FieldUse(
                    where=f"set.{code}", owner=kind, code=code, purpose="write", value=value, or_owner=other
                )
        for n, lookup in enumerate(self.lookups):
            if RowSource.parse(lookup.from_).number is not None:
                yield SourceUse(f"lookups[{n}].from", lookup.from_)
                for code in lookup.match:
                    yield FieldUse(f"lookups[{n}].match", lookup.from_, code)

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Look up, then write what is empty (or everything with ``overwrite``) in one update."""
        from b24sync.steps import filling

        return filling.fill(self, ctx)


_FROM = re.compile(r"(?:list|bitrix_processes|lists_socnet|item):[1-9]\d{0,9}|contact|company")


def _lookup_problems(lookup: Lookup, reserved: frozenset[str]) -> Iterator[tuple[str, Both]]:
    """Key and message of what is wrong with a look-up."""
    if not lookup.name.isidentifier() or lookup.name in reserved:
        yield "name", _NO_NAME.both(name=quoted(lookup.name))
    if not _FROM.fullmatch(lookup.from_):
        yield "from", _NO_SOURCE.both(text=quoted(lookup.from_))
    if lookup.id != "" and lookup.match:
        from b24sync.words.config_rules import KEEP_ONE

        yield "match", KEEP_ONE.both(other="id")
    if RowSource.parse(lookup.from_).number is not None and lookup.id == "" and not lookup.match:
        yield "id", _NO_ID.both()
