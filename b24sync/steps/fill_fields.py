"""``fill_fields``: copy data from lists, smart processes, contact and company into fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, ClassVar

from b24sync.domain.settings import StepSettings
from b24sync.domain.values import Value

if TYPE_CHECKING:
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext


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
        set: Field code → value; the look-ups are names in them.
        overwrite: Whether a field that holds something is replaced.
    """

    name: ClassVar[str] = "fill_fields"
    lookups: tuple[Lookup, ...] = ()
    set: Mapping[str, Value]
    overwrite: bool = False

    def own_names(self, inner: object) -> Mapping[str, str]:
        """The look-ups and where each comes from; in a look-up those before it."""
        return {one.name: one.from_ for one in takewhile(lambda one: one is not inner, self.lookups)}

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Look up, then write what is empty (or everything with ``overwrite``) in one update."""
        from b24sync.steps import filling

        return filling.fill(self, ctx)
