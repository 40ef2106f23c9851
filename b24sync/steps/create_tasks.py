"""``create_tasks``: tasks by the product rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from b24sync.domain.step_settings import ScopeNeed, SectionUse, StepProblem, StepSettings
from b24sync.domain.values import BBCode, Deadline, Line, Person
from b24sync.steps import telling
from b24sync.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from b24sync.domain.step_settings import PortalUse, StepPlace
    from b24sync.ports import Effects, StepResult
    from b24sync.steps.context import StepContext

_NO_TASKS = Message(
    "пусто (уберите tasks, тогда будет задача на каждую строку)", "is empty (remove it for a task per row)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTemplate:
    """One of ``[[…tasks]]``: which rows it takes and what tasks it makes of them.

    Attributes:
        section: Catalogue sections; a row matches by its product's section or a parent of it.
        product: Product ids.
        name: Globs of the row's name, in any case of letters. All given must hold; none: every row.
        per: A task for each row (texts see ``row``), or one for all of them (texts see ``rows``).
        title: Empty: the built-in one.
        description: Empty: the built-in one.
        responsible: Empty: the responsible of the event's entity.
        deadline: When it is due; none: it never is.
        tags: What it is tagged with.
        group: Id of a workgroup; 0: none.
    """

    section: tuple[int, ...] = ()
    product: tuple[int, ...] = ()
    name: tuple[str, ...] = ()
    per: Literal["row", "invoice"] = "row"
    title: Line = ""
    description: BBCode = ""
    responsible: Person = ""
    deadline: Deadline | None = None
    tags: tuple[str, ...] = ()
    group: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTasks(StepSettings):
    """Make tasks for the product rows of the event's entity.

    Attributes:
        tasks: Which rows make which tasks; without: one for each row.
    """

    name: ClassVar[str] = "create_tasks"
    called: ClassVar[Message] = Message("задачи", "tasks")
    examples: ClassVar[tuple[str, ...]] = (
        """
on = "invoice.paid"
[[rules.steps]]
use = "create_tasks"
[[rules.steps.tasks]]
title = "Deliver {{ row.name }}"
responsible = "user:5"
[[rules.steps.tasks]]
per = "invoice"
title = "Close {{ invoice.number }}"
responsible = "user:7"
""",
    )
    reasons: ClassVar[Mapping[str, Message]] = {
        "no_rows": Message("нет подходящих товарных строк", "no product row fits"),
    }
    makes_tasks: ClassVar[bool] = True
    finds_people: ClassVar[bool] = True
    scopes: ClassVar[tuple[ScopeNeed, ...]] = (
        ScopeNeed(("task", "tasks"), "tasks.task.list, tasks.task.add"),
    )
    tasks: tuple[TaskTemplate, ...] = (TaskTemplate(),)

    def own_names(self, inner: object) -> Mapping[str, str]:
        """The rows that matched; in a task for each row that row too."""
        per_row = isinstance(inner, TaskTemplate) and inner.per == "row"
        return {"row": "", "rows": ""} if per_row else {"rows": ""}

    def problems(self, place: StepPlace) -> Iterator[StepProblem]:
        """An empty list would make nothing."""
        if not self.tasks:
            yield StepProblem(("tasks",), _NO_TASKS.both())

    def uses(self, kinds: tuple[str, ...]) -> Iterator[PortalUse]:
        """The catalogue's sections that rows are matched by."""
        for n, task in enumerate(self.tasks):
            if task.section:
                yield SectionUse(f"tasks[{n}].section", task.section)

    @classmethod
    def brief(cls, told: Mapping[str, Any], tz: tzinfo) -> str:
        """Each task: who, what, until when."""
        return telling.tasks(told, tz)

    @classmethod
    def facts(cls, told: Mapping[str, Any], tz: tzinfo) -> Mapping[str, str]:
        """Who does it."""
        return telling.in_charge(told)

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Make the tasks that are not there yet."""
        from b24sync.steps import row_tasks

        return row_tasks.make(self, ctx)
