"""What went wrong with a request or a command, and the exception that it becomes."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from b24sync.errors import (
    CredentialsError,
    InDoubtError,
    MethodBlockedError,
    NoMethodError,
    NotFoundError,
    PermanentError,
    PortalAwayError,
    PortalError,
    ScopeError,
    TransientError,
    UntriedError,
)
from b24sync.log import printable, redact, secrets_told
from b24sync.portal.codes import Recovery, recovery_of_code, recovery_of_status, scope_of
from b24sync.portal.http_reply import parse_moment
from b24sync.words import outside as words

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.portal.http_reply import HttpReply, NoAnswerError, NotSentError

LATER_S: Final = 600.0  # a trouble that does not pass within a run
_LONGEST_TEXT: Final = 400
_NO_METHOD: Final = "ERROR_METHOD_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Trouble:
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


def unreached(portal: str, error: NotSentError) -> Trouble:
    """The fault of a request that did not leave this machine."""
    return Trouble(Recovery.UNREACHED, words.UNREACHED(portal=portal, why=error))


def unanswered(error: NoAnswerError) -> Trouble:
    """The fault of a request that was sent and got no whole answer."""
    return Trouble(Recovery.BROKEN, str(error), code="" if error.slow else "NO_ANSWER", slow=error.slow)


def fault_of_reply(reply: HttpReply, *, whole: bool) -> Trouble | None:
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
    return Trouble(
        _recovery(code, text, reply.status, whole=whole),
        f"{text or words.NO_EXPLANATION()} [{_label(code, reply.status)}]",
        code=code,
        status=reply.status,
        reset_at=_reset_at(content) or (_reset_at(time) if isinstance(time, dict) else None),
        retry_after_s=reply.retry_after_s,
        slow=reply.status == 504,
    )


def trouble_of_command(error: Any, *, reset_at: float | None = None) -> Trouble:
    """The fault of one command of a batch, from its entry in ``result_error``."""
    content = error if isinstance(error, dict) else {"error": error}
    code, text = _code_and_text(content)
    return Trouble(
        _recovery(code, text, 0, whole=False),
        f"{text or words.NO_EXPLANATION()} [{_label(code, 0)}]" if code or text else words.REFUSED(),
        code=code,
        reset_at=_reset_at(content) or reset_at,
    )


def _recovery(code: str, text: str, status: int, *, whole: bool) -> Recovery:
    """What an error means: by its code; only classic methods say by words alone that there is no such thing.

    They have the words untranslated and an empty code (portal.md §1.3).
    """
    if not whole and not code and status in {0, 400} and text.rstrip(".").casefold() == "not found":
        return Recovery.NOT_FOUND
    return recovery_of_code(code, status, whole=whole)


def error_of(fault: Trouble, method: str, *, write: bool, until: datetime | None = None) -> PortalError:
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
        wait_s = max(LATER_S, fault.retry_after_s) if recovery is Recovery.LATER else fault.retry_after_s
        kind = PortalAwayError if recovery is Recovery.UNREACHED else UntriedError
        return kind(fault.text, method=method, code=fault.code, retry_after_s=wait_s)
    if recovery in {Recovery.BROKEN, Recovery.GARBLED} and not write:
        return TransientError(fault.text, method=method, code=fault.code, retry_after_s=fault.retry_after_s)
    if not fault.no_effect and write:
        return InDoubtError(words.IN_DOUBT(why=fault.text), method=method, code=fault.code)
    return _refusal(fault, method)


def clean(text: object) -> str:
    """An error text of the portal as one short line without markup, control characters and secrets."""
    said = str(text)
    return _cleaned_once(said, secrets_told()) if len(said) <= _LONGEST_TEXT else _cleaned(said)


@lru_cache(maxsize=64)
def _cleaned_once(said: str, _secrets: int) -> str:
    """What dozens of commands of a batch say alike, when the page before theirs was the last."""
    return _cleaned(said)


def _cleaned(said: str) -> str:
    plain = re.sub(r"(?i)<br\s*/?>", "; ", said)
    plain = html.unescape(re.sub(r"</?[a-zA-Z][^>]*>", "", plain))
    plain = " ".join(printable(redact(plain).replace("\n", " ").replace("\r", " ")).split()).strip("; ")
    return plain if len(plain) <= _LONGEST_TEXT else plain[: _LONGEST_TEXT - 1] + "…"


def _refusal(fault: Trouble, method: str) -> PortalError:
    if fault.recovery is Recovery.CREDENTIALS:
        why = words.NOT_LET_IN(why=fault.text)  # of the webhook, so no method is named
        return CredentialsError(why, code=fault.code, remedy=words.CHECK_WEBHOOK())
    if fault.recovery is Recovery.SCOPE:
        scope = scope_of(method)
        remedy = words.ADD_SCOPE(scope=scope) if scope else words.ADD_A_SCOPE()
        return ScopeError(fault.text, method=method, code=fault.code, scope=scope, remedy=remedy)
    if fault.code == _NO_METHOD:
        return NoMethodError(fault.text, method=method, code=fault.code)
    kind = NotFoundError if fault.recovery is Recovery.NOT_FOUND else PermanentError
    return kind(fault.text, method=method, code=fault.code)


def _fault_of_status(reply: HttpReply) -> Trouble:
    """The fault of an answer that is none of the REST interface."""
    status = reply.status
    if status < 300:
        text = words.NOT_JSON(status=status)
    elif status < 400:
        target = words.REDIRECTS_TO(address=printable(reply.moved_to)) if reply.moved_to else ""
        text = words.REDIRECTS(target=target, status=status)
    elif status < 500:
        text = words.UNEXPLAINED_STATUS(status=status)
    else:
        text = words.UNEXPLAINED(status=status)
    return Trouble(
        recovery_of_status(status),
        text,
        code=f"HTTP_{status}",
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
    return parse_moment(content.get("operating_reset_at"))


def _label(code: str, status: int) -> str:
    return ", ".join(part for part in (code, f"HTTP {status}" if status else "") if part)
