"""A reconcile that is cut off keeps its place and what it found; the next poll goes on (contract.md G14)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from b24sync.engine.capture import allowance, reconcile
from b24sync.portal.client import PortalClient
from b24sync.sandbox.envelope import Refusal
from tests.support.world import INVOICE, Killed, P, S, World

CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice"]\nreconcile_every = "24h"\n'
COUNT = 330


class Counted:
    """Counts the pages of sweeps, and lets so many of them through."""

    def __init__(self, world: World) -> None:
        self.pages = self.gets = 0
        self.left = 10**9
        inner = world.portal.run_command

        def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
            name = method.lower()
            if name == "crm.item.list" and len(params["select"]) == 5:
                if self.left <= 0:
                    raise Refusal("OPERATION_TIME_LIMIT", "rest", 429)
                self.left -= 1
                self.pages += 1
            self.gets += name == "crm.item.get"
            return inner(method, params, watch)

        world.portal.run_command = run_command  # type: ignore[method-assign]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Many invoices, of which some were deleted, one moved behind the back of the feed."""
    with World(tmp_path, CONFIG) as world:
        hidden = [world.portal.add_item(INVOICE, title="old") for _ in range(COUNT)][10]
        world.portal.hide(INVOICE, hidden)
        world.advance(3600)
        world.poll()
        world.portal.reveal(INVOICE, hidden)
        for number in (5, 100, 200, 300):
            world.portal.delete_item(INVOICE, number)
        world.advance(25 * 3600)
        yield world


def _deleted(world: World) -> list[int]:
    return [row["entity_id"] for row in world.events(name="invoice.deleted")]


def _complete(world: World) -> None:
    assert _deleted(world) == [5, 100, 200, 300]
    assert world.rows("SELECT * FROM sweeps") == []
    assert world.rows("SELECT * FROM sweep_found") == []
    assert len(world.rows("SELECT id FROM entities WHERE state = 'present'")) == COUNT - 4
    world.advance(600)
    world.quiet()
    world.advance(600)
    world.idle()


def test_a_portal_that_rests_the_method_is_swept_in_several_polls(world: World) -> None:
    counted = Counted(world)
    codes = []
    while not codes or codes[-1] == 69:
        counted.left = 3
        codes.append(world.poll().exit_code)
        assert len(codes) < 6, "never"
        if codes[-1] == 69:
            world.portal.update_item(INVOICE, 1, title=f"edited {len(codes)}")
        world.advance(1200)
    assert codes in ([69, 69, 0], [69, 69, 69, 0])  # void commands behind the last page may use it up, too
    assert counted.pages <= 10
    edits = world.events(name="invoice.updated")
    assert len(edits) == len(codes) - 1, "the news of the feed do not wait"
    counted.left = 10**9
    _complete(world)


def test_a_poll_that_has_spent_its_allowance_says_so_and_the_next_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(world)
    monkeypatch.setattr(allowance, "MOST_REQUESTS", 2)
    monkeypatch.setattr(PortalClient, "batch_size", property(lambda _self: 2))
    codes = []
    while not codes or codes[-1] == 69:
        report = world.poll()
        codes.append(report.exit_code)
        if report.exit_code == 69:
            assert any("2 requests" in one and "next poll" in one for one in report.troubles), report.troubles
        assert len(codes) < 12, "never"
        assert world.last_requests <= 12
        world.advance(60)
    assert len(codes) > 2
    assert counted.pages <= 10
    _complete(world)


@pytest.mark.parametrize("at", ["_confirm", "_reread", "advance"])
def test_a_kill_costs_nothing_that_was_compared(
    world: World, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    counted = Counted(world)
    monkeypatch.setattr(PortalClient, "batch_size", property(lambda _self: 3))
    inner, left = getattr(reconcile, at), [2 if at == "advance" else 1]

    def killed(*args: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Killed(at)
        done = inner(*args, **options)
        if at != "advance":
            raise Killed(at)
        return done

    monkeypatch.setattr(reconcile, at, killed)
    with pytest.raises(Killed):
        world.poll()
    monkeypatch.setattr(reconcile, at, inner)
    assert world.events() == []
    world.advance(60)
    assert world.poll().exit_code == 0
    assert counted.pages <= 9, "what was compared is not compared again"
    _complete(world)


@pytest.mark.parametrize("point", ["poll.before_commit", "poll.applied"])
def test_a_kill_before_or_after_the_commit_loses_nothing_and_tells_nothing_twice(
    world: World, point: str
) -> None:
    with pytest.raises(Killed):
        world.poll(crash=point)
    world.advance(60)
    assert world.poll().exit_code == 0
    _complete(world)


def test_what_moves_meanwhile_is_told_once(world: World) -> None:
    counted = Counted(world)
    counted.left = 3
    assert world.poll().exit_code == 69
    for number in (1, COUNT):
        world.portal.update_item(INVOICE, number, 2, stageId=S)
    world.portal.delete_item(INVOICE, 2)
    new = world.portal.add_item(INVOICE, title="new")
    world.advance(1200)
    counted.left = 10**9
    assert world.poll().exit_code == 0
    for number in (1, COUNT):
        assert world.story(f"invoice:{number}") == [("status_changed", "draft", "sent")]
    assert world.story(f"invoice:{new}") == [("created", None, None)]
    assert _deleted(world) == [5, 100, 200, 300]
    world.portal.update_item(INVOICE, 1, 2, stageId=P)
    world.advance(600)
    assert world.poll(reconcile=True).exit_code == 0
    assert _deleted(world) == [5, 100, 200, 300, 2]
    assert world.story("invoice:1") == [
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]


def test_a_sweep_by_hand_goes_on_without_being_asked_again(world: World) -> None:
    world.configure(CONFIG.replace('"24h"', '"0s"'))
    for number in range(101, 330):  # more than a fifth: only a person may say so
        if number not in {200, 300}:
            world.portal.delete_item(INVOICE, number)
    counted = Counted(world)
    counted.left = 1
    assert world.poll(reconcile=True).exit_code == 69
    world.advance(1200)
    counted.left = 10**9
    assert world.poll().exit_code == 0
    assert len(_deleted(world)) == 231
    assert world.rows("SELECT * FROM sweeps") == []
