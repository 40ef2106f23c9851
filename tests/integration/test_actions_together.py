"""Many due actions in one poll: they ask together, write fifty at a time, and are settled by these parts."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.world import INVOICE, Killed, N, World

CONFIG = """
language = "ru"
timezone = "Europe/Moscow"
[poll]
watch = ["invoice"]
[[rules]]
name = "told"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["responsible"]
text = "{{ invoice.title }}"
"""
MANY = 200


@pytest.fixture
def world(tmp_path):
    """A portal with two hundred invoices that nobody was told of yet."""
    with World(tmp_path, CONFIG) as world:
        world.poll()
        world.advance(3600)
        for number in range(MANY):
            world.portal.add_item(INVOICE, title=f"Счёт {number}", stageId=N, assignedById=3)
        world.advance(60)
        yield world


def states(world: World) -> dict[str, int]:
    return dict(Counter(action["state"] for action in world.actions()))


def shown(world: World) -> Counter[str]:
    """How often each text was shown."""
    return Counter(notice["MESSAGE"] for notice in world.portal.notifications)


def test_two_hundred_notices_are_eight_requests(world):
    report = world.poll()
    assert states(world) == {"done": MANY}
    assert report.http_requests == 8
    assert shown(world) == {f"Счёт {number}": 1 for number in range(MANY)}


def test_one_that_is_gone_when_it_is_asked_for_stops_no_other(world):
    served = world.portal.served

    def gone(number: int) -> None:
        if number == served + 3:  # the first two read what is new
            world.portal.delete_item(INVOICE, min(row["entity_id"] for row in world.actions()))

    world.portal.before_request = gone
    world.poll()
    assert states(world) == {"done": MANY - 1, "skipped": 1}


def test_a_poll_whose_time_is_up_begins_no_other_part_and_the_next_goes_on(world):
    world.on_point = lambda point: world.local.advance(60) if point == "dispatch.after_write" else None
    world.poll(max_time_s=50)
    assert states(world) == {"done": 50, "pending": MANY - 50}
    waiting = [action for action in world.actions() if action["state"] == "pending"]
    assert {(action["attempts"], action["error"]) for action in waiting} == {(0, None)}
    world.on_point = lambda _point: None
    world.poll()
    assert states(world) == {"done": MANY}
    assert set(shown(world).values()) == {1}


def test_a_kill_after_a_part_went_out_leaves_only_that_part_in_doubt(world):
    with pytest.raises(Killed):
        world.poll(crash="dispatch.after_write", nth=3)
    assert states(world) == {"done": 100, "running": 100}
    world.advance(60)
    world.poll()
    assert states(world) == {"done": MANY}
    assert set(shown(world).values()) == {1}
