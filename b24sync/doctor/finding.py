"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's answer.

    Attributes:
        status: ``fail``: something will not work; ``warn``: it may, or cannot be checked.
        check: Stable name, as ``stage_history.deal``.
        message: What was found.
        remedy: What to do about it; empty: nothing.
    """

    status: Status
    check: str
    message: str
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """The object of ``--json``."""
        return {"status": self.status, "check": self.check, "message": self.message, "remedy": self.remedy}


def ok(check: str, message: str, remedy: str = "") -> Finding:
    """All is well."""
    return Finding("ok", check, message, remedy)


def warn(check: str, message: str, remedy: str = "") -> Finding:
    """Something that a person should know."""
    return Finding("warn", check, message, remedy)


def fail(check: str, message: str, remedy: str = "") -> Finding:
    """Something that will not work."""
    return Finding("fail", check, message, remedy)


def unchecked(check: str, why: object, remedy: str = "") -> Finding:
    """A check that could not be made."""
    return warn(check, f"cannot be checked: {why}", remedy)
