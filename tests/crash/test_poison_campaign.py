"""A value that cannot be read, any, in any field of any kind, is its row's own affair (contract.md G13)."""

from __future__ import annotations

import os
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from tests.support.cli import notify_rule
from tests.support.poison import ITEM_FIELDS, TASK_FIELDS, TIMES, VALUES, Poisoned
from tests.support.world import DEAL, INVOICE, P, S, World

LONG = bool(os.environ.get("B24SYNC_LONG"))
CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice", "deal", "task"]\nreconcile_every = "0s"\n' + "".join(
    notify_rule(f"{kind}s", f"{kind}.created", to="user:2", text=f"{kind} {{{{ {kind}.id }}}}")
    for kind in ("invoice", "deal", "task")
)
TYPES = {"invoice": INVOICE, "deal": DEAL}
CASES = [(kind, what) for kind in ("invoice", "deal", "task") for what in VALUES]
CHOSEN = CASES if LONG else CASES[::5]
TOGETHER = 1 if LONG else 4
"""So many cases come in one world."""
SOME = list(VALUES) if LONG else list(VALUES)[::4]
MOST_REQUESTS = 60


def _add(world: World, kind: str, title: str) -> int:
    if kind != "task":
        return world.portal.add_item(TYPES[kind], title=title)
    made = world.portal.call("tasks.task.add", {"fields": {"TITLE": title, "RESPONSIBLE_ID": 3}})
    return int(made[1]["result"]["task"]["id"])


def _told(world: World) -> Counter[str]:
    return Counter(notice["MESSAGE"] for notice in world.portal.notices.shown)


@pytest.mark.parametrize("first", range(0, len(CHOSEN), TOGETHER))
def test_a_poisoned_value_is_its_own_rows_affair_alone(tmp_path: Path, first: int) -> None:
    with World(tmp_path, CONFIG) as world:
        for name in ("invoice", "deal", "task"):
            _add(world, name, "old")
        world.advance(3600)
        assert world.poll().exit_code == 0
        world.advance(600)
        poisoned = Poisoned(world)
        bad = {
            (kind, what, field): _add(world, kind, field)
            for kind, what in CHOSEN[first : first + TOGETHER]
            for field in (TASK_FIELDS if kind == "task" else ITEM_FIELDS)
            if not poisoned.means_another(field, VALUES[what])
        }
        for (kind, what, field), number in bad.items():
            poisoned.put(kind, number, field, VALUES[what])
        good = {name: _add(world, name, "good") for name in ("invoice", "deal", "task")}
        report = world.poll()
        assert report.exit_code in {0, 1}, report.troubles
        said = [*report.troubles, *report.warnings]
        assert [one for one in said if "fault of the program" in one or "backup" in one] == []
        assert world.last_requests <= MOST_REQUESTS
        for name, number in good.items():
            assert world.story(f"{name}:{number}") == [("created", None, None)]
            assert _told(world)[f"{name} {number}"] == 1
        poisoned.clear()
        for _ in range(3):
            world.advance(25 * 3600)
            assert world.poll(reconcile=True).exit_code in {0, 1}
        every = [*bad.items(), *(((name, "good", ""), number) for name, number in good.items())]
        for case, number in every:
            created = [one for one in world.story(f"{case[0]}:{number}") if one[0] == "created"]
            assert len(created) == 1, (number, case)
        assert max(_told(world).values()) == 1
        assert world.rows("SELECT kind, id FROM held WHERE id > 0") == []
        world.advance(600)
        world.quiet()


def test_a_poisoned_time_of_an_answer_spoils_no_answer(tmp_path: Path) -> None:
    with World(tmp_path, CONFIG) as world:
        number = _add(world, "invoice", "old")
        world.advance(3600)
        assert world.poll().exit_code == 0
        world.advance(600)
        poisoned = Poisoned(world)
        for n, what in enumerate(SOME):
            poisoned.times = dict.fromkeys(TIMES, VALUES[what])
            world.portal.update_item(INVOICE, number, stageId=P if n % 2 else S)
            new = _add(world, "invoice", "new")
            told = _told(world)
            report = world.poll()
            assert (report.exit_code, report.events) == (0, 2), (what, report.troubles)
            assert _told(world) - told == {f"invoice {new}": 1}, what
            poisoned.clear()
            world.advance(600)
            world.quiet()


def test_a_poisoned_row_of_the_stage_history_holds_back_nobody_else(tmp_path: Path) -> None:
    fields = ("ID", "OWNER_ID", "CREATED_TIME", "STAGE_ID", "TYPE_ID", "CATEGORY_ID")
    with World(tmp_path, CONFIG) as world:
        bad = {case: _add(world, "invoice", case[1]) for case in product(SOME, fields)}
        good = _add(world, "invoice", "good")
        world.advance(3600)
        assert world.poll().exit_code == 0
        world.advance(600)
        poisoned = Poisoned(world)
        wrong = {
            (what, field): number
            for (what, field), number in bad.items()
            if field == "CATEGORY_ID" or not poisoned.means_another(field, VALUES[what])
        }
        for number in (*wrong.values(), good):
            world.portal.update_item(INVOICE, number, stageId=S)
        for (what, field), number in wrong.items():
            poisoned.put_history(number, field, VALUES[what])
        report = world.poll()
        assert report.exit_code in {0, 1}, report.troubles
        assert [one for one in report.troubles if "fault of the program" in one] == []
        assert world.story(f"invoice:{good}") == [("status_changed", "draft", "sent")]
        poisoned.clear()
        for _ in range(3):
            world.advance(310)
            assert world.poll().exit_code in {0, 1}
        for number in (*wrong.values(), good):
            world.portal.update_item(INVOICE, number, stageId=P)
        world.advance(310)
        assert world.poll().exit_code == 0
        assert world.story(f"invoice:{good}")[1:] == [("status_changed", "sent", "paid")]
        for (what, field), number in wrong.items():
            if field == "STAGE_ID":
                continue  # a stage that was never there is told as the portal told it
            assert world.story(f"invoice:{number}")[-1][2] == "paid", (what, field)
