"""Reading: in batches, repeated where that may help, cut where it takes too long."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from b24sync.calls import Answer, Call
from b24sync.errors import PortalError, SlowError, TransientError, UntriedError
from b24sync.portal import batching, error_mapping
from b24sync.portal.codes import Recovery
from b24sync.portal.error_mapping import Trouble
from b24sync.portal.http_reply import HttpReply
from b24sync.portal.portal_clock import started_at
from b24sync.portal.requester import Batch, Requester
from b24sync.words import connection as said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from b24sync.clock import Clock
    from b24sync.portal.classifier import Classifier

_MOST_FAILURES: Final = 8  # parts of a broken batch that may fail before one comes through
_NO_HURRY: Final = frozenset({"OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT", "WRONG_ENCODING"})
_SMALL: Final = 10  # commands; a batch of so few is not slow for its size


class Reads:
    """The reading half of the client; see :class:`b24sync.portal.client.PortalClient`."""

    def __init__(self, exchange: Requester, judge: Classifier, clock: Clock) -> None:
        self._requester = exchange
        self._classifier = judge
        self._clock = clock

    def read(self, calls: Sequence[Call], *, patient: bool = True) -> list[Answer]:
        """One answer a call, in order; what failed in passing is asked again while patience lasts.

        Args:
            calls: What to ask.
            patient: Whether to wait also for what the portal breaks down over.

        Raises:
            PortalError: The trouble is all calls'.
        """
        answers: dict[int, Answer] = {}
        broken = set[int]()

        def again(_: float | None) -> bool:
            broken.clear()
            self._ask_open(calls, answers, broken, patient=patient)
            return patient and any(_passes(answer.error) for answer in answers.values())

        self._requester.patience.repeat(again, lambda unsettled: 0.0 if unsettled else None)
        if calls and len(broken) == len(calls) and (error := answers[0].error) is not None:
            raise error
        return [answers[index] for index in range(len(calls))]

    def chain(self, calls: Mapping[str, Call], *, patient: bool = True) -> tuple[dict[str, Answer], datetime]:
        """The answers of one batch by name, and the portal's time at its start.

        Repeated whole while patience lasts; once only, if the caller can ask for less (``patient``) and the
        portal breaks down over it.

        Raises:
            PortalError: The whole batch failed, or does not tell its time.
        """
        if len(calls) > batching.LARGEST:
            raise ValueError(f"{len(calls)} commands in one batch (at most {batching.LARGEST})")
        answers = self._classifier.resting(calls)
        commands = {name: batching.encode(call) for name, call in calls.items()}
        for name in batching.voided(commands, set(answers)):
            error = UntriedError(said.BLOCKED(), method=calls[name].method)
            answers[name] = Answer(calls[name], error=error)
        open_ = {name: command for name, command in commands.items() if name not in answers}
        if self._requester.blocks.until("batch") is not None:
            return self._one_by_one(calls, answers)
        sent = self._sent(open_, patient=patient)
        if isinstance(sent, Trouble) and sent.recovery is Recovery.BLOCKED:
            return self._one_by_one(calls, answers)
        if isinstance(sent, Trouble):
            raise self._classifier.whole_error(sent)
        started = started_at(sent.reply)
        if started is None:
            raise TransientError(said.NO_TIME(), method="batch")
        given = {
            name: self._classifier.answer(calls[name], sent.outcomes[name], write=False) for name in open_
        }
        return answers | {name: answer for name, answer in given.items() if answer is not None}, started

    def _sent(self, commands: Mapping[str, str], *, patient: bool) -> Batch | Trouble:
        """A chain, repeated while that may help: once only over what breaks it, if not ``patient``."""
        tries = 0

        def attempt(_: float | None) -> Batch | Trouble:
            nonlocal tries
            tries += 1
            return self._chained(commands, again_if_broken=patient)

        def unsettled(sent: Batch | Trouble) -> float | None:
            if isinstance(sent, Batch):
                return _unsettled_chain(sent, commands, broken=patient or tries == 1)
            return 0.0 if not patient and tries == 1 and _breaks(sent) and sent.concerns_all else None

        return self._requester.patience.repeat(attempt, unsettled)

    def ahead(self, calls: Mapping[str, Call]) -> None:
        """Send a chain already, unless the portal has blocked any of its methods."""
        if not self._classifier.resting(calls):
            self._requester.begin({name: batching.encode(call) for name, call in calls.items()})

    def _one_by_one(
        self, calls: Mapping[str, Call], answers: Mapping[str, Answer]
    ) -> tuple[dict[str, Answer], datetime]:
        """The calls of a chain without ``batch``, which some portals count and block (portal.md §1.4).

        What depends on a page that was the last is not asked.

        Raises:
            PortalError: The trouble is all calls', or nothing tells the portal's time.
        """
        found, results = dict(answers), dict[str, object]()
        started: datetime | None = None
        for name, call in calls.items():
            if name in found:
                continue
            try:
                asked = Call(call.method, batching.resolved(call.params, results))
            except (LookupError, ValueError):
                continue
            reply = self._requester.call(asked.method, batching.plain(asked.params), write=False)
            if isinstance(reply, HttpReply):
                results[name] = reply.result
                found[name] = Answer(call, result=reply.result)
                started = started or started_at(reply)
                continue
            error = self._classifier.error(reply, call.method, write=False)
            if reply.concerns_all and not _breaks(reply):
                raise error
            found[name] = Answer(call, error=error)
        if started is None:
            raise TransientError(said.NO_TIME(), method="batch")
        return found, started

    def _chained(self, commands: Mapping[str, str], *, again_if_broken: bool) -> Batch | Trouble:
        """One chain.

        Raises:
            SlowError: It took too long, and the caller may cut it.
        """
        started = self._clock.monotonic()
        small = len(commands) <= _SMALL
        sent = self._requester.batch(
            commands, write=False, again_if_slow=small, again_if_broken=again_if_broken
        )
        if (
            isinstance(sent, Trouble)
            and sent.slow
            and not small
            and self._requester.patience.may_cut(self._clock.monotonic() - started)
        ):
            raise SlowError(sent.text, method="batch", code=sent.code)
        return sent

    def _ask_open(
        self, calls: Sequence[Call], answers: dict[int, Answer], broken: set[int], *, patient: bool
    ) -> None:
        """Ask for the answers that are missing or failed in passing, in as many requests as that takes.

        Args:
            calls: All calls of the reading.
            answers: To them; added to.
            broken: Gets those that were asked alone, and that the portal broke down over.
            patient: Whether to wait for that.
        """
        open_ = {
            index: call
            for index, call in enumerate(calls)
            if index not in answers or _passes(answers[index].error)
        }
        resting = self._classifier.resting(open_)
        answers.update(resting)
        joint = []
        for index, call in open_.items():
            if index in resting:
                continue
            if batching.fits(call, write=False) and self._requester.blocks.until("batch") is None:
                joint.append(index)
            else:
                answers[index], breaks = self._ask_one(call, patient=patient)
                broken.update([index] if breaks else [])
        while joint:
            portion = joint[: self._requester.batch_size]
            came = any(answer.error is None for answer in answers.values())
            given = self._ask_batch({index: calls[index] for index in portion}, patient=patient, came=came)
            answers.update(given)
            joint = [index for index in joint if index not in given]

    def _ask_one(self, call: Call, *, patient: bool) -> tuple[Answer, bool]:
        """Ask one call as JSON, for what would mean something else in a batch.

        Returns:
            The answer, and whether the portal broke down over it.

        Raises:
            PortalError: The trouble is not this one call's.
        """
        reply = self._requester.call(
            call.method, batching.plain(call.params), write=False, again_if_broken=patient
        )
        if isinstance(reply, HttpReply):
            return Answer(call, result=reply.result), False
        error = self._classifier.error(reply, call.method, write=False)
        if reply.concerns_all and not _breaks(reply):
            raise error
        return Answer(call, error=error), reply.concerns_all

    def _ask_batch(self, calls: Mapping[int, Call], *, patient: bool, came: bool) -> dict[int, Answer]:
        """Ask one batch; nothing is given if it took too long and shall be cut into smaller ones.

        Args:
            calls: What to ask.
            patient: Whether to wait for what the portal breaks down over.
            came: Other calls of the same reading came through: what breaks is these calls' own trouble.

        Raises:
            PortalError: The whole batch failed.
        """
        started = self._clock.monotonic()
        commands = {f"c{index}": batching.encode(call) for index, call in calls.items()}
        single = len(commands) == 1
        sent = self._requester.batch(
            commands, write=False, again_if_slow=single, again_if_broken=single and patient
        )
        if isinstance(sent, Trouble) and _breaks(sent) and not single:
            found = self._in_halves(calls, came=came)
            if found is not None:
                return found
            sent = self._requester.batch(commands, write=False, again_if_slow=False, again_if_broken=patient)
        if isinstance(sent, Trouble) and sent.recovery is Recovery.BLOCKED:
            return {index: self._ask_one(call, patient=patient)[0] for index, call in calls.items()}
        if isinstance(sent, Trouble):
            if not sent.concerns_all or (came and _breaks(sent)):
                return self._failed(calls, sent)
            if (
                sent.slow
                and len(commands) > 1
                and self._requester.patience.may_cut(self._clock.monotonic() - started)
            ):
                return {}
            raise self._classifier.whole_error(sent)
        return self._outcomes(calls, sent)

    def _in_halves(self, calls: Mapping[int, Call], *, came: bool) -> dict[int, Answer] | None:
        """Ask the calls of a batch that broke in halves, until what breaks it is alone (contract.md G13).

        A method of which nothing comes through is given up after some parts.

        Args:
            calls: What to ask.
            came: Other calls of the same reading came through.

        Returns:
            The answers; ``None`` if nothing at all came through, so that no one call is to blame.

        Raises:
            PortalError: The trouble is all calls', and no fault of one of them.
        """
        open_ = _parts(calls)
        answers: dict[int, Answer] = {}
        vain, alive = Counter[str](), set[str]()
        while open_:
            portion = {index: calls[index] for index in open_.pop(0)}
            method = next(iter(portion.values())).method
            commands = {f"c{index}": batching.encode(call) for index, call in portion.items()}
            sent = self._requester.batch(commands, write=False, again_if_slow=False, again_if_broken=False)
            if isinstance(sent, Batch):
                came = True
                alive.add(method)
                answers |= self._outcomes(portion, sent)
                continue
            if not _breaks(sent):
                raise self._classifier.whole_error(sent)
            vain[method] += 1
            if not came and vain.total() >= _MOST_FAILURES:
                return None
            if method not in alive and vain[method] >= _MOST_FAILURES:
                dead = [part for part in open_ if calls[part[0]].method == method]
                open_ = [part for part in open_ if part not in dead]
                portion |= {index: calls[index] for part in dead for index in part}
            elif len(portion) > 1:
                open_ += _halves(list(portion))
                continue
            answers |= self._failed(portion, sent)
        return answers if came else None

    def _failed(self, calls: Mapping[int, Call], trouble: Trouble) -> dict[int, Answer]:
        return {
            index: Answer(call, error=self._classifier.error(trouble, call.method, write=False))
            for index, call in calls.items()
        }

    def _outcomes(self, calls: Mapping[int, Call], sent: Batch) -> dict[int, Answer]:
        return {
            index: self._classifier.answer(call, sent.outcomes[f"c{index}"], write=False) or _unanswered(call)
            for index, call in calls.items()
        }


def _breaks(sent: Trouble) -> bool:
    """Whether one command may have broken the whole batch."""
    return sent.recovery in {Recovery.BROKEN, Recovery.GARBLED} and not sent.slow


def _parts(calls: Mapping[int, Call]) -> list[list[int]]:
    """What to ask apart first: the calls of each method, as a method rarely breaks for one call alone."""
    by_method: dict[str, list[int]] = {}
    for index, call in calls.items():
        by_method.setdefault(call.method, []).append(index)
    parts = list(by_method.values())
    return parts if len(parts) > 1 else _halves(parts[0])


def _halves(indices: list[int]) -> list[list[int]]:
    middle = (len(indices) + 1) // 2
    return [indices[:middle], indices[middle:]]


def _passes(error: PortalError | None) -> bool:
    """Whether a call's own error may be gone when it is asked again."""
    return isinstance(error, TransientError) and error.code not in _NO_HURRY


def _unsettled_chain(sent: Batch, commands: Mapping[str, str], *, broken: bool) -> float | None:
    """One command that failed in passing makes a chain worth another try.

    A command whose reference leads nowhere was void (the page before it was the last), whatever it says.

    Args:
        sent: The outcomes.
        commands: What was asked.
        broken: Whether a command that the portal broke down over is worth it, too.
    """
    for name, outcome in sent.outcomes.items():
        if outcome.error is None:
            continue
        trouble = error_mapping.trouble_of_command(outcome.error)
        passing = trouble.repeatable(write=False) and (broken or trouble.recovery is not Recovery.BROKEN)
        if passing and not batching.is_void(commands[name], sent.outcomes):
            return 0.0
    return None


def _unanswered(call: Call) -> Answer:
    return Answer(call, error=TransientError(said.NEITHER(), method=call.method))
