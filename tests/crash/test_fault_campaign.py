"""Every method of a scene in every kind of trouble: the poll ends, and all is made up for once (G13, G14)."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.support.cli import notify_rule
from tests.support.world import DEAL, INVOICE, P, S, World

LONG = bool(os.environ.get("B24SYNC_LONG"))
CONFIG = (
    'language = "en"\n[poll]\nwatch = ["invoice", "deal", "task"]\nreconcile_every = "0s"\n'
    + notify_rule("made", "invoice.created", to="user:2", text="new {{ invoice.id }}")
    + notify_rule("paid", "invoice.paid", to="user:2", text="paid {{ invoice.id }}", more='when = "deal.id"')
    + '[[rules]]\nname = "act"\non = "invoice.paid"\n[[rules.steps]]\nuse = "create_task"\n'
    'title = "Act {{ invoice.id }}"\nresponsible = "user:3"\n'
    '[[rules]]\nname = "won"\non = "invoice.paid"\n[[rules.steps]]\nuse = "move_deal"\nstage = "WON"\n'
)
METHODS = (
    "crm.item.list",
    "crm.item.get",
    "crm.item.update",
    "crm.stagehistory.list",
    "crm.status.list",
    "crm.category.list",
    "tasks.task.list",
    "tasks.task.add",
    "im.notify.system.add",
    "user.get",
)
TROUBLES: dict[str, dict[str, Any]] = {
    "busy": {"kind": "503"},
    "overloaded": {"kind": "overload"},
    "broken": {"kind": "500"},
    "resting": {"kind": "429", "seconds": 300},
    "garbled": {"kind": "error", "code": "WRONG_ENCODING", "http": 400},
    "cut before": {"kind": "drop_before"},
    "cut after": {"kind": "drop_after"},
}
REQUESTS: dict[str, dict[str, Any]] = {
    **TROUBLES,
    "half an answer": {"kind": "truncated"},
    "a page of a proxy": {"kind": "502html"},
}
MOST_REQUESTS = 250  # of a poll in trouble
COMMANDS = [(method, trouble) for method in METHODS for trouble in TROUBLES]
CHOSEN = COMMANDS if LONG else COMMANDS[::4]


def _scene(world: World) -> None:
    """An invoice is made, two are paid, a deal is edited."""
    deals = [world.portal.add_item(DEAL, title=f"deal {n}") for n in range(3)]
    ids = [world.portal.add_item(INVOICE, title=f"invoice {n}", parentId2=deals[n]) for n in range(3)]
    world.advance(3600)
    assert world.poll().exit_code == 0
    world.advance(3600)
    world.portal.add_item(INVOICE, title="new", parentId2=deals[0])
    for number in ids[:2]:
        world.portal.update_item(INVOICE, number, stageId=S)
        world.portal.update_item(INVOICE, number, stageId=P)
    world.portal.update_item(DEAL, deals[2], title="edited")


def _made_up_for(world: World) -> None:
    """With the trouble gone, some polls later: everything that the scene asks for, exactly once."""
    for _ in range(6):
        world.advance(1200)
        report = world.poll()
    assert report.exit_code in {0, 1}, report.troubles
    made = [row["entity_id"] for row in world.events(name="invoice.created")]
    assert made == [4]
    for number in (1, 2):
        moves = [one for one in world.story(f"invoice:{number}") if one[0] == "status_changed"]
        assert moves == [("status_changed", "draft", "sent"), ("status_changed", "sent", "paid")]
    tasks = Counter(row["title"] for row in _tasks(world))
    assert tasks == {"Act 1": 1, "Act 2": 1}
    told = Counter(notice["MESSAGE"] for notice in world.portal.notices.shown)
    assert told == {"new 4": 1, "paid 1": 1, "paid 2": 1}
    assert Counter(row["state"] for row in world.actions()) == {"done": 7}
    world.advance(1200)
    world.quiet()


def _tasks(world: World) -> list[dict[str, Any]]:
    answer = world.portal.call("tasks.task.list", {"select": ["ID", "TITLE"]})[1]
    return list(answer["result"]["tasks"])


@pytest.mark.parametrize(("method", "trouble"), CHOSEN)
def test_trouble_of_one_method_is_made_up_for_once(tmp_path: Path, method: str, trouble: str) -> None:
    with World(tmp_path, CONFIG) as world:
        _scene(world)
        world.portal.faults.add(Fault(method=method, where="command", times=4, **TROUBLES[trouble]))
        report = world.poll()
        assert report.exit_code in {0, 1, 69, 77}
        assert world.last_requests <= MOST_REQUESTS
        world.portal.faults.clear()
        _made_up_for(world)


@pytest.mark.parametrize("after", [0, 2, 4] if LONG else [0, 2])
@pytest.mark.parametrize("trouble", REQUESTS)
def test_trouble_of_a_whole_request_is_made_up_for_once(tmp_path: Path, trouble: str, after: int) -> None:
    with World(tmp_path, CONFIG) as world:
        _scene(world)
        world.portal.faults.add(Fault(method="*", where="request", times=4, after=after, **REQUESTS[trouble]))
        report = world.poll()
        assert report.exit_code in {0, 1, 69, 77}
        assert world.last_requests <= MOST_REQUESTS
        world.portal.faults.clear()
        _made_up_for(world)
