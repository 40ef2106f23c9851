"""What several actions write in the same moment, in one go.

Before anything is sent, echoes and what may not be done twice are written down; in doubt, what may be
repeated is asked again in halves, so that only the culprit pays (contract.md G3, G13).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from b24sync.calls import Answer, identity
from b24sync.engine.turn_ends import Postponed, Uncertain, later
from b24sync.errors import CredentialsError, InDoubtError, PortalAwayError, TransientError, UntriedError
from b24sync.ports import OnLostAnswer, Write, WriteAll
from b24sync.words import outside as words

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.engine.running_action import RunningAction
    from b24sync.engine.surroundings import Surroundings
    from b24sync.store import Store

MOST_FAILURES = 4  # parts of a broken request that may fail before one comes through; each may take a timeout
TOGETHER = 50  # writes in one go: what one request holds, so that a kill leaves no more than that in doubt


def parts_of(writing: Sequence[RunningAction]) -> Iterator[list[RunningAction]]:
    """Actions in their order, so many at a time as one request holds the writes of (one at least).

    Those that write the same as an earlier one go with it, since it is written once for all of them.
    """
    parts, room, places = list[list["RunningAction"]](), 0, dict[str, int]()
    for one in writing:
        values = [identity(write.call) for write in _writes_of(one) if _is_by_value(write)]
        there = {places.get(value) for value in values}
        if len(there) == 1 and len(values) == len(_writes_of(one)) and None not in there:
            parts[there.pop() or 0].append(one)
            continue
        if not parts or len(_writes_of(one)) > room:
            parts.append([])
            room = TOGETHER
        parts[-1].append(one)
        room -= len(_writes_of(one))
        places.update((value, len(parts) - 1) for value in values if value not in places)
    yield from parts


def write(writing: Sequence[RunningAction], around: Surroundings) -> None:
    """Write down what is about to be sent, send it, and let the actions go on with the answers."""
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


def _writes_of(one: RunningAction) -> tuple[Write, ...]:
    if isinstance(one.effect, WriteAll):
        return one.effect.writes
    return (one.effect,) if isinstance(one.effect, Write) else ()


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
        places.append(first.setdefault(identity(write.call), place) if _is_by_value(write) else place)
    return places


def _is_by_value(write: Write) -> bool:
    """Whether it brings an entity to values, so that the same again changes nothing."""
    return write.entity is not None and write.on_lost_answer is OnLostAnswer.REPEAT


def _announce(one: RunningAction, store: Store) -> None:
    """Before a write: its echo will be known, and what may not be done twice is marked."""
    one.noted, one.has_written = [], True
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
            one.end(later(error))
            return
        if isinstance(error, CredentialsError) and not answer.refused():  # the webhook itself, not this call
            one.end(later(error))
            return
    one.go(answers if isinstance(one.effect, WriteAll) else answers[0])
