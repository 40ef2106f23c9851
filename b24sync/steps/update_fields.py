"""``update_fields``: write fields of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK
from b24sync.domain.step_settings import FieldUse, StepProblem, StepSettings
from b24sync.domain.values import Value
from b24sync.domain.wording import hint, quoted
from b24sync.steps.written_fields import set_problems
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.step_settings import PortalUse, StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext

_NOT_HERE = Message("{entity} здесь нет{hint}", "no {entity} here{hint}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFields(StepSettings):
    """Write fields by value.

    Attributes:
        entity: Kind of what is written, linked to the event's entity; empty: the event's entity itself.
        set: Field code → value.
    """

    name: ClassVar[str] = "update_fields"
    called: ClassVar[Message] = Message("изменение полей", "fields to change")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "deal.created"
[[rules.steps]]
use = "update_fields"
entity = "deal"
set = { sourceDescription = "{{ deal.id }}" }
""",
    )
    entity: str = ""
    set: Mapping[str, Value]

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """Something must be set, on an entity that is linked to those of the events."""
        yield from set_problems(self.set)
        things = sorted(place.names & {INVOICE, DEAL, TASK, CONTACT, COMPANY, *place.settings.kinds})
        if self.entity and self.entity not in things:
            told = _NOT_HERE.both(entity=quoted(self.entity), hint=hint(self.entity, things))
            yield StepProblem(("entity",), told)

    def uses(self, kinds: tuple[str, ...]) -> Iterator[PortalUse]:
        """The fields that are written."""
        for code, value in self.set.items():
            for kind in (self.entity,) if self.entity else kinds:
                yield FieldUse(f"set.{code}", kind, code, "write", value)

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Write what is not so already, in one update."""
        from b24sync.steps import filling

        return filling.update(self, ctx)
