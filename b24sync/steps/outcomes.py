"""How a step says that something cannot be done: the portal's words, the fields meant, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from b24sync.errors import B24SyncError, NotFoundError, ScopeError

if TYPE_CHECKING:
    from b24sync.calls import Answer
    from b24sync.errors import PortalError

_REMEDIES: Mapping[str, str] = {
    "CRM_FIELD_ERROR_REQUIRED": "fill that field, then b24sync retry",
    "CRM_FIELD_ERROR_VALUE_NOT_VALID": "correct the value in the rule",
    "ACCESS_DENIED": "give the owner of the webhook the right to it, then b24sync retry",
    "ERROR_IBLOCK_NOT_FOUND": "correct the number of the list in the rule, or let the owner of the webhook "
    "read that list",
    "UPDATE_DYNAMIC_ITEM_RESTRICTED": "the portal's plan does not allow it",
    "": "if it speaks of access, give the owner of the webhook the right to it, then b24sync retry",
}


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
    named = f" (field {', '.join(fields)})" if fields else ""
    remedy = error.remedy or _remedy(error)
    return f"{said}{named}" + (f"; {remedy}" if remedy else "")


def _remedy(error: PortalError) -> str:
    if isinstance(error, ScopeError):
        return (
            f"add the scope {error.scope} to the webhook" if error.scope else "add the scope to the webhook"
        )
    if isinstance(error, NotFoundError):
        return "it is gone or hidden from the owner of the webhook"
    return _REMEDIES.get(error.code, "")


def required(answer: Answer, doing: str) -> None:
    """Let a refused read end the step.

    Raises:
        StepError: The portal refused it.
    """
    if answer.error is not None:
        raise StepError(words_of(answer.error, doing))
