"""``update_fields``: write fields of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from b24sync.domain.settings import StepSettings
from b24sync.domain.values import Value

if TYPE_CHECKING:
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFields(StepSettings):
    """Write fields by value.

    Attributes:
        entity: Kind of what is written, linked to the event's entity; empty: the event's entity itself.
        set: Field code → value.
    """

    name: ClassVar[str] = "update_fields"
    entity: str = ""
    set: Mapping[str, Value]

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Write what is not so already, in one update."""
        from b24sync.steps import filling

        return filling.update(self, ctx)
