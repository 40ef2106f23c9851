"""Actions under wrong clocks (contract.md G6).

A clock that jumps delays nothing for long and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24sync.sandbox import Fault
from tests.support.world import INVOICE, World

CONFIG = """
[poll]
watch = ["invoice"]
reconcile_every = "0s"
[[rules]]
name = "told"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["user:2"]
text = "new {{ invoice.id }}"
"""
YEAR = 365 * 86400


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, CONFIG) as made:
        made.portal.add_item(INVOICE)
        made.poll()
        made.advance(3600)
        yield made


def _states(world: World) -> list[str]:
    return [row["state"] for row in world.actions()]


@pytest.mark.parametrize("jump", [-YEAR, -86400, -3600, 3600, YEAR])
def test_a_failed_try_is_made_again_soon_whatever_the_local_clock_does(world: World, jump: int) -> None:
    world.portal.faults.add(Fault("500", "im.notify*", where="command"))
    world.portal.add_item(INVOICE)
    world.poll()
    assert _states(world) == ["pending"]
    world.local.jump(jump)
    for _ in range(3):
        world.advance(1000)
        world.poll()
    assert _states(world) == ["done"]
    assert len(world.portal.notifications) == 1


@pytest.mark.parametrize("jump", [-YEAR, -600, 600, YEAR])
def test_what_was_planned_before_a_kill_runs_soon_whatever_the_local_clock_does(
    world: World, jump: int
) -> None:
    from tests.support.world import Killed

    world.portal.add_item(INVOICE)
    with pytest.raises(Killed):
        world.poll(crash="poll.applied")
    world.local.jump(jump)
    for _ in range(2):
        world.advance(1000)
        world.poll()
    assert _states(world) == ["done"]


@pytest.mark.parametrize("jump", [-YEAR, 0, YEAR])
def test_a_blocked_method_waits_by_the_portals_clock(world: World, jump: int) -> None:
    world.local.jump(jump)
    world.portal.faults.add(Fault("429", "im.notify*", where="command", seconds=600))
    world.portal.add_item(INVOICE)
    assert world.poll().exit_code in {0, 69}
    assert _states(world) == ["pending"]
    world.advance(60)
    world.poll()
    assert _states(world) == ["pending"]
    for _ in range(2):
        world.advance(1000)
        world.poll()
    assert _states(world) == ["done"]
    assert world.actions()[0]["attempts"] == 1
