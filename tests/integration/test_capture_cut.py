"""A walk over pages goes on in smaller batches where the portal is too slow for large ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from b24sync.engine.capture.paging import Chain, advance
from b24sync.errors import TransientError
from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from tests.support.scripted_portal import Raw, Request, ScriptedPortal, batch_reply
from tests.support.stepping_clock import SteppingClock


class Numbers:
    """Pages of 50 numbers without end."""

    def __init__(self) -> None:
        self.pages = 0

    def call(self, after: int | str) -> Call:
        return Call("numbers.list", {"after": after})

    def reference(self, name: str) -> str:
        return f"$result[{name}][last]"

    def measure(self, result: Any, after: int) -> tuple[int, int]:
        return 50, int(result["last"])

    def take(self, result: Any, after: int) -> None:
        self.pages += 1


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    portal = ScriptedPortal()
    yield portal
    portal.close()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def client(portal: ScriptedPortal, clock: SteppingClock) -> Iterator[PortalClient]:
    client = PortalClient(Webhook.parse(portal.url), clock=clock, bucket=MemoryBucket(None))
    yield client
    client.close()


def test_a_batch_of_pages_that_took_too_long_is_asked_for_in_part(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    def answer(request: Request) -> Raw:
        if len(request.commands) > 25:
            clock.step(30)
            return Raw(504, b"")
        return batch_reply(
            {name: {"last": 50 * (int(name.partition("_")[2]) + 1)} for name in request.commands}
        )

    portal.otherwise = answer
    numbers = Numbers()
    chain = Chain("n", numbers, 0)
    advance(client, [chain], nullcontext)
    assert (numbers.pages, chain.after, chain.error) == (25, 1250, None)
    assert [len(request.commands) for request in portal.requests] == [50, 25]


def test_a_portal_that_hangs_whatever_is_asked_is_left(
    client: PortalClient, portal: ScriptedPortal, clock: SteppingClock
) -> None:
    def hang(_: Request) -> Raw:
        clock.step(30)
        return Raw(504, b"")

    portal.otherwise = hang
    chain = Chain("n", Numbers(), 0)
    with pytest.raises(TransientError):
        advance(client, [chain], nullcontext)
    assert len(portal.requests) == 2
    assert chain.after == 0
