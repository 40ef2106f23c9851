"""A reading that is cut off keeps its place and what it read; the next poll goes on (contract.md G14)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from b24sync.engine.capture import allowance
from b24sync.portal.client import PortalClient
from b24sync.sandbox.envelope import Refusal
from tests.support.world import INVOICE, Killed, P, S, World

CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
COUNT, FEW = 220, 7  # five pages, and how many are answered before a rest: two of them and the newest


class Ration:
    """The portal answers so many pages of a method, then rests it until it is given more."""

    def __init__(self, world: World, method: str) -> None:
        self.left = 10**9
        inner = world.portal.run_command

        def run_command(name: str, params: dict[str, Any], watch: Any = None) -> Any:
            if name.lower() != method:
                return inner(name, params, watch)
            if self.left <= 0:
                raise Refusal("OPERATION_TIME_LIMIT", "rest", 429)
            self.left -= 1
            return inner(name, params, watch)

        world.portal.run_command = run_command  # type: ignore[method-assign]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal with many invoices that all changed since the baseline, twice."""
    with World(tmp_path, CONFIG) as world:
        ids = [world.portal.add_item(INVOICE, title="old") for _ in range(COUNT)]
        world.advance(3600)
        world.poll()
        world.advance(3600)
        for number in ids:
            world.portal.update_item(INVOICE, number, stageId=S)
        world.advance(600)
        yield world


def _moves(world: World) -> list[tuple[int, str | None, str | None]]:
    return sorted((row["entity_id"], row["from_"], row["to_"]) for row in world.events() if row["to_"])


def _expected(world: World) -> list[tuple[int, str, str]]:
    return [(row["id"], "draft", "sent") for row in world.rows("SELECT id FROM entities ORDER BY id")]


@pytest.mark.parametrize(("method", "few"), [("crm.item.list", FEW), ("crm.stagehistory.list", 4)])
def test_a_portal_that_allows_few_pages_is_read_in_several_polls(world: World, method: str, few: int) -> None:
    ration = Ration(world, method)
    polls = 0
    while not world.events():
        ration.left = few
        world.poll()
        polls += 1
        assert polls < 6, "never"
        if not world.events():
            first = world.rows("SELECT min(id) AS id FROM entities")[0]["id"]
            world.portal.update_item(INVOICE, first, title=f"edited {polls}")
            world.advance(1200)
    assert polls > 1
    ration.left = 10**9
    for _ in range(2):
        world.advance(1200)
        assert world.poll().exit_code == 0
    assert _moves(world) == _expected(world)
    edits = [row for row in world.events() if row["name"] == "invoice.updated"]
    assert 1 <= len(edits) <= polls
    world.advance(1200)
    world.quiet()


def test_what_moved_behind_the_place_is_found_once_and_in_order(world: World) -> None:
    ration = Ration(world, "crm.item.list")
    ration.left = FEW
    assert world.poll().exit_code == 69
    assert world.events() == []
    first = world.rows("SELECT min(id) AS id FROM entities")[0]["id"]
    last = world.rows("SELECT max(id) AS id FROM entities")[0]["id"]
    for number in (first, last):
        world.portal.update_item(INVOICE, number, stageId=P)
    world.advance(1200)
    ration.left = 10**9
    assert world.poll().exit_code == 0
    for number in (first, last):
        assert world.story(f"invoice:{number}") == [
            ("status_changed", "draft", "sent"),
            ("status_changed", "sent", "paid"),
        ]
    assert len(world.events()) == COUNT + 2
    world.advance(1200)
    world.quiet()


def test_a_kill_in_a_walk_costs_no_page_that_was_read(world: World) -> None:
    ration = Ration(world, "crm.item.list")
    ration.left = FEW
    world.poll()
    place = world.rows("SELECT rows_after FROM walks")[0]["rows_after"]
    assert place > 0
    world.advance(1200)
    ration.left = 10**9
    with pytest.raises(Killed):
        world.poll(crash="poll.before_commit")
    assert world.events() == []
    assert world.poll().exit_code == 0
    assert _moves(world) == _expected(world)
    world.advance(1200)
    world.quiet()


@pytest.mark.parametrize(("name", "most"), [("MOST_REQUESTS", 2), ("MOST_S", 0)])
def test_a_poll_has_one_bound_for_all_that_it_reads(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str, most: int
) -> None:
    monkeypatch.setattr(allowance, name, most)
    monkeypatch.setattr(PortalClient, "batch_size", property(lambda _self: 3))
    codes = []
    while not codes or codes[-1] == 69:
        report = world.poll()
        codes.append(report.exit_code)
        assert world.last_requests <= 8
        if report.exit_code == 69:
            assert any("next poll" in one for one in report.troubles), report.troubles
        world.advance(60)
        assert len(codes) < 12, "never"
    assert len(codes) > 1
    assert _moves(world) == _expected(world)
    monkeypatch.undo()
    world.advance(1200)
    world.quiet()


def test_a_feed_without_end_ends_the_poll(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "MOST_REQUESTS", 4)
    inner, rows = world.portal.run_command, list[dict[str, Any]]()

    def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
        answer, time = inner(method, params, watch)
        if method.lower() == "crm.item.list" and ">id" in params.get("filter", {}):
            first = int(params["filter"][">id"])
            rows.extend(answer.result["items"])
            answer.result["items"] = [{**rows[0], "id": first + 1 + n} for n in range(50)]
        return answer, time

    world.portal.run_command = run_command  # type: ignore[method-assign]
    report = world.poll()
    assert report.exit_code == 69
    assert any("next poll" in one for one in report.troubles), report.troubles
    assert world.last_requests <= 14
