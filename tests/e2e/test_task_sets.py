"""Whether all tasks of an invoice are done: nothing lost, nothing said too early (contract.md G13, §6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.support.world import INVOICE, P, World

CONFIG = """
[poll]
watch = ["invoice", "task"]
reconcile_every = "0s"
{more}
[[rules]]
name = "work"
on = "invoice.paid"
[[rules.steps]]
use = "create_task"
title = "first"
responsible = "user:2"
[[rules.steps]]
use = "create_task"
title = "second"
responsible = "user:2"
[[rules]]
name = "act"
on = "invoice.tasks_completed"
[[rules.steps]]
use = "notify"
to = ["user:3"]
text = "act for {{{{ invoice.id }}}}"
"""
Make = Callable[..., World]


@pytest.fixture
def make(worlds: Make) -> Make:
    """Makes worlds with an invoice, an hour after their baseline."""

    def build(more: str = "", **settings: Any) -> World:
        world = worlds(CONFIG.format(more=more), **settings)
        world.portal.add_user(9, NAME="Nobody's", UF_DEPARTMENT=[])
        world.portal.add_item(INVOICE)
        world.poll()
        world.advance(3600)
        return world

    return build


def paid(world: World) -> tuple[int, list[int]]:
    """A paid invoice and the tasks that were made for it, before any poll saw them."""
    invoice = world.portal.add_item(INVOICE, stageId=P)
    before = {task["ID"] for task in world.portal.tasks}
    assert world.poll().exit_code == 0
    return invoice, [task["ID"] for task in world.portal.tasks if task["ID"] not in before]


def run_on(world: World, **options: Any) -> Any:
    """A minute passes, and the program polls."""
    world.advance(60)
    return world.poll(**options)


def finished(world: World, invoice: int) -> int:
    """How often the set of an invoice was said to be done."""
    return len(world.events(f"invoice:{invoice}", "invoice.tasks_completed"))


def invoices_fail(world: World) -> None:
    """From now on the portal refuses to list invoices."""

    def before_command(method: str, params: dict[str, Any]) -> None:
        if method == "crm.item.list" and str(params["entityTypeId"]) == "31":
            world.portal.faults.add(Fault("error", method, where="command", code="ERROR_CORE"))

    world.portal.before_command = before_command


def test_a_set_that_was_done_while_the_invoices_were_left_out_is_told_by_the_next_poll(make: Make) -> None:
    world = make()
    invoice, tasks = paid(world)
    run_on(world)
    for task in tasks:
        world.portal.complete_task(task)
    invoices_fail(world)
    assert run_on(world).exit_code == 69
    assert finished(world, invoice) == 0
    world.portal.before_command = lambda _method, _params: None
    world.portal.faults.clear()
    run_on(world)
    assert finished(world, invoice) == 1
    run_on(world)
    world.long_idle()


def test_a_task_that_was_deleted_before_any_poll_saw_it_leaves_the_set(make: Make) -> None:
    world = make()
    invoice, (first, second) = paid(world)
    world.portal.delete_task(first)
    run_on(world)
    world.portal.complete_task(second)
    run_on(world)
    assert finished(world, invoice) == 0
    run_on(world, reconcile=True)
    assert finished(world, invoice) == 1
    run_on(world)
    world.long_idle()


def test_an_open_task_that_became_invisible_is_not_done(make: Make) -> None:
    world = make()
    invoice, (first, second) = paid(world)
    run_on(world)
    world.set(admin=False)
    world.portal.update_task(first, CREATED_BY=9, RESPONSIBLE_ID=9)
    world.portal.complete_task(second)
    run_on(world)
    report = run_on(world, reconcile=True)
    assert finished(world, invoice) == 0
    assert any(f"task:{first}" in line and f"invoice:{invoice}" in line for line in report.warnings)
    assert report.exit_code == 0
    world.set(admin=True)
    run_on(world, reconcile=True)
    assert finished(world, invoice) == 0
    world.portal.complete_task(first)
    run_on(world)
    assert finished(world, invoice) == 1


def test_a_task_that_vanished_and_was_deleted_meanwhile_leaves_the_set_when_an_administrator_asks(
    make: Make,
) -> None:
    world = make()
    invoice, (first, second) = paid(world)
    run_on(world)
    world.set(admin=False)
    world.portal.update_task(first, CREATED_BY=9, RESPONSIBLE_ID=9)
    world.portal.complete_task(second)
    run_on(world)
    run_on(world, reconcile=True)
    world.portal.delete_task(first)
    run_on(world, reconcile=True)
    assert finished(world, invoice) == 0
    world.set(admin=True)
    run_on(world, reconcile=True)
    assert finished(world, invoice) == 1


def test_an_unbound_task_lets_the_invoice_that_it_left_be_judged(make: Make) -> None:
    world = make("[invoice]\ncount_bound_tasks = true\n")
    invoice, tasks = paid(world)
    foreign = world.portal.add_task(by=3, TITLE="call", RESPONSIBLE_ID=3, UF_CRM_TASK=[f"SI_{invoice}"])
    run_on(world)
    for task in tasks:
        world.portal.complete_task(task)
    run_on(world)
    assert finished(world, invoice) == 0
    world.portal.update_task(foreign, UF_CRM_TASK=[])
    run_on(world)
    assert finished(world, invoice) == 1
    run_on(world)
    world.long_idle()
