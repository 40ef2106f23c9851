"""Answers and refusals: the envelope of portal.md §1.2 and the general errors of §1.3."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

PAGE = 50
"""Rows on a page of every list method."""


class Refusal(Exception):  # noqa: N818 - it is the portal's answer, not a fault of the stand-in
    """The portal says no: an error code as in the answer (text or number), a text, an HTTP status."""

    def __init__(self, code: str | int, description: str, status: int = 400, **extra: Any) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The error as it stands in an answer or under ``result_error``."""
        return {"error": self.code, "error_description": self.description, **self.extra}


class ConnectionCutError(ConnectionError):
    """The connection ends without an answer (raised to direct callers; the HTTP server closes the socket)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method returns: the result, and for lists ``total`` and ``next``."""

    result: Any
    total: int | None = None
    next: int | None = None


def general_error(name: str) -> Refusal:
    """One of the system errors by its code, with the documented status and text."""
    status, text = GENERAL_ERRORS[name]
    return Refusal(name, text, status)


GENERAL_ERRORS: dict[str, tuple[int, str]] = {
    "INTERNAL_SERVER_ERROR": (500, "Internal server error"),
    "QUERY_LIMIT_EXCEEDED": (503, "Too many requests"),
    "OVERLOAD_LIMIT": (503, "REST API is blocked due to overload"),
    "OPERATION_TIME_LIMIT": (429, "Method is blocked due to operation time limit."),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": (405, "Method is not allowed for batch usage"),
    "ERROR_BATCH_LENGTH_EXCEEDED": (400, "Max batch length exceeded"),
    "NO_AUTH_FOUND": (401, "Wrong authorization data"),
    "ACCESS_DENIED": (403, "REST API is available only on commercial plans"),
    "INVALID_CREDENTIALS": (403, "Invalid request credentials"),
    "insufficient_scope": (403, "The request requires higher privileges than provided by the webhook token"),
    "expired_token": (401, "The access token provided has expired"),
    "authorization_error": (401, "Unable to authorize user"),
    "user_access_error": (403, "The user does not have access to the application"),
    "PORTAL_DELETED": (500, "Portal was deleted"),
    "ERROR_METHOD_NOT_FOUND": (404, "Method not found!"),
    "WRONG_AUTH_TYPE": (403, "Current authorization type is denied for this method"),
}


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """The beginning of a request, for its ``time`` block."""

    at: datetime
    perf: float
    zone: ZoneInfo

    @classmethod
    def begin(cls, at: datetime, zone: ZoneInfo) -> Stopwatch:
        """Start measuring; ``at`` is the portal's time."""
        return cls(at, time.perf_counter(), zone)

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.perf

    def block(self, operating: float | None, reset_at: int) -> dict[str, Any]:
        """The ``time`` block: floats in seconds, dates in the server's offset; ``None``.

        Nothing is charged.
        """
        spent = self.seconds
        start = self.at.timestamp()
        shown = self.at.astimezone(self.zone).isoformat(timespec="seconds")
        block: dict[str, Any] = {
            "start": start,
            "finish": start + spent,
            "duration": spent,
            "processing": spent,
            "date_start": shown,
            "date_finish": shown,
        }
        if operating is not None:
            block |= {"operating_reset_at": reset_at, "operating": operating}
        return block
