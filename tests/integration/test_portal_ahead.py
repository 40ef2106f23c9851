"""The next batch is under way while the last one is staged."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest

from b24sync.calls import Call
from b24sync.engine.capture.paging import Chain, advance
from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from tests.support.scripted_portal import Cut, Raw, Request, ScriptedPortal, batch_reply
from tests.support.stepping_clock import SteppingClock


class Numbers:
    """Full pages up to a number; staging one waits until so many requests have come to the portal."""

    def __init__(self, portal: ScriptedPortal) -> None:
        self.portal, self.awaited, self.taken = portal, 0, 0

    def call(self, after: int | str) -> Call:
        return Call("numbers.list", {"after": after})

    def reference(self, name: str) -> str:
        return f"$result[{name}][last]"

    def measure(self, result: Any, after: int) -> tuple[int, int]:
        return int(result["count"]), int(result["last"])

    def take(self, result: Any, after: int) -> None:
        until = time.monotonic() + 20
        while len(self.portal.requests) < self.awaited:
            assert time.monotonic() < until, "the next batch was not asked for before this one was staged"
            time.sleep(0.01)
        self.taken += 1


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    portal = ScriptedPortal()
    yield portal
    portal.close()


@pytest.fixture
def client(portal: ScriptedPortal) -> Iterator[PortalClient]:
    client = PortalClient(Webhook.parse(portal.url), clock=SteppingClock(), bucket=MemoryBucket(None))
    yield client
    client.close()


def pages(request: Request, *, end: int = 10**9) -> Raw:
    if "n_0" not in request.commands:
        return batch_reply({name: {"id": 7} for name in request.commands})
    first = int(request.commands["n_0"].rpartition("=")[2])
    found = {}
    for name in request.commands:
        last = first + 50 * (int(name.partition("_")[2]) + 1)
        found[name] = {"last": min(last, end), "count": 50 if last < end else 0}
    return batch_reply(found)


def test_the_next_batch_is_asked_for_while_the_last_is_staged(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.otherwise = pages
    numbers = Numbers(portal)
    chain = Chain("n", numbers, 0)
    for count in (2, 3):
        numbers.awaited = count
        advance(client, [chain], nullcontext, following=lambda: [chain])
    assert (chain.after, numbers.taken) == (5000, 100)
    numbers.awaited = 0
    advance(client, [chain], nullcontext)
    assert (len(portal.requests), client.requests, chain.after) == (3, 3, 7500)


def test_nothing_is_asked_for_behind_the_end(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.otherwise = lambda request: pages(request, end=2000)
    chain = Chain("n", Numbers(portal), 0)
    advance(client, [chain], nullcontext, following=lambda: [chain] if chain.open else [])
    assert (chain.short, client.requests) == (True, 1)
    client.read([Call("crm.item.get", {"id": 1})])
    assert len(portal.requests) == 2


def test_an_answer_to_what_is_not_asked_after_all_is_let_go_of(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.otherwise = pages
    chain = Chain("n", Numbers(portal), 0)
    advance(client, [chain], nullcontext, following=lambda: [chain])
    assert client.read([Call("crm.item.get", {"id": 7})])[0].result == {"id": 7}
    assert (client.requests, len(portal.requests)) == (3, 3)


@pytest.mark.parametrize("fault", [Cut(), Raw(502, b"<html></html>")])
def test_a_batch_that_was_lost_on_its_way_is_asked_for_again(
    client: PortalClient, portal: ScriptedPortal, fault: Cut | Raw
) -> None:
    portal.otherwise = lambda request: fault if len(portal.requests) == 2 else pages(request)
    chain = Chain("n", Numbers(portal), 0)
    advance(client, [chain], nullcontext, following=lambda: [chain])
    advance(client, [chain], nullcontext)
    assert (chain.after, chain.error, len(portal.requests)) == (5000, None, 3)
