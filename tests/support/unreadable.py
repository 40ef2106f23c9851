"""Rows for which a portal cannot answer."""

from __future__ import annotations

from typing import Any

from b24sync.sandbox.envelope import Refusal
from b24sync.sandbox.method_reply import MethodReply
from tests.support.world import INVOICE, World

CODES = {"WRONG_ENCODING": 400, "INTERNAL_SERVER_ERROR": 500}
PAGES = {
    "a page": MethodReply(500, raw=b"<html><body><h1>Internal Server Error</h1></body></html>"),
    "nothing": MethodReply(200, raw=b""),
}


class Unreadable:
    """Rows that no answer can hold.

    Attributes:
        ids: Of invoices.
        history: Of rows of the stage history.
        tasks: Of tasks.
        code: What such an answer is instead: a code of the portal, or a key of ``PAGES``.
        whole: The whole request fails, not the command.
        narrow: Answers with a few fields of theirs can be read.
        strict: The portal refuses filters that leave ids out.
    """

    def __init__(self, world: World, code: str, *, whole: bool) -> None:
        self.ids: set[int] = set()
        self.history: set[int] = set()
        self.tasks: set[int] = set()
        self.code = code
        self.whole, self.struck, self.strict, self.narrow = whole, False, False, False
        inner, handle = world.portal.run_command, world.portal.handle

        def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
            if self.strict and "!@id" in str(params.get("filter")):
                raise Refusal("INVALID_ARG_VALUE", "Invalid filter", 400)
            answer = inner(method, params, watch)
            if self._holds(method.lower(), params, answer[0].result):
                self.struck = True
                raise Refusal(self.code, "broken", CODES.get(self.code, 500))
            return answer

        def handled(method: str, params: dict[str, Any], refusal: Any = None) -> Any:
            with world.portal.lock:
                self.struck = False
                reply = handle(method, params, refusal)
                if self.struck and self.code in PAGES:
                    return PAGES[self.code]
                if self.whole and self.struck and method == "batch":
                    return handle(method, params, Refusal(self.code, "broken", CODES[self.code]))
                return reply

        world.portal.run_command = run_command  # type: ignore[method-assign]
        world.portal.handle = handled  # type: ignore[method-assign]

    def _holds(self, method: str, params: dict[str, Any], result: Any) -> bool:
        if method == "crm.stagehistory.list":
            return any(int(row["ID"]) in self.history for row in result["items"])
        if method == "tasks.task.list":
            return any(int(row["id"]) in self.tasks for row in result["tasks"])
        if method != "crm.item.list" or int(params["entityTypeId"]) != INVOICE:
            return False
        if self.narrow and len(params["select"]) == 5:
            return False
        return any(int(row["id"]) in self.ids for row in result["items"])
