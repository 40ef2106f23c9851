"""Making tasks that carry a marker: found ones are not made again, however often a step is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.domain.entity import DEAL, INVOICE, TASK
from b24sync.ports import Failed, Intend, OnLostAnswer, Read, Write, WriteAll
from b24sync.rest import items, json_values, tasks
from b24sync.rest.dates import send_time
from b24sync.steps.linked import linked
from b24sync.steps.moments import moment_of
from b24sync.steps.outcomes import required, words_of
from b24sync.steps.telling import present
from b24sync.words import Message
from b24sync.words import field_faults as fields_said

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.calls import Answer
    from b24sync.domain.values import Deadline
    from b24sync.ports import Effects
    from b24sync.steps.context import StepContext

_TASK = Message("задача «{title}»", "task {title!r}")
_TASK_UNSEEN = Message(
    "задача «{title}»: портал ответил без её ID (посмотрите, есть ли она)",
    "task {title!r}: the portal answered without an id (look whether it is there)",
)
_AND_MORE = Message(" (и ещё {count})", " (and {count} more)")
OF_TASK = Message("ответственный за задачу", "responsible of the task")
EMPTY_TITLE = Message(
    "title: получилось пусто (напишите название, в котором всегда что-то есть)",
    "title: it comes out empty (write one that always says something)",
)


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """A task to be made, ready but for its bindings.

    Attributes:
        marker: Its XML_ID.
        former: The XML_ID that an earlier release gave it; empty: the same.
        responsible: The responsible's name.
        group: Id of a workgroup; 0: none.
    """

    marker: str
    title: str
    description: str
    responsible_id: int
    responsible: str = ""
    deadline: datetime | None = None
    tags: tuple[str, ...] = ()
    group: int = 0
    former: str = ""

    def fields(self, bindings: Sequence[str]) -> dict[str, Any]:
        """As ``tasks.task.add`` takes it; the creator is the webhook's owner."""
        sent: dict[str, Any] = {
            "TITLE": self.title,
            "DESCRIPTION": self.description,
            "RESPONSIBLE_ID": self.responsible_id,
            "UF_CRM_TASK": list(bindings),
            "XML_ID": self.marker,
        }
        optional = {"DEADLINE": self.deadline, "TAGS": self.tags, "GROUP_ID": self.group}
        return {name: value for name, value in {**sent, **optional}.items() if value or name in sent}

    def shown(self) -> dict[str, Any]:
        """What a test of rules compares: the task, and each of several under ``tasks``."""
        task = present(
            title=self.title,
            text=self.description,
            to=f"user:{self.responsible_id}",
            deadline=send_time(self.deadline) if self.deadline else "",
            tags=list(self.tags),
            group=self.group or "",
        )
        return {**task, "to": [task["to"]], "description": self.description, "tasks": [task]}

    def words(self) -> dict[str, Any]:
        """What is intended, in words (contract.md §4 ``result.would``)."""
        deadline = self.deadline.isoformat() if self.deadline else ""
        said = {"names": [self.responsible], "deadline": deadline, "text": self.description}
        more = {**said, "tags": list(self.tags), "group": self.group}
        return {
            "title": self.title,
            "to": [self.responsible_id],
            **{name: value for name, value in more.items() if value},
        }


def deadline_of(ctx: StepContext, deadline: Deadline | None) -> datetime | None:
    """When a task is due: at the end of the working day unless a time is given."""
    return None if deadline is None else moment_of(ctx, deadline)


@dataclass(frozen=True, slots=True)
class Made:
    """Tasks that are there now: ids by marker, and how many of them are new."""

    ids: Mapping[str, int]
    new: int


def make(ctx: StepContext, drafts: Sequence[TaskDraft]) -> Effects[Made | Failed]:
    """Make the tasks that are not there yet.

    Returns:
        The tasks, those found too; or how it failed, with the ids of those that are there in its details.
    """
    bindings = yield from _bindings(ctx)
    markers = [mark for draft in drafts for mark in (draft.marker, draft.former) if mark]
    found = yield from _look_for(ctx, bindings, markers)
    there = {
        draft.marker: found[mark]
        for draft in drafts
        for mark in (draft.former, draft.marker)
        if mark in found
    }
    missing = [draft for draft in drafts if draft.marker not in there]
    if not missing:
        return Made(there, 0)
    yield Intend(_intended(missing))
    answers: list[Answer] = yield WriteAll(
        tuple(
            Write(tasks.add(draft.fields(bindings)), OnLostAnswer.FIND, shows=draft.shown())
            for draft in missing
        )
    )
    troubles = []
    for draft, answer in zip(missing, answers, strict=True):
        row = items.row_of(answer.result) if answer.error is None else None
        task_id = json_values.id_or_none(row.get("id")) if row else None
        if task_id is not None:
            there[draft.marker] = task_id
        elif answer.error is not None:
            troubles.append(words_of(answer.error, _TASK(title=draft.title)))
        else:
            troubles.append(_TASK_UNSEEN(title=draft.title))
    if troubles:
        more = _AND_MORE(count=len(troubles) - 1) if len(troubles) > 1 else ""
        return Failed(f"{troubles[0]}{more}", {"task_ids": sorted(there.values())})
    return Made(there, len(missing))


def _intended(drafts: Sequence[TaskDraft]) -> dict[str, Any]:
    """The tasks; a single one's words also by themselves."""
    each = [draft.words() for draft in drafts]
    return {**(each[0] if len(each) == 1 else {}), "tasks": each}


def _bindings(ctx: StepContext) -> Effects[list[str]]:
    """The event's entity and its deal; for a task's event what the task itself is bound to."""
    own = ctx.event.entity
    found = yield from linked(ctx, DEAL, INVOICE)
    keys = [entity.key for entity in found.values() if entity is not None]
    if own.kind != TASK:
        keys = [own, *(key for key in keys if key.kind == DEAL)]
    return list(dict.fromkeys(ctx.kinds[key.kind].binding(key.id) for key in keys))


def _look_for(ctx: StepContext, bindings: Sequence[str], markers: Sequence[str]) -> Effects[dict[str, int]]:
    """Tasks that carry one of the markers: those bound to the entity, and on a second try any."""
    wanted, found = set(markers), dict[str, int]()
    last = 0
    while bindings:
        answers: list[Answer] = yield Read((tasks.bound_to(bindings[0], after_id=last),))
        rows = _rows(answers[0])
        found |= _marked(rows, wanted)
        ids = [
            number
            for row in rows
            if (number := json_values.id_or_none(row.get("id"))) is not None and number > last
        ]
        if len(rows) < items.PAGE or not ids:
            break
        last = max(ids)
    unseen = [marker for marker in markers if marker not in found]
    if unseen and (ctx.attempt > 1 or not bindings):
        # Somebody may have unbound them. The filter is not documented: an ignored one gives the newest tasks.
        calls = [tasks.list_page(filter={"XML_ID": one}, order={"ID": "DESC"}) for one in unseen]
        answers = yield Read(tuple(calls))
        for answer in answers:
            found |= _marked(_rows(answer), wanted)
    return found


def _rows(answer: Answer) -> list[dict[str, Any]]:
    required(answer, fields_said.FORMER_TASKS())
    return items.page_rows(answer.result)


def _marked(rows: Sequence[Mapping[str, Any]], wanted: set[str]) -> dict[str, int]:
    pairs = ((str(row.get("xmlId") or ""), json_values.id_or_none(row.get("id"))) for row in rows)
    return {marker: number for marker, number in pairs if marker in wanted and number is not None}
