"""A kill at any point while a row cannot be read: nothing lost, nothing twice (contract.md G2, G13)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.crash.aside import Aside
from tests.support.cli import notify_rule
from tests.support.unreadable import Unreadable
from tests.support.world import INVOICE, POINTS, Killed, P, S, World

LONG = bool(os.environ.get("B24SYNC_LONG"))
CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n' + notify_rule(
    "paid", "invoice.paid", to="user:2", text="paid {{ invoice.id }}"
)
HOWS = [(code, nth) for code in ("WRONG_ENCODING", "a page") for nth in (1, 2)]
PASSED = [point for point in POINTS if not point.startswith("mail")]
CASES = [(point, *how) for point in PASSED for how in HOWS]
CHOSEN = CASES if LONG else CASES[::3]


def test_every_point_and_every_way_is_chosen() -> None:
    assert {point for point, *_ in CHOSEN} == set(PASSED)
    assert {tuple(how) for _, *how in CHOSEN} == set(HOWS)


@pytest.fixture(scope="module")
def aside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aside]:
    """Invoices on two pages, after their baseline."""
    with World(tmp_path_factory.mktemp("world"), CONFIG) as world:
        for _ in range(55):
            world.portal.add_item(INVOICE, title="old")
        world.advance(3600)
        world.poll()
        world.advance(3600)
        yield Aside(world)


@pytest.mark.parametrize(("point", "code", "nth"), CHOSEN)
def test_a_kill_while_a_row_cannot_be_read(aside: Aside, point: str, code: str, nth: int) -> None:
    world = aside.again()
    ids = sorted(world.portal.item_ids(INVOICE))
    unreadable = Unreadable(world, code, whole=True)
    bad, new = ids[7], world.portal.add_item(INVOICE, title="new")
    unreadable.ids.update((bad, new))
    for stage in (S, P):
        for number in (*ids[:10], new):
            world.portal.update_item(INVOICE, number, stageId=stage)
    with suppress(Killed):
        world.poll(crash=point, nth=nth)
    world.advance(60)
    assert world.poll().exit_code == 0
    unreadable.ids.clear()
    for _ in range(3):
        world.advance(25 * 3600)
        assert world.poll().exit_code in {0, 1}
        if len(world.portal.notices.shown) == 11:
            break
    moves = [("status_changed", "draft", "sent"), ("status_changed", "sent", "paid")]
    for number in ids[:10]:
        assert world.story(f"invoice:{number}") == moves
    assert world.story(f"invoice:{new}") == [("created", None, None), *moves]
    told = Counter(notice["MESSAGE"] for notice in world.portal.notices.shown)
    assert told == {f"paid {number}": 1 for number in (*ids[:10], new)}
    assert world.rows("SELECT id FROM held UNION SELECT id FROM held_history") == []
    world.check_database()
    world.advance(600)
    world.quiet()
