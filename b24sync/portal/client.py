"""The portal as the engine sees it: reads, chains, writes, downloads, and what of them may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from b24sync.errors import PermanentError, TransientError
from b24sync.portal.classifier import Classifier
from b24sync.portal.codes import Recovery
from b24sync.portal.error_mapping import Trouble
from b24sync.portal.reads import Reads
from b24sync.portal.requester import Requester
from b24sync.portal.writes import Writes
from b24sync.secrecy import holds
from b24sync.words import connection as said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from b24sync.calls import Answer, Call
    from b24sync.clock import Clock
    from b24sync.errors import PortalError
    from b24sync.portal.http import Wire
    from b24sync.portal.pacing import BucketStore
    from b24sync.portal.usage import MethodUse
    from b24sync.portal.webhook import Webhook

_MOST_REDIRECTS: Final = 3


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
        batch_size: int = 50,
    ) -> None:
        self._webhook = webhook
        self._clock = clock
        self._ca_file = ca_file
        self._requester = Requester(
            self._connect,
            portal=webhook.portal,
            clock=clock,
            bucket=bucket,
            timeout_s=timeout_s,
            budget_s=budget_s,
            batch_size=batch_size,
        )
        self._classifier = Classifier(self._requester, clock)
        self._reads = Reads(self._requester, self._classifier, clock)
        self._writes = Writes(self._requester, self._classifier)

    def __repr__(self) -> str:
        return f"PortalClient({self._webhook!r})"

    @property
    def requests(self) -> int:
        """HTTP requests made so far by this object."""
        return self._requester.requests

    @property
    def user_id(self) -> int:
        """The portal user who owns the webhook."""
        return self._webhook.user_id

    @property
    def portal_time(self) -> datetime | None:
        """The portal's clock now, going on from its last answer, aware UTC; ``None`` before the first."""
        return self._requester.time.now(self._clock.monotonic())

    @property
    def server_utc_offset(self) -> str | None:
        """The server's UTC offset as its answers write it, such as ``+03:00``; ``None`` before the first."""
        return self._requester.time.utc_offset

    @property
    def header_ahead(self) -> timedelta | None:
        """By how much the last ``Date`` header was ahead of the same answer's time; ``None``: not known."""
        return self._requester.time.header_ahead

    @property
    def batch_size(self) -> int:
        """Commands that the next batch should have at most: fewer than 50 after one that took long."""
        return self._requester.batch_size

    def take_usage(self) -> dict[str, MethodUse]:
        """What was used of each method since this was last asked."""
        return self._requester.usage.take()

    def begin_run(self) -> None:
        """Start a run: the time for repeating is whole again, and blocks are read anew."""
        self._requester.begin_run()

    def close(self) -> None:
        """Close the connections; the next call opens them again."""
        self._requester.close()

    def read(self, calls: Sequence[Call], *, patient: bool = True) -> list[Answer]:
        """Read, in batches of at most 50; repeated within the run where that may help.

        Args:
            calls: What to ask.
            patient: Whether to wait also for what the portal breaks down over.

        Returns:
            One answer a call, in order. An answer's error may be a PermanentError, ScopeError,
            MethodBlockedError, or a TransientError of this one call that outlasted the run's patience.

        Raises:
            TransientError: The portal cannot be reached or is overloaded, for all calls.
            CredentialsError: The portal refuses the webhook.
        """
        return self._reads.read(calls, patient=patient)

    def chain(self, calls: Mapping[str, Call], *, patient: bool = True) -> tuple[dict[str, Answer], datetime]:
        """One read batch of at most 50 named commands, which may refer to each other's results.

        As the commands depend on each other, the whole batch is repeated if one of them failed in passing;
        once only where the caller can ask for less instead (not ``patient``).

        Returns:
            The answers by name (a name is missing if the portal gave neither result nor error), and the
            portal's time at the start of this batch (aware UTC, whole seconds).

        Raises:
            SlowError: It took too long, and ``batch_size`` is smaller now: ask for less.
            TransientError: The portal cannot be reached or is overloaded, for all calls, or does not tell
                its time.
            CredentialsError: The portal refuses the webhook.
            PermanentError: The portal refuses batches as such.
        """
        return self._reads.chain(calls, patient=patient)

    def ahead(self, calls: Mapping[str, Call]) -> None:
        """Send a chain already: `chain` gets its answer, if it is asked next and asks for the same."""
        self._reads.ahead(calls)

    def write(self, calls: Sequence[Call]) -> list[Answer]:
        """Write, in batches of at most 50; repeated only where no effect is certain.

        Once a request found the portal away, refusing or silent, the rest is not sent: those answers have a
        TransientError.

        Returns:
            One answer a call, in order. Its error may be a TransientError (no effect), InDoubtError
            (unknown), PermanentError (refused), or a CredentialsError (no effect: the webhook itself is
            refused).
        """
        return self._writes.write(calls)

    def download(self, url: str, *, limit_bytes: int) -> bytes:
        """The bytes behind a ``*Machine`` link, which must lead to this portal.

        Raises:
            TransientError: Not reachable.
            PermanentError: Refused, too large, elsewhere than at this portal, or with the webhook's secret in
                it.
            CredentialsError: The portal refuses the webhook.
        """
        target = self._webhook.revived(url)
        for _ in range(_MOST_REDIRECTS):
            own = self._webhook.within(target)
            if own is None:
                raise PermanentError(said.LINK_ELSEWHERE(), method="download")
            got = self._requester.fetch(own, limit_bytes=limit_bytes)
            if isinstance(got, Trouble):
                raise self._no_file(got)
            if not 300 <= got.status < 400:
                if holds(got.content):
                    raise PermanentError(said.HOLDS_SECRET(), method="download")
                return got.content
            target = urljoin(own, got.location)
        raise PermanentError(said.LINK_ENDLESS(), method="download")

    def _no_file(self, trouble: Trouble) -> PortalError:
        """The error of a file that did not come.

        An address that a reachable portal does not know (a link that is over) is tried again later, but not
        for ever: unlike with a method, it says nothing about the portal as such.
        """
        error = self._classifier.error(trouble, "download", write=False)
        if trouble.recovery is Recovery.LATER and trouble.status:
            return TransientError(trouble.text, method="download", code=trouble.code)
        return error

    def _connect(self) -> Wire:
        from b24sync.portal.http import Wire

        return Wire(self._webhook, clock=self._clock, ca_file=self._ca_file)
