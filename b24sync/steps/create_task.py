"""``create_task``: one task for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from b24sync.domain.step_settings import ScopeNeed, StepSettings
from b24sync.domain.values import BBCode, Deadline, Line, Person
from b24sync.steps import telling
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

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
    called: ClassVar[Message] = Message("задача", "task")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "invoice.created"
[[rules.steps]]
use = "create_task"
title = "Check {{ invoice.title }}"
responsible = "user:7"
deadline = "+3wd"
""",
    )
    makes_tasks: ClassVar[bool] = True
    finds_people: ClassVar[bool] = True
    scopes: ClassVar[tuple[ScopeNeed, ...]] = (
        ScopeNeed(("task", "tasks"), "tasks.task.list, tasks.task.add"),
    )
    title: Line = ""
    description: BBCode = ""
    responsible: Person = ""
    deadline: Deadline | None = None
    tags: tuple[str, ...] = ()
    group: int = 0

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """Each task: who, what, until when."""
        return telling.tasks(told, tz)

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """Who does it."""
        return telling.in_charge(told)

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Make the task unless it is there."""
        from b24sync.steps import one_task

        return one_task.make(self, ctx)
