"""How ``create_tasks`` makes tasks of product rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import TASK, Key
from b24sync.ports import Done, Failed, Skipped
from b24sync.rules.scope import RowsView, RowView
from b24sync.steps import builtin_texts, catalog_sections, task_making
from b24sync.steps.linked import needed_person
from b24sync.steps.outcomes import StepError
from b24sync.steps.side_by_side import together

if TYPE_CHECKING:
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.rows import Row
    from b24sync.steps.context import StepContext
    from b24sync.steps.create_tasks import CreateTasks, TaskTemplate


@dataclass(frozen=True, slots=True)
class Placed:
    """A product row.

    Attributes:
        mark: What it is, whatever its id and its place: rows get new ids with every save. Of equal rows each
            has its own.
        sections: Its product's section and those above.
    """

    view: RowView
    mark: str
    sections: tuple[int, ...]

    @property
    def row(self) -> Row:
        """The row itself."""
        return self.view.row


@dataclass(frozen=True, slots=True)
class Job:
    """One task to be made: by which template, of which rows.

    Attributes:
        former: The marker that release 0.1 gave it, by the template's place.
    """

    template: TaskTemplate
    marker: str
    rows: Sequence[RowView]
    row: RowView | None = None
    former: str = ""

    @property
    def names(self) -> dict[str, Any]:
        """What its texts may use besides the names of the event."""
        currency = self.rows[0].currency if self.rows else ""
        found: dict[str, Any] = {"rows": RowsView(self.rows, currency)}
        return found if self.row is None else {**found, "row": self.row}

    @property
    def variant(self) -> str:
        """Which built-in texts it has."""
        return "create_tasks.all" if self.row is None else "create_tasks.row"


def make(step: CreateTasks, ctx: StepContext) -> Effects[StepResult]:
    """Make the tasks that are not there yet.

    Everything that may fail for want of data does so before the first is made.
    """
    rows = yield from _rows(ctx, step.tasks)
    jobs = list(_jobs(ctx, step.tasks, rows))
    if not jobs:
        return Skipped("no_rows", {"rows": len(rows)})
    drafts = yield from together([_draft(ctx, job) for job in jobs])
    made = yield from task_making.make(ctx, drafts)
    if isinstance(made, Failed):
        return made
    ids = [made.ids[draft.marker] for draft in drafts]
    return Done(changed=made.new > 0, details={"task_ids": ids}, made=tuple(Key(TASK, one) for one in ids))


def _rows(ctx: StepContext, templates: Sequence[TaskTemplate]) -> Effects[list[Placed]]:
    """The product rows, with the sections of their products where a template asks for them."""
    found = (yield from ctx.scope(("rows",))).get("rows")
    views = list(found) if isinstance(found, RowsView) else []
    by_section = [one for one in templates if one.section]
    named = any("section_id" in text for one in templates for text in (one.title, one.description))
    wanted = [
        view.row.product_id
        for view in views
        if view.row.product_id and (named or any(_suits(one, view.row) for one in by_section))
    ]
    read = (yield from catalog_sections.load(wanted)) if by_section or named else catalog_sections.Catalogue()
    placed, seen = list[Placed](), dict[str, int]()
    for view in views:
        above = read.above(view.row.product_id)
        mark = sha256(f"{view.row.product_id or 0}/{view.row.name}".encode()).hexdigest()[:10]
        seen[mark] = seen.get(mark, 0) + 1
        own = RowView(view.row, view.currency, above[0] if above else None)
        placed.append(Placed(own, f"{mark}.{seen[mark]}", above))
    return placed


def _jobs(ctx: StepContext, templates: Sequence[TaskTemplate], rows: Sequence[Placed]) -> Iterator[Job]:
    seen = dict[str, int]()
    for n, template in enumerate(templates):
        mark = _mark(template)
        seen[mark] = seen.get(mark, 0) + 1
        whole, former = f"{ctx.marker}:{mark}.{seen[mark]}", f"{ctx.marker}:{n}"
        taken = [one for one in rows if _takes(template, one)]
        views = [one.view for one in taken]
        if template.per == "row":
            for one in taken:
                yield Job(template, f"{whole}:{one.mark}", views, one.view, f"{former}:{one.mark}")
        elif taken:
            yield Job(template, whole, views, None, former)


def _mark(template: TaskTemplate) -> str:
    """What a template is for, wherever it stands in the configuration and whatever its texts are.

    Of equal ones each has its own number.
    """
    meant = (template.per, sorted(template.section), sorted(template.product), sorted(template.name))
    return sha256(repr(meant).encode()).hexdigest()[:8]


def _takes(template: TaskTemplate, placed: Placed) -> bool:
    in_section = not template.section or bool(set(template.section) & set(placed.sections))
    return in_section and _suits(template, placed.row)


def _suits(template: TaskTemplate, row: Row) -> bool:
    """Whether a row matches, its section aside."""
    if template.product and row.product_id not in template.product:
        return False
    name = row.name.casefold()
    return not template.name or any(fnmatchcase(name, glob.casefold()) for glob in template.name)


def _draft(ctx: StepContext, job: Job) -> Effects[task_making.TaskDraft]:
    template = job.template
    person = yield from needed_person(
        ctx, template.responsible, otherwise="responsible", what=task_making.OF_TASK()
    )
    title = yield from ctx.text(
        template.title or builtin_texts.title(ctx, job.variant), mode="line", extra=job.names
    )
    if not title:
        raise StepError(task_making.EMPTY_TITLE())
    description = yield from ctx.text(
        template.description or builtin_texts.description(ctx, job.variant), mode="bbcode", extra=job.names
    )
    return task_making.TaskDraft(
        marker=job.marker,
        former=job.former,
        title=title,
        description=description,
        responsible_id=person.id,
        responsible=person.name,
        deadline=task_making.deadline_of(ctx, template.deadline),
        tags=template.tags,
        group=template.group,
    )
