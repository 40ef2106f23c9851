"""Values that no program can read as what they stand for, put into a portal's answers."""

from __future__ import annotations

from typing import Any

from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.world import World


def nested(depth: int) -> Any:
    """Lists in lists."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


VALUES: dict[str, Any] = {
    "1C's empty date": "0001-01-01T00:00:00+02:30",
    "the end of time": "9999-12-31T23:59:59-11:00",
    "no number": float("nan"),
    "an infinite number": float("inf"),
    "a number without end": "1E999999999",
    "thirty digits": 10**30,
    "nested 900 deep": nested(900),
    "a bool": True,
    "a list": [1, [2]],
    "a map": {"a": {"b": 1}},
    "null": None,
    "a number": 17,
    "an ISO time": "2026-03-02T10:00:00+03:00",
}
ITEM_FIELDS = (
    *("id", "title", "stageId", "categoryId", "opportunity", "currencyId", "closedate", "begindate"),
    *("contactId", "companyId", "assignedById", "createdBy", "comments", "parentId2", "fm"),
    *("createdTime", "updatedTime", "movedTime", "previousStageId", "UF_CRM_TEXT"),
)
TASK_FIELDS = (
    *("id", "title", "status", "responsibleId", "deadline", "closedDate", "createdDate", "changedDate"),
    *("ufCrmTask", "tags", "groupId", "createdBy"),
)
TIMES = ("operating", "operating_reset_at", "duration", "processing")
_TYPES = {INVOICE: "invoice", DEAL: "deal"}


class Poisoned:
    """Puts values into rows, history rows and ``time`` blocks as the portal answers them.

    Attributes:
        times: Into every ``time`` block.
    """

    def __init__(self, world: World) -> None:
        self._rows: dict[tuple[str, int], dict[str, Any]] = {}
        self._history: dict[int, dict[str, Any]] = {}
        self.times: dict[str, Any] = {}
        inner = world.portal.run_command

        def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
            answer, time = inner(method, params, watch)
            self._poison(method.lower(), params, answer.result)
            return answer, {**time, **self.times}

        world.portal.run_command = run_command  # type: ignore[method-assign]

    def put(self, kind: str, number: int, field: str, value: Any) -> None:
        """Into one field of one row."""
        self._rows.setdefault((kind, number), {})[field] = value

    def put_history(self, owner: int, field: str, value: Any) -> None:
        """Into one field of an invoice's history."""
        self._history[owner] = {field: value}

    def clear(self) -> None:
        """The portal is well again."""
        self._rows.clear()
        self._history.clear()
        self.times = {}

    @staticmethod
    def means_another(field: str, value: Any) -> bool:
        """Whether a value can be read there, and means something else: another id, another time."""
        if field in {"createdTime", "createdDate"}:
            return bool(value == VALUES["an ISO time"])
        return field in {"id", "ID", "OWNER_ID", "TYPE_ID"} and isinstance(value, int) and value < 10**9

    def _poison(self, method: str, params: dict[str, Any], result: Any) -> None:
        if method in {"crm.item.list", "crm.item.get"}:
            kind = _TYPES.get(int(params["entityTypeId"]), "")
            rows = result["items"] if "items" in result else [result["item"]]
        elif method in {"tasks.task.list", "tasks.task.get"} and isinstance(result, dict):
            kind, rows = "task", result["tasks"] if "tasks" in result else [result.get("task")]
        elif method == "crm.stagehistory.list" and int(params["entityTypeId"]) == INVOICE:
            for row in result["items"]:
                row.update(self._history.get(int(row["OWNER_ID"]), {}))
            return
        else:
            return
        for row in rows:
            if isinstance(row, dict) and row.get("id") is not None:
                row.update(self._rows.get((kind, int(row["id"])), {}))
