"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from b24sync.words import Both
from b24sync.words.doctor_portal import CANNOT_CHECK
from b24sync.words.doctor_probes import NOT_LOOKED

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
    message: str | Both
    remedy: str | Both = ""

    def as_json(self) -> dict[str, str]:
        """The object of ``--json``."""
        return {
            "status": self.status,
            "check": self.check,
            "message": str(self.message),
            "remedy": str(self.remedy),
        }


def ok(check: str, message: str | Both, remedy: str | Both = "") -> Finding:
    """All is well."""
    return Finding("ok", check, message, remedy)


def warn(check: str, message: str | Both, remedy: str | Both = "") -> Finding:
    """Something that a person should know."""
    return Finding("warn", check, message, remedy)


def fail(check: str, message: str | Both, remedy: str | Both = "") -> Finding:
    """Something that will not work."""
    return Finding("fail", check, message, remedy)


def unchecked(check: str, why: object, remedy: str | Both = "") -> Finding:
    """A check that could not be made."""
    return warn(check, CANNOT_CHECK.both(why=why), remedy)


def not_looked(check: str, why: object) -> Finding:
    """A probe that could not be made; the others were."""
    return warn(check, NOT_LOOKED.both(why=why))
