"""Every method and every kind of trouble: a poll ends, does everything else, and makes up for it afterwards.

The methods are those that the scene uses; the portal answers one of them badly for two polls, whatever else
it is asked. What the scene comes to in the end is what it comes to without trouble.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.support.world import DEAL, INVOICE, N, P, World

MOST_REQUESTS = 120
"""A poll of this scene makes under 15 requests; retries and halving multiply them, but not without end."""

RULES = {
    "tell": '''on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["user:2"]
text = "{{ invoice.title }}"''',
    "shift": '''on = "invoice.created"
[[rules.steps]]
use = "shift_due_date"''',
    "big": '''on = "invoice.created"
when = "deal.title == 'Кухня'"
[[rules.steps]]
use = "notify"
to = ["user:3"]
text = "{{ deal.title }}"''',
    "task": '''on = "invoice.paid"
[[rules.steps]]
use = "create_task"
title = "Сдать"
responsible = "user:3"''',
    "assign": """on = "deal.created"
[[rules.steps]]
use = "assign"
targets = ["deal"]
to = ["user:3"]""",
    "mail": """on = "invoice.created"
[[rules.steps]]
use = "send_invoice"
to = ["client@example.test"]""",
}
MAIL = '[mail]\ntransport = "file"\nfrom = "b@example.ru"\ndocument_template = 21\ntimeline = false\n'


@dataclass(frozen=True)
class Trouble:
    """One way to answer badly."""

    name: str
    fault: dict[str, Any]
    doubtful: bool = False  # what was written may have happened


TROUBLES = [
    Trouble("a command is refused for a while", {"kind": "503", "where": "command"}),
    Trouble("a command breaks", {"kind": "500", "where": "command"}),
    Trouble("a command is blocked", {"kind": "429", "where": "command", "seconds": 300}),
    Trouble("a command is overloaded", {"kind": "overload", "where": "command"}),
    Trouble("a command is not for us", {"kind": "error", "where": "command", "code": "ACCESS_DENIED"}),
    Trouble("a command cannot be encoded", {"kind": "error", "where": "command", "code": "WRONG_ENCODING"}),
    Trouble("a command cuts the connection", {"kind": "drop_after", "where": "command"}, doubtful=True),
]
REFUSED_FOR_GOOD = {"a command is not for us"}
"""After these, actions have failed; a person retries them."""


def config(rules: dict[str, str]) -> str:
    """The scene's configuration with some of its rules."""
    text = "\n".join(f'[[rules]]\nname = "{name}"\n{rule}' for name, rule in rules.items())
    return f'language = "ru"\ntimezone = "Europe/Moscow"\n{MAIL}{text}\n'


@contextmanager
def scene(folder: Path, rules: dict[str, str]) -> Iterator[World]:
    """A portal with a past, and news that nobody has polled yet."""
    with World(folder, config(rules)) as world:
        portal = world.portal
        portal.document_book.add_template(21, "Счёт", [str(INVOICE)])
        old = portal.add_deal("Старая", assignedById=2)
        unpaid = portal.add_invoice(
            "Старый", parentId2=old, opportunity=10, isManualOpportunity="Y", stageId=N
        )
        assert world.poll().exit_code == 0
        world.advance(3600)
        deal = portal.add_deal("Кухня", assignedById=2)
        for number in range(3):
            title = f"Счёт {number}"
            portal.add_invoice(title, parentId2=deal, closedate="2026-03-08", assignedById=2, stageId=N)
        portal.update_item(INVOICE, unpaid, stageId=P)
        world.advance(60)
        yield world


def outcome(world: World) -> Any:
    """What left the program, and what it holds."""
    portal = world.portal
    return {
        "events": Counter((row["kind"], row["entity_id"], row["name"], row["to_"]) for row in world.events()),
        "notices": Counter((one["USER_ID"], one["MESSAGE"]) for one in portal.notifications),
        "tasks": Counter(task["TITLE"] for task in portal.tasks),
        "mails": len(list((world.folder / "outbox").glob("*.eml"))),
        "due": sorted(str(portal.item(INVOICE, one)["closedate"]) for one in portal.item_ids(INVOICE)),
        "deals": sorted((portal.item(DEAL, one) or {})["assignedById"] for one in portal.item_ids(DEAL)),
    }


def methods_of(world: World, since: int) -> set[str]:
    """The methods asked since a request, commands of batches included."""
    found = set()
    for record in list(world.portal.requests)[since:]:
        found |= {command.partition("?")[0] for command in record.commands} or {record.method}
    return {method for method in found if method != "batch"}


def settle(world: World) -> None:
    """Poll on until nothing is left to do."""
    for _ in range(12):
        world.advance(6 * 3600 + 60)
        report = world.poll()
        if report.exit_code == 0 and not any(
            row["state"] in {"pending", "running"} for row in world.actions()
        ):
            return


@pytest.fixture(scope="module")
def calm(tmp_path_factory) -> dict[str, Any]:
    """The scene without trouble: its outcome, and which methods each rule needs."""
    needs: dict[str, set[str]] = {}
    for name, rules in {"": {}, **{name: {name: rule} for name, rule in RULES.items()}}.items():
        with scene(tmp_path_factory.mktemp("calm"), rules) as world:
            since = len(world.portal.requests)
            assert world.poll().exit_code == 0
            needs[name] = methods_of(world, since)
    with scene(tmp_path_factory.mktemp("calm"), RULES) as world:
        since = len(world.portal.requests)
        assert world.poll().exit_code == 0
        asked = methods_of(world, since)
        settle(world)
        return {"outcome": outcome(world), "needs": needs, "methods": asked}


METHODS = [
    "crm.item.list",
    "crm.item.get",
    "crm.item.update",
    "crm.stagehistory.list",
    "crm.status.list",
    "crm.category.list",
    "tasks.task.list",
    "tasks.task.add",
    "user.get",
    "im.notify.system.add",
    "crm.item.productrow.list",
    "crm.documentgenerator.document.add",
    "crm.documentgenerator.document.get",
    "crm.documentgenerator.document.list",
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.name)
def test_a_poll_ends_does_everything_else_and_makes_up_for_it(calm, method, trouble, tmp_path):
    feeds = calm["needs"][""]
    with scene(tmp_path, RULES) as world:
        world.portal.faults.add(Fault(method=method, times=10**6, **trouble.fault))
        for _ in range(2):
            world.poll()
            assert world.last_requests <= MOST_REQUESTS, world.last_requests
            world.advance(120)
        if method not in feeds:
            done = {row["rule"] for row in world.actions() if row["state"] == "done"}
            assert done >= {rule for rule in RULES if method not in calm["needs"][rule]}
        world.portal.faults.clear()
        settle(world)
        _judge(world, calm["outcome"], trouble)


def _judge(world: World, expected: Any, trouble: Trouble) -> None:
    states = Counter(row["state"] for row in world.actions())
    if trouble.name in REFUSED_FOR_GOOD and states["failed"]:
        app = world.app()
        try:
            with app.store.transaction():
                for row in world.actions():
                    if row["state"] == "failed":
                        app.store.outbox.move(row["id"], from_=("failed",), to="pending", now=0, at=0)
        finally:
            app.close()
        settle(world)
        states = Counter(row["state"] for row in world.actions())
    found = outcome(world)
    assert found["events"] == expected["events"]
    if not trouble.doubtful:
        assert found == expected
        assert set(states) == {"done"}, states
    world.check_database()


def test_the_campaign_leaves_no_method_of_the_scene_out(calm):
    assert calm["methods"] - set(METHODS) <= {
        "server.time",
        "crm.documentgenerator.document.getPdf",
    }
