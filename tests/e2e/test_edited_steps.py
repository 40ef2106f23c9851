"""Steps of a rule that are edited while their actions wait: each action keeps to its own (contract.md §6)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from b24sync.sandbox import Fault
from tests.support.world import INVOICE, World

Make = Callable[..., World]
HEAD = 'language = "en"\n[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
HEAD += '[[rules]]\nname = "do"\non = "invoice.created"\n'


def _steps(*titles: str) -> str:
    return HEAD + "".join(
        f'[[rules.steps]]\nuse = "create_task"\ntitle = "{title}"\nresponsible = "user:3"\n'
        for title in titles
    )


@pytest.fixture
def waiting(worlds: Make) -> Callable[..., World]:
    """Makes a world in which the tasks of one invoice are planned and could not be made yet."""

    def make(*titles: str) -> World:
        world = worlds(_steps(*titles))
        world.poll()
        world.advance(600)
        world.portal.add_item(INVOICE, title="one")
        world.portal.faults.add(Fault("503", "tasks.task.*", where="command", times=10**6))
        world.poll()
        assert not world.portal.tasks
        world.portal.faults.clear()
        return world

    return make


def _made(world: World, *titles: str) -> list[str]:
    """The tasks that there are when the steps have become others."""
    world.configure(_steps(*titles))
    for _ in range(4):
        world.advance(3600)
        world.poll()
    return [task["TITLE"] for task in world.portal.tasks]


def _ended(world: World) -> list[str]:
    return [row["state"] for row in world.rows("SELECT state FROM actions ORDER BY id")]


@pytest.mark.parametrize(
    ("before", "after", "made", "states"),
    [
        (("A", "B"), ("B",), ["B"], ["skipped", "done"]),
        (("A", "B"), ("A",), ["A"], ["done", "skipped"]),
        (("A", "B"), ("B", "A"), ["A", "B"], ["done", "done"]),
        (("A",), ("new", "A"), ["A"], ["done"]),
        (("A", "B"), ("new", "A", "B"), ["A", "B"], ["done", "done"]),
        (("A", "A"), ("A",), ["A"], ["done", "skipped"]),
        (("A",), ("mended",), ["mended"], ["done"]),
        (("A", "B"), ("mended", "B"), ["mended", "B"], ["done", "done"]),
        (("A", "B"), ("B", "mended"), ["mended", "B"], ["done", "done"]),
        (("A", "B"), ("mended",), [], ["failed", "pending"]),
        (("A",), ("mended", "new"), [], ["failed"]),
    ],
)
def test_an_action_runs_the_step_that_it_was_planned_for(
    waiting: Callable[..., World],
    before: tuple[str, ...],
    after: tuple[str, ...],
    made: list[str],
    states: list[str],
) -> None:
    world = waiting(*before)
    assert _made(world, *after) == made
    assert _ended(world) == states
