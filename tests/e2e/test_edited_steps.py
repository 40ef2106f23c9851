"""Steps of a rule that are edited while their actions wait: each action keeps to its own (contract.md §6)."""

from __future__ import annotations

from collections.abc import Callable

from b24sync.sandbox import Fault
from tests.support.world import INVOICE, World

HEAD = 'language = "en"\n[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
HEAD += '[[rules]]\nname = "do"\non = "invoice.created"\n'


def _steps(*titles: str) -> str:
    return HEAD + "".join(
        f'[[rules.steps]]\nuse = "create_task"\ntitle = "{title}"\nresponsible = "user:3"\n'
        for title in titles
    )


def _waiting(world: World, *titles: str) -> int:
    """Plan the tasks of an invoice that cannot be made yet; the last action that was there before."""
    world.configure(_steps(*titles))
    world.poll()
    last = max((row["id"] for row in world.actions()), default=0)
    world.advance(600)
    world.portal.add_item(INVOICE, title="one")
    world.portal.faults.add(Fault("503", "tasks.task.*", where="command", times=10**6))
    before = len(world.portal.tasks)
    world.poll()
    assert len(world.portal.tasks) == before
    world.portal.faults.clear()
    return last


def _made(world: World, *titles: str) -> list[str]:
    """The tasks that are made when the steps have become others."""
    before = len(world.portal.tasks)
    world.configure(_steps(*titles))
    for _ in range(2):
        world.advance(3600)
        world.poll()
    return [task["TITLE"] for task in list(world.portal.tasks)[before:]]


def _ended(world: World, last: int) -> list[str]:
    return [row["state"] for row in world.rows("SELECT state FROM actions WHERE id > ? ORDER BY id", last)]


def test_an_action_runs_the_step_that_it_was_planned_for(worlds: Callable[..., World]) -> None:
    world = worlds(_steps("A"))
    for before, after, made, states in (
        (("A", "B"), ("B",), ["B"], ["skipped", "done"]),
        (("A", "B"), ("A",), ["A"], ["done", "skipped"]),
        (("A", "B"), ("B", "A"), ["A", "B"], ["done", "done"]),
        (("A",), ("new", "A"), ["A"], ["done"]),
        (("A", "B"), ("new", "A", "B"), ["A", "B"], ["done", "done"]),
        (("A", "A"), ("A",), ["A"], ["done", "skipped"]),
        (("A",), ("mended",), ["mended"], ["done"]),
        (("A", "B"), ("mended", "B"), ["mended", "B"], ["done", "done"]),
        (("A", "B"), ("B", "mended"), ["mended", "B"], ["done", "done"]),
        (("A",), ("mended", "new"), [], ["failed"]),
        (("A", "B"), ("mended",), [], ["failed", "pending"]),  # the last one: an action waits on
    ):
        last = _waiting(world, *before)
        assert _made(world, *after) == made, (before, after)
        assert _ended(world, last) == states, (before, after)
