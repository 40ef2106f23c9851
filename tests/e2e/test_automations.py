"""Every automation of the contract, by the rules of ``sample.toml``.

Done once, told in words, and not done again by a second poll.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE
from tests.support.cli import REJECTED
from tests.support.firm import Firm, opened
from tests.support.here import poll_here, quiet_here, run_on_here

OBJECT = 1046


def _ended(action: dict[str, Any]) -> dict[str, Any]:
    """How an action ended, without what it said before that it would do."""
    return {name: value for name, value in action["result"].items() if name != "intent"}


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """The example at work on Monday, 2 March 2026, 13:00 in Moscow, after its baseline."""
    with opened(tmp_path / "firm") as firm:
        firm.use_sample()
        assert poll_here(firm)["baseline"]
        yield firm


def of_rule(firm: Firm, rule: str, entity: int | None = None) -> list[dict[str, Any]]:
    """The actions of a rule (on one entity), oldest first, read behind the program's back."""
    found = firm.query(
        "SELECT step, kind || ':' || entity_id, state, result FROM actions "
        "WHERE rule = ? AND entity_id = coalesce(?, entity_id) ORDER BY id",
        rule,
        entity,
    )
    return [
        {"step": step, "entity": of, "state": state, "result": json.loads(result)}
        for step, of, state, result in found
    ]


def only(firm: Firm, rule: str, entity: int | None = None, *, step: str = "") -> dict[str, Any]:
    """The only action of a rule (on one entity, of one step)."""
    (found,) = [one for one in of_rule(firm, rule, entity) if step in {"", one["step"]}]
    return found


def test_a1_to_b1_of_a_new_sent_and_paid_invoice_people_hear_and_the_client_gets_it(firm: Firm) -> None:
    # A1: the head of the manager's department hears of a new invoice once
    invoice = firm.invoice(150_000)
    firm.run_on()
    head = only(firm, "head-knows")
    assert head["state"] == "done"
    assert (head["result"]["changed"], head["result"]["to"]) == (True, [firm.company.users["sales_head"]])
    assert head["result"]["intent"]["names"] == ["Марина Орлова"]
    number = firm.number(invoice)
    (said,) = firm.told("sales_head")
    assert said.startswith(
        f"Новый счёт № {number} на 150\xa0000,00\xa0₽, клиент ООО «Ромашка», менеджер Иван Петров: http"
    )
    # B1: it goes to the contact of its deal
    firm.send(invoice)
    firm.run_on()
    (mail,) = firm.mailed()
    assert mail.recipients == ("anna@romashka.example", "manager@example.ru")
    done = only(firm, "mail-invoice")
    assert done["state"] == "done"
    assert done["result"]["to"] == ["anna@romashka.example"]
    assert done["result"]["message_id"] == mail.message["Message-ID"]
    assert len(firm.told("sales_head")) == 1
    # A2: the project lead hears of every status of a deal's invoice and of no other
    alone = firm.portal.add_invoice("Без сделки", assignedById=firm.company.users["manager"])
    firm.run_on()
    firm.move(alone, REJECTED)
    firm.move(invoice, firm.company.custom_stage)
    firm.pay(invoice)
    firm.run_on()
    told = [said for said in firm.told("lead") if said.startswith("Счёт №") and "по сделке" in said]
    assert [said.partition("»: ")[2].partition(". ")[0] for said in told] == [
        "«Новый» → «Отправлен клиенту»",
        "«Отправлен клиенту» → «Частично оплачен»",
        "«Частично оплачен» → «Оплачен»",
    ]
    assert [(one["entity"], one["state"]) for one in of_rule(firm, "lead-knows-status")] == [
        (f"invoice:{invoice}", "done")
    ] * 3
    quiet_here(firm)
    assert len([said for said in firm.told("sales_head") if number in said.partition(",")[0]]) == 1
    assert len(firm.mailed()) == 1
    # A3: what people will get and got is booked and told once
    manager, lead = firm.company.users["manager"], firm.company.users["lead"]
    rows = [row for row in firm.run("commission", "--json").rows if row["entity"] == f"invoice:{invoice}"]
    assert [(row["user"], row["role"], row["state"], row["amount"], row["currency"]) for row in rows] == [
        (manager, "invoice.responsible", "expected", "7500.00", "RUB"),
        (lead, "project_lead", "expected", "3750.00", "RUB"),
        (manager, "invoice.responsible", "earned", "7500.00", "RUB"),
        (lead, "project_lead", "earned", "3750.00", "RUB"),
    ]
    for who, amount, other in (
        ("manager", "7\xa0500,00\xa0₽", "3\xa0750,00\xa0₽"),
        ("lead", "3\xa0750,00\xa0₽", "7\xa0500,00\xa0₽"),
    ):
        heard = "\n".join(firm.told(who))
        assert heard.count(f"Ваше вознаграждение после оплаты: {amount}.") == 1
        assert heard.count(f"Счёт № {number} оплачен. Ваше вознаграждение: {amount}.") == 1
        assert other not in heard  # nobody hears what another gets
    booked = only(firm, "commission-expected", invoice, step="commission")
    assert booked["result"]["rows"][0] == {
        "user": manager,
        "name": "Иван Петров",
        "role": "invoice.responsible",
        "percent": "5",
        "state": "expected",
        "amount": "7500.00",
        "currency": "RUB",
    }


def test_a4_a_due_date_on_a_day_off_moves_and_b2_an_unpaid_invoice_is_reminded_of_by_schedule(
    firm: Firm,
) -> None:
    off, fine = firm.invoice(due=date(2026, 5, 9)), firm.invoice(due=date(2026, 5, 13))
    invoice = firm.invoice(90_000, due=date(2026, 3, 12))
    firm.send(invoice)
    firm.run_on()
    assert _due(firm, off) == "2026-05-12"  # 9 May is a Saturday; Monday, 11 May, is given for it
    assert _due(firm, fine) == "2026-05-13"
    moved, kept = (only(firm, "due-on-working-day", one) for one in (off, fine))
    assert _ended(moved) == {
        "changed": True,
        "original": "2026-05-09",
        "due_date": "2026-05-12",
        "calendar_status": "published",
    }
    assert kept["result"]["changed"] is False
    firm.at(
        datetime(2026, 3, 10, 6, 59, tzinfo=UTC)
    )  # -3 is Monday, 9 March, a day off: on Tuesday at 10:00 in Moscow
    poll_here(firm)
    assert not of_rule(firm, "remind", invoice)
    firm.at(datetime(2026, 3, 10, 7, 0, tzinfo=UTC))
    firm.poll()
    assert only(firm, "remind", invoice)["state"] == "done"
    assert firm.mailed()[-1].message["Subject"] == f"Напоминание об оплате счёта № {firm.number(invoice)}"
    assert "12.03.2026, истекает срок оплаты" in _text(firm.mailed()[-1])
    quiet_here(firm)
    assert _due(firm, off) == "2026-05-12"


def test_b3_a_paid_invoice_moves_its_deal_makes_tasks_and_tells_the_manager_and_b4_then_comes_the_act(
    firm: Firm,
) -> None:
    invoice = firm.invoice()
    firm.portal.set_rows(INVOICE, invoice, _rows(firm, mount=2, design=1, paint=4))
    firm.run_on()
    firm.pay(invoice)
    run_on_here(firm)
    moved, made, told = of_rule(firm, "paid")
    assert [moved["state"], made["state"], told["state"]] == ["done"] * 3
    assert _ended(moved) == {
        "changed": True,
        "deal_id": firm.company.deals[0],
        "from": "PREPARATION",
        "to": "PREPAYMENT_INVOICE",
    }
    mounting, project = (firm.portal.task(number) or {} for number in made["result"]["task_ids"])
    assert (mounting["TITLE"], mounting["RESPONSIBLE_ID"]) == (
        "Смонтировать: Монтаж изделия, 2 шт.",
        firm.company.users["lead"],
    )
    assert mounting["TAGS"] == ["монтаж"]
    assert mounting["DEADLINE"].date() == date(2026, 3, 10)  # five working days after 2 March: 9 March is off
    assert (project["TITLE"], project["DESCRIPTION"]) == (
        f"Проектирование по счёту № {firm.number(invoice)}",
        "Дизайн-проект: 1\n",
    )
    assert project["UF_CRM_TASK"] == [f"SI_{invoice}", f"D_{firm.company.deals[0]}"]
    assert [said for said in firm.told("manager") if "стадия «Счёт на предоплату»" in said]
    # B4: when all tasks are done, the accountant prepares the act
    first, second = made["result"]["task_ids"]
    firm.later()
    firm.portal.complete_task(first)
    run_on_here(firm)
    assert not of_rule(firm, "act")
    firm.portal.complete_task(second)
    run_on_here(firm)
    done = only(firm, "act")
    task = firm.portal.task(done["result"]["task_id"]) or {}
    assert task["TITLE"] == f"Подготовить и согласовать акт по счёту № {firm.number(invoice)}"
    assert task["RESPONSIBLE_ID"] == firm.company.users["accountant"]
    assert task["DEADLINE"].date() == date(2026, 3, 5)
    quiet_here(firm)


def test_c_deals_get_their_building_contacts_go_back_objects_are_noted_and_closed_tasks_give_meetings(
    firm: Firm,
) -> None:
    deal = firm.portal.add_deal(
        "Отделка",
        categoryId=0,
        stageId="NEW",
        UF_CRM_BUILDING=701,
        assignedById=firm.company.users["manager"],
    )
    firm.move_deal(firm.company.deals[1], "FINAL_INVOICE")
    made = firm.portal.add_item(
        OBJECT,
        firm.company.users["manager"],
        title="Причал",
        stageId=f"DT{OBJECT}_11:NEW",
        parentId2=firm.company.deals[2],
    )
    first, manager = firm.company.deals[0], firm.company.users["manager"]
    tracked, other = (
        firm.portal.add_task(by=manager, TITLE=title, RESPONSIBLE_ID=5, UF_CRM_TASK=[f"D_{first}"], TAGS=tags)
        for title, tags in (("Установить стойку", ["контроль"]), ("Прибрать", []))
    )
    firm.run_on()
    # C1: a new deal gets the data of its building and district
    item = firm.portal.item(DEAL, deal) or {}
    assert (item["UF_CRM_ADDRESS"], item["UF_CRM_DISTRICT"]) == (
        "Москва, Пресненская наб., 12",
        "Пресненский",
    )
    assert only(firm, "fill-deal")["state"] == "done"
    assert set(only(firm, "fill-deal")["result"]["fields"]) == {"UF_CRM_ADDRESS", "UF_CRM_DISTRICT"}
    # C3: the contact goes back when the deal leaves execution
    done = only(firm, "execution-left")
    assert done["state"] == "done"
    assert _responsible(firm, CONTACT, firm.company.contacts["second"]) == firm.company.users["manager2"]
    # a new object is noted on its deal
    assert only(firm, "note-object", step="update_fields")["entity"] == f"object:{made}"
    assert (firm.portal.item(DEAL, firm.company.deals[2]) or {})["UF_CRM_OBJECT_NAME"] == "Причал"
    # C2: a tracked task that is closed gives one meeting
    firm.portal.complete_task(tracked)
    firm.portal.complete_task(other)
    run_on_here(firm)
    done = only(firm, "check-with-client")
    assert done["state"] == "done"
    (meeting,) = [one for one in firm.portal.activities if one["TYPE_ID"] == 1]
    assert meeting["SUBJECT"] == "Проверить и согласовать с клиентом: Установить стойку"
    assert (meeting["OWNER_TYPE_ID"], meeting["OWNER_ID"], meeting["RESPONSIBLE_ID"]) == (
        DEAL,
        first,
        manager,
    )
    assert meeting["START_TIME"] == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # tomorrow, 11:00 in Moscow
    assert meeting["COMPLETED"] == "N"
    quiet_here(firm)


def test_c3_a_deal_in_execution_changes_hands_and_gets_invoice_commission_and_task(firm: Firm) -> None:
    deal, users = firm.company.deals[0], firm.company.users
    before = set(firm.portal.item_ids(INVOICE))
    firm.move_deal(deal, "EXECUTING")
    firm.run_on()
    steps = of_rule(firm, "execution")
    assert [(one["step"], one["state"]) for one in steps] == [
        ("assign", "done"),
        ("create_invoice", "done"),
        ("commission", "done"),
        ("create_task", "done"),
    ], steps
    item = firm.portal.item(DEAL, deal) or {}
    contact = firm.portal.item(CONTACT, item["contactId"]) or {}
    assert (item["assignedById"], contact["assignedById"]) == (users["lead"], users["lead"])
    (invoice,) = set(firm.portal.item_ids(INVOICE)) - before
    made = firm.portal.item(INVOICE, invoice) or {}
    assert made["title"] == "Аванс по сделке «Ремонт офиса на Тверской»"
    assert made["opportunity"] == pytest.approx(item["opportunity"] / 2)
    assert (made["parentId2"], made["contactId"], made["mycompanyId"]) == (
        deal,
        item["contactId"],
        firm.company.my_company,
    )
    assert made["closedate"][:10] == "2026-03-10"
    task = firm.portal.task(steps[3]["result"]["task_id"]) or {}
    assert (task["TITLE"], task["RESPONSIBLE_ID"]) == (
        "Начать работы: Ремонт офиса на Тверской",
        users["lead"],
    )
    quiet_here(firm)
    assert set(firm.portal.item_ids(INVOICE)) - before == {invoice}
    assert [one["entity"] for one in of_rule(firm, "head-knows")] == [
        f"invoice:{invoice}"
    ]  # rules see what steps make


def test_what_was_done_can_be_read_in_processes_of_their_own(firm: Firm) -> None:
    firm.in_english()
    firm.anew = True
    invoice = firm.invoice(150_000)
    firm.send(invoice)
    firm.run_on()
    table = firm.run("actions")
    assert table.code == 0
    for word in ("invoice by mail", "mail-invoice", f"invoice:{invoice}", "done"):
        assert word in table.out
    assert firm.run("status").code == 0
    firm.anew = False
    quiet_here(firm)


def _rows(firm: Firm, **counts: int) -> list[dict[str, Any]]:
    return [
        {"productId": firm.company.products[name], "price": "1000", "quantity": count}
        for name, count in counts.items()
    ]


def _due(firm: Firm, invoice: int) -> str:
    return str((firm.portal.item(INVOICE, invoice) or {})["closedate"])[:10]


def _responsible(firm: Firm, kind: int, number: int) -> Any:
    return (firm.portal.item(kind, number) or {})["assignedById"]


def _text(mail: Any) -> str:
    return str(mail.message.get_body(("plain",)).get_content())
