"""One row for which the portal cannot answer is found, left out and tried again (contract.md G13)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24sync.sandbox import Fault
from tests.support.cli import LONG
from tests.support.unreadable import Unreadable
from tests.support.world import DEAL, INVOICE, P, S, World

CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n'
HOWS = [("WRONG_ENCODING", False), ("WRONG_ENCODING", True)]
HOWS += [
    ("INTERNAL_SERVER_ERROR", False),
    ("INTERNAL_SERVER_ERROR", True),
    ("a page", True),
    ("nothing", True),
]
KINDS = HOWS if LONG else [HOWS[0], HOWS[3], HOWS[4]]  # a command, a request, and an answer that is none
WALKED = HOWS if LONG else [HOWS[0], HOWS[4]]  # a command and a request; the others are met above and below


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal with nothing on it yet."""
    with World(tmp_path, CONFIG) as world:
        yield world


@pytest.mark.parametrize(("code", "whole"), HOWS)
def test_a_row_that_spoils_its_page_is_left_out_and_comes_back(world: World, code: str, whole: bool) -> None:
    ids = [world.portal.add_item(INVOICE, title="old") for _ in range(130)]
    world.advance(3600)
    world.poll()
    world.advance(3600)
    unreadable = Unreadable(world, code, whole=whole)
    bad = ids[70]
    unreadable.ids.add(bad)
    for number in ids:
        world.portal.update_item(INVOICE, number, stageId=S)
    begun = world.local.monotonic()
    report = world.poll()
    assert world.local.monotonic() - begun < 5
    assert report.exit_code == 0, report.troubles
    assert [one for one in report.warnings if f"invoice:{bad}" in one], report.warnings
    assert world.last_requests < 90
    moved = {row["entity_id"] for row in world.events(name="invoice.status_changed")}
    assert set(ids) - {bad} <= moved
    assert world.rows("SELECT id FROM held WHERE why = 'row'") == [{"id": bad}]
    for seconds in (60, 310, 10):
        world.advance(seconds)
        begun = world.local.monotonic()
        assert world.poll().warnings == []
        assert world.local.monotonic() == begun, "it is known: nothing is waited for"
    assert world.last_requests == 1, "it is known, and read around"
    unreadable.ids.clear()
    world.advance(7200)
    assert world.poll().exit_code == 0
    assert world.story(f"invoice:{bad}") == [("status_changed", "draft", "sent")]
    assert world.rows("SELECT * FROM held") == []
    world.advance(600)
    world.quiet()


def test_a_new_row_that_cannot_be_read_comes_back_with_its_whole_story(world: World) -> None:
    world.portal.add_item(INVOICE, title="old")
    world.advance(3600)
    world.poll()
    world.advance(3600)
    unreadable = Unreadable(world, "WRONG_ENCODING", whole=False)
    bad = world.portal.add_item(INVOICE, title="new")
    unreadable.ids.add(bad)
    for stage in (S, P):
        world.poll()
        world.advance(600)
        world.portal.update_item(INVOICE, bad, stageId=stage)
    for _ in range(3):
        world.advance(600)
        world.poll()
    assert world.events() == []
    unreadable.ids.clear()
    world.advance(25 * 3600)
    world.poll()
    assert world.story(f"invoice:{bad}") == [
        ("created", None, None),
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "paid"),
    ]
    assert world.rows("SELECT id FROM held UNION SELECT id FROM held_history") == []
    world.advance(600)
    world.quiet()


@pytest.mark.parametrize("code", ["WRONG_ENCODING", "a page"])
def test_it_is_left_out_where_batch_itself_rests(world: World, code: str) -> None:
    ids = [world.portal.add_item(INVOICE, title="old") for _ in range(60)]
    deal = world.portal.add_item(DEAL, title="deal")
    world.advance(3600)
    world.poll()
    world.advance(3600)
    unreadable = Unreadable(world, code, whole=True)
    unreadable.ids.add(ids[55])
    world.portal.faults.add(Fault("429", "batch", times=10**6, seconds=600))
    for number in ids[50:]:
        world.portal.update_item(INVOICE, number, stageId=S)
    world.portal.update_item(DEAL, deal, title="edited")
    report = world.poll()
    assert report.exit_code == 0, report.troubles
    assert world.last_requests < 200
    assert {f"invoice:{ids[55]}" in one for one in report.warnings} == {True}
    moved = {row["entity_id"] for row in world.events(name="invoice.status_changed")}
    assert {*ids[50:]} - {ids[55]} <= moved
    assert [row["name"] for row in world.events(f"deal:{deal}")] == ["deal.updated"]


def test_a_portal_that_refuses_to_leave_ids_out_is_read_around_all_the_same(world: World) -> None:
    ids = [world.portal.add_item(INVOICE, title="old") for _ in range(60)]
    world.advance(3600)
    world.poll()
    world.advance(3600)
    unreadable = Unreadable(world, "WRONG_ENCODING", whole=False)
    unreadable.ids.add(ids[58])
    unreadable.strict = True
    for number in ids:
        world.portal.update_item(INVOICE, number, stageId=S)
    assert world.poll().exit_code == 0
    for _ in range(2):
        world.advance(60)
        world.portal.update_item(INVOICE, ids[59], title=f"{world.clock.now()}")
        report = world.poll()
        assert (report.exit_code, report.warnings) == (0, [])
        assert world.events()[-1]["entity_id"] == ids[59]


@pytest.mark.parametrize(("code", "whole"), WALKED)
def test_a_baseline_and_a_reconcile_walk_around_an_unreadable_row(
    world: World, code: str, whole: bool
) -> None:
    ids = [world.portal.add_item(INVOICE, title="old") for _ in range(130)]
    unreadable = Unreadable(world, code, whole=whole)
    unreadable.ids.add(ids[70])
    world.advance(3600)
    report = world.poll()
    assert report.exit_code == 0, report.troubles
    assert len(world.rows("SELECT id FROM entities WHERE kind = 'invoice'")) == 129
    unreadable.ids.clear()
    world.advance(7200)
    world.poll()
    assert len(world.rows("SELECT id FROM entities WHERE kind = 'invoice'")) == 130
    assert world.events() == []
    world.advance(3600)
    unreadable.ids.add(ids[70])
    world.portal.delete_item(INVOICE, ids[3])
    world.advance(3600)
    report = world.poll(reconcile=True)
    assert report.exit_code == 0, report.troubles
    assert world.story(f"invoice:{ids[3]}") == [("deleted", None, None)]
    assert world.story(f"invoice:{ids[70]}") == []
    unreadable.ids.clear()
    world.advance(7200)
    assert world.poll(reconcile=True).exit_code == 0
    assert len(world.events()) == 1


@pytest.mark.parametrize(("code", "whole"), KINDS)
def test_a_reconcile_stages_what_differs_around_an_unreadable_row(
    world: World, code: str, whole: bool
) -> None:
    ids = [world.portal.add_item(INVOICE, title="old") for _ in range(60)]
    for number in ids[-2:]:
        world.portal.hide(INVOICE, number)
    world.advance(3600)
    world.poll()
    for number in ids[-2:]:
        world.portal.reveal(INVOICE, number)
    unreadable = Unreadable(world, code, whole=whole)
    unreadable.ids.add(ids[-2])
    unreadable.narrow = True
    world.advance(3600)
    for _ in range(61):  # the newest page does not show them
        world.portal.add_item(INVOICE, title="new")
    report = world.poll(reconcile=True)
    assert report.exit_code == 0, report.troubles
    assert [one for one in report.warnings if f"invoice:{ids[-2]}" in one], report.warnings
    known = {row["id"] for row in world.rows("SELECT id FROM entities WHERE kind = 'invoice'")}
    assert ids[-1] in known
    assert ids[-2] not in known
    unreadable.ids.clear()
    world.advance(7200)
    world.poll()
    assert len(world.rows("SELECT id FROM entities WHERE kind = 'invoice'")) == 121


def test_a_history_row_that_cannot_be_read_is_passed_over(world: World) -> None:
    ids = [world.portal.add_item(INVOICE, title="old") for _ in range(3)]
    world.advance(3600)
    world.poll()
    world.advance(3600)
    for number in ids:
        world.portal.update_item(INVOICE, number, stageId=S)
    unreadable = Unreadable(world, "WRONG_ENCODING", whole=False)
    last = world.rows("SELECT history_id FROM cursors WHERE kind = 'invoice'")[0]["history_id"]
    unreadable.history.add(last + 2)
    report = world.poll()
    assert report.exit_code == 0, report.troubles
    assert len(world.events()) == 2
    world.advance(301)
    world.poll()  # the row of the stage history did not come in time: the entity's own row tells
    for number in ids:
        assert world.story(f"invoice:{number}") == [("status_changed", "draft", "sent")]
    unreadable.history.clear()
    world.advance(60)
    world.poll()
    assert len(world.events()) == 3
