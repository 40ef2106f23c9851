"""From a paid invoice to the act.

Tasks per product rows, deadlines over holidays, the set of tasks, the accountant's task.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.cli import PAID
from tests.support.firm import Firm, opened

DECEMBER = datetime(2026, 12, 28, 8, 0, tzinfo=UTC)
HEAD = 'language = "ru"\ntimezone = "Europe/Moscow"\n'
PAID_RULE = """
[[rules]]
name = "paid"
on = "invoice.paid"
[[rules.steps]]
use = "move_deal"
[[rules.steps]]
use = "create_tasks"
[[rules.steps.tasks]]
section = {services}
title = "Услуга: {{{{ row.name }}}}"
responsible = "department:3"
deadline = "+5wd"
[[rules.steps.tasks]]
section = {climate}
title = "Отгрузить {{{{ row.name }}}}, {{{{ row.quantity }}}} шт."
responsible = "department:2"
deadline = "+2d"
[[rules.steps.tasks]]
name = "Краска*"
per = "invoice"
responsible = "user:6"
[[rules.steps]]
use = "notify"
to = ["deal.responsible"]
text = "Готово"
"""
ACT_RULE = (
    '[[rules]]\nname = "act"\non = "invoice.tasks_completed"\n[[rules.steps]]\nuse = '
    '"create_task"\nresponsible = "user:7"\n'
)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that works off what is paid; it is Monday, 28 December 2026, 12:00 in Moscow."""
    with opened(tmp_path / "firm", at=DECEMBER, head=HEAD) as firm:
        firm.write(rules=PAID_RULE.format(**firm.company.sections) + ACT_RULE)
        firm.poll()
        yield firm


def paid(firm: Firm, *products: str) -> int:
    """A paid invoice of these products, seen by the program."""
    invoice = firm.invoice()
    ids = firm.company.products
    firm.portal.set_rows(
        INVOICE,
        invoice,
        [{"productId": ids[name], "price": "100", "quantity": n + 1} for n, name in enumerate(products)],
    )
    firm.run_on()
    firm.move(invoice, PAID)
    firm.run_on()
    return invoice


def made(firm: Firm) -> list[dict[str, Any]]:
    """The tasks that the program made."""
    return [task for task in firm.portal.tasks if str(task.get("XML_ID") or "").startswith("b24sync:")]


def close(firm: Firm, *tasks: dict[str, Any]) -> None:
    """People finish tasks, and the program polls."""
    for task in tasks:
        firm.later(5)
        firm.portal.complete_task(task["ID"])
    firm.run_on()


def acts(firm: Firm) -> list[dict[str, Any]]:
    """The accountant's tasks."""
    return [task for task in made(firm) if task["RESPONSIBLE_ID"] == 7]


def test_each_row_goes_to_its_department_with_a_deadline_after_the_holidays_and_no_task_no_act(
    firm: Firm,
) -> None:
    invoice = paid(firm, "mount", "design", "cond", "vent", "paint")
    tasks = made(firm)
    said = sorted(
        (task["TITLE"], task["RESPONSIBLE_ID"], task["DEADLINE"].date())
        for task in tasks
        if "DEADLINE" in task
    )
    lead, head = firm.company.users["lead"], firm.company.users["sales_head"]
    assert said == [
        ("Отгрузить Кондиционер настенный, 3,5 кВт, 3 шт.", head, date(2026, 12, 30)),
        ("Отгрузить Приточная установка, 4 шт.", head, date(2026, 12, 30)),
        ("Услуга: Дизайн-проект", lead, date(2027, 1, 13)),  # 29 and 30 December, then 11, 12 and 13 January
        ("Услуга: Монтаж изделия", lead, date(2027, 1, 13)),
    ]
    (painting,) = [task for task in tasks if "DEADLINE" not in task]
    assert (painting["TITLE"], painting["RESPONSIBLE_ID"]) == (
        f"Выполнить работы: счёт № {firm.number(invoice)}",
        firm.company.users["lawyer"],
    )
    assert (firm.portal.item(DEAL, firm.company.deals[0]) or {})["stageId"] == "PREPAYMENT_INVOICE"
    assert firm.told("manager") == ["Готово"]
    window = paid(firm, "window")
    [(state,)] = firm.query("SELECT state FROM actions WHERE step = 'create_tasks' AND entity_id = ?", window)
    assert state == "skipped"
    firm.quiet()
    assert len(made(firm)) == 5
    assert not acts(firm)


def test_a_lost_answer_makes_no_task_twice_and_a_rule_on_finished_tasks_needs_tasks_to_be_watched(
    firm: Firm,
) -> None:
    invoice = firm.invoice()
    ids = firm.company.products
    firm.portal.set_rows(
        INVOICE,
        invoice,
        [{"productId": ids[name], "price": "100", "quantity": 1} for name in ("mount", "design")],
    )
    firm.run_on()
    firm.move(invoice, PAID)
    firm.portal.faults.add(Fault("drop_after", method="tasks.task.add", where="command"))
    firm.later()
    firm.run("poll")
    firm.run("retry", "--all")
    firm.run_on()
    assert firm.query("SELECT state FROM actions WHERE step = 'create_tasks'") == [("done",)]
    assert sorted(task["TITLE"] for task in made(firm)) == ["Услуга: Дизайн-проект", "Услуга: Монтаж изделия"]
    firm.write(sections='[poll]\nwatch = ["invoice", "deal"]\n')
    ran = firm.run("poll")
    assert ran.code == 2
    assert "rules[1].on[0]: нужны задачи, а за task" in ran.err


def test_the_act_comes_once_when_all_is_closed_and_again_after_a_reopening_or_when_the_open_are_deleted(
    firm: Firm,
) -> None:
    """And tasks of people count only where that is configured."""
    invoice = paid(firm, "mount", "cond")
    first, second = made(firm)
    close(firm, first)
    assert not acts(firm)
    close(firm, second)
    (act,) = acts(firm)
    assert act["TITLE"] == f"Подготовить и согласовать акт: счёт № {firm.number(invoice)}"
    close(firm, act)
    assert len(acts(firm)) == 1  # the act is not of the set
    firm.portal.renew_task(first["ID"])
    firm.run_on()
    assert len(acts(firm)) == 1
    close(firm, first)
    assert len(acts(firm)) == 2
    # deferred tasks are open, and deleted ones leave the set
    known = [task["ID"] for task in made(firm)]
    paid(firm, "mount", "cond", "vent")
    first, second, third = (task for task in made(firm) if task["ID"] not in known)
    firm.portal.update_task(second["ID"], STATUS=6)
    close(firm, first, third)
    assert len(acts(firm)) == 2
    firm.portal.delete_task(second["ID"])
    firm.later()
    firm.poll("--reconcile")
    firm.run_on()
    assert len(acts(firm)) == 3
    # tasks of people count only where that is configured
    known = [task["ID"] for task in made(firm)]
    invoice = paid(firm, "mount")
    (own,) = (task for task in made(firm) if task["ID"] not in known)
    foreign = firm.portal.add_task(by=3, TITLE="Позвонить", RESPONSIBLE_ID=3, UF_CRM_TASK=[f"SI_{invoice}"])
    close(firm, own)
    assert len(acts(firm)) == 4
    firm.write(sections="[invoice]\ncount_bound_tasks = true\n")
    firm.portal.renew_task(own["ID"])
    firm.run_on()
    close(firm, own)
    assert len(acts(firm)) == 4
    close(firm, {"ID": foreign})
    assert len(acts(firm)) == 5
    firm.quiet()


def test_a_task_still_to_be_made_keeps_the_set_open_until_a_person_settles_it(firm: Firm) -> None:
    more = (
        PAID_RULE.format(**firm.company.sections)
        + '[[rules.steps]]\nuse = "create_task"\nresponsible = "user:8"\n'
        + ACT_RULE
    )
    firm.write(rules=more)
    invoice = firm.invoice()
    firm.portal.set_rows(
        INVOICE, invoice, [{"productId": firm.company.products["mount"], "price": "100", "quantity": 1}]
    )
    firm.run_on()
    firm.move(invoice, PAID)
    firm.later()
    firm.poll(expect=1)
    [(failed, state, error)] = firm.query(
        "SELECT id, state, error FROM actions WHERE rule = 'paid' AND step = 'create_task'"
    )
    assert state == "failed"
    assert "Глеб Захаров" in error
    (task,) = made(firm)
    close(firm, task)
    assert not acts(firm)
    assert firm.run("cancel", str(failed)).code == 0
    firm.run_on()
    firm.run_on()
    assert len(acts(firm)) == 1
    firm.quiet()
