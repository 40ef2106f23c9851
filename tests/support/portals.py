"""Small portals for tests of the stand-in: a frozen clock, invoice and deal stages, no company."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from b24sync.sandbox import Sandbox, SandboxClock, SandboxSettings
from b24sync.sandbox.seed_base import add_funnels

MONDAY = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


def bare_portal(**settings: Any) -> Sandbox:
    """A portal with funnels only, its clock frozen on a Monday at 12:00 Moscow time."""
    portal = Sandbox(SandboxSettings(**settings), clock=SandboxClock(MONDAY))
    add_funnels(portal)
    return portal


def result(portal: Sandbox, method: str, params: dict[str, Any] | None = None) -> Any:
    """The result of a call that must succeed."""
    status, body = portal.call(method, params or {})
    assert status == 200, body
    return body["result"]


def refusal(portal: Sandbox, method: str, params: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Status and code of a call that must be refused."""
    status, body = portal.call(method, params or {})
    assert "error" in body, body
    return status, body["error"]
