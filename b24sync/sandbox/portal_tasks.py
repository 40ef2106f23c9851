"""Tasks: what is kept of one, and what its state changes do (portal.md §9)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .php import as_list, is_array, to_int
from .portal_dates import show_time, strtotime

if TYPE_CHECKING:
    from .stand_in import Sandbox

Task = dict[str, Any]
PENDING, IN_PROGRESS, AWAITING, COMPLETED, DEFERRED = 2, 3, 4, 5, 6
STATUSES = frozenset((PENDING, IN_PROGRESS, AWAITING, COMPLETED, DEFERRED))

# name inside and in REST requests → kind; answers are in camelCase, values are text.
FIELDS: dict[str, str] = {
    "ID": "int",
    "PARENT_ID": "int",
    "TITLE": "text",
    "DESCRIPTION": "text",
    "MARK": "text",
    "PRIORITY": "int",
    "STATUS": "int",
    "MULTITASK": "flag",
    "REPLICATE": "flag",
    "STAGE_ID": "int",
    "CREATED_BY": "int",
    "CREATED_DATE": "time",
    "RESPONSIBLE_ID": "int",
    "CHANGED_BY": "int",
    "CHANGED_DATE": "time",
    "STATUS_CHANGED_BY": "int",
    "STATUS_CHANGED_DATE": "time",
    "CLOSED_BY": "int",
    "CLOSED_DATE": "time",
    "ACTIVITY_DATE": "time",
    "DATE_START": "time",
    "DEADLINE": "time",
    "START_DATE_PLAN": "time",
    "END_DATE_PLAN": "time",
    "GUID": "text",
    "XML_ID": "text",
    "COMMENTS_COUNT": "int",
    "ALLOW_CHANGE_DEADLINE": "flag",
    "TASK_CONTROL": "flag",
    "ADD_IN_REPORT": "flag",
    "TIME_ESTIMATE": "int",
    "GROUP_ID": "int",
    "SITE_ID": "text",
}
LISTS = ("AUDITORS", "ACCOMPLICES", "TAGS", "UF_CRM_TASK")
_WRITABLE = {
    "TITLE",
    "DESCRIPTION",
    "PRIORITY",
    "STATUS",
    "CREATED_BY",
    "RESPONSIBLE_ID",
    "DEADLINE",
    "START_DATE_PLAN",
    "END_DATE_PLAN",
    "GROUP_ID",
    "PARENT_ID",
    "XML_ID",
    "TASK_CONTROL",
    "ALLOW_CHANGE_DEADLINE",
    "MARK",
    *LISTS,
}


class Tasks:
    """The tasks of the portal."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self.all: dict[int, Task] = {}
        self._next = 1

    def add(self, fields: Mapping[str, Any], by: int) -> int:
        """Create a task from upper-case fields."""
        key, self._next = self._next, self._next + 1
        now = self._portal.second()
        task: Task = {
            "ID": key,
            "TITLE": "",
            "DESCRIPTION": "",
            "PRIORITY": 1,
            "STATUS": PENDING,
            "CREATED_BY": by,
            "RESPONSIBLE_ID": by,
            "CHANGED_BY": by,
            "CREATED_DATE": now,
            "CHANGED_DATE": now,
            "ACTIVITY_DATE": now,
            "STATUS_CHANGED_DATE": now,
            "GROUP_ID": 0,
            "STAGE_ID": 0,
            "TIME_ESTIMATE": 0,
            "TASK_CONTROL": False,
            "ALLOW_CHANGE_DEADLINE": False,
            "MULTITASK": False,
            "REPLICATE": False,
            "ADD_IN_REPORT": False,
            "SITE_ID": "s1",
            "AUDITORS": [],
            "ACCOMPLICES": [],
            "TAGS": [],
            "UF_CRM_TASK": [],
            "GUID": "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"task-{key}")) + "}",
        }
        self.all[key] = task | self._read(fields)
        return key

    def update(self, key: int, fields: Mapping[str, Any], by: int) -> bool:
        """Change a task; a STATUS goes through the state change. False if nothing would be different."""
        task = self.all[key]
        given = self._read(fields)
        status = given.pop("STATUS", None)
        changed = {name: value for name, value in given.items() if task.get(name) != value}
        if changed:
            task |= changed | {"CHANGED_DATE": self._portal.second(), "CHANGED_BY": by}
        if status is not None and status != task["STATUS"]:
            self.set_status(key, status, by)
            return True
        return bool(changed)

    def complete(self, key: int, by: int) -> None:
        """Finish a task: one under control waits for its creator first, unless the creator does it."""
        task = self.all[key]
        waits = task["TASK_CONTROL"] and task["STATUS"] != AWAITING and by != task["CREATED_BY"]
        self.set_status(key, AWAITING if waits else COMPLETED, by)

    def set_status(self, key: int, status: int, by: int) -> None:
        """Bring a task into another state."""
        now = self._portal.second()
        closed = status == COMPLETED
        self.all[key] |= {
            "STATUS": status,
            "STATUS_CHANGED_DATE": now,
            "STATUS_CHANGED_BY": by,
            "CHANGED_DATE": now,
            "CHANGED_BY": by,
            "CLOSED_DATE": now if closed else None,
            "CLOSED_BY": by if closed else None,
        }

    def seen_by(self, task: Task, user: int, *, admin: bool) -> bool:
        """Whether a person may see a task: an administrator any, others theirs and their people's."""
        if admin:
            return True
        people = {user} | self._portal.people.subordinates(user)
        involved = {task["CREATED_BY"], task["RESPONSIBLE_ID"], *task["AUDITORS"], *task["ACCOMPLICES"]}
        return bool(people & involved)

    def _read(self, fields: Mapping[str, Any]) -> Task:
        result: Task = {}
        for raw_name, value in fields.items():
            name = raw_name.upper()
            if name not in _WRITABLE:
                continue
            if name in LISTS:
                values = as_list(value) if is_array(value) else [value] if value not in (None, "") else []
                result[name] = [
                    item if name in {"TAGS", "UF_CRM_TASK"} else to_int(item) or 0 for item in values
                ]
            elif FIELDS[name] == "int":
                result[name] = to_int(value) or 0
            elif FIELDS[name] == "time":
                result[name] = strtotime(value, self._portal.server_zone, self._portal.clock.now())
            elif FIELDS[name] == "flag":
                result[name] = value in {"Y", True, "1"}
            else:
                result[name] = None if value is None else str(value)
        return result

    def shown(self, task: Task, names: set[str] | None) -> dict[str, Any]:
        """A task as tasks.task.* shows it: camelCase, values as text; UF_CRM_TASK only if named."""
        zone = self._portal.server_zone
        chosen = [name for name in FIELDS if names is None or name in names]
        row: dict[str, Any] = {camel(name): _text(task.get(name), zone) for name in chosen}
        if names is None or "STATUS" in names:
            row["subStatus"] = _sub_status(task, self._portal.clock.now())
        for name in ("AUDITORS", "ACCOMPLICES"):
            if names is None or name in names:
                row[camel(name)] = [str(item) for item in task[name]]
        if names is not None and "TAGS" in names:
            row["tags"] = {str(n): {"id": n, "title": str(t)} for n, t in enumerate(task["TAGS"], 1)} or []
        if names is not None and "UF_CRM_TASK" in names:
            row["ufCrmTask"] = list(task["UF_CRM_TASK"]) or False
        row |= {"descriptionInBbcode": "Y", "favorite": "N", "group": []}
        for role, name in (("creator", "CREATED_BY"), ("responsible", "RESPONSIBLE_ID")):
            if names is None or name in names:
                row[role] = self._person(task[name])
        return row

    def _person(self, key: int) -> dict[str, Any]:
        user = self._portal.people.users.get(key, {})
        return {
            "id": str(key),
            "name": self._portal.people.name(key),
            "link": f"/company/personal/user/{key}/",
            "icon": "/bitrix/images/tasks/default_avatar.png",
            "workPosition": user.get("WORK_POSITION", ""),
        }


def camel(name: str) -> str:
    """CREATED_BY → createdBy."""
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


def _text(value: Any, zone: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return "Y" if value else "N"
    return show_time(value, zone) if isinstance(value, datetime) else str(value)


def _sub_status(task: Task, now: datetime) -> str:
    deadline = task.get("DEADLINE")
    overdue = deadline is not None and deadline < now and task["STATUS"] < AWAITING
    return "-1" if overdue else str(task["STATUS"])
