"""``create_task``: one task for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from b24sync.domain.step_settings import ScopeNeed, StepSettings
from b24sync.domain.values import Deadline, Person, Text

if TYPE_CHECKING:
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTask(StepSettings):
    """Make one task bound to the event's entity; its marker keeps it from being made twice.

    Attributes:
        title: Empty: the built-in one.
        description: Empty: the built-in one.
        responsible: Empty: the responsible of the event's entity.
        deadline: When it is due; none: it never is.
        tags: What it is tagged with.
        group: Id of a workgroup; 0: none.
    """

    name: ClassVar[str] = "create_task"
    makes_tasks: ClassVar[bool] = True
    finds_people: ClassVar[bool] = True
    scopes: ClassVar[tuple[ScopeNeed, ...]] = (
        ScopeNeed(("task", "tasks"), "tasks.task.list, tasks.task.add"),
    )
    title: Text = ""
    description: Text = ""
    responsible: Person = ""
    deadline: Deadline | None = None
    tags: tuple[str, ...] = ()
    group: int = 0

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Make the task unless it is there."""
        from b24sync.steps import one_task

        return one_task.make(self, ctx)
