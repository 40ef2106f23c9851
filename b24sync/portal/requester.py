"""One request to the portal and what came of it: paced, counted, repeated while that may help.

A request ends in a :class:`~b24sync.portal.http_reply.Reply` or in a
:class:`~b24sync.portal.error_mapping.Fault`. Exceptions are made of faults by the client, which knows whether
the call had an effect.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from b24sync.portal import batching, error_mapping
from b24sync.portal.ahead import Ahead
from b24sync.portal.blocks import Blocks, blocked_fault
from b24sync.portal.codes import Recovery
from b24sync.portal.error_mapping import Trouble
from b24sync.portal.http_reply import HttpReply, NoAnswerError, NotSentError, parse_object
from b24sync.portal.portal_clock import PortalTime
from b24sync.portal.retry import Patience
from b24sync.portal.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from b24sync.clock import Clock
    from b24sync.portal.http import Download, Wire
    from b24sync.portal.pacing import BucketStore

_log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

_LONG_S: Final = 20.0  # a batch that the portal takes longer over is made smaller (contract.md §7)
_GROWTH: Final = 5  # commands that a batch grows by after one that went well
_SHORTEST_S: Final = 1.0  # a repeated request gets at least this long


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was answered: each command's outcome."""

    reply: HttpReply
    outcomes: Mapping[str, batching.CommandResult]


class Requester:
    """Requests over one connection.

    Attributes:
        requests: HTTP requests that were sent.
        batch_size: Commands that the next batch should have at most.
        time: The portal's clock.
        usage: What was used of it.
        blocks: Blocked methods.
        patience: The time left for repeating in this run.
    """

    def __init__(
        self,
        connect: Callable[[], Wire],
        *,
        portal: str,
        clock: Clock,
        bucket: BucketStore,
        timeout_s: float,
        budget_s: float,
        batch_size: int = batching.LARGEST,
    ) -> None:
        self._connect = connect
        self._portal = portal
        self._wire: Wire | None = None
        self._ahead: Ahead | None = None
        self._clock = clock
        self._bucket = bucket
        self._timeout_s = timeout_s
        self._budget_s = budget_s
        self.requests = 0
        self.batch_size = min(max(batch_size, 1), batching.LARGEST)
        self.time = PortalTime()
        self.usage = Usage()
        self.blocks = Blocks(clock, bucket)
        self.patience = Patience(clock, budget_s=budget_s)

    def begin_run(self) -> None:
        """Give the run its whole time for repeating; blocks are read anew."""
        self.patience = Patience(self._clock, budget_s=self._budget_s)
        self.blocks.forget()

    def close(self) -> None:
        """Close the connections; the next request opens them again."""
        if self._wire is not None:
            self._wire.close()

    def begin(self, commands: Mapping[str, str]) -> None:
        """Send a reading batch already; `batch` gets its answer, if it is the next request."""
        if self._ahead is not None or self.blocks.until("batch") is not None:
            return
        wait_s, wire = self._bucket.take(1.0, self._clock.now()), self._open()
        method, params = "batch", batching.body(commands)

        def send() -> Callable[[], HttpReply]:
            if wait_s > 0:
                self._clock.sleep(wait_s)
            return wire.asked(method, params, timeout_s=self._timeout_s)

        self._ahead = Ahead(method, params, send)

    def batch(
        self,
        commands: Mapping[str, str],
        *,
        write: bool,
        again_if_slow: bool,
        again_if_broken: bool = True,
    ) -> Batch | Trouble:
        """Make one batch; also learns how large the next one may be.

        Args:
            commands: Encoded commands by name.
            write: They have effects.
            again_if_slow: Repeat a read that came too slowly as it is; otherwise the caller cuts it.
            again_if_broken: Likewise a read that the portal broke down over.
        """
        if self.blocks.until("batch") is not None:
            return blocked_fault()
        reply = self.call(
            "batch",
            batching.body(commands),
            write=write,
            again_if_slow=again_if_slow,
            again_if_broken=again_if_broken,
        )
        if isinstance(reply, Trouble):
            if reply.slow:
                self.batch_size = max(1, len(commands) // 2)
            return reply
        self._resize(reply.took_s, len(commands))
        outcomes = batching.outcomes(reply.result, list(commands))
        for name, outcome in outcomes.items():
            if outcome.ran:
                self.usage.add(batching.method_of(commands[name]), outcome.time)
            if outcome.reset_at is not None:
                self.blocks.expect(batching.method_of(commands[name]), outcome.reset_at)
        return Batch(reply, outcomes)

    def call(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        write: bool,
        again_if_slow: bool = True,
        again_if_broken: bool = True,
    ) -> HttpReply | Trouble:
        """Post one request. Only the given ``params`` go, as JSON."""

        def unsettled(got: HttpReply | Trouble) -> float | None:
            if isinstance(got, HttpReply) or (got.slow and not again_if_slow):
                return None
            if got.recovery is Recovery.BROKEN and not got.slow and not again_if_broken:
                return None
            unknown = got.recovery is Recovery.BLOCKED and method == "batch" and got.reset_at is None
            return got.retry_after_s if unknown or got.repeatable(write=write) else None

        got = self.patience.repeat(partial(self._post, method, params), unsettled)
        if isinstance(got, Trouble):
            self.blocks.learn(method, got, self.time.now(self._clock.monotonic()))
        else:
            told = {"operating": got.time.get("operating")} if method == "batch" else got.time
            self.usage.add(method, told)  # a batch itself takes no time, unless the portal says so
        return got

    def fetch(self, url: str, *, limit_bytes: int) -> Download | Trouble:
        """Get a file."""

        def attempt(limit_s: float | None) -> Download | Trouble:
            wire, limit_s = self._next_wire(), self._limit(limit_s)
            got = self._counted(wire.get, url, limit_bytes=limit_bytes, timeout_s=limit_s)
            return got if isinstance(got, Trouble) else _fault_of_download(got, limit_bytes) or got

        return self.patience.repeat(
            attempt,
            lambda got: (
                got.retry_after_s if isinstance(got, Trouble) and got.repeatable(write=False) else None
            ),
        )

    def _post(self, method: str, params: Mapping[str, Any], limit_s: float | None) -> HttpReply | Trouble:
        got = self._begun(method, params)
        if got is None:
            got = self._counted(self._next_wire().post, method, params, timeout_s=self._limit(limit_s))
        if isinstance(got, Trouble):
            _log.debug("%s: %s", method, got.text)
            return got
        self.time.see(got, self._clock.monotonic())
        fault = error_mapping.fault_of_reply(got, whole=method == "batch")
        if fault is None and method == "batch" and not batching.is_answer(got.result):
            fault = Trouble(Recovery.BROKEN, "the answer is none to a batch", status=got.status)
        _log.debug(
            "%s: HTTP %d in %.2f s%s", method, got.status, got.elapsed_s, f", {fault.text}" if fault else ""
        )
        if fault is not None and fault.recovery is Recovery.BUSY:
            self._bucket.fill(self._clock.now())
        return fault or got

    def _begun(self, method: str, params: Mapping[str, Any]) -> HttpReply | Trouble | None:
        """What came of the request that is under way; ``None`` if there is none or it asked something else.

        It is waited for in any case: a connection has one request at a time.
        """
        ahead, self._ahead = self._ahead, None
        if ahead is None:
            return None
        got = self._counted(ahead.reply)
        return got if (ahead.method, ahead.params) == (method, params) else None

    def _next_wire(self) -> Wire:
        """The connection, when the bucket lets the next request through."""
        self._begun("", {})
        wait_s = self._bucket.take(1.0, self._clock.now())
        if wait_s > 0:
            _log.info("waiting %.1f s, as often as the portal may be asked", wait_s)
            self._clock.sleep(wait_s)
        return self._open()

    def _open(self) -> Wire:
        if self._wire is None:
            self._wire = self._connect()
        return self._wire

    def _counted(self, send: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | Trouble:
        """Send and count; silence becomes a fault."""
        try:
            got: T | Trouble = send(*args, **more)
        except NotSentError as error:
            return error_mapping.unreached(self._portal, error)
        except NoAnswerError as error:
            got = error_mapping.unanswered(error)
        self.requests += 1
        return got

    def _limit(self, limit_s: float | None) -> float:
        return self._timeout_s if limit_s is None else min(self._timeout_s, max(limit_s, _SHORTEST_S))

    def _resize(self, took_s: float, commands: int) -> None:
        if took_s > _LONG_S:
            self.batch_size = max(1, min(self.batch_size, commands) // 2)
        else:
            self.batch_size = min(batching.LARGEST, self.batch_size + _GROWTH)


def _fault_of_download(got: Download, limit_bytes: int) -> Trouble | None:
    """The fault of a download that is no file: an error as JSON with any status, a page, too much."""
    if got.too_large:
        return Trouble(Recovery.REFUSED, f"the file is larger than {limit_bytes} bytes")
    if got.status < 300 and got.media_type not in {"application/json", "text/json", "text/html"}:
        return None
    if 300 <= got.status < 400 and got.location:
        return None
    content = parse_object(got.content)
    if got.status < 300 and got.media_type != "text/html" and (content is None or "error" not in content):
        return None  # a file that happens to be JSON
    return error_mapping.fault_of_reply(HttpReply(status=got.status, content=content), whole=False)
