"""``create_activity``: meetings and calls once, to-dos at most once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24sync.domain.values import Deadline
from b24sync.ports import Done, Failed, OnLostAnswer, Skipped
from b24sync.sandbox import Fault
from b24sync.steps.create_activity import CreateActivity
from tests.support.steps import Bench, LostAnswerError


@pytest.fixture
def bench() -> Bench:
    return Bench()


def own(bench: Bench) -> list[dict[str, Any]]:
    return [row for row in bench.portal.activities if row["TYPE_ID"] != 3]


def test_a_meeting_with_the_contact_of_the_deal(bench: Bench) -> None:
    company = bench.company
    step = CreateActivity(subject="Согласовать: {{ task.title }}", start=Deadline.parse("+1wd 11:00"))
    result = bench.run(step, "task.completed", company.tasks[0])
    (row,) = own(bench)
    assert result == Done(details={"activity_id": row["ID"]})
    assert (row["TYPE_ID"], row["OWNER_TYPE_ID"], row["OWNER_ID"]) == (1, 2, company.deals[0])
    assert row["SUBJECT"] == "Согласовать: Снять размеры на объекте"
    assert row["RESPONSIBLE_ID"] == company.users["manager"]
    assert [(effects["ENTITY_TYPE_ID"], effects["ENTITY_ID"]) for effects in row["COMMUNICATIONS"]] == [
        (3, company.contacts["with_email"])
    ]
    assert (row["START_TIME"], row["END_TIME"]) == (
        datetime(2026, 3, 3, 8, 0, tzinfo=UTC),
        datetime(2026, 3, 3, 9, 0, tzinfo=UTC),
    )
    assert (row["ORIGINATOR_ID"], row["ORIGIN_ID"]) == ("b24sync", "b24sync:a1")


@pytest.mark.parametrize("kind", ["meeting", "call"])
def test_after_a_lost_answer_it_is_found(bench: Bench, kind: Any) -> None:
    bench.lose_answer_of("crm.activity.add")
    with pytest.raises(LostAnswerError):
        bench.run(CreateActivity(kind=kind), "deal.created", bench.company.deals[0])
    result = bench.run(CreateActivity(kind=kind), "deal.created", bench.company.deals[0], attempt=2)
    assert (result.changed, result.details) == (False, {"activity_id": own(bench)[0]["ID"]})
    assert len(own(bench)) == 1


def test_another_action_makes_another_one(bench: Bench) -> None:
    bench.run(CreateActivity(), "deal.created", bench.company.deals[0])
    bench.run(CreateActivity(), "deal.created", bench.company.deals[0], marker="b24sync:a2")
    assert len(own(bench)) == 2


def test_a_todo_has_no_marker_and_is_told_at_most_once(bench: Bench) -> None:
    result = bench.run(
        CreateActivity(kind="todo", start=Deadline.parse("+2d 12:30")), "deal.created", bench.company.deals[2]
    )
    (row,) = own(bench)
    assert result.details == {"activity_id": row["ID"]}
    assert bench.told[0].on_lost_answer is OnLostAnswer.ONCE
    assert row["SUBJECT"] == "Проверить: сделка «Проект вентиляции склада»"
    assert row["DEADLINE"] == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def test_without_a_contact_it_is_with_the_company(bench: Bench) -> None:
    firm = bench.company.companies["stroy"]
    deal = bench.portal.add_deal("Без контакта", companyId=firm, assignedById=2)
    bench.run(CreateActivity(kind="call"), "deal.created", deal)
    (row,) = own(bench)
    (talk,) = row["COMMUNICATIONS"]
    assert (talk["ENTITY_TYPE_ID"], talk["ENTITY_ID"]) == (4, firm)
    assert (talk["TYPE"], talk["VALUE"]) == ("PHONE", bench.entity("company", firm)["phones"][0])
    assert row["TYPE_ID"] == 2


def test_a_call_is_with_the_company_if_the_contact_has_no_phone(bench: Bench) -> None:
    mute = bench.portal.add_contact("Глеб", "Безмолвный")
    firm = bench.portal.add_company("ООО «Причал»", phone="+78120000000")
    deal = bench.portal.add_deal("Звонить в контору", contactId=mute, companyId=firm, assignedById=2)
    bench.run(CreateActivity(kind="call"), "deal.created", deal)
    bench.run(CreateActivity(kind="meeting"), "deal.created", deal, marker="b24sync:a2")
    assert [(row["TYPE_ID"], row["COMMUNICATIONS"][0]["ENTITY_ID"]) for row in own(bench)] == [
        (2, firm),
        (1, mute),
    ]


def test_a_call_to_nobody_with_a_phone_fails_and_says_what_to_do(bench: Bench) -> None:
    mute = bench.portal.add_contact("Глеб", "Безмолвный")
    deal = bench.portal.add_deal("Некуда звонить", contactId=mute, assignedById=2)
    result = bench.run(CreateActivity(kind="call"), "deal.created", deal)
    assert isinstance(result, Failed)
    assert result.message == (
        f"deal:{deal}: a call needs a phone number of the contact or the company "
        "(add one, then b24sync retry)"
    )
    assert not own(bench)


def test_without_any_client_a_meeting_fails_and_says_what_to_do(bench: Bench) -> None:
    deal = bench.portal.add_deal("Без клиента", assignedById=2)
    result = bench.run(CreateActivity(), "deal.created", deal)
    assert isinstance(result, Failed)
    assert "contact" in result.message
    assert not own(bench)


def test_without_a_deal_it_belongs_to_the_contact(bench: Bench) -> None:
    contact = bench.company.contacts["second"]
    invoice = bench.portal.add_invoice("Без сделки", contactId=contact, assignedById=2)
    bench.run(CreateActivity(), "invoice.created", invoice)
    assert (own(bench)[0]["OWNER_TYPE_ID"], own(bench)[0]["OWNER_ID"]) == (3, contact)


def test_a_task_bound_to_nothing_gets_none(bench: Bench) -> None:
    assert bench.run(CreateActivity(), "task.completed", bench.company.tasks[2]) == Skipped("no_deal")


def test_a_fired_responsible_fails(bench: Bench) -> None:
    step = CreateActivity(responsible=f"user:{bench.company.users['dismissed']}")
    result = bench.run(step, "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert "dismissed" in result.message
    assert not own(bench)


def test_a_refusal_fails_with_the_portals_words(bench: Bench) -> None:
    bench.portal.faults.add(Fault("error", method="crm.activity.add", code="", description="Access denied."))
    result = bench.run(CreateActivity(), "deal.created", bench.company.deals[0])
    assert "Access denied." in result.message
    assert "right" in result.message
