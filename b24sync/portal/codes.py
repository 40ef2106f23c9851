"""What an error of the portal means: one table from its code and HTTP status to what the caller does next.

Never judged by its text, which is localised (BITRIX24.md §1.3, §19 no. 28).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from b24sync.errors import (
    CredentialsError,
    InDoubtError,
    MethodBlockedError,
    NotFoundError,
    PermanentError,
    PortalError,
    ScopeError,
    TransientError,
)
from b24sync.log import printable, redact

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.portal.reply import NoAnswerError, NotSentError, Reply

LATER_S: Final = 600.0  # a trouble that does not pass within a run
_LONGEST_TEXT: Final = 400


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


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong with one request or one command, in the portal's words.

    Attributes:
        recovery: What it means.
        text: For people; clean.
        code: The portal's code as text; empty if it gave none.
        status: HTTP status; 0 for a command of a batch or without an answer.
        reset_at: When a blocked method is free again, seconds of the Unix epoch by the portal's clock;
            ``None`` if not told.
        retry_after_s: Wait at least this long.
        slow: It took too long; a smaller request may get through.
    """

    recovery: Recovery
    text: str
    code: str = ""
    status: int = 0
    reset_at: float | None = None
    retry_after_s: float = 0.0
    slow: bool = False

    def repeatable(self, *, write: bool) -> bool:
        """Whether to make the same request again soon: a read if it can help, a write if nothing was done."""
        return self.recovery in {Recovery.UNREACHED, Recovery.BUSY} or (
            not write and self.recovery is Recovery.BROKEN
        )

    @property
    def concerns_all(self) -> bool:
        """Whether the next request would fare no better: connection or webhook, not one method."""
        return self.recovery in {
            Recovery.UNREACHED,
            Recovery.BUSY,
            Recovery.LATER,
            Recovery.CREDENTIALS,
            Recovery.BROKEN,
        }

    @property
    def no_effect(self) -> bool:
        """Whether it is certain that nothing was done."""
        return self.recovery not in {Recovery.BROKEN, Recovery.GARBLED}


def unreached(portal: str, error: NotSentError) -> Fault:
    """The fault of a request that did not leave this machine."""
    return Fault(Recovery.UNREACHED, f"the portal {portal} cannot be reached: {error}")


def unanswered(error: NoAnswerError) -> Fault:
    """The fault of a request that was sent and got no whole answer."""
    return Fault(Recovery.BROKEN, str(error), slow=error.slow)


def fault_of_reply(reply: Reply, *, whole: bool) -> Fault | None:
    """The fault of a whole HTTP answer; ``None`` if it is a success.

    Args:
        reply: The answer.
        whole: It answers a batch, so that an error concerns all commands and not one item.
    """
    content = reply.content
    if content is not None and reply.status < 300 and "result" in content and not content.get("error"):
        return None
    if content is None or "error" not in content:
        return _fault_of_status(reply)
    code, text = _code_and_text(content)
    time = content.get("time")
    return Fault(
        _recovery(code, reply.status, whole=whole),
        f"{text or 'no explanation'} [{_label(code, reply.status)}]",
        code=code,
        status=reply.status,
        reset_at=_reset_at(content) or (_reset_at(time) if isinstance(time, dict) else None),
        retry_after_s=reply.retry_after_s,
        slow=reply.status == 504,
    )


def fault_of_command(error: Any, *, reset_at: float | None = None) -> Fault:
    """The fault of one command of a batch, from its entry in ``result_error``."""
    content = error if isinstance(error, dict) else {"error": error}
    code, text = _code_and_text(content)
    return Fault(
        _CODES.get(code.upper(), Recovery.REFUSED),
        f"{text or 'no explanation'} [{_label(code, 0)}]"
        if code or text
        else "refused without an explanation",
        code=code,
        reset_at=_reset_at(content) or reset_at,
    )


def error_of(fault: Fault, method: str, *, write: bool, until: datetime | None = None) -> PortalError:
    """The fault as the exception that says what the caller does next.

    Args:
        fault: What went wrong.
        method: The REST method that a person should read.
        write: Whether the call has an effect.
        until: For a blocked method: until when, local clock.
    """
    recovery = fault.recovery
    if recovery is Recovery.BLOCKED and until is not None:
        return MethodBlockedError(fault.text, method=method, until=until)
    if recovery in {Recovery.UNREACHED, Recovery.BUSY, Recovery.BLOCKED, Recovery.LATER}:
        wait_s = LATER_S if recovery is Recovery.LATER else fault.retry_after_s
        return TransientError(fault.text, method=method, code=fault.code, retry_after_s=wait_s)
    if recovery is Recovery.BROKEN and not write:
        return TransientError(fault.text, method=method, code=fault.code, retry_after_s=fault.retry_after_s)
    if not fault.no_effect and write:
        return InDoubtError(f"done or not, nobody knows: {fault.text}", method=method, code=fault.code)
    return _refusal(fault, method)


def scope_of(method: str) -> str:
    """The scope that a webhook needs for ``method``; empty if unknown."""
    return _SCOPES.get(method.partition(".")[0].lower(), "")


def clean(text: object) -> str:
    """An error text of the portal as one short line without markup, control characters and secrets."""
    words = re.sub(r"(?i)<br\s*/?>", "; ", str(text))
    words = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", words))
    words = " ".join(printable(redact(words).replace("\n", " ").replace("\r", " ")).split()).strip("; ")
    return words if len(words) <= _LONGEST_TEXT else words[: _LONGEST_TEXT - 1] + "…"


def _refusal(fault: Fault, method: str) -> PortalError:
    if fault.recovery is Recovery.CREDENTIALS:
        remedy = "check portal.webhook: its secret, its expiry date, its owner, the portal's plan"
        return CredentialsError(fault.text, method=method, code=fault.code, remedy=remedy)
    if fault.recovery is Recovery.SCOPE:
        scope = scope_of(method)
        remedy = (
            f"add the scope {scope!r} to the webhook" if scope else "add the method's scope to the webhook"
        )
        return ScopeError(fault.text, method=method, code=fault.code, scope=scope, remedy=remedy)
    kind = NotFoundError if fault.recovery is Recovery.NOT_FOUND else PermanentError
    return kind(fault.text, method=method, code=fault.code)


def _recovery(code: str, status: int, *, whole: bool) -> Recovery:
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


def _fault_of_status(reply: Reply) -> Fault:
    """The fault of an answer that is none of the REST interface: a proxy's, a login page, half of one."""
    status = reply.status
    if 300 <= status < 400:
        target = f" to {printable(reply.moved_to)}" if reply.moved_to else ""
        return Fault(
            Recovery.LATER,
            f"the address redirects{target} instead of answering (HTTP {status}); see portal.webhook",
            status=status,
        )
    if status < 300:
        return Fault(
            Recovery.BROKEN, f"the answer is not the JSON of a portal (HTTP {status})", status=status
        )
    default = Recovery.BROKEN if status >= 500 or status == 408 else Recovery.REFUSED
    return Fault(
        _STATUSES.get(status, default),
        f"HTTP {status} without an explanation"
        + (" (a proxy, a firewall, or no portal at this address)" if status < 500 else ""),
        status=status,
        retry_after_s=reply.retry_after_s,
        slow=status == 504,
    )


def _code_and_text(content: dict[str, Any] | Any) -> tuple[str, str]:
    """Code and text of a classic error, or of a REST 3.0 one, which is an object."""
    error = content.get("error")
    if isinstance(error, dict):
        details = error.get("validation")
        fields = [
            f"{item.get('field', '')}: {item.get('message', '')}"
            for item in details or ()
            if isinstance(item, dict)
        ]
        return clean(error.get("code", "")), clean("; ".join([str(error.get("message", "")), *fields]))
    return clean("" if error is None else error), clean(content.get("error_description") or "")


def _reset_at(content: Any) -> float | None:
    value = content.get("operating_reset_at")
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return float(value)
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _label(code: str, status: int) -> str:
    return ", ".join(part for part in (code, f"HTTP {status}" if status else "") if part)
