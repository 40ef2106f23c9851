"""Activities of timelines: what is kept of one, what it is bound to, and how it is shown (portal.md §10)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from .php import is_array, to_int
from .portal_dates import show_time

if TYPE_CHECKING:
    from .stand_in import Sandbox

Activity = dict[str, Any]
Binding = tuple[int, int]
"""Entity type and id."""

MEETING, CALL, TASK, EMAIL, PROVIDER = 1, 2, 3, 4, 6
TIMES = ("CREATED", "LAST_UPDATED", "START_TIME", "END_TIME", "DEADLINE")
INTEGERS = (
    "ID",
    "OWNER_ID",
    "OWNER_TYPE_ID",
    "TYPE_ID",
    "RESPONSIBLE_ID",
    "PRIORITY",
    "DIRECTION",
    "ASSOCIATED_ENTITY_ID",
    "DESCRIPTION_TYPE",
    "STATUS",
    "NOTIFY_TYPE",
    "NOTIFY_VALUE",
    "AUTHOR_ID",
)
TEXTS = (
    "SUBJECT",
    "DESCRIPTION",
    "LOCATION",
    "COMPLETED",
    "PROVIDER_ID",
    "PROVIDER_TYPE_ID",
    "ORIGINATOR_ID",
    "ORIGIN_ID",
    "ORIGIN_VERSION",
)
_ONLY_IF_NAMED = {"COMMUNICATIONS", "FILES"}
_BLANK: Activity = {
    "PROVIDER_ID": "",
    "PROVIDER_TYPE_ID": "",
    "PROVIDER_GROUP_ID": None,
    "ASSOCIATED_ENTITY_ID": 0,
    "SUBJECT": "",
    "DEADLINE": None,
    "COMPLETED": "N",
    "STATUS": 1,
    "PRIORITY": 2,
    "NOTIFY_TYPE": 0,
    "NOTIFY_VALUE": 0,
    "DESCRIPTION": "",
    "DESCRIPTION_TYPE": 1,
    "DIRECTION": 0,
    "LOCATION": "",
    "SETTINGS": [],
    "ORIGINATOR_ID": None,
    "ORIGIN_ID": None,
    "PROVIDER_PARAMS": [],
    "PROVIDER_DATA": None,
    "RESULT_MARK": 0,
    "RESULT_VALUE": None,
    "RESULT_SUM": None,
    "RESULT_CURRENCY_ID": None,
    "RESULT_STATUS": 0,
    "RESULT_STREAM": 0,
    "RESULT_SOURCE_ID": None,
    "AUTOCOMPLETE_RULE": 0,
    "COMMUNICATIONS": [],
    "FILES": [],
}


class Activities:
    """Activities with their bindings, comments, and what was really mailed."""

    def __init__(self, portal: Sandbox) -> None:
        self._portal = portal
        self.all: dict[int, Activity] = {}
        self.bindings: dict[int, list[Binding]] = {}
        self.mails: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.senders = ["Счета <billing@example.ru>"]
        self._next = 1

    def take_id(self) -> int:
        """A number for an activity or a comment."""
        key, self._next = self._next, self._next + 1
        return key

    def add(self, fields: Activity, bindings: list[Binding]) -> int:
        """Keep an activity of read fields; what it is bound to is kept once each."""
        key = self.take_id()
        now = self._portal.second()
        owner = self._portal.settings.owner_id
        people = dict.fromkeys(("RESPONSIBLE_ID", "AUTHOR_ID", "EDITOR_ID"), owner)
        times = dict.fromkeys(("CREATED", "LAST_UPDATED", "START_TIME", "END_TIME"), now)
        row: Activity = {"ID": key} | _BLANK | people | times | fields
        row["STATUS"] = 2 if row["COMPLETED"] == "Y" else 1
        row["DEADLINE"] = fields.get("DEADLINE") or row["START_TIME"]
        self.all[key] = row
        self.bindings[key] = list(dict.fromkeys(bindings))
        self._touch_owner(row)
        return key

    def remove(self, key: int) -> None:
        """Delete an activity with its bindings."""
        del self.all[key], self.bindings[key]

    def bind_task(self, task: dict[str, Any]) -> None:
        """The activity that a task bound to the CRM brings, bound to the same entities."""
        codes = {kind.owner_type: number for number, kind in self._portal.types.items()}
        bindings = []
        for binding in task["UF_CRM_TASK"]:
            short, _, number = str(binding).partition("_")
            if short in codes and to_int(number):
                bindings.append((codes[short], to_int(number) or 0))
        if not bindings:
            return
        fields = {
            "OWNER_TYPE_ID": bindings[0][0],
            "OWNER_ID": bindings[0][1],
            "TYPE_ID": TASK,
            "PROVIDER_ID": "TASKS",
            "SUBJECT": task["TITLE"],
            "ASSOCIATED_ENTITY_ID": task["ID"],
            "RESPONSIBLE_ID": task["RESPONSIBLE_ID"],
        }
        self.add(fields, bindings)

    def seen(self, row: Activity) -> bool:
        """Whether the webhook's owner may see an activity: who may see its owner may."""
        return row["OWNER_ID"] not in self._portal.items.book(row["OWNER_TYPE_ID"]).hidden

    def _touch_owner(self, row: Activity) -> None:
        # Only the time of the last activity moves, never updatedTime.
        item = self._portal.items.get(row["OWNER_TYPE_ID"], row["OWNER_ID"])
        if item is not None:
            item |= {"lastActivityTime": row["CREATED"], "lastActivityBy": row["AUTHOR_ID"]}

    def shown(self, row: Activity, names: set[str] | None) -> dict[str, Any]:
        """As the classic methods show it; COMMUNICATIONS and FILES only if named."""
        zone = self._portal.server_zone
        chosen = row.keys() - _ONLY_IF_NAMED if names is None else row.keys() & names
        result: dict[str, Any] = {}
        for name, value in row.items():
            if name not in chosen:
                continue
            if name in _ONLY_IF_NAMED:
                result[name] = self._parts(name, row)
            else:
                result[name] = show_time(value, zone) if isinstance(value, datetime) else _text(value)
        return result

    def _parts(self, name: str, row: Activity) -> list[dict[str, Any]]:
        """Communications with ids of their own, or files with addresses."""
        numbered = [(10 * row["ID"] + place, part) for place, part in enumerate(row[name])]
        if name == "COMMUNICATIONS":
            return [{"ID": str(key)} | {n: _text(v) for n, v in part.items()} for key, part in numbered]
        address = f"{self._portal.base_url}/bitrix/tools/crm_show_file.php?ownerTypeId=6&ownerId={row['ID']}"
        return [{"id": key, "url": f"{address}&fileId={key}"} for key, _ in numbered]


def _text(value: Any) -> Any:
    return value if value is None or is_array(value) else str(value)
