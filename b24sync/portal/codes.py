"""What an error code of the portal means: one table from code and HTTP status to what helps.

Never judged by the text, which is localised (portal.md §1.3, §19 no. 28).
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class Recovery(Enum):
    """What a fault says about the effect, and what helps."""

    UNREACHED = "unreached"  # nothing was sent
    BUSY = "busy"  # refused before it was run, again soon
    LATER = "later"  # refused before it was run, not to be hurried
    BLOCKED = "blocked"  # this method only, until a known or unknown time
    CREDENTIALS = "credentials"  # the webhook is refused
    SCOPE = "scope"  # the webhook lacks the scope of this method
    REFUSED = "refused"  # the call was refused
    NOT_FOUND = "not found"  # the call was refused: no such thing
    BROKEN = "broken"  # run or not, nobody knows
    GARBLED = "garbled"  # run, but the portal cannot write the answer down


_CODES: Final[dict[str, Recovery]] = {
    "QUERY_LIMIT_EXCEEDED": Recovery.BUSY,
    "OVERLOAD_LIMIT": Recovery.LATER,
    "OPERATION_TIME_LIMIT": Recovery.BLOCKED,
    "NO_AUTH_FOUND": Recovery.CREDENTIALS,
    "INVALID_CREDENTIALS": Recovery.CREDENTIALS,
    "EXPIRED_TOKEN": Recovery.CREDENTIALS,
    "INVALID_TOKEN": Recovery.CREDENTIALS,
    "AUTHORIZATION_ERROR": Recovery.CREDENTIALS,
    "USER_ACCESS_ERROR": Recovery.CREDENTIALS,
    "PORTAL_DELETED": Recovery.CREDENTIALS,
    "PAYMENT_REQUIRED": Recovery.CREDENTIALS,
    "INSUFFICIENT_SCOPE": Recovery.SCOPE,
    "WRONG_AUTH_TYPE": Recovery.REFUSED,
    "ERROR_METHOD_NOT_FOUND": Recovery.REFUSED,
    "ERROR_BATCH_METHOD_NOT_ALLOWED": Recovery.REFUSED,
    "ERROR_BATCH_LENGTH_EXCEEDED": Recovery.REFUSED,
    "INVALID_REQUEST": Recovery.REFUSED,
    "NOT_FOUND": Recovery.NOT_FOUND,
    "ERROR_NOT_FOUND": Recovery.NOT_FOUND,
    "ENTITY_NOT_FOUND": Recovery.NOT_FOUND,
    "BITRIX_REST_V3_EXCEPTION_ENTITYNOTFOUNDEXCEPTION": Recovery.NOT_FOUND,
    "INTERNAL_SERVER_ERROR": Recovery.BROKEN,
    "ERROR_UNEXPECTED_ANSWER": Recovery.BROKEN,
    "WRONG_ENCODING": Recovery.GARBLED,
}

# Codes that say something else about a whole batch than about one call: here the plan, there one item or
# list.
_WHOLE: Final[dict[tuple[str, int], Recovery]] = {("ACCESS_DENIED", 403): Recovery.CREDENTIALS}

_STATUSES: Final[dict[int, Recovery]] = {
    401: Recovery.CREDENTIALS,
    403: Recovery.CREDENTIALS,
    404: Recovery.LATER,  # no portal here, or not now
    405: Recovery.LATER,
    407: Recovery.LATER,
    410: Recovery.LATER,
    429: Recovery.BUSY,
}

_SCOPES: Final = {  # by the first part of a method's name
    "crm": "crm",
    "task": "task",
    "tasks": "task",
    "im": "im",
    "user": "user",
    "department": "department",
    "lists": "lists",
    "calendar": "calendar",
    "catalog": "catalog",
    "mail": "mail",
    "userfieldconfig": "userfieldconfig",
    "telephony": "telephony",
    "disk": "disk",
    "documentgenerator": "documentgenerator",
}


def recovery_of_code(code: str, status: int, *, whole: bool) -> Recovery:
    """What an error with a code says.

    Args:
        code: The portal's code as text, in any case; empty for many classic methods.
        status: HTTP status; 0 for a command of a batch.
        whole: It answers a whole batch, so that it concerns all commands and not one item.
    """
    known = _CODES.get(code.upper())
    if known is not None:
        return known
    if whole and (code.upper(), status) in _WHOLE:
        return _WHOLE[code.upper(), status]
    if status >= 500:
        return Recovery.BROKEN
    if status == 401 or (whole and status == 403):
        return Recovery.CREDENTIALS
    return Recovery.BUSY if status == 429 else Recovery.REFUSED


def recovery_of_status(status: int) -> Recovery:
    """What an answer without the portal's JSON says: a proxy's, a login page, half of one."""
    if status < 300:
        return Recovery.BROKEN
    if status < 400:
        return Recovery.LATER  # redirects are not followed
    return _STATUSES.get(status, Recovery.BROKEN if status >= 500 or status == 408 else Recovery.REFUSED)


def scope_of(method: str) -> str:
    """The scope that a webhook needs for ``method``; empty if unknown."""
    return _SCOPES.get(method.partition(".")[0].lower(), "")
