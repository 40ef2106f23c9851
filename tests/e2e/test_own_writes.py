"""What actions write, how it comes back, and who does them when several could."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from b24sync.cli.operate import Operator
from b24sync.sandbox import Fault
from tests.support.world import DEAL, INVOICE, P, World

COUNTER = """
[safety]
max_own_runs_per_hour = 3
[[rules]]
name = "count"
on = "deal.updated"
[[rules.steps]]
use = "update_fields"
set = { UF_CRM_COUNT = "{{ (deal.fields.UF_CRM_COUNT or 0) + 1 }}" }
"""
PAID = """
[[rules]]
name = "on"
on = "invoice.paid"
[[rules.steps]]
use = "move_deal"
"""
EDITED = """
[safety]
max_own_runs_per_hour = 1
[[rules]]
name = "hand-over"
on = "deal.created"
[[rules.steps]]
use = "assign"
targets = ["deal"]
to = ["user:3"]
[[rules]]
name = "told"
on = "deal.updated"
[[rules.steps]]
use = "notify"
to = ["user:2"]
text = "edited"
"""
TWICE = """
[[rules]]
name = "twice"
on = "deal.created"
[[rules.steps]]
use = "notify"
to = ["user:2"]
text = "one"
[[rules.steps]]
use = "notify"
to = ["user:3"]
text = "two"
"""


@pytest.mark.parametrize("field_type", ["double"])
def test_a_rule_that_counts_up_a_field_is_stopped_whatever_the_fields_type(
    tmp_path: Path, field_type: str
) -> None:
    with World(tmp_path, COUNTER) as world:
        world.portal.add_user_field(DEAL, "UF_CRM_COUNT", field_type, title="Счётчик")
        deal = world.portal.add_deal("x")
        world.poll()
        world.portal.update_item(DEAL, deal, title="y")
        for _ in range(8):
            world.advance(60)
            world.poll()
        assert [one["state"] for one in world.actions()] == ["done"] * 4 + ["held"]


def test_two_invoices_of_a_deal_paid_in_one_poll_move_it_once_and_one_says_so(tmp_path: Path) -> None:
    with World(tmp_path, PAID) as world:
        deal = world.portal.add_deal("x", stageId="NEW")
        invoices = [world.portal.add_invoice("i", parentId2=deal) for _ in range(2)]
        world.poll()
        world.advance(60)
        for number in invoices:
            world.portal.update_item(31, number, stageId="DT31_1:P")
        before = _updates(world)
        world.poll()
        assert [one["state"] for one in world.actions()] == ["done", "done"]
        assert sorted(json.loads(one["result"])["changed"] for one in world.actions()) == [False, True]
        item = world.portal.item(DEAL, deal)
        assert item is not None
        assert item["stageId"] == "PREPARATION"
        assert _updates(world) - before == 1


@pytest.mark.parametrize("between", [50, 260])  # of one round of questions, and of several
def test_a_deal_moves_on_once_in_a_poll_although_its_actions_are_of_different_batches(
    tmp_path: Path, between: int
) -> None:
    rules = PAID + PAID.replace('"on"', '"too"', 1)
    with World(tmp_path, f"[safety]\nmax_actions_per_poll = 5000\n{rules}") as world:
        deal = world.portal.add_deal("deal", stageId="NEW")
        others = [world.portal.add_deal(f"other {n}", stageId="NEW") for n in range(between)]
        bills = [world.portal.add_invoice("one", parentId2=one) for one in (deal, *others, deal)]
        world.poll()
        for bill in bills:
            world.portal.update_item(INVOICE, bill, stageId=P)
        world.poll()
        own = [
            json.loads(row["result"]) for row in world.actions() if row["entity_id"] in (bills[0], bills[-1])
        ]
        assert [one["changed"] for one in own].count(True) == 1
        assert {(world.portal.item(DEAL, one) or {})["stageId"] for one in (deal, *others)} == {"PREPARATION"}


def test_the_next_poll_moves_it_on_again_and_two_steps_of_a_rule_move_it_twice(tmp_path: Path) -> None:
    step = '[[rules.steps]]\nuse = "move_deal"\n'
    with World(tmp_path, PAID + step) as world:
        deal = world.portal.add_deal("deal", stageId="NEW")
        bills = [world.portal.add_invoice("one", parentId2=deal) for _ in range(2)]
        world.poll()
        for bill, stage in zip(bills, ("PREPAYMENT_INVOICE", "FINAL_INVOICE"), strict=True):
            world.portal.update_item(INVOICE, bill, stageId=P)
            world.poll()
            assert (world.portal.item(DEAL, deal) or {})["stageId"] == stage


@pytest.mark.parametrize("made", ["create_task", "create_invoice", "create_activity"])
def test_what_was_made_is_found_again_after_a_restored_backup_wherever_its_step_stands_now(
    tmp_path: Path, made: str
) -> None:
    def rule(*steps: str) -> str:
        return '[[rules]]\nname = "made"\non = "deal.stage_changed"\n' + "".join(steps)

    def count() -> int:
        portal = world.portal
        return len(portal.tasks) + len(portal.activities) + len(portal.item_ids(INVOICE))

    told = '[[rules.steps]]\nuse = "notify"\nto = ["user:1"]\ntext = "moved"\n'
    own = f'[[rules.steps]]\nuse = "{made}"\n' + ("amount = 5\n" if made == "create_invoice" else "")
    with World(tmp_path, rule(own)) as world:
        contact = world.portal.add_contact("Anna", "Smith")
        deal = world.portal.add_deal("deal", stageId="NEW", assignedById=2, contactId=contact)
        world.poll()
        backup = world.database.read_bytes()
        world.advance(60)
        world.portal.update_item(DEAL, deal, stageId="EXECUTING")
        world.poll()
        before = count()
        assert before > 0
        for left in tmp_path.glob("b24sync.db-*"):
            left.unlink()
        world.database.write_bytes(backup)
        world.configure(rule(told, own))
        world.poll()
        assert [row["state"] for row in world.actions()] == ["done", "done"]
        assert count() == before


def test_what_the_portal_refused_is_no_echo_of_a_person_who_writes_the_same(tmp_path: Path) -> None:
    with World(tmp_path, EDITED) as world:
        world.poll()
        world.advance(60)
        world.portal.faults.add(
            Fault("error", method="crm.item.update", code="ACCESS_DENIED", where="command")
        )
        deal = world.portal.add_deal("x", assignedById=2)
        assert world.poll().exit_code == 1
        for user in (3, 2, 3):
            world.advance(60)
            world.portal.update_item(DEAL, deal, assignedById=user)
            world.poll()
        assert not [one for one in world.actions() if one["state"] == "held"]
        assert not [one for one in world.events() if one["own"]]


def test_a_poll_in_mid_air_leaves_an_operators_actions_to_the_operator(tmp_path: Path) -> None:
    with World(tmp_path, TWICE) as world:
        deal = world.portal.add_deal("x")
        world.poll()
        polled = []

        def checkpoint(point: str) -> None:
            if point == "dispatch.settled" and not polled:
                polled.append(None)
                polled[0] = world.poll().actions

        app = world.app(checkpoint)
        try:
            operator = Operator.of(app)
            entity = operator.find(str(deal), "deal")
            (rule,) = app.settings.rules
            options = operator.event_options(rule, entity)
            planned = [
                operator.planned(rule.name, step.name, number, entity.key, options)
                for number, step in enumerate(rule.steps)
            ]
            assert operator.run(planned) == 0
        finally:
            app.close()
        assert polled == [{}]
        assert [(one["state"], one["attempts"]) for one in world.actions()] == [("done", 1)] * 2
        assert world.poll().actions == {}


def _updates(world: World) -> int:
    return sum(record.commands.count("crm.item.update") for record in world.portal.requests)
