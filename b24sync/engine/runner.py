"""Many generators side by side.

What they ask in the same moment goes into the same batches, then what they tell.

Reads of all generators come first, then all their writes; so K independent simple writes cost ceil(K / 50)
requests (contract.md §7).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.calls import Answer, Call, identity
from b24sync.errors import (
    B24SyncError,
    CredentialsError,
    InDoubtError,
    MailInDoubtError,
    MailPermanentError,
    MailTransientError,
    MethodBlockedError,
    PortalAwayError,
    PortalError,
    TransientError,
    UntriedError,
)
from b24sync.ports import (
    Done,
    Download,
    Effect,
    Failed,
    Intend,
    OnLostAnswer,
    Read,
    SaveDocument,
    SaveDueDate,
    SaveMemory,
    SendMail,
    Skipped,
    Waiting,
    Write,
    WriteAll,
)
from b24sync.words import outside as words

if TYPE_CHECKING:
    from collections.abc import Callable

    from b24sync.calls import Portal
    from b24sync.domain.entity import Key
    from b24sync.ports import Effects, Mail, Mailer, MailReceipt, StepResult
    from b24sync.store import Store
    from b24sync.store.outbox import Action

log = logging.getLogger(__name__)
MOST_FAILURES = 4  # parts of a broken request that may fail before one comes through; each may take a timeout


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


class Surroundings(Protocol):
    """What generators need of the dispatcher."""

    store: Store
    portal: Portal
    mailer: Mailer | None
    post: Callable[[Mail], Effects[MailReceipt]] | None

    @property
    def checkpoint(self) -> Callable[[str], None]:
        """Called with the names of the points that are passed."""
        ...


@dataclass(slots=True)
class RunningAction:
    """One action's talk and where it stands; a result instead of a generator has ended before it began.

    Attributes:
        intent: What it said that it is about to do.
        dry: A dry run: it ends where it would do something.
        noted: Echoes that its write in hand will have and that no other has.
    """

    action: Action
    effects: Effects[StepResult] | StepResult
    effect: Effect | None = None
    outcome: Outcome | None = None
    inner: Effects[Any] | None = field(default=None)
    intent: Mapping[str, Any] | None = None
    dry: bool = False
    noted: list[tuple[Key, str, Any]] = field(default_factory=list)

    def start(self) -> None:
        """Let it say its first effect."""
        if isinstance(self.effects, Done | Skipped | Waiting | Failed):
            self.end(self.effects)
        else:
            self.go(None)

    def go(self, value: Any) -> None:
        """Send an answer and take the next effect, or the result."""
        self._step(lambda effects: effects.send(value))

    def throw(self, error: Exception) -> None:
        """Throw an error into the generator."""
        self._step(lambda effects: effects.throw(error))

    def _step(self, move: Callable[[Effects[Any]], Effect]) -> None:
        if isinstance(self.effects, Done | Skipped | Waiting | Failed):
            return
        try:
            self.effect = self._heard_out(move(self.inner or self.effects))
        except StopIteration as stop:
            self._returned(stop.value)
        except MailInDoubtError as error:
            self.end(Uncertain(str(error)))
        except B24SyncError as error:
            self.end(Failed(str(error)))
        except Exception as error:
            log.exception("action %s (%s) failed inside", self.action.id, self.action.step)
            self.end(
                Failed(words.PROGRAM_FAULT(step=self.action.step, error=f"{type(error).__name__}: {error}"))
            )

    def _heard_out(self, effect: Effect) -> Effect | None:
        """The effect after what it intends; ``None`` if a dry run ends here."""
        if isinstance(effect, Intend) and self.intent is None:
            self.intent = effect.would
        if self.dry and not isinstance(effect, Read):
            self.end(Skipped("dry_run"))
            return None
        if isinstance(effect, Intend):
            return self._heard_out((self.inner or self.effects).send(None))  # type: ignore[union-attr]
        return effect

    def _returned(self, value: Any) -> None:
        if self.inner is not None:
            self.inner = None
            self.go(value)
        else:
            self.end(value)

    def end(self, result: StepResult | Postponed | Uncertain, *, mail_unreachable: str = "") -> None:
        """It is over for this turn."""
        self.effect = None
        self.outcome = Outcome(self.action, result, mail_unreachable, self.intent)
        if not isinstance(self.effects, Done | Skipped | Waiting | Failed):
            self.effects.close()


def run_together(conversations: Sequence[RunningAction], around: Surroundings) -> list[Outcome]:
    """Run generators to their ends.

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
                one.end(Postponed(str(error), counts=False, away=True))
        outcomes = [_outcome(one) for one in conversations]
        raise UnreachableError(str(error), outcomes, error.exit_code) from None
    return [_outcome(one) for one in conversations]


def _outcome(one: RunningAction) -> Outcome:
    return one.outcome or Outcome(one.action, Failed("the step ended without a result"))


def _round(alive: Sequence[RunningAction], around: Surroundings) -> None:
    """One round.

    Local effects at once, then all questions together, else all writes together, else one mail.
    """
    local = [
        one for one in alive if isinstance(one.effect, SaveMemory | SaveDueDate | SaveDocument | Download)
    ]
    reading = [one for one in alive if isinstance(one.effect, Read)]
    writing = [one for one in alive if isinstance(one.effect, Write | WriteAll)]
    if local:
        for one in local:
            _serve(one, around)
    elif reading:
        _ask(reading, around.portal)
    elif writing:
        _write(writing, around)
    else:
        _post(alive[0], around)


def _serve(one: RunningAction, around: Surroundings) -> None:
    effect = one.effect
    if isinstance(effect, SaveMemory):
        with around.store.transaction():
            around.store.outbox.remember(one.action.id, effect.memory)
        one.go(None)
    elif isinstance(effect, SaveDueDate):
        with around.store.transaction():
            around.store.records.keep_due_date(effect)
        one.go(None)
    elif isinstance(effect, SaveDocument):
        with around.store.transaction():
            around.store.records.keep_document(effect)
        one.go(None)
    elif isinstance(effect, Download):
        try:
            content = around.portal.download(effect.url, limit_bytes=effect.limit_bytes)
        except TransientError as error:
            one.end(_later(error))
        except PortalError as error:
            one.throw(error)
        else:
            one.go(content)


def _ask(reading: Sequence[RunningAction], portal: Portal) -> None:
    calls: dict[str, Call] = {}
    for one in reading:
        if isinstance(one.effect, Read):
            calls.update({identity(call): call for call in one.effect.calls})
    answers = dict(zip(calls, portal.read(list(calls.values())), strict=True))
    for one in reading:
        if isinstance(one.effect, Read):
            _heard(one, [answers[identity(call)] for call in one.effect.calls])


def _heard(one: RunningAction, answers: list[Answer]) -> None:
    troubled = next((answer.error for answer in answers if isinstance(answer.error, TransientError)), None)
    if troubled is not None:
        one.end(_later(troubled))
    else:
        one.go(answers)


def _later(error: TransientError | CredentialsError) -> Postponed:
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


def _writes_of(one: RunningAction) -> tuple[Write, ...]:
    if isinstance(one.effect, WriteAll):
        return one.effect.writes
    return (one.effect,) if isinstance(one.effect, Write) else ()


def _write(writing: Sequence[RunningAction], around: Surroundings) -> None:
    with around.store.transaction():
        for one in writing:
            _announce(one, around.store)
    around.checkpoint("dispatch.before_write")
    alone = [one for one in writing if one.action.error]  # it failed before: no neighbour shall pay for it
    together = [one for one in writing if not one.action.error]
    answers = {**_sent_together(together, around.portal), **_sent_alone(alone, around.portal)}
    around.checkpoint("dispatch.after_write")
    shared = len({id(write) for one in together for write in _writes_of(one)}) > 1
    for one in writing:
        got = answers[one.action.id]
        _unsaid(one, got, around.store)
        _written(one, got, shared=shared and not one.action.error)


def _sent_together(writing: Sequence[RunningAction], portal: Portal) -> dict[int, list[Answer]]:
    """The answers to what several actions write in one go, by action."""
    writes = [write for one in writing for write in _writes_of(one)]
    places = _places(writes)
    own = list(dict.fromkeys(places))
    sent = dict(zip(own, portal.write([writes[place].call for place in own]), strict=True)) if own else {}
    if len(own) > 1:
        _ask_again(sent, writes, portal)
    answers = iter(
        sent[place] if place == number else replace(sent[place], shared=True)
        for number, place in enumerate(places)
    )
    return {one.action.id: [next(answers) for _ in _writes_of(one)] for one in writing}


def _ask_again(sent: dict[int, Answer], writes: Sequence[Write], portal: Portal) -> None:
    """Ask again in halves for what got no answer in company and may be repeated (contract.md G13).

    So what broke the request is alone in the end, and its neighbours are done.
    """
    lost = [
        place
        for place, answer in sent.items()
        if isinstance(answer.error, InDoubtError) and writes[place].on_lost_answer is OnLostAnswer.REPEAT
    ]
    by_method: dict[str, list[int]] = {}
    for place in lost:
        by_method.setdefault(writes[place].call.method, []).append(place)
    open_, failures, came = list(by_method.values()), 0, False
    while open_ and (came or failures < MOST_FAILURES):
        part = open_.pop(0)
        answers = portal.write([writes[place].call for place in part])
        sent.update(zip(part, answers, strict=True))
        broken = [
            place for place, one in zip(part, answers, strict=True) if isinstance(one.error, InDoubtError)
        ]
        came = came or len(broken) < len(part)
        failures += bool(broken)
        if len(broken) > 1:
            middle = (len(broken) + 1) // 2
            open_ += [broken[:middle], broken[middle:]]


def _sent_alone(writing: Sequence[RunningAction], portal: Portal) -> dict[int, list[Answer]]:
    """The answers to what actions write each in requests of its own, by action.

    After two in a row that the portal left without an answer the rest is left to a later poll.
    """
    answers: dict[int, list[Answer]] = {}
    silent = 0
    for one in writing:
        calls = [write.call for write in _writes_of(one)]
        if silent >= 2:
            error = UntriedError(words.PORTAL_SILENT(), method=calls[0].method)
            answers[one.action.id] = [Answer(call, error=error) for call in calls]
            continue
        got = portal.write(calls)
        answers[one.action.id] = got
        lost = any(isinstance(answer.error, InDoubtError | PortalAwayError) for answer in got)
        silent = silent + 1 if lost else 0
    return answers


def _places(writes: Sequence[Write]) -> list[int]:
    """For each write the place of the one that is sent for it.

    Two actions that bring the same entity to the same values in one moment (two invoices of a deal that are
    paid) change it once.
    """
    first: dict[str, int] = {}
    places = []
    for place, write in enumerate(writes):
        by_value = write.entity is not None and write.on_lost_answer is OnLostAnswer.REPEAT
        places.append(first.setdefault(identity(write.call), place) if by_value else place)
    return places


def _announce(one: RunningAction, store: Store) -> None:
    """Before a write: its echo will be known, and what may not be done twice is marked."""
    one.noted = []
    for write in _writes_of(one):
        if write.entity is not None:
            for name, value in write.sets.items():
                if store.echoes.wrote(write.entity, name, value):
                    one.noted.append((write.entity, name, value))
    if any(write.on_lost_answer is OnLostAnswer.ONCE for write in _writes_of(one)):
        store.outbox.mark_sending(one.action.id)


def _unsaid(one: RunningAction, answers: Sequence[Answer], store: Store) -> None:
    """A write that certainly came to nothing has no echo: a person who writes the same is no echo of it."""
    refused = {
        write.entity
        for write, answer in zip(_writes_of(one), answers, strict=True)
        if answer.error is not None and not isinstance(answer.error, InDoubtError)
    }
    gone = [noted for noted in one.noted if noted[0] in refused]
    if gone:
        with store.transaction():
            for entity, name, value in gone:
                store.echoes.wrote_not(entity, name, value)


def _written(one: RunningAction, answers: list[Answer], *, shared: bool) -> None:
    """Go on with the answers, or end the turn; what was lost in company (``shared``) uses up no attempt."""
    for write, answer in zip(_writes_of(one), answers, strict=True):
        error = None if write.best_effort else answer.error
        if isinstance(error, InDoubtError):
            doubtful = write.on_lost_answer is OnLostAnswer.ONCE
            one.end(
                Uncertain(words.MAY_HAVE_HAPPENED(why=error))
                if doubtful
                else Postponed(str(error), counts=not (shared and write.on_lost_answer is OnLostAnswer.FIND))
            )
            return
        if isinstance(error, TransientError):
            one.end(_later(error))
            return
        if isinstance(error, CredentialsError) and not answer.refused():  # the webhook itself, not this call
            one.end(_later(error))
            return
    one.go(answers if isinstance(one.effect, WriteAll) else answers[0])


def _post(one: RunningAction, around: Surroundings) -> None:
    if not isinstance(one.effect, SendMail):
        one.end(Failed(f"the step wished for {type(one.effect).__name__}"))
        return
    outgoing = one.effect.mail
    if around.post is not None:
        one.inner = around.post(outgoing)
        one.go(None)
        return
    if around.mailer is None:
        one.end(Failed(words.NO_MAIL()))
        return
    with around.store.transaction():
        around.store.outbox.mark_sending(one.action.id)
    around.checkpoint("mail.before_send")
    try:
        sent = around.mailer.send(outgoing)
    except MailTransientError as error:
        one.end(
            Postponed(str(error), counts=error.reachable, away=not error.reachable),
            mail_unreachable="" if error.reachable else str(error),
        )
    except MailPermanentError as error:
        one.end(Failed(str(error)))
    except MailInDoubtError as error:
        one.end(Uncertain(str(error)))
    else:
        around.checkpoint("mail.after_send")
        one.go(sent)
