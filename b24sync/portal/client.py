"""The portal as the engine sees it: reads, chains, writes, downloads, and what of them may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urljoin

from b24sync.errors import PermanentError, PortalError, TransientError
from b24sync.portal import batch, codes
from b24sync.portal.blocks import blocked_fault
from b24sync.portal.codes import Fault, Recovery
from b24sync.portal.exchange import Batch, Exchange
from b24sync.portal.instants import started_at
from b24sync.portal.reply import Reply
from b24sync.ports import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from b24sync.clock import Clock
    from b24sync.portal.http import Wire
    from b24sync.portal.limits import BucketStore
    from b24sync.portal.webhook import Webhook

_MOST_REDIRECTS: Final = 3
_Name = TypeVar("_Name")


class PortalClient:
    """Implements :class:`b24sync.ports.Portal` over one webhook. For one thread."""

    def __init__(
        self,
        webhook: Webhook,
        *,
        clock: Clock,
        bucket: BucketStore,
        timeout_s: float = 30.0,
        ca_file: str | None = None,
        budget_s: float = 20.0,
    ) -> None:
        self._webhook = webhook
        self._clock = clock
        self._ca_file = ca_file
        self._exchange = Exchange(
            self._connect,
            portal=webhook.portal,
            clock=clock,
            bucket=bucket,
            timeout_s=timeout_s,
            budget_s=budget_s,
        )

    def __repr__(self) -> str:
        return f"PortalClient({self._webhook!r})"

    @property
    def requests(self) -> int:
        """HTTP requests made so far by this object."""
        return self._exchange.requests

    @property
    def user_id(self) -> int:
        """The portal user who owns the webhook."""
        return self._webhook.user_id

    @property
    def portal_time(self) -> datetime | None:
        """The portal's clock now, going on from its last answer, aware UTC; ``None`` before the first."""
        return self._exchange.time.now(self._clock.monotonic())

    @property
    def server_utc_offset(self) -> str | None:
        """The server's UTC offset as its answers write it, such as ``+03:00``; ``None`` before the first."""
        return self._exchange.time.utc_offset

    @property
    def batch_size(self) -> int:
        """Commands that the next batch should have at most: fewer than 50 after one that took long."""
        return self._exchange.batch_size

    def begin_run(self) -> None:
        """Start a run: the time for repeating is whole again, and blocks are read anew."""
        self._exchange.begin_run()

    def close(self) -> None:
        """Close the connections; the next call opens them again."""
        self._exchange.close()

    def ask(self, calls: Sequence[Call]) -> list[Answer]:
        """Read, in batches of at most 50; repeated within the run where that may help.

        Returns:
            One answer a call, in order. An answer's error may be a PermanentError, ScopeError,
            MethodBlockedError, or a TransientError of this one call that outlasted the run's patience.

        Raises:
            TransientError: The portal cannot be reached or is overloaded, for all calls.
            CredentialsError: The portal refuses the webhook.
            PermanentError: The portal refuses batches as such.
        """
        answers: dict[int, Answer] = {}

        def again(_: float | None) -> bool:
            self._ask_open(calls, answers)
            return any(_passes(answer.error) for answer in answers.values())

        self._exchange.patience.repeat(again, lambda unsettled: 0.0 if unsettled else None)
        return [answers[index] for index in range(len(calls))]

    def chain(self, calls: Mapping[str, Call]) -> tuple[dict[str, Answer], datetime]:
        """One read batch of at most 50 named commands, which may refer to each other's results.

        As the commands depend on each other, the whole batch is repeated if one of them failed in passing.

        Returns:
            The answers by name (a name is missing if the portal gave neither result nor error), and the
            portal's time at the start of this batch (aware UTC, whole seconds).

        Raises:
            TransientError: The portal cannot be reached or is overloaded, for all calls, or does not tell
                its time.
            CredentialsError: The portal refuses the webhook.
            PermanentError: The portal refuses batches as such.
        """
        if len(calls) > batch.LARGEST:
            raise ValueError(f"{len(calls)} commands in one batch (at most {batch.LARGEST})")
        answers = self._resting(calls)
        commands = {name: batch.encode(call) for name, call in calls.items()}
        for name in batch.voided(commands, set(answers)):
            error = TransientError(
                "it depends on a method that the portal has blocked", method=calls[name].method
            )
            answers[name] = Answer(calls[name], error=error)
        open_ = {name: command for name, command in commands.items() if name not in answers}
        sent = self._exchange.patience.repeat(
            lambda _: self._exchange.batch(open_, write=False, again_if_slow=True), _unsettled_chain
        )
        if isinstance(sent, Fault):
            raise self._whole_error(sent)
        started = started_at(sent.reply)
        if started is None:
            raise TransientError("the answer does not tell the portal's time", method="batch")
        given = {name: self._answer(calls[name], sent.outcomes[name], write=False) for name in open_}
        return answers | {name: answer for name, answer in given.items() if answer is not None}, started

    def tell(self, calls: Sequence[Call]) -> list[Answer]:
        """Write, in batches of at most 50; repeated only where no effect is certain.

        Once a request found the portal away, refusing or silent, the rest is not sent: those answers have a
        TransientError.

        Returns:
            One answer a call, in order. Its error may be a TransientError (no effect), InDoubtError
            (unknown), PermanentError (refused), or a CredentialsError (no effect: the webhook itself is
            refused).
        """
        answers: dict[int, Answer] = {}
        trouble: Fault | None = None
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

    def download(self, url: str, *, limit_bytes: int) -> bytes:
        """The bytes behind a ``*Machine`` link, which must lead to this portal.

        Raises:
            TransientError: Not reachable.
            PermanentError: Refused, too large, or elsewhere than at this portal.
            CredentialsError: The portal refuses the webhook.
        """
        target = url
        for _ in range(_MOST_REDIRECTS):
            own = self._webhook.within(target)
            if own is None:
                raise PermanentError("the file's link leads elsewhere than to this portal", method="download")
            got = self._exchange.fetch(own, limit_bytes=limit_bytes)
            if isinstance(got, Fault):
                raise self._error(got, "download", write=False)
            if not 300 <= got.status < 400:
                return got.content
            target = urljoin(own, got.location)
        raise PermanentError("the file's link redirects without end", method="download")

    # Reads

    def _ask_open(self, calls: Sequence[Call], answers: dict[int, Answer]) -> None:
        """Ask for the answers that are missing or failed in passing, in as many requests as that takes."""
        open_ = {
            index: call
            for index, call in enumerate(calls)
            if index not in answers or _passes(answers[index].error)
        }
        resting = self._resting(open_)
        answers.update(resting)
        joint = []
        for index, call in open_.items():
            if index in resting:
                continue
            if batch.fits(call, write=False):
                joint.append(index)
            else:
                answers[index] = self._ask_one(call)
        while joint:
            portion = joint[: self._exchange.batch_size]
            given = self._ask_batch({index: calls[index] for index in portion})
            answers.update(given)
            joint = [index for index in joint if index not in given]

    def _ask_one(self, call: Call) -> Answer:
        """Ask one call as JSON, for what would mean something else in a batch.

        Raises:
            PortalError: The trouble is not this one call's.
        """
        reply = self._exchange.call(call.method, batch.plain(call.params), write=False)
        if isinstance(reply, Reply):
            return Answer(call, result=reply.result)
        error = self._error(reply, call.method, write=False)
        if reply.concerns_all:
            raise error
        return Answer(call, error=error)

    def _ask_batch(self, calls: Mapping[int, Call]) -> dict[int, Answer]:
        """Ask one batch; nothing is given if it took too long and shall be cut into smaller ones.

        Raises:
            PortalError: The whole batch failed.
        """
        started = self._clock.monotonic()
        commands = {f"c{index}": batch.encode(call) for index, call in calls.items()}
        sent = self._exchange.batch(commands, write=False, again_if_slow=len(commands) == 1)
        if isinstance(sent, Fault):
            if not sent.slow or len(commands) == 1 or self._exchange.patience.left_s <= 0:
                raise self._whole_error(sent)
            self._exchange.patience.spend(self._clock.monotonic() - started)
            return {}
        return {
            index: self._answer(call, sent.outcomes[f"c{index}"], write=False) or _unanswered(call)
            for index, call in calls.items()
        }

    # Writes

    def _portions(self, calls: Sequence[Call]) -> list[list[int]]:
        """Indices of the calls that share a request: batches of what fits into one, everything else alone."""
        joint = [index for index, call in enumerate(calls) if batch.fits(call, write=True)]
        alone = sorted(set(range(len(calls))) - set(joint))
        size = self._exchange.batch_size
        return [joint[start : start + size] for start in range(0, len(joint), size)] + [
            [index] for index in alone
        ]

    def _tell_one(self, call: Call) -> tuple[list[Answer], Fault | None]:
        """Write one call as JSON; also the fault if the next request would fare no better."""
        resting = self._resting({0: call})
        if resting:
            return [resting[0]], None
        reply = self._exchange.call(call.method, batch.plain(call.params), write=True)
        if isinstance(reply, Reply):
            return [Answer(call, result=reply.result)], None
        error = self._error(reply, call.method, write=True)
        return [Answer(call, error=error)], reply if reply.concerns_all else None

    def _tell_batch(self, calls: Sequence[Call]) -> tuple[list[Answer], Fault | None]:
        """Write calls together; also the fault if the next request would fare no better."""
        answers = self._resting(dict(enumerate(calls)))
        commands = {
            f"c{index}": batch.encode(call) for index, call in enumerate(calls) if index not in answers
        }
        sent = self._exchange.batch(commands, write=True, again_if_slow=False) if commands else None
        for index, call in enumerate(calls):
            if isinstance(sent, Fault) and index not in answers:
                answers[index] = Answer(call, error=self._error(sent, call.method, write=True))
            elif isinstance(sent, Batch) and index not in answers:
                answers[index] = self._answer(call, sent.outcomes[f"c{index}"], write=True) or _in_doubt(call)
        trouble = sent if isinstance(sent, Fault) and sent.concerns_all else None
        return [answers[index] for index in range(len(calls))], trouble

    def _unsent(self, trouble: Fault, call: Call) -> PortalError:
        """The error of a call that was not sent because an earlier request failed."""
        if trouble.recovery is Recovery.CREDENTIALS:
            return self._error(trouble, call.method, write=True)
        return TransientError(f"not sent, as a request before it failed: {trouble.text}", method=call.method)

    # One call

    def _answer(self, call: Call, outcome: batch.Outcome, *, write: bool) -> Answer | None:
        """The answer of one command; ``None`` if the portal gave neither result nor error."""
        if not outcome.ran:
            return None
        if outcome.error is None:
            return Answer(call, result=outcome.result)
        fault = codes.fault_of_command(outcome.error, reset_at=outcome.reset_at)
        self._exchange.blocks.learn(call.method, fault, self.portal_time)
        return Answer(call, error=self._error(fault, call.method, write=write))

    def _resting(self, calls: Mapping[_Name, Call]) -> dict[_Name, Answer]:
        """The answers of calls whose method is blocked: the portal is not asked."""
        return {
            name: Answer(call, error=self._error(blocked_fault(), call.method, write=False))
            for name, call in calls.items()
            if self._exchange.blocks.until(call.method) is not None
        }

    def _error(self, fault: Fault, method: str, *, write: bool) -> PortalError:
        until = self._exchange.blocks.until(method) if fault.recovery is Recovery.BLOCKED else None
        return codes.error_of(fault, method, write=write, until=until)

    def _whole_error(self, fault: Fault) -> PortalError:
        """The error of a whole batch of reads."""
        return self._error(fault, "" if fault.recovery is Recovery.UNREACHED else "batch", write=False)

    def _connect(self) -> Wire:
        from b24sync.portal.http import Wire  # noqa: PLC0415 - requests costs more time than all the rest

        return Wire(self._webhook, clock=self._clock, ca_file=self._ca_file)


def _passes(error: PortalError | None) -> bool:
    """Whether a call's own error may be gone when it is asked again."""
    return isinstance(error, TransientError) and error.code not in {"OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT"}


def _unsettled_chain(sent: Batch | Fault) -> float | None:
    """One command that failed in passing makes a chain worth another try; a failed batch had its tries."""
    if isinstance(sent, Fault):
        return None
    faults = [
        codes.fault_of_command(outcome.error)
        for outcome in sent.outcomes.values()
        if outcome.error is not None
    ]
    return 0.0 if any(fault.repeatable(write=False) for fault in faults) else None


def _unanswered(call: Call) -> Answer:
    return Answer(
        call, error=TransientError("the portal gave neither a result nor an error", method=call.method)
    )


def _in_doubt(call: Call) -> Answer:
    fault = Fault(Recovery.BROKEN, "the portal gave neither a result nor an error")
    return Answer(call, error=codes.error_of(fault, call.method, write=True))
