"""Every automation of the contract, by the rules of ``sample.toml``.

Done once, told in words, and not done again by a second poll.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE
from tests.support.cli import REJECTED
from tests.support.firm import Firm, opened

OBJECT = 1046


def _ended(action: dict[str, Any]) -> dict[str, Any]:
    """How an action ended, without what it said before that it would do."""
    return {name: value for name, value in action["result"].items() if name != "intent"}


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """The example at work on Monday, 2 March 2026, 13:00 in Moscow, after its baseline."""
    with opened(tmp_path / "firm") as firm:
        firm.use_sample()
        assert firm.poll()["baseline"]
        yield firm


def test_a1_the_head_of_the_managers_department_hears_of_a_new_invoice_once(firm: Firm) -> None:
    invoice = firm.invoice(150_000)
    firm.run_on()
    assert firm.only("head-knows")["state"] == "done"
    result = firm.only("head-knows")["result"]
    assert (result["changed"], result["to"]) == (True, [firm.company.users["sales_head"]])
    assert result["intent"]["names"] == ["Марина Орлова"]
    (said,) = firm.told("sales_head")
    assert said.startswith(
        f"Новый счёт № {firm.number(invoice)} на 150\xa0000,00\xa0₽, клиент ООО «Ромашка», менеджер Иван "
        f"Петров: http"
    )
    firm.quiet()
    assert len(firm.told("sales_head")) == 1


def test_a2_the_project_lead_hears_of_every_status_of_a_deals_invoice_and_of_no_other(firm: Firm) -> None:
    invoice, alone = (
        firm.invoice(1000),
        firm.portal.add_invoice("Без сделки", assignedById=firm.company.users["manager"]),
    )
    firm.run_on()
    firm.send(invoice)
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
    assert [(one["entity"], one["state"]) for one in firm.of_rule("lead-knows-status")] == [
        (f"invoice:{invoice}", "done")
    ] * 3
    firm.quiet()


def test_a3_what_people_will_get_and_got_is_booked_and_told_once(firm: Firm) -> None:
    invoice = firm.invoice(150_000)
    firm.run_on()
    firm.pay(invoice)
    firm.run_on()
    firm.quiet()
    manager, lead = firm.company.users["manager"], firm.company.users["lead"]
    rows = firm.run("commission", "--json").rows
    assert [(row["user"], row["role"], row["state"], row["amount"], row["currency"]) for row in rows] == [
        (manager, "invoice.responsible", "expected", "7500.00", "RUB"),
        (lead, "project_lead", "expected", "3750.00", "RUB"),
        (manager, "invoice.responsible", "earned", "7500.00", "RUB"),
        (lead, "project_lead", "earned", "3750.00", "RUB"),
    ]
    number = firm.number(invoice)
    for who, amount, other in (
        ("manager", "7\xa0500,00\xa0₽", "3\xa0750,00\xa0₽"),
        ("lead", "3\xa0750,00\xa0₽", "7\xa0500,00\xa0₽"),
    ):
        told = "\n".join(firm.told(who))
        assert told.count(f"Ваше вознаграждение после оплаты: {amount}.") == 1
        assert told.count(f"Счёт № {number} оплачен. Ваше вознаграждение: {amount}.") == 1
        assert other not in told  # nobody hears what another gets
    booked = firm.only("commission-expected", "commission")
    assert booked["result"]["rows"][0] == {
        "user": manager,
        "name": "Иван Петров",
        "role": "invoice.responsible",
        "percent": "5",
        "state": "expected",
        "amount": "7500.00",
        "currency": "RUB",
    }


def test_a4_a_due_date_on_a_day_off_moves_to_the_next_working_day(firm: Firm) -> None:
    off, fine = firm.invoice(due=date(2026, 5, 9)), firm.invoice(due=date(2026, 5, 13))
    firm.run_on()
    assert _due(firm, off) == "2026-05-12"  # 9 May is a Saturday; Monday, 11 May, is given for it
    assert _due(firm, fine) == "2026-05-13"
    moved, kept = firm.of_rule("due-on-working-day")
    assert _ended(moved) == {
        "changed": True,
        "original": "2026-05-09",
        "due_date": "2026-05-12",
        "calendar_status": "published",
    }
    assert kept["result"]["changed"] is False
    firm.quiet()
    assert _due(firm, off) == "2026-05-12"


def test_b1_the_invoice_goes_to_the_contact_of_its_deal(firm: Firm) -> None:
    invoice = firm.invoice(150_000)
    firm.send(invoice)
    firm.run_on()
    (mail,) = firm.mailed()
    assert mail.recipients == ("anna@romashka.example", "manager@example.ru")
    done = firm.only("mail-invoice")
    assert done["state"] == "done"
    assert done["result"]["to"] == ["anna@romashka.example"]
    assert done["result"]["message_id"] == mail.message["Message-ID"]
    firm.quiet()


def test_b2_an_unpaid_invoice_is_reminded_of_by_schedule(firm: Firm) -> None:
    invoice = firm.invoice(90_000, due=date(2026, 3, 12))
    firm.send(invoice)
    firm.run_on()
    firm.at(
        datetime(2026, 3, 10, 6, 59, tzinfo=UTC)
    )  # -3 is Monday, 9 March, a day off: on Tuesday at 10:00 in Moscow
    firm.poll()
    assert not firm.of_rule("remind", "--entity", f"invoice:{invoice}")
    firm.at(datetime(2026, 3, 10, 7, 0, tzinfo=UTC))
    firm.poll()
    assert firm.only("remind", entity=f"invoice:{invoice}")["state"] == "done"
    assert firm.mailed()[-1].message["Subject"] == f"Напоминание об оплате счёта № {firm.number(invoice)}"
    assert "12.03.2026, истекает срок оплаты" in _text(firm.mailed()[-1])
    firm.quiet()


def test_b3_a_paid_invoice_moves_its_deal_makes_tasks_and_tells_the_manager(firm: Firm) -> None:
    invoice = firm.invoice()
    firm.portal.set_rows(INVOICE, invoice, _rows(firm, mount=2, design=1, paint=4))
    firm.run_on()
    firm.pay(invoice)
    firm.run_on()
    moved, made, told = firm.of_rule("paid")
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
    firm.quiet()


def test_b4_when_all_tasks_are_done_the_accountant_prepares_the_act(firm: Firm) -> None:
    invoice = firm.invoice()
    firm.portal.set_rows(INVOICE, invoice, _rows(firm, mount=2, design=1))
    firm.run_on()
    firm.pay(invoice)
    firm.run_on()
    first, second = firm.only("paid", "create_tasks")["result"]["task_ids"]
    firm.later()
    firm.portal.complete_task(first)
    firm.run_on()
    assert not firm.of_rule("act")
    firm.portal.complete_task(second)
    firm.run_on()
    done = firm.only("act")
    task = firm.portal.task(done["result"]["task_id"]) or {}
    assert task["TITLE"] == f"Подготовить и согласовать акт по счёту № {firm.number(invoice)}"
    assert task["RESPONSIBLE_ID"] == firm.company.users["accountant"]
    assert task["DEADLINE"].date() == date(2026, 3, 5)
    firm.quiet()


def test_c1_a_new_deal_gets_the_data_of_its_building_and_district(firm: Firm) -> None:
    deal = firm.portal.add_deal(
        "Отделка",
        categoryId=0,
        stageId="NEW",
        UF_CRM_BUILDING=701,
        assignedById=firm.company.users["manager"],
    )
    firm.run_on()
    item = firm.portal.item(DEAL, deal) or {}
    assert (item["UF_CRM_ADDRESS"], item["UF_CRM_DISTRICT"]) == (
        "Москва, Пресненская наб., 12",
        "Пресненский",
    )
    assert firm.only("fill-deal")["state"] == "done"
    assert set(firm.only("fill-deal")["result"]["fields"]) == {"UF_CRM_ADDRESS", "UF_CRM_DISTRICT"}
    firm.quiet()


def test_c2_a_tracked_task_that_is_closed_gives_one_meeting(firm: Firm) -> None:
    deal, manager = firm.company.deals[0], firm.company.users["manager"]
    tracked, other = (
        firm.portal.add_task(by=manager, TITLE=title, RESPONSIBLE_ID=5, UF_CRM_TASK=[f"D_{deal}"], TAGS=tags)
        for title, tags in (("Установить стойку", ["контроль"]), ("Прибрать", []))
    )
    firm.run_on()
    firm.portal.complete_task(tracked)
    firm.portal.complete_task(other)
    firm.run_on()
    done = firm.only("check-with-client")
    assert done["state"] == "done"
    (meeting,) = [one for one in firm.portal.activities if one["TYPE_ID"] == 1]
    assert meeting["SUBJECT"] == "Проверить и согласовать с клиентом: Установить стойку"
    assert (meeting["OWNER_TYPE_ID"], meeting["OWNER_ID"], meeting["RESPONSIBLE_ID"]) == (DEAL, deal, manager)
    assert meeting["START_TIME"] == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)  # tomorrow, 11:00 in Moscow
    assert meeting["COMPLETED"] == "N"
    firm.quiet()


def test_c3_a_deal_in_execution_changes_hands_and_gets_invoice_commission_and_task(firm: Firm) -> None:
    deal, users = firm.company.deals[0], firm.company.users
    before = set(firm.portal.item_ids(INVOICE))
    firm.move_deal(deal, "EXECUTING")
    firm.run_on()
    steps = firm.of_rule("execution")
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
    firm.settle()
    assert set(firm.portal.item_ids(INVOICE)) - before == {invoice}
    assert [one["entity"] for one in firm.of_rule("head-knows")] == [
        f"invoice:{invoice}"
    ]  # rules see what steps make
    firm.quiet()


def test_c3_the_contact_goes_back_when_the_deal_leaves_execution(firm: Firm) -> None:
    firm.move_deal(firm.company.deals[1], "FINAL_INVOICE")
    firm.run_on()
    done = firm.only("execution-left")
    assert done["state"] == "done"
    assert _responsible(firm, CONTACT, firm.company.contacts["second"]) == firm.company.users["manager2"]
    firm.quiet()


def test_a_new_object_is_noted_on_its_deal(firm: Firm) -> None:
    made = firm.portal.add_item(
        OBJECT,
        firm.company.users["manager"],
        title="Причал",
        stageId=f"DT{OBJECT}_11:NEW",
        parentId2=firm.company.deals[2],
    )
    firm.run_on()
    assert firm.only("note-object", "update_fields")["entity"] == f"object:{made}"
    assert (firm.portal.item(DEAL, firm.company.deals[2]) or {})["UF_CRM_OBJECT_NAME"] == "Причал"
    firm.quiet()


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
    firm.quiet()


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
