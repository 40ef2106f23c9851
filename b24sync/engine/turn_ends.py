"""How the turn of an action ends besides what its step returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.errors import (
    B24SyncError,
    CredentialsError,
    MethodBlockedError,
    PortalAwayError,
    TransientError,
)

if TYPE_CHECKING:
    from b24sync.ports import StepResult
    from b24sync.store.action_rows import Action


@dataclass(frozen=True, slots=True)
class Postponed:
    """Stopped by something outside: to be tried again.

    Attributes:
        counts: Whether the attempt is used up.
        until: Unix seconds by the local clock, or ``None`` for the usual back-off.
        wait_s: Wait at least so many seconds.
        away: Portal or mail server could not be reached at all: the next poll tries again.
        exit_code: What the run ends with for it, if it is more than this action's affair.
    """

    error: str
    counts: bool
    until: int | None = None
    wait_s: float = 0.0
    away: bool = False
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Sent without an answer; only a person may repeat it."""

    error: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one action's turn ended.

    Attributes:
        intent: What it was about to do in its own words; ``None`` if it did not get so far.
    """

    action: Action
    result: StepResult | Postponed | Uncertain
    mail_unreachable: str = ""
    intent: Mapping[str, Any] | None = None


class UnreachableError(B24SyncError):
    """The portal cannot be reached (or refuses everything).

    ``outcomes`` are those of all generators, most of them postponed; ``code`` is the run's exit code.
    """

    def __init__(self, message: str, outcomes: list[Outcome], code: int) -> None:
        super().__init__(message)
        self.outcomes = outcomes
        self.code = code


def later(error: TransientError | CredentialsError) -> Postponed:
    """What the portal would not do now.

    A block of one method uses up no attempt, nor does what was refused before it was run.
    """
    if isinstance(error, CredentialsError):
        return Postponed(str(error), counts=False, exit_code=error.exit_code)
    if isinstance(error, MethodBlockedError):
        return Postponed(str(error), counts=False, until=int(error.until.timestamp()))
    return Postponed(
        str(error),
        counts=not error.unattempted,
        wait_s=error.retry_after_s,
        away=isinstance(error, PortalAwayError),
        exit_code=error.exit_code if error.unattempted and error.code != "OPERATION_TIME_LIMIT" else 0,
    )
