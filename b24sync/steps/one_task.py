"""How ``create_task`` makes its task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.domain.entity import TASK, Key
from b24sync.ports import Done, Failed
from b24sync.steps import builtin_texts, task_making
from b24sync.steps.linked import needed_person

if TYPE_CHECKING:
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext
    from b24sync.steps.create_task import CreateTask


def make(step: CreateTask, ctx: StepContext) -> Effects[StepResult]:
    """Make the task unless it is there."""
    person = yield from needed_person(
        ctx, step.responsible, otherwise="responsible", what=task_making.OF_TASK()
    )
    title = yield from ctx.text(step.title or builtin_texts.title(ctx, "create_task"), mode="line")
    description = yield from ctx.text(step.description or builtin_texts.description(ctx), mode="bbcode")
    if not title:
        return Failed(task_making.EMPTY_TITLE())
    draft = task_making.TaskDraft(
        marker=ctx.marker,
        title=title,
        description=description,
        responsible_id=person.id,
        responsible=person.name,
        deadline=task_making.deadline_of(ctx, step.deadline),
        tags=step.tags,
        group=step.group,
    )
    made = yield from task_making.make(ctx, [draft])
    if isinstance(made, Failed):
        return made
    task_id = made.ids[ctx.marker]
    return Done(changed=made.new > 0, details={"task_id": task_id}, made=(Key(TASK, task_id),))
