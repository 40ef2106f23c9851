"""A link that cannot be read holds back the events that need it, and nobody else's (contract.md G13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from b24sync.engine.awaited_links import AwaitedLinks
from b24sync.sandbox.envelope import Refusal
from tests.support.cli import LONG, notify_rule
from tests.support.world import DEAL, INVOICE, P, S, World

WHEN = "when = \"deal.title != ''\""
CONFIG = (
    'language = "en"\n'
    '[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n'
    "[safety]\nmax_actions_per_poll = 100000\n"
    + notify_rule("sent", "invoice.status_changed", to="user:2", text="sent {{ invoice.id }}", more=WHEN)
    + notify_rule("made", "invoice.created", to="user:2", text="new {{ invoice.id }}")
)

MANY = 600 if LONG else 300  # either way so many that not each is asked several times


class Broken:
    """Entities whose ``get`` the portal answers with an error."""

    def __init__(self, world: World) -> None:
        self.ids: set[tuple[int, int]] = set()
        self.code, self.status = "INTERNAL_SERVER_ERROR", 500
        self.asked = 0
        inner = world.portal.run_command

        def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
            if method.lower() == "crm.item.get":
                self.asked += 1
                if (int(params["entityTypeId"]), int(params["id"])) in self.ids:
                    raise Refusal(self.code, "broken", self.status)
            return inner(method, params, watch)

        world.portal.run_command = run_command  # type: ignore[method-assign]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal after the baseline."""
    with World(tmp_path, CONFIG) as world:
        world.portal.add_item(DEAL, title="first")
        world.portal.add_item(INVOICE, title="old")
        world.advance(3600)
        world.poll()
        world.advance(600)
        yield world


def _of(world: World, deal: int) -> int:
    return world.portal.add_item(INVOICE, title="invoice", parentId2=deal)


def _rules(world: World, invoice: int) -> list[str]:
    return [row["rule"] for row in world.actions() if row["entity_id"] == invoice]


def test_only_the_events_of_a_broken_link_wait_and_come_once_when_it_can_be_read(world: World) -> None:
    broken = Broken(world)
    bad, good = world.portal.add_item(DEAL, title="bad"), world.portal.add_item(DEAL, title="good")
    held, free = _of(world, bad), _of(world, good)
    world.portal.update_item(INVOICE, held, 2, stageId=S)
    world.portal.update_item(INVOICE, free, 2, stageId=S)
    broken.ids.add((DEAL, bad))
    report = world.poll()
    assert report.exit_code == 69
    assert [one[0] for one in world.story(f"invoice:{free}")] == ["created", "status_changed"]
    assert sorted(_rules(world, free)) == ["made", "sent"]
    assert world.story(f"invoice:{held}") == []
    assert {row["name"] for row in world.events(f"deal:{bad}")} == {"deal.created"}
    world.advance(600)
    world.portal.update_item(INVOICE, held, 2, stageId=P)
    assert world.poll().exit_code == 69
    broken.ids.clear()
    world.advance(60)
    assert world.poll().exit_code == 0
    assert [one[0] for one in world.story(f"invoice:{held}")] == [
        "created",
        "status_changed",
        "status_changed",
    ]
    assert sorted(_rules(world, held)) == ["made", "sent", "sent"]
    assert world.rows("SELECT * FROM held") == []
    world.advance(600)
    world.quiet()


def test_after_some_polls_only_that_event_gets_a_fault_and_its_entity_goes_on(
    world: World,
) -> None:
    broken = Broken(world)
    bad = world.portal.add_item(DEAL, title="bad")
    held = _of(world, bad)
    world.portal.update_item(INVOICE, held, 2, stageId=S)
    broken.ids.add((DEAL, bad))
    codes = []
    for _ in range(8):
        report = world.poll()
        codes.append(report.exit_code)
        if report.exit_code == 1:
            assert any(f"invoice:{held}" in one and "could not be judged" in one for one in report.troubles)
        world.advance(600)
    assert codes == [69] * 5 + [1, 0, 0]
    assert [one[0] for one in world.story(f"invoice:{held}")] == ["created", "status_changed"]
    assert _rules(world, held) == ["made"]


def test_a_method_that_the_portal_rests_uses_up_no_try(world: World) -> None:
    broken = Broken(world)
    deal = world.portal.add_item(DEAL, title="deal")
    held = _of(world, deal)
    world.portal.update_item(INVOICE, held, 2, stageId=S)
    broken.ids.add((DEAL, deal))
    broken.code, broken.status = "OPERATION_TIME_LIMIT", 429
    for _ in range(8):
        assert world.poll().exit_code == 69
        world.advance(60)
    broken.ids.clear()
    world.advance(1200)
    world.poll()
    assert sorted(_rules(world, held)) == ["made", "sent"]


def test_hundreds_of_broken_links_cost_a_bounded_number_of_requests(world: World) -> None:
    broken = Broken(world)
    deals = [world.portal.add_item(DEAL, title="deal") for _ in range(MANY)]
    for deal in deals:
        world.portal.update_item(INVOICE, _of(world, deal), 2, stageId=S)
    broken.ids.update((DEAL, deal) for deal in deals)
    assert world.poll().exit_code == 69
    assert broken.asked <= 1000
    assert world.last_requests <= 60
    world.advance(60)
    broken.ids.clear()
    assert world.poll().exit_code == 0
    assert len([row for row in world.actions() if row["rule"] == "sent"]) == MANY
    assert world.rows("SELECT * FROM held") == []


def test_what_waits_holds_no_rows_in_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Broken(world)
    for _ in range(3):
        deal = world.portal.add_item(DEAL, title="deal")
        broken.ids.add((DEAL, deal))
        world.portal.update_item(INVOICE, _of(world, deal), 2, stageId=S)
    inner, kept = AwaitedLinks.must_wait, list[Exception]()

    def must_wait(links: AwaitedLinks, blocked: Any) -> bool:
        kept.extend(blocked.values())
        return inner(links, blocked)

    monkeypatch.setattr(AwaitedLinks, "must_wait", must_wait)
    assert world.poll().exit_code == 69
    assert kept
    assert [one for one in kept if one.__traceback__ or one.__context__] == []


def test_a_reminder_whose_link_is_broken_comes_when_it_can_be_read(tmp_path: Path) -> None:
    config = (
        '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n[reminders]\ndays = [0]\nat = "10:00"\n'
        + notify_rule("due", "invoice.reminder_due", to="user:2", text="due {{ invoice.id }}", more=WHEN)
    )
    with World(tmp_path, config) as world:
        broken = Broken(world)
        deal = world.portal.add_item(DEAL, title="deal")
        world.poll()
        world.advance(600)
        tomorrow = (world.clock.now() + timedelta(days=1)).date().isoformat()
        invoice = world.portal.add_item(INVOICE, parentId2=deal, stageId=S, closedate=tomorrow)
        world.poll()
        world.advance(24 * 3600)
        broken.ids.add((DEAL, deal))
        assert world.poll().exit_code == 69
        assert world.actions() == []
        broken.ids.clear()
        world.advance(60)
        assert world.poll().exit_code == 0
        assert _rules(world, invoice) == ["due"]
        world.advance(60)
        world.quiet()
