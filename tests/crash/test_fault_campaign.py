"""Every method of a scene in every kind of trouble: the poll ends, and all is made up for once (G13, G14)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.crash.aside import Aside
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
NOTICES = frozenset({"new 4", "paid 1", "paid 2"})
ACTS = frozenset({"Act 1", "Act 2"})
MOVES = frozenset({"won 1", "won 2"})
MADE = frozenset({"invoice.created 4 None"})
INVOICES = MADE | {f"invoice.status_changed {n} {stage}" for n in (1, 2) for stage in ("sent", "paid")}
DEALS = frozenset({"deal.updated 3 None"})
PEOPLE = frozenset({"task.updated 1 None"})
EVENTS = INVOICES | DEALS | PEOPLE
ALL = EVENTS | NOTICES | ACTS | MOVES
# what a method in trouble has nothing to do with: it is done in the troubled poll itself
UNTOUCHED = {
    "crm.item.list": PEOPLE,
    "crm.item.get": MADE | DEALS | PEOPLE,
    "crm.item.update": EVENTS | NOTICES | ACTS,
    "crm.stagehistory.list": PEOPLE,
    "crm.status.list": ALL,
    "crm.category.list": ALL,
    "tasks.task.list": INVOICES | DEALS | NOTICES | MOVES,
    "tasks.task.add": EVENTS | NOTICES | MOVES,
    "im.notify.system.add": EVENTS | ACTS | MOVES,
    "user.get": EVENTS | MOVES,
}
LOOKS = ACTS  # they carry a marker that is looked for: not in the poll in which their answer was lost
MOST_REQUESTS = 250  # of a poll in trouble
COMMANDS = [(method, trouble) for method in METHODS for trouble in TROUBLES]
CHOSEN = COMMANDS if LONG else COMMANDS[::4]


@pytest.fixture(scope="module")
def aside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aside]:
    """An invoice is made, two are paid, a deal and a task are edited: the world before the poll."""
    with World(tmp_path_factory.mktemp("world"), CONFIG) as world:
        _scene(world)
        yield Aside(world)


def _scene(world: World) -> None:
    deals = [world.portal.add_item(DEAL, title=f"deal {n}") for n in range(3)]
    ids = [world.portal.add_item(INVOICE, title=f"invoice {n}", parentId2=deals[n]) for n in range(3)]
    made = world.portal.call("tasks.task.add", {"fields": {"TITLE": "of a person", "RESPONSIBLE_ID": 3}})
    task = int(made[1]["result"]["task"]["id"])
    world.advance(3600)
    assert world.poll().exit_code == 0
    world.advance(3600)
    world.portal.add_item(INVOICE, title="new", parentId2=deals[0])
    for number in ids[:2]:
        world.portal.update_item(INVOICE, number, stageId=S)
        world.portal.update_item(INVOICE, number, stageId=P)
    world.portal.update_item(DEAL, deals[2], title="edited")
    world.portal.call("tasks.task.update", {"taskId": task, "fields": {"TITLE": "edited"}})


def _made_up_for(world: World) -> None:
    """With the trouble gone, some polls later: everything that the scene asks for, exactly once."""
    for _ in range(5):
        world.advance(1200)
        world.poll()
        if set(_done(world)) == ALL and {row["state"] for row in world.actions()} == {"done"}:
            break
    world.advance(1200)
    report = world.poll()  # what came of it comes back
    assert report.exit_code in {0, 1}, report.troubles
    made = [row["entity_id"] for row in world.events(name="invoice.created")]
    assert made == [4]
    for number in (1, 2):
        moves = [one for one in world.story(f"invoice:{number}") if one[0] == "status_changed"]
        assert moves == [("status_changed", "draft", "sent"), ("status_changed", "sent", "paid")]
    assert Counter(_done(world)) == dict.fromkeys(ALL, 1)
    assert Counter(row["state"] for row in world.actions()) == {"done": 7}
    world.advance(1200)
    world.quiet()


def _done(world: World) -> list[str]:
    """What has come of the scene, everything as often as it was done."""
    events = [f"{row['name']} {row['entity_id']} {row['to_']}" for row in world.events()]
    moves = [f"won {n}" for n in (1, 2) if world.portal.items.get(DEAL, n)["stageId"] == "WON"]
    return [
        *(task["TITLE"] for task in world.portal.tasks if task["TITLE"].startswith("Act")),
        *(notice["MESSAGE"] for notice in world.portal.notices.shown),
        *(name for name in events if name in EVENTS),
        *moves,
    ]


@pytest.mark.parametrize(("method", "trouble"), CHOSEN)
def test_trouble_of_one_method_is_made_up_for_once(aside: Aside, method: str, trouble: str) -> None:
    world = aside.again()
    world.portal.faults.add(Fault(method=method, where="command", times=10**6, **TROUBLES[trouble]))
    for _ in range(2 if trouble.startswith("cut") else 1):  # what looks before a second try, looks next time
        report = world.poll()
        assert report.exit_code in {0, 1, 69, 77}
        assert world.last_requests <= MOST_REQUESTS
        assert set(_done(world)) >= UNTOUCHED[method] - (LOOKS if trouble.startswith("cut") else set())
        world.advance(60)
    assert set(_done(world)) >= UNTOUCHED[method], report.troubles
    world.portal.faults.clear()
    _made_up_for(world)


@pytest.mark.parametrize("after", [0, 2, 4] if LONG else [0, 2])
@pytest.mark.parametrize("trouble", REQUESTS)
def test_trouble_of_a_whole_request_is_made_up_for_once(aside: Aside, trouble: str, after: int) -> None:
    world = aside.again()
    world.portal.faults.add(Fault(method="*", where="request", times=4, after=after, **REQUESTS[trouble]))
    report = world.poll()
    assert report.exit_code in {0, 1, 69, 77}
    assert world.last_requests <= MOST_REQUESTS
    world.portal.faults.clear()
    _made_up_for(world)
