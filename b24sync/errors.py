"""Errors, by what the caller does next.

```
B24SyncError                       one line for stderr; exit_code says how the program ends
├── UsageError            2        wrong command line, unknown id
│   └── ConfigError       2        faults of the configuration, all at once
├── DeclinedError       130        a person said no at a prompt
├── StoreError            2        the database cannot be used
│   └── UntrustedStoreError 2      another user could have written it
├── AnotherPollError     75        another poll holds the lock
├── PortalError
│   ├── TransientError   69        no effect; may be repeated after ``retry_after_s``
│   │   ├── SlowError              a batch took too long; a smaller one may get through
│   │   └── UntriedError           nothing was run (no connection, overload): uses up no attempt
│   │       ├── MethodBlockedError one method is blocked until ``until`` (HTTP 429)
│   │       └── PortalAwayError    no connection: no other call would fare better
│   ├── CredentialsError 77        the portal refuses the webhook or a right to a feed
│   │   └── ScopeError             also a PermanentError: the webhook lacks the scope of one method
│   ├── PermanentError    1        the portal refused; repeating it is useless
│   └── InDoubtError      1        sent, no answer: the effect may or may not have happened
└── MailError
    ├── MailTransientError 69      not accepted, may be repeated (no connection, 4xx)
    ├── MailPermanentError  1      refused for good (5xx)
    └── MailInDoubtError    1      the connection broke after DATA: accepted or not, nobody knows
```

A message names the REST method and never a URL: a webhook's URL holds its secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from b24sync.words import Both, Language


class B24SyncError(Exception):
    """Something that a person must read: what happened, where, and what to do.

    Attributes:
        remedy: What to do about it; empty if the message says it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class UsageError(B24SyncError):
    """The command line is wrong, or names something that does not exist."""

    exit_code = 2


class ConfigError(UsageError):
    """The configuration has faults.

    Attributes:
        source: The file (or folder) that was read.
        faults: One line a fault, each beginning with its place, in both languages.
        advice: What to do about all of them; ``None``: each says it.
        language: That of the message; of the configuration, as far as that is known.
    """

    def __init__(
        self,
        source: str,
        faults: Sequence[Both],
        *,
        advice: Both | None = None,
        language: Language | None = None,
    ) -> None:
        from b24sync.words import language as spoken
        from b24sync.words.config_file import PROBLEMS

        self.source = source
        self.faults = tuple(faults)
        self.advice = advice
        self.language = language or spoken()
        head = f"{source}: {PROBLEMS.of(self.language, len(faults))}"
        super().__init__(
            "\n".join([head, *(f"  {fault.of(self.language)}" for fault in faults)]),
            remedy=advice.of(self.language) if advice else "",
        )

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class WrongValueError(ValueError):
    """A text is no value of its kind.

    Attributes:
        told: What was found and what to write, in both languages.
    """

    def __init__(self, told: Both) -> None:
        super().__init__(told)
        self.told = told

    def __str__(self) -> str:
        return self.told.said()


class DeclinedError(B24SyncError):
    """A person said no; the message says what was not done."""

    exit_code = 130


class StoreError(B24SyncError):
    """The database cannot be read or written as it is."""

    exit_code = 2


class UntrustedStoreError(StoreError):
    """Another user could have written the database."""


class AnotherPollError(B24SyncError):
    """Another poll of this database runs.

    Attributes:
        stuck: It has been running for much longer than a poll should take.
    """

    exit_code = 75

    def __init__(self, message: str, *, remedy: str = "", stuck: bool = False) -> None:
        super().__init__(message, remedy=remedy)
        self.stuck = stuck


class PortalError(B24SyncError):
    """The portal did not do what it was asked.

    Attributes:
        method: The REST method, such as ``crm.item.list``; empty if no one method is meant.
        code: The portal's error code as text; empty for legacy methods without one, ``HTTP_500`` and so on
            where the answer was none of the portal's.
    """

    def __init__(self, message: str, *, method: str = "", code: str = "", remedy: str = "") -> None:
        super().__init__(f"{method}: {message}" if method else message, remedy=remedy)
        self.method = method
        self.code = code
        self.reason = message


class TransientError(PortalError):
    """No effect; may be repeated after ``retry_after_s`` seconds."""

    exit_code = 69
    unattempted: ClassVar[bool] = False  # True: nothing was tried, so no attempt is used up

    def __init__(self, message: str, *, method: str = "", code: str = "", retry_after_s: float = 0.0) -> None:
        super().__init__(message, method=method, code=code)
        self.retry_after_s = retry_after_s


class SlowError(TransientError):
    """The portal took too long over so much at once: the same in smaller batches may get through now."""


class UntriedError(TransientError):
    """Nothing of it was run, for no fault of its own.

    No connection, an overloaded portal, a request before it failed.
    """

    unattempted = True


class MethodBlockedError(UntriedError):
    """The portal blocks this one method until ``until`` (HTTP 429, OPERATION_TIME_LIMIT); others work."""

    def __init__(self, message: str, *, method: str, until: datetime) -> None:
        super().__init__(message, method=method, code="OPERATION_TIME_LIMIT")
        self.until = until


class PortalAwayError(UntriedError):
    """No connection to the portal: nothing was sent, and no other call would fare better."""


class CredentialsError(PortalError):
    """The portal refuses the webhook itself, or its right to a method."""

    exit_code = 77


class PermanentError(PortalError):
    """The portal refused; repeating it is useless."""


class ScopeError(CredentialsError, PermanentError):
    """The webhook lacks the scope of one method: a feed ends with 77, a step's write counts as refused.

    Attributes:
        scope: The scope that the method probably needs, such as ``task``; empty if unknown.
    """

    def __init__(
        self, message: str, *, method: str, scope: str = "", code: str = "", remedy: str = ""
    ) -> None:
        super().__init__(message, method=method, code=code, remedy=remedy)
        self.scope = scope


class NoMethodError(PermanentError):
    """The portal has no such method (an older one, or without the module): do without it."""


class NotFoundError(PermanentError):
    """The portal says that there is no such thing."""


class InDoubtError(PortalError):
    """Sent, no answer: the effect may or may not have happened."""


class MailError(B24SyncError):
    """A mail was not sent, or it is not known whether it was."""


class MailTransientError(MailError):
    """The mail server took nothing; a later attempt may succeed.

    Attributes:
        reachable: False if no mail server answered at all (such a try uses up no attempt).
    """

    exit_code = 69

    def __init__(self, message: str, *, reachable: bool, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reachable = reachable


class MailPermanentError(MailError):
    """The mail server refused for good; its words are in the message."""


class MailInDoubtError(MailError):
    """The mail was handed over and no answer came: it may have been sent."""
