"""tasks.task.*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .envelope import PAGE, Answer, Refusal
from .filters import Column, compile_filter, descends, sort_rows, value_of
from .method_registry import Params, rest
from .php import as_list, as_map, to_int
from .portal_dates import strtotime
from .portal_tasks import FIELDS, LISTS, PENDING, STATUSES, Task
from .query import answer

if TYPE_CHECKING:
    from .stand_in import Sandbox

_ALIASES = {"REAL_STATUS": "STATUS", "TAG": "TAGS", "AUDITOR": "AUDITORS", "ACCOMPLICE": "ACCOMPLICES"}
_PLAN = ("START_DATE_PLAN", "END_DATE_PLAN")
_SORTABLE = {
    "ID",
    "TITLE",
    "TIME_SPENT_IN_LOGS",
    "DATE_START",
    "CREATED_DATE",
    "CHANGED_DATE",
    "CLOSED_DATE",
    "ACTIVITY_DATE",
    "START_DATE_PLAN",
    "END_DATE_PLAN",
    "DEADLINE",
    "REAL_STATUS",
    "STATUS",
    "PRIORITY",
    "MARK",
    "CREATED_BY",
    "RESPONSIBLE_ID",
    "GROUP_ID",
    "FAVORITE",
    "STATUS_CHANGED_DATE",
}


@rest("tasks.task.list", "task", "tasks", takes="order:array filter:array select:array params:array")
def task_list(portal: Sandbox, params: Params) -> Answer:
    """Tasks by filter; unknown filter keys are ignored, an unknown order key is refused."""
    order = [(name.upper(), descends(way)) for name, way in as_map(params.get("order")).items()]
    if any(name not in _SORTABLE for name, _ in order):
        raise Refusal("0", "Invalid sorting key (internal error)")
    keep = compile_filter(params.get("filter"), lambda name: _column(portal, name.upper()))
    settings = portal.settings
    rows: list[Task] = [
        task
        for task in portal.task_book.all.values()
        if (keep is None or keep(task))
        and portal.task_book.seen_by(task, settings.owner_id, admin=settings.admin)
    ]
    order = order or [("ID", True)]
    sorters = [(value_of(_ALIASES.get(name, name)), descending) for name, descending in order]
    rows = sort_rows(rows, sorters)
    start = to_int(params.get("start")) or 0
    offset = max(0, start) // PAGE * PAGE
    names = _names(params.get("select"))
    shown = [portal.task_book.shown(task, names) for task in rows[offset : offset + PAGE]]
    return answer("tasks", shown, None if start < 0 else len(rows), start)


def _names(select: Any) -> set[str] | None:
    """Selected fields; ``None``: all. Names are in upper case, and the list adds the id itself (*source*)."""
    names = {str(name) for name in as_list(select)} & {*FIELDS, *LISTS, "*"}
    if not names:
        return None
    if "*" in names:
        return set(FIELDS) | set(LISTS) - {"UF_CRM_TASK"} | names
    return names | {"ID"}


def _column(portal: Sandbox, name: str) -> Column | None:
    inner = _ALIASES.get(name, name)
    if name == "XML_ID" and not portal.settings.tasks_xml_id_filter:
        return None
    if name == "CHANGED_DATE":
        return Column(
            name,
            "time",
            lambda task: task.get("CHANGED_DATE") or task["CREATED_DATE"],
            lambda v: _moment(portal, v),
        )
    if inner in LISTS:
        read = str if inner in {"TAGS", "UF_CRM_TASK"} else to_int
        return Column(name, "text", lambda task: task[inner], read)
    kind = FIELDS.get(inner)
    if kind == "time":
        return Column(name, "time", value_of(inner), lambda value: _moment(portal, value))
    if kind == "int":
        return Column(name, "int", value_of(inner), to_int)
    return Column(name, "text", value_of(inner), str) if kind is not None else None


def _moment(portal: Sandbox, value: Any) -> Any:
    # strtotime's false becomes 0: an unreadable date is the epoch, and the filter lets everything through.
    now = portal.clock.now()
    return strtotime(value, portal.server_zone, now) or strtotime("@0", portal.server_zone, now)


def _task(portal: Sandbox, params: Params) -> Task | None:
    given = params.get("taskId")
    if given is None:
        text = "CTaskItem All parameters in the constructor must have real class type (internal error)"
        raise Refusal("100", text)
    number = to_int(given) or 0
    if number <= 0:
        raise Refusal("0", "wrong task id")
    task = portal.task_book.all.get(number)
    settings = portal.settings
    if task is None or not portal.task_book.seen_by(task, settings.owner_id, admin=settings.admin):
        return None
    return task


def _must(portal: Sandbox, params: Params) -> Task:
    task = _task(portal, params)
    if task is None:
        raise Refusal("0", "Action on the task is not allowed (internal error)")
    return task


def _check(portal: Sandbox, fields: dict[str, Any], task: Task | None) -> None:
    """Refuse values that a task cannot have; of a change only those that are given.

    Raises:
        Refusal: ERROR_CORE with the text of the page.
    """
    new = task is None
    if (new or "TITLE" in fields) and not str(fields.get("TITLE") or "").strip():
        raise _core("Task title is not specified")
    responsible = to_int(fields.get("RESPONSIBLE_ID"))
    if (new or "RESPONSIBLE_ID" in fields) and not responsible:
        raise _core("Assignee is not specified")
    if responsible and responsible not in portal.people.users:
        raise _core("The user specified in the Assignee field was not found")
    if fields.get("STATUS") is not None and to_int(fields["STATUS"]) not in STATUSES:
        raise _core("Incorrect status")
    _check_parent(portal, to_int(fields.get("PARENT_ID")), task)
    plan = [strtotime(fields.get(name), portal.server_zone, portal.clock.now()) for name in _PLAN]
    if plan[0] is not None and plan[1] is not None and plan[1] < plan[0]:
        raise _core("The planned end date is earlier than the start date")


def _check_parent(portal: Sandbox, parent: int | None, task: Task | None) -> None:
    if not parent:
        return
    if task is not None and parent == task["ID"]:
        raise _core("Cannot bind the node to itself")
    if parent not in portal.task_book.all:
        raise _core("The task specified in the Parent task field was not found")


def _core(text: str) -> Refusal:
    return Refusal("ERROR_CORE", f"{text}<br>")


@rest("tasks.task.get", "task", "tasks", takes="select:array params:array")
def task_get(portal: Sandbox, params: Params) -> Answer:
    """One task; an empty list if there is none or it may not be seen."""
    task = _task(portal, params)
    if task is None:
        return Answer([])
    return Answer({"task": portal.task_book.shown(task, _names(params.get("select")))})


@rest("tasks.task.add", "task", "tasks", takes="fields:filled! params:array")
def task_add(portal: Sandbox, params: Params) -> Answer:
    """Create a task; a CRM binding also makes an activity."""
    fields = {name.upper(): value for name, value in as_map(params.get("fields")).items()}
    _check(portal, fields, None)
    key = portal.task_book.add(fields, portal.settings.owner_id)
    portal.activity_book.bind_task(portal.task_book.all[key])
    return Answer({"task": portal.task_book.shown(portal.task_book.all[key], None)})


@rest("tasks.task.update", "task", "tasks", takes="fields:filled! params:array")
def task_update(portal: Sandbox, params: Params) -> Answer:
    """Change a task."""
    task = _must(portal, params)
    fields = {name.upper(): value for name, value in as_map(params.get("fields")).items()}
    _check(portal, fields, task)
    portal.task_book.update(task["ID"], fields, portal.settings.owner_id)
    return Answer({"task": portal.task_book.shown(task, None)})


@rest("tasks.task.complete", "task", "tasks")
def task_complete(portal: Sandbox, params: Params) -> Answer:
    """Finish a task."""
    task = _must(portal, params)
    portal.task_book.complete(task["ID"], portal.settings.owner_id)
    return Answer({"task": portal.task_book.shown(task, None)})


@rest("tasks.task.renew", "task", "tasks")
def task_renew(portal: Sandbox, params: Params) -> Answer:
    """Open a finished task again."""
    task = _must(portal, params)
    portal.task_book.set_status(task["ID"], PENDING, portal.settings.owner_id)
    return Answer({"task": portal.task_book.shown(task, None)})


@rest("tasks.task.delete", "task", "tasks")
def task_delete(portal: Sandbox, params: Params) -> Answer:
    """Delete a task."""
    task = _task(portal, params)
    if task is None:
        raise Refusal("1048582", "No access to delete the task")
    del portal.task_book.all[task["ID"]]
    return Answer({"task": True})
