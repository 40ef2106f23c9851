"""Faults to order: what may go wrong between a client and the portal, and how often."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, get_args

from .envelope import Refusal, general_error

Kind = Literal[
    "503",
    "429",
    "overload",
    "500",
    "502html",
    "truncated",
    "drop_before",
    "drop_after",
    "slow",
    "error",
    "401",
]
Where = Literal["request", "command"]

_SYSTEM = {
    "503": "QUERY_LIMIT_EXCEEDED",
    "429": "OPERATION_TIME_LIMIT",
    "overload": "OVERLOAD_LIMIT",
    "500": "INTERNAL_SERVER_ERROR",
    "401": "expired_token",
}

HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><center>502</center></body></html>"
"""The body of a proxy's error page."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One ordered fault.

    Attributes:
        kind: 503 QUERY_LIMIT_EXCEEDED, 429 OPERATION_TIME_LIMIT, overload OVERLOAD_LIMIT, 500, 502html (a
            body in HTML), truncated (executed, the JSON body is cut), drop_before (the connection is closed
            before anything is executed), drop_after (executed, then closed without an answer), slow (the
            answer waits ``seconds``), error (``code``, ``description``, ``http``), 401 expired_token.
        method: A glob over method names, any case; ``None`` is any method.
        times: How many requests (commands) are struck.
        after: How many that match pass before the first is struck.
        where: "request": the HTTP request by its method; "command": a command, also inside a batch
            ("drop_after" there cuts the connection when that command has been executed).
        seconds: Of "slow", and of the block of "429".
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

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind) or self.where not in get_args(Where):
            raise ValueError(f"unknown fault: {self.kind} ({self.where})")

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

    def take(self, method: str, where: Where) -> Fault | None:
        """The fault that strikes this call, if any; one call is struck by one fault."""
        with self._lock:
            for entry in self._open:
                fault, after, times = entry
                if not isinstance(fault, Fault) or not isinstance(after, int) or not isinstance(times, int):
                    continue
                if fault.where != where or not _matches(fault, method):
                    continue
                if after > 0:
                    entry[1] = after - 1
                    continue
                entry[2] = times - 1
                if times <= 1:
                    self._open.remove(entry)
                return fault
        return None


def _matches(fault: Fault, method: str) -> bool:
    return fault.method is None or fnmatchcase(method.lower(), fault.method.lower())
