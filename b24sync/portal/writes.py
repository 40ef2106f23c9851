"""Writing: once, unless it is certain that nothing was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.calls import Answer, Call
from b24sync.errors import PortalError, UntriedError
from b24sync.portal import batching, error_mapping
from b24sync.portal.codes import Recovery
from b24sync.portal.error_mapping import Trouble
from b24sync.portal.http_reply import HttpReply
from b24sync.portal.requester import Batch, Requester
from b24sync.words import connection as said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from b24sync.portal.classifier import Classifier


class Writes:
    """The writing half of the client; see :class:`b24sync.portal.client.PortalClient`."""

    def __init__(self, exchange: Requester, judge: Classifier) -> None:
        self._requester = exchange
        self._classifier = judge

    def write(self, calls: Sequence[Call]) -> list[Answer]:
        """One answer a call, in order.

        After a request that found the portal away or silent the rest is not sent.
        """
        answers: dict[int, Answer] = {}
        trouble: Trouble | None = None
        for indices in self._portions(calls):
            portion = [calls[index] for index in indices]
            if trouble is not None:
                told = [Answer(call, error=self._unsent(trouble, call)) for call in portion]
            elif len(portion) == 1:
                told, trouble = self._tell_one(portion[0])
            else:
                told, trouble = self._tell_batch(portion)
            answers.update(zip(indices, told, strict=True))
        return [answers[index] for index in range(len(calls))]

    def _portions(self, calls: Sequence[Call]) -> list[list[int]]:
        """Indices of the calls that share a request: batches of what fits into one, everything else alone."""
        joint = [index for index, call in enumerate(calls) if batching.fits(call, write=True)]
        alone = sorted(set(range(len(calls))) - set(joint))
        size = self._requester.batch_size
        return [joint[start : start + size] for start in range(0, len(joint), size)] + [
            [index] for index in alone
        ]

    def _tell_one(self, call: Call) -> tuple[list[Answer], Trouble | None]:
        """Write one call as JSON; also the fault if the next request would fare no better."""
        resting = self._classifier.resting({0: call})
        if resting:
            return [resting[0]], None
        reply = self._requester.call(call.method, batching.plain(call.params), write=True)
        if isinstance(reply, HttpReply):
            return [Answer(call, result=reply.result)], None
        error = self._classifier.error(reply, call.method, write=True)
        return [Answer(call, error=error)], reply if reply.concerns_all else None

    def _tell_batch(self, calls: Sequence[Call]) -> tuple[list[Answer], Trouble | None]:
        """Write calls together; also the fault if the next request would fare no better."""
        answers = self._classifier.resting(dict(enumerate(calls)))
        commands = {
            f"c{index}": batching.encode(call) for index, call in enumerate(calls) if index not in answers
        }
        sent = self._requester.batch(commands, write=True, again_if_slow=False) if commands else None
        if isinstance(sent, Trouble) and sent.recovery is Recovery.BLOCKED:
            return self._tell_singly(calls)
        for index, call in enumerate(calls):
            if isinstance(sent, Trouble) and index not in answers:
                answers[index] = Answer(call, error=self._classifier.error(sent, call.method, write=True))
            elif isinstance(sent, Batch) and index not in answers:
                answers[index] = self._classifier.answer(
                    call, sent.outcomes[f"c{index}"], write=True
                ) or _in_doubt(call)
        trouble = sent if isinstance(sent, Trouble) and sent.concerns_all else None
        return [answers[index] for index in range(len(calls))], trouble

    def _tell_singly(self, calls: Sequence[Call]) -> tuple[list[Answer], Trouble | None]:
        """Write calls each in a request of its own: ``batch`` itself is blocked (portal.md §1.4)."""
        answers: list[Answer] = []
        trouble: Trouble | None = None
        for call in calls:
            if trouble is not None:
                answers.append(Answer(call, error=self._unsent(trouble, call)))
                continue
            told, trouble = self._tell_one(call)
            answers += told
        return answers, trouble

    def _unsent(self, trouble: Trouble, call: Call) -> PortalError:
        """The error of a call that was not sent because an earlier request failed."""
        if trouble.recovery in {Recovery.CREDENTIALS, Recovery.UNREACHED}:
            return self._classifier.error(trouble, call.method, write=True)
        return UntriedError(said.NOT_SENT(why=trouble.text), method=call.method)


def _in_doubt(call: Call) -> Answer:
    fault = Trouble(Recovery.BROKEN, said.NEITHER())
    return Answer(call, error=error_mapping.error_of(fault, call.method, write=True))
