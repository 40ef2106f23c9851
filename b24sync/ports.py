"""What the engine, the steps and the outside world say to each other.

A step, and everything else that needs the portal, is a *talk*: a generator that yields what it wants to know
or to have done and is sent the answers. It does no I/O. The engine runs many generators side by side and puts
what they yield in the same moment into the same batches, so that 50 notifications cost one request for
reading and one for writing.

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        task, = yield Read((tasks.get(ctx.entity_id),))
        yield Write(tasks.update(ctx.entity_id, TITLE="..."), on_lost_answer=OnLostAnswer.REPEAT)
        return StepResult(changed=True)
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from b24sync.calls import Answer, Call, Portal

if TYPE_CHECKING:
    from datetime import date, datetime

    from b24sync.domain.commission_ledger import LedgerRow
    from b24sync.domain.entity import Key


class OnLostAnswer(Enum):
    """What a write means if it is made twice, which decides what happens after a lost answer."""

    REPEAT = "repeatable"  # the same again changes nothing (an update by value, a notification with TAG)
    FIND = "marked"  # creates something that carries a marker; the step looks for it before each try
    ONCE = "once"  # no marker: after a lost answer the action is uncertain


@dataclass(frozen=True, slots=True)
class Read:
    """Read from the portal; the generator is sent ``list[Answer]`` in the order of ``calls``.

    Transient errors never reach a generator.
    """

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Intend:
    """What the step is about to do, in words; said before its first write. The generator is sent None.

    In a dry run the action ends here. Everything that may be refused for want of data comes before.

    Attributes:
        would: JSON values by the contract's keys (contract.md §4 ``result.would``): ``to`` (user ids or
            addresses), ``names`` (of those people), ``text``, ``subject``, ``set``, ``amount``, ...
    """

    would: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Write:
    """Write to the portal; the generator is sent one ``Answer`` (its error can only be a PermanentError).

    Attributes:
        entity: What is changed, if it is an entity; its echo is then known as the program's own (contract.md
            G5).
        sets: Contract field (or ``fields.CODE``) → new value, as ``diff_values`` shows it; for a stage
            ``stage_id``.
        shows: What a test of rules (``b24sync test``) compares besides what is set: ``to``, ``text``,
            ``title``, … as JSON values.
        best_effort: Whatever comes of it, the generator goes on: it is sent the answer with any error, also a
            lost or a late one.
    """

    call: Call
    on_lost_answer: OnLostAnswer = OnLostAnswer.ONCE
    entity: Key | None = None
    sets: Mapping[str, Any] = field(default_factory=dict)
    best_effort: bool = False
    shows: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WriteAll:
    """Independent writes made together.

    The generator is sent ``list[Answer]`` in their order (see `Write`).
    """

    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Download:
    """Download a file by a ``*Machine`` link of the portal.

    The generator is sent ``bytes``, or the error is thrown into it.
    """

    url: str
    limit_bytes: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    name: str
    content: bytes
    mime_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail, before it is built. Texts are final.

    Header values may hold anything (line breaks become spaces when built).

    Attributes:
        message_id: Whole ``Message-ID`` with angle brackets; derives from the action.
        to: Addresses; so are ``cc`` and ``bcc``.
        html: HTML body; empty: only text.
        owner: Entity that the portal transport binds the e-mail to, as ``(entity_type_id, id)``.
        marker: ORIGIN_ID for the portal transport.
        lang: Language of the texts, for Content-Language.
        contact: The contact (3) or company (4) that the address belongs to, as ``(entity_type_id, id)``; for
            the portal transport.
        responsible_id: Portal user who sends, for the portal transport.
        kept: What the action remembers; the portal transport adds to it.
    """

    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    owner: tuple[int, int] | None = None
    contact: tuple[int, int] | None = None
    responsible_id: int | None = None
    marker: str = ""
    lang: str = "ru"
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendMail:
    """Send a mail, at most once: the action is marked before.

    It is sent a ``MailReceipt`` (a MailError ends the action).
    """

    mail: Mail


@dataclass(frozen=True, slots=True)
class MailReceipt:
    """A mail that was accepted.

    By whom, in the server's words, and for which addresses it went out (``redirect_to`` counts); for whom
    the server would not take a copy, with its reason.
    """

    server_words: str
    recipients: tuple[str, ...]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveMemory:
    """Keep ``memory`` with the action, committed before the generator goes on (a document's id, say).

    The generator is sent None.
    """

    memory: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SaveDueDate:
    """Keep the due date as people set it beside the one it is moved to.

    It is committed before the generator goes on, which is sent None.
    """

    entity: Key
    original: date
    shifted: date


@dataclass(frozen=True, slots=True)
class SaveDocument:
    """Keep which document was made of an entity by a template, and a digest of what it prints.

    The generator is sent None.
    """

    entity: Key
    template_id: int
    document_id: int
    digest: str


Effect: TypeAlias = (
    Read | Intend | Write | WriteAll | Download | SendMail | SaveMemory | SaveDueDate | SaveDocument
)
T = TypeVar("T")
Effects: TypeAlias = Generator[Effect, Any, T]


@dataclass(frozen=True, slots=True)
class Done:
    """The effect holds.

    Attributes:
        changed: False if the effect held already.
        details: Shown with the action (JSON values, never a secret).
        made: Entities that the step created (or found by its marker).
        ledger: Rows to be booked together with the end of the action.
        warnings: For a person; they change no state.
    """

    changed: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)
    made: tuple[Key, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Not wanted any more, or nobody to do it for; ``reason`` is a word, ``details`` say more."""

    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not ready yet (a PDF being made): tried again at ``until``; no failed attempt.

    ``memory`` is kept with the action.
    """

    until: datetime
    reason: str
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """Cannot be done: ``message`` says what and what to do; never retried by itself."""

    message: str
    details: Mapping[str, Any] = field(default_factory=dict)


StepResult: TypeAlias = Done | Skipped | Waiting | Failed


class Mailer(Protocol):
    """A way to send mail."""

    def send(self, outgoing: Mail) -> MailReceipt:
        """Send one mail once.

        Raises:
            MailTransientError: Nothing was accepted.
            MailPermanentError: Refused.
            MailInDoubtError: Handed over without an answer.
        """
        ...


__all__ = [
    "Answer",
    "Attachment",
    "Call",
    "Done",
    "Download",
    "Effect",
    "Effects",
    "Failed",
    "Intend",
    "Mail",
    "MailReceipt",
    "Mailer",
    "OnLostAnswer",
    "Portal",
    "Read",
    "SaveDocument",
    "SaveDueDate",
    "SaveMemory",
    "SendMail",
    "Skipped",
    "StepResult",
    "Waiting",
    "Write",
    "WriteAll",
]
