"""Calls to the portal and their answers, and the portal as the rest of the program sees it.

Apart from `b24sync.ports`, because an idle poll needs these and nothing of generators.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.errors import PermanentError

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.domain.values_of_test import ValuesOfTest
    from b24sync.errors import PortalError


@dataclass(frozen=True, slots=True)
class Call:
    """One REST method with its parameters.

    These are JSON values; a batch reference such as ``$result[a][items][49][id]`` is one.

    Attributes:
        in_tests: What a portal answers that holds the values of a test and nothing else. Without it a read
            finds nothing, and a write is answered with a new id.
    """

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    in_tests: Callable[[ValuesOfTest], Any] | None = field(default=None, compare=False, repr=False)


def identity(call: Call) -> str:
    """Equal texts for equal calls."""
    return call.method + json.dumps(call.params, sort_keys=True, default=str)


def identified(text: str) -> Call:
    """The call of an `identity`, as far as JSON keeps it."""
    method, brace, params = text.partition("{")
    return Call(method, json.loads(brace + params) if brace else {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call gave.

    A result, or the error of this one call (others of the same batch may have succeeded).

    Attributes:
        shared: Another action made the same change in the same moment: it was made once, for that one.
    """

    call: Call
    result: Any = None
    error: PortalError | None = None
    shared: bool = False

    def value(self) -> Any:
        """The result.

        Raises:
            PortalError: The call failed.
        """
        if self.error is not None:
            raise self.error
        return self.result

    def refused(self) -> bool:
        """Whether the portal answered and refused (not: could not be reached)."""
        return isinstance(self.error, PermanentError)


class Reader(Protocol):
    """Whatever answers calls that only read."""

    def read(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers, in the order of the calls."""
        ...


class Use(Protocol):
    """What was used of one method: calls, seconds of the portal's work, the operating time that it told."""

    calls: int
    seconds: float
    told: float


class Portal(Protocol):
    """The portal, as the engine sees it."""

    @property
    def requests(self) -> int:
        """HTTP requests made so far by this object."""
        ...

    @property
    def server_utc_offset(self) -> str | None:
        """The offset of the portal's server as its answers show it, ``+03:00``; ``None`` before the first."""
        ...

    @property
    def batch_size(self) -> int:
        """Commands that the next chain should have at most.

        50, or fewer after one that the portal took long over.
        """
        ...

    def take_usage(self) -> Mapping[str, Use]:
        """What was used of each method since this was last asked."""
        ...

    def read(self, calls: Sequence[Call], *, patient: bool = True) -> list[Answer]:
        """Read, in batches of at most 50; repeated within the run where that may help.

        Args:
            calls: What to ask.
            patient: Whether to wait also for what the portal breaks down over, as one row may be the reason.

        Raises:
            TransientError: The portal cannot be reached or is overloaded, for all calls.
            CredentialsError: The portal refuses the webhook.
        """
        ...

    def chain(self, calls: Mapping[str, Call], *, patient: bool = True) -> tuple[dict[str, Answer], datetime]:
        """One read batch of at most 50 named commands, which may refer to each other's results.

        Args:
            calls: What to ask, by name.
            patient: As in `read`.

        Returns:
            The answers by name (a name may be missing if the portal gave neither result nor error), and the
            portal's time at the start of this batch (aware UTC, whole seconds).

        Raises:
            SlowError: It took too long, and ``batch_size`` is smaller now: ask for less.
            TransientError: The portal cannot be reached or is overloaded.
            CredentialsError: The portal refuses the webhook.
        """
        ...

    def ahead(self, calls: Mapping[str, Call]) -> None:
        """Send a chain already: `chain` gets its answer, if it is asked next and asks for the same.

        What is read may be worked on meanwhile.
        """
        ...

    def write(self, calls: Sequence[Call]) -> list[Answer]:
        """Write, in batches of at most 50; repeated only where no effect is certain.

        Each answer's error may be TransientError (no effect), InDoubtError (unknown), PermanentError
        (refused). Never raises PortalError itself.
        """
        ...

    def download(self, url: str, *, limit_bytes: int) -> bytes:
        """The bytes behind a ``*Machine`` link, which must lead to this portal.

        Raises:
            TransientError: Not reachable.
            PermanentError: Refused, too large, or elsewhere than at this portal.
        """
        ...
