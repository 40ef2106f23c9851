"""A stand-in portal that has its rows as bytes, so that a measured client waits for nothing but itself.

The sandbox makes every page anew, which takes longer than its readers take over it. Here the invoices and
their stage history are encoded once; lists of them by id are cut from that, whatever else is asked goes to
the sandbox. What one cannot see any more is a portal that is slower than its clients.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from b24sync.sandbox import Sandbox
from b24sync.sandbox.envelope import PAGE, Refusal, Stopwatch
from b24sync.sandbox.item_methods import date_skew
from b24sync.sandbox.method_reply import MethodReply
from b24sync.sandbox.php import as_map, split_command, to_int
from b24sync.sandbox.records import RequestRecord

INVOICE = 31
JSON = "application/json; charset=utf-8"
_REFERENCE = re.compile(r"\$result\[(\w+)\]\[items\]\[49\]\[\w+\]")
_BY_ID = ({"id": "ASC"}, {"ID": "ASC"})


@dataclass(slots=True)
class Rows:
    """Rows of one list by id, each as its JSON."""

    ids: list[int] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)

    def page(self, at: int) -> tuple[bytes, int | None]:
        """The page that begins at a place, and its last id if it is full."""
        texts = self.texts[at : at + PAGE]
        body = b'{"items":[' + b",".join(texts) + b"]}"
        return body, self.ids[at + PAGE - 1] if len(texts) == PAGE else None


class Shelf(Sandbox):
    """A sandbox whose invoices are on the shelf; ``shelve`` puts there what was added."""

    def shelve(self) -> None:
        """Encode the invoices and their history that are not on the shelf yet."""
        self._shelves = {
            "crm.item.list": self._encoded("crm.item.list", "id"),
            "crm.stagehistory.list": self._encoded("crm.stagehistory.list", "ID"),
        }
        first = json.loads(self._shelves["crm.item.list"].texts[0])
        self._oldest = datetime.fromisoformat(first["updatedTime"]) - date_skew(self)

    def _encoded(self, method: str, key: str) -> Rows:
        rows = self.__dict__.setdefault("_shelves", {}).get(method) or Rows()
        while True:
            last = rows.ids[-1] if rows.ids else 0
            asked = {
                "entityTypeId": INVOICE,
                "filter": {f">{key}": last},
                "order": {key: "ASC"},
                "start": -1,
                "select": ["*", "uf_*"],
                "useOriginalUfNames": "Y",
            }
            found = self.run_command(method, asked)[0].result["items"]
            rows.ids += [row[key] for row in found]
            rows.texts += [_json(row) for row in found]
            if len(found) < PAGE:
                return rows

    def handle(self, method: str, params: dict[str, Any], refusal: Refusal | None = None) -> MethodReply:
        """Serve one request, from the shelf where that is possible."""
        name = method.removesuffix(".json").lower()
        commands = (
            {key: split_command(str(one)) for key, one in as_map(params.get("cmd")).items()}
            if name == "batch"
            else {"": (name, params)}
        )
        if refusal or not any(self._fits(*one) for one in commands.values()):
            return super().handle(method, params, refusal)
        watch = Stopwatch.begin(self.clock.now(), self.server_zone)
        with self.lock:
            answers = self._answers(commands)
            self.requests.add(RequestRecord(name, watch.at, tuple(commands), 200, {}))
        time = b',"time":' + _json(watch.block(None, 0)) + b"}"
        if name != "batch":
            return self._reply(b"{" + b",".join(_named(*one) for one in answers[""].items()) + time)
        parts = {
            part: [_named(key, one[part]) for key, one in answers.items() if part in one]
            for part in ("result", "error", "total", "next")
        }
        inner = {"result" if part == "result" else f"result_{part}": parts[part] for part in parts}
        body = b",".join(_named(part, b"{" + b",".join(told) + b"}") for part, told in inner.items())
        return self._reply(b'{"result":{' + body + b',"result_time":[]}' + time)

    def _reply(self, raw: bytes) -> MethodReply:
        return MethodReply(200, raw=raw, kind=JSON, delay_s=self.settings.latency_s)

    def _fits(self, method: str, params: Mapping[str, Any]) -> bool:
        """Whether the whole shelf answers a call: by id, of everything or of what changed before it began."""
        if method not in self.__dict__.get("_shelves", {}) or to_int(params.get("entityTypeId")) != INVOICE:
            return False
        filter_ = {**as_map(params.get("filter"))}
        since = filter_.pop(">=updatedTime", None)
        if since is not None and datetime.fromisoformat(str(since)) > self._oldest:
            return False
        return not filter_.keys() - {">id", ">ID", "<=id", "<=ID"} and params.get("order") in _BY_ID

    def _answers(self, commands: Mapping[str, tuple[str, Mapping[str, Any]]]) -> dict[str, dict[str, bytes]]:
        """Command → its parts of the answer."""
        answers: dict[str, dict[str, bytes]] = {}
        lasts: dict[str, int | None] = {}
        for key, (method, params) in commands.items():
            if self._fits(method, params):
                answers[key], lasts[key] = self._cut(self._shelves[method], params, lasts)
                continue
            try:
                answers[key] = {"result": _json(self.run_command(method, dict(params))[0].result)}
            except Refusal as refused:
                answers[key] = {"error": _json(refused.body())}
        return answers

    @staticmethod
    def _cut(
        rows: Rows, params: Mapping[str, Any], lasts: Mapping[str, int | None]
    ) -> tuple[dict[str, bytes], int | None]:
        filter_ = as_map(params.get("filter"))
        start = to_int(params.get("start")) or 0
        after = str(filter_.get(">id", filter_.get(">ID", 0)))
        before = to_int(filter_.get("<=id", filter_.get("<=ID")))
        referred = _REFERENCE.fullmatch(after)
        behind = lasts.get(referred[1]) if referred else to_int(after)
        at = bisect_right(rows.ids, behind or 0) + max(start, 0)
        if before is not None and bisect_right(rows.ids, before) < at + PAGE:
            rows = Rows(*(part[: bisect_right(rows.ids, before)] for part in (rows.ids, rows.texts)))
        body, last = rows.page(at)
        told = {"result": body}
        if start >= 0:
            told["total"] = str(len(rows.ids)).encode()
            if at + PAGE < len(rows.ids):
                told["next"] = str(at + PAGE).encode()
        return told, last


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _named(name: str, text: bytes) -> bytes:
    return b'"' + name.encode() + b'":' + text
