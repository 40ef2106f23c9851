"""Many generators side by side.

What they ask in the same moment goes into the same batches, then what they tell.

Reads of all generators come first, then all their writes; so K independent simple writes cost ceil(K / 50)
requests (contract.md §7).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from b24sync.calls import Answer, Call, identity
from b24sync.engine.sending import TOGETHER, parts_of, write
from b24sync.engine.turn_ends import Outcome, Postponed, Uncertain, UnreachableError, later
from b24sync.errors import (
    CredentialsError,
    MailInDoubtError,
    MailPermanentError,
    MailTransientError,
    PortalError,
    TransientError,
)
from b24sync.ports import (
    Download,
    Failed,
    Read,
    SaveDocument,
    SaveDueDate,
    SaveMemory,
    SendMail,
    Write,
    WriteAll,
)
from b24sync.rest.gathering import gathered, told
from b24sync.words import outside as words

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.engine.running_action import RunningAction
    from b24sync.engine.surroundings import Surroundings


Told = Callable[[Sequence[Outcome]], bool]
"""Hears after each part of the writes what has ended by then; false if nothing more is to be begun."""


def run_together(
    conversations: Sequence[RunningAction], around: Surroundings, tell: Told | None = None
) -> list[Outcome]:
    """Run generators to their ends.

    Returns:
        How those ended that ``tell`` has not heard of.

    Raises:
        UnreachableError: The portal could not be asked any more; it holds these outcomes.
    """
    left = _Ends(conversations, tell)
    for one in conversations:
        one.start()
    try:
        while alive := [one for one in conversations if one.outcome is None]:
            _round(alive, around, left)
    except (TransientError, CredentialsError) as error:
        for one in conversations:
            if one.outcome is None:
                one.end(Postponed(str(error), counts=False, away=True))
        raise UnreachableError(str(error), left.untold(), error.exit_code) from None
    return left.untold()


class _Ends:
    """Which ends have been told."""

    def __init__(self, conversations: Sequence[RunningAction], told: Told | None) -> None:
        self._open, self._told = list(conversations), told

    def untold(self) -> list[Outcome]:
        """The ends that nobody has heard of; from now on somebody has."""
        ended = [one.outcome for one in self._open if one.outcome is not None]
        self._open = [one for one in self._open if one.outcome is None]
        return ended

    def tell(self) -> bool:
        """Tell them; whether more is to be begun."""
        return self._told is None or self._told(self.untold())


def _round(alive: Sequence[RunningAction], around: Surroundings, ends: _Ends) -> None:
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
        _write(writing, around, ends)
    else:
        _post(alive[0], around)


def _write(writing: Sequence[RunningAction], around: Surroundings, ends: _Ends) -> None:
    """Write part after part; once nothing more is to be begun, what has written nothing yet waits."""
    go_on = True
    for part in parts_of(writing):
        begun = [one for one in part if go_on or one.has_written]
        for one in part:
            if one not in begun:
                one.end(Postponed(one.action.error or "", counts=False, away=True))
        if begun:
            write(begun, around)
            go_on = ends.tell() and go_on


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
            one.end(later(error))
        except PortalError as error:
            one.throw(error)
        else:
            one.go(content)


def _ask(reading: Sequence[RunningAction], portal: Portal) -> None:
    calls: dict[str, Call] = {}
    for one in reading:
        if isinstance(one.effect, Read):
            calls.update({identity(call): call for call in one.effect.calls})
    answers = _answers(calls, portal)
    for one in reading:
        if isinstance(one.effect, Read):
            _heard(one, [answers[identity(call)] for call in one.effect.calls])


def _answers(calls: Mapping[str, Call], portal: Portal) -> dict[str, Answer]:
    """The answers by the identities of their calls.

    More calls than one request holds are gathered into lists; what a list leaves out is asked for by itself.
    """
    found: dict[str, Answer] = {}
    if len(calls) > TOGETHER:
        questions = gathered(list(calls.values()))
        for question, answer in zip(
            questions, _heard_of([one.call for one in questions], portal), strict=True
        ):
            found.update(told(question, answer))
    missing = {name: call for name, call in calls.items() if name not in found}
    return (
        {**found, **dict(zip(missing, _heard_of(list(missing.values()), portal), strict=True))}
        if missing
        else found
    )


def _heard_of(calls: list[Call], portal: Portal) -> list[Answer]:
    """The answers; where the portal breaks down over all of these and over nothing else, that is their error.

    Raises:
        TransientError: The portal cannot be asked anything.
        CredentialsError: It refuses the webhook.
    """
    try:
        return portal.read(calls)
    except TransientError as error:
        if error.unattempted or not _is_up(portal):
            raise
        return [Answer(call, error=error) for call in calls]


def _is_up(portal: Portal) -> bool:
    try:
        return portal.read([Call("server.time")], patient=False)[0].error is None
    except PortalError:
        return False


def _heard(one: RunningAction, answers: list[Answer]) -> None:
    troubled = next((answer.error for answer in answers if isinstance(answer.error, TransientError)), None)
    if troubled is not None:
        one.end(later(troubled))
    else:
        one.go(answers)


def _post(one: RunningAction, around: Surroundings) -> None:
    if not isinstance(one.effect, SendMail):
        one.end(Failed(words.NO_EFFECT(what=type(one.effect).__name__)))
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
