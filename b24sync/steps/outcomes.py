"""How a step says that something cannot be done: the portal's words, the fields meant, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from b24sync.errors import B24SyncError, NotFoundError, ScopeError
from b24sync.words import remedies as words

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.errors import PortalError


class StepError(B24SyncError):
    """A step cannot be done; the engine ends its action as failed with this message."""


def words_of(error: PortalError, doing: str, *, fields: Sequence[str] = ()) -> str:
    """A refusal in one line.

    Args:
        error: What the portal said.
        doing: What was tried, as ``"deal 12: to stage WON"``.
        fields: Codes of the fields that it speaks of, as far as they are known.
    """
    said = f"{doing}: {error.message}"
    named = words.IN_FIELDS(fields=", ".join(fields)) if fields else ""
    remedy = error.remedy or _remedy(error)
    return f"{said}{named}" + (f"; {remedy}" if remedy else "")


def _remedy(error: PortalError) -> str:
    if isinstance(error, ScopeError):
        return words.ADD_SCOPE(scope=error.scope) if error.scope else words.ADD_A_SCOPE()
    if isinstance(error, NotFoundError):
        return words.GONE()
    found = words.REMEDIES.get(error.code)
    return "" if found is None else found()


def required(answer: Answer, doing: str) -> None:
    """Let a refused read end the step.

    Raises:
        StepError: The portal refused it.
    """
    if answer.error is not None:
        raise StepError(words_of(answer.error, doing))
