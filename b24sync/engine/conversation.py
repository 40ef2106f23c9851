"""Many talks side by side: what they ask in the same moment goes into the same batches, then what they tell.

Reads of all talks come first, then all their writes; so K independent simple writes cost ceil(K / 50) requests (DESIGN.md §7).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.calls import Answer, Call
from b24sync.engine.talks import identity
from b24sync.errors import (
    B24SyncError,
    CredentialsError,
    InDoubtError,
    MailInDoubtError,
    MailPermanentError,
    MailTransientError,
    MethodBlockedError,
    PortalError,
    TransientError,
)
from b24sync.ports import (
    Ask,
    Done,
    Effect,
    Failed,
    Fetch,
    KeepDocument,
    KeepDueDate,
    Note,
    Post,
    Skipped,
    Tell,
    TellAll,
    Waiting,
    Wish,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from b24sync.calls import Portal
    from b24sync.ports import Letter, Mailer, PostResult, StepResult, Talk
    from b24sync.store import Store
    from b24sync.store.outbox import Action

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Postponed:
    """Stopped by something outside: to be tried again.

    Attributes:
        counts: Whether the attempt is used up (not if portal or mail server could not be reached: then the next poll tries again).
        until: Unix seconds by the local clock, or ``None`` for the usual back-off.
    """

    error: str
    counts: bool
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Sent without an answer; only a person may repeat it."""

    error: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one action's turn ended."""

    action: Action
    result: StepResult | Postponed | Doubtful
    mail_unreachable: str = ""


class UnreachableError(B24SyncError):
    """The portal cannot be reached (or refuses everything); ``outcomes`` are those of all talks, most of them postponed."""

    def __init__(self, message: str, outcomes: list[Outcome]) -> None:
        super().__init__(message)
        self.outcomes = outcomes


class Surroundings(Protocol):
    """What talks need of the dispatcher."""

    store: Store
    portal: Portal
    mailer: Mailer | None
    post: Callable[[Letter], Talk[PostResult]] | None

    @property
    def checkpoint(self) -> Callable[[str], None]:
        """Called with the names of the points that are passed."""
        ...


@dataclass(slots=True)
class Conversation:
    """One action's talk and where it stands; a result instead of a talk has ended before it began."""

    action: Action
    talk: Talk[StepResult] | StepResult
    wish: Wish | None = None
    outcome: Outcome | None = None
    inner: Talk[Any] | None = field(default=None)

    def start(self) -> None:
        """Let it say its first wish."""
        if isinstance(self.talk, Done | Skipped | Waiting | Failed):
            self.end(self.talk)
        else:
            self.go(None)

    def go(self, value: Any) -> None:
        """Send an answer and take the next wish, or the result."""
        self._step(lambda talk: talk.send(value))

    def throw(self, error: Exception) -> None:
        """Throw an error into the talk."""
        self._step(lambda talk: talk.throw(error))

    def _step(self, move: Callable[[Talk[Any]], Wish]) -> None:
        if isinstance(self.talk, Done | Skipped | Waiting | Failed):
            return
        try:
            self.wish = move(self.inner or self.talk)
        except StopIteration as stop:
            self._returned(stop.value)
        except B24SyncError as error:
            self.end(Failed(str(error)))
        except Exception as error:
            log.exception("action %s (%s) failed inside", self.action.id, self.action.step)
            self.end(Failed(f"a fault of the program in step {self.action.step}: {type(error).__name__}: {error}"))

    def _returned(self, value: Any) -> None:
        if self.inner is not None:
            self.inner = None
            self.go(value)
        else:
            self.end(value)

    def end(self, result: StepResult | Postponed | Doubtful, *, mail_unreachable: str = "") -> None:
        """It is over for this turn."""
        self.wish = None
        self.outcome = Outcome(self.action, result, mail_unreachable)
        if not isinstance(self.talk, Done | Skipped | Waiting | Failed):
            self.talk.close()


def converse(conversations: Sequence[Conversation], around: Surroundings) -> list[Outcome]:
    """Run talks to their ends.

    Raises:
        UnreachableError: The portal could not be asked any more; it holds the outcomes.
    """
    for one in conversations:
        one.start()
    try:
        while alive := [one for one in conversations if one.outcome is None]:
            _round(alive, around)
    except (TransientError, CredentialsError) as error:
        for one in conversations:
            if one.outcome is None:
                one.end(Postponed(str(error), counts=False))
        raise UnreachableError(str(error), [_outcome(one) for one in conversations]) from None
    return [_outcome(one) for one in conversations]


def _outcome(one: Conversation) -> Outcome:
    return one.outcome or Outcome(one.action, Failed("the step ended without a result"))


def _round(alive: Sequence[Conversation], around: Surroundings) -> None:
    """One round: local wishes at once, then all questions together, else all writes together, else one mail."""
    local = [one for one in alive if isinstance(one.wish, Note | KeepDueDate | KeepDocument | Fetch)]
    asking = [one for one in alive if isinstance(one.wish, Ask)]
    telling = [one for one in alive if isinstance(one.wish, Tell | TellAll)]
    if local:
        for one in local:
            _serve(one, around)
    elif asking:
        _ask(asking, around.portal)
    elif telling:
        _tell(telling, around)
    else:
        _post(alive[0], around)


def _serve(one: Conversation, around: Surroundings) -> None:
    wish = one.wish
    if isinstance(wish, Note):
        with around.store.transaction():
            around.store.outbox.remember(one.action.id, wish.memory)
        one.go(None)
    elif isinstance(wish, KeepDueDate):
        with around.store.transaction():
            around.store.records.keep_due_date(wish)
        one.go(None)
    elif isinstance(wish, KeepDocument):
        with around.store.transaction():
            around.store.records.keep_document(wish)
        one.go(None)
    elif isinstance(wish, Fetch):
        try:
            content = around.portal.download(wish.url, limit_bytes=wish.limit_bytes)
        except TransientError as error:
            one.end(_later(error))
        except PortalError as error:
            one.throw(error)
        else:
            one.go(content)


def _ask(asking: Sequence[Conversation], portal: Portal) -> None:
    calls: dict[str, Call] = {}
    for one in asking:
        if isinstance(one.wish, Ask):
            calls.update({identity(call): call for call in one.wish.calls})
    answers = dict(zip(calls, portal.ask(list(calls.values())), strict=True))
    for one in asking:
        if isinstance(one.wish, Ask):
            _heard(one, [answers[identity(call)] for call in one.wish.calls])


def _heard(one: Conversation, answers: list[Answer]) -> None:
    troubled = next((answer.error for answer in answers if isinstance(answer.error, TransientError)), None)
    if troubled is not None:
        one.end(_later(troubled))
    else:
        one.go(answers)


def _later(error: TransientError) -> Postponed:
    """A command that the reachable portal would not do now; a block of its method uses up no attempt."""
    until = int(error.until.timestamp()) if isinstance(error, MethodBlockedError) else None
    return Postponed(str(error), counts=not error.unattempted, until=until)


def _tells(one: Conversation) -> tuple[Tell, ...]:
    if isinstance(one.wish, TellAll):
        return one.wish.tells
    return (one.wish,) if isinstance(one.wish, Tell) else ()


def _tell(telling: Sequence[Conversation], around: Surroundings) -> None:
    with around.store.transaction():
        for one in telling:
            _announce(one, around.store)
    around.checkpoint("dispatch.before_write")
    calls = [tell.call for one in telling for tell in _tells(one)]
    answers = iter(around.portal.tell(calls))
    around.checkpoint("dispatch.after_write")
    for one in telling:
        _told(one, [next(answers) for _ in _tells(one)])


def _announce(one: Conversation, store: Store) -> None:
    """Before a write: its echo will be known, and what may not be done twice is marked."""
    for tell in _tells(one):
        if tell.entity is not None:
            for name, value in tell.writes.items():
                store.echoes.wrote(tell.entity, name, value)
    if any(tell.effect is Effect.ONCE for tell in _tells(one)):
        store.outbox.mark_sending(one.action.id)


def _told(one: Conversation, answers: list[Answer]) -> None:
    for tell, answer in zip(_tells(one), answers, strict=True):
        error = None if tell.best_effort else answer.error
        if isinstance(error, InDoubtError):
            doubtful = tell.effect is Effect.ONCE
            one.end(
                Doubtful(f"{error} (it may have happened: look, then b24sync retry or cancel)")
                if doubtful
                else Postponed(str(error), counts=True)
            )
            return
        if isinstance(error, TransientError):
            one.end(_later(error))
            return
        if isinstance(error, CredentialsError) and not answer.refused():  # the webhook itself, not this call
            one.end(Postponed(str(error), counts=False))
            return
    one.go(answers if isinstance(one.wish, TellAll) else answers[0])


def _post(one: Conversation, around: Surroundings) -> None:
    if not isinstance(one.wish, Post):
        one.end(Failed(f"the step wished for {type(one.wish).__name__}"))
        return
    letter = one.wish.letter
    if around.post is not None:
        one.inner = around.post(letter)
        one.go(None)
        return
    if around.mailer is None:
        one.end(Failed("no mail is configured: write a [mail] section"))
        return
    with around.store.transaction():
        around.store.outbox.mark_sending(one.action.id)
    around.checkpoint("mail.before_send")
    try:
        sent = around.mailer.send(letter)
    except MailTransientError as error:
        one.end(Postponed(str(error), counts=error.reachable), mail_unreachable="" if error.reachable else str(error))
    except MailPermanentError as error:
        one.end(Failed(str(error)))
    except MailInDoubtError as error:
        one.end(Doubtful(str(error)))
    else:
        around.checkpoint("mail.after_send")
        one.go(sent)
