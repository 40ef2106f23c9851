"""Faults to order: what may go wrong between a client and the portal, and how often."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from .envelope import Refusal, general_error

Kind = Literal[
    "503",
    "429",
    "overload",
    "500",
    "502html",
    "404html",
    "truncated",
    "drop_before",
    "drop_after",
    "slow",
    "error",
    "401",
]
Where = Literal["request", "command", "inside"]

_SYSTEM = {
    "503": "QUERY_LIMIT_EXCEEDED",
    "429": "OPERATION_TIME_LIMIT",
    "overload": "OVERLOAD_LIMIT",
    "500": "INTERNAL_SERVER_ERROR",
    "401": "expired_token",
}

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><center>502</center></body></html>"
"""The body of a proxy's error page."""
HTML_404 = b"<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>"
"""The same of one that knows no such address."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One ordered fault.

    Attributes:
        kind: 503 QUERY_LIMIT_EXCEEDED, 429 OPERATION_TIME_LIMIT, overload OVERLOAD_LIMIT, 500, 502html and
            404html (a proxy's page), truncated (executed, the JSON body is cut), drop_before (the connection
            is closed before anything is executed), drop_after (executed, then closed without an answer),
            slow (the answer waits ``seconds``), error (``code``, ``description``, ``http``), 401
            expired_token.
        method: A glob over method names, any case; ``None`` is any method.
        times: How many requests (commands) are struck.
        after: How many that match pass before the first is struck.
        where: "request": the HTTP request by its method; "command": a command, also inside a batch
            ("drop_after" there cuts the connection when that command has been executed); "inside": the
            whole request that contains such a command, which so takes its neighbours down (the commands
            before it are executed, it is only with "drop_after", "truncated" and WRONG_ENCODING, and then
            those behind it are, too).
        seconds: Of "slow", and of the block of "429".
        having: Only calls whose parameters, written as JSON, contain this text.
    """

    kind: Kind
    method: str | None = None
    times: int = 1
    after: int = 0
    where: Where = "request"
    seconds: float = 0.0
    code: str | int = "ERROR_CORE"
    description: str = "Ordered fault"
    http: int = 400
    having: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind) or self.where not in get_args(Where):
            raise ValueError(f"unknown fault: {self.kind} ({self.where})")
        if self.kind == "slow" and self.where == "inside":
            raise ValueError("a slow command is slow for its request anyway: where = 'command'")

    @property
    def executes(self) -> bool:
        """Whether a command that it strikes inside a request is executed all the same."""
        return self.kind in {"drop_after", "truncated"} or self.code == "WRONG_ENCODING"

    def refusal(self) -> Refusal | None:
        """The refusal that this fault is, or ``None`` if it strikes the transport."""
        if self.kind == "error":
            return Refusal(self.code, self.description, self.http)
        name = _SYSTEM.get(self.kind)
        return general_error(name) if name is not None else None


class Faults:
    """The faults still to come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[list[Fault | int]] = []

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        with self._lock:
            self._open.append([fault, fault.after, fault.times])

    def clear(self) -> None:
        """Take back all that have not struck."""
        with self._lock:
            self._open.clear()

    def __len__(self) -> int:
        return len(self._open)

    def take(self, method: str, where: Where, params: Mapping[str, Any]) -> Fault | None:
        """The fault that strikes this call, if any; one call is struck by one fault."""
        with self._lock:
            for entry in self._open:
                fault, after, times = entry
                if not isinstance(fault, Fault) or not isinstance(after, int) or not isinstance(times, int):
                    continue
                if fault.where != where or not _matches(fault, method, params):
                    continue
                if after > 0:
                    entry[1] = after - 1
                    continue
                entry[2] = times - 1
                if times <= 1:
                    self._open.remove(entry)
                return fault
        return None


def _matches(fault: Fault, method: str, params: Mapping[str, Any]) -> bool:
    if fault.method is not None and not fnmatchcase(method.lower(), fault.method.lower()):
        return False
    return not fault.having or fault.having in json.dumps(params, ensure_ascii=False, default=str)


class RequestStruckError(Exception):
    """A command takes the whole request down with it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault
