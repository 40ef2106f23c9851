"""``assign``: deal, contact and company go to somebody."""

from __future__ import annotations

import pytest

from b24sync.domain.entity import Key
from b24sync.ports import Done, Failed, Skipped
from b24sync.sandbox import Fault
from b24sync.steps.assign import Assign
from tests.support.steps import Bench, LostAnswerError, settings_for_tests

DEAL, CONTACT, COMPANY = 2, 3, 4


@pytest.fixture
def bench() -> Bench:
    return Bench(settings_for_tests(people={"lead": "deal.fields.UF_CRM_PROJECT_LEAD"}))


def responsible(bench: Bench, kind: int, item_id: int) -> int:
    item = bench.portal.item(kind, item_id)
    assert item is not None
    return int(item["assignedById"])


def test_deal_and_contact_go_to_the_project_lead(bench: Bench) -> None:
    deal, contact, lead = (
        bench.company.deals[0],
        bench.company.contacts["with_email"],
        bench.company.users["lead"],
    )
    result = bench.run(Assign(to=("lead",)), "deal.stage_changed", deal)
    assert result.details == {
        "user_id": lead,
        "already": [],
        "changed": [f"deal:{deal}", f"contact:{contact}"],
    }
    assert responsible(bench, DEAL, deal) == lead == responsible(bench, CONTACT, contact)
    assert bench.told[1].entity == Key("contact", contact)
    assert bench.told[1].sets == {"responsible_id": lead}


def test_what_is_with_the_person_already_is_not_written(bench: Bench) -> None:
    step = Assign(targets=("deal", "contact", "company"), to=("lead",))
    bench.run(step, "deal.created", bench.company.deals[0])
    written = len(bench.told)
    result = bench.run(step, "deal.created", bench.company.deals[0])
    assert isinstance(result, Done)
    assert not result.changed
    assert len(bench.told) == written == 3


def test_the_first_active_one_gets_it(bench: Bench) -> None:
    users = bench.company.users
    step = Assign(targets=("deal",), to=(f"user:{users['dismissed']}", f"user:{users['lawyer']}"))
    bench.run(step, "deal.created", bench.company.deals[0])
    assert responsible(bench, DEAL, bench.company.deals[0]) == users["lawyer"]


def test_nobody_active_skips_and_changes_nothing(bench: Bench) -> None:
    step = Assign(to=(f"user:{bench.company.users['dismissed']}",))
    result = bench.run(step, "deal.created", bench.company.deals[0])
    assert isinstance(result, Skipped)
    assert result.reason == "nobody"
    assert "dismissed" in result.details["message"]
    assert not bench.told


def test_a_missing_target_is_said(bench: Bench) -> None:
    result = bench.run(
        Assign(targets=("deal", "company"), to=("lead",)), "deal.created", bench.company.deals[2]
    )
    assert result.details["missing"] == ["company"]


def test_where_nothing_is_there_it_is_skipped(bench: Bench) -> None:
    invoice = bench.portal.add_invoice("Без сделки")
    result = bench.run(Assign(to=("responsible",)), "invoice.created", invoice)
    assert result.reason == "no_targets"


def test_a_refusal_says_what_was_changed_and_what_was_not(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault("error", method="crm.item.update", after=1, code="ACCESS_DENIED", description="Доступ запрещён")
    )
    deal, contact = bench.company.deals[0], bench.company.contacts["with_email"]
    result = bench.run(Assign(to=("lead",)), "deal.created", deal)
    assert isinstance(result, Failed)
    assert f"contact:{contact}" in result.message.split("changed so far")[0]
    assert f"changed so far: deal:{deal}" in result.message


def test_a_lost_answer_of_several_writes_is_asked_for_again_at_once(bench: Bench) -> None:
    bench.lose_answer_of("crm.item.update", after=1)
    assert bench.run(Assign(to=("lead",)), "deal.created", bench.company.deals[0]).changed
    assert responsible(bench, CONTACT, bench.company.contacts["with_email"]) == bench.company.users["lead"]


def test_a_lost_answer_is_made_good_by_the_next_try(bench: Bench) -> None:
    step = Assign(targets=("deal",), to=("lead",))
    bench.lose_answer_of("crm.item.update")
    with pytest.raises(LostAnswerError):
        bench.run(step, "deal.created", bench.company.deals[0])
    assert not bench.run(step, "deal.created", bench.company.deals[0]).changed
    assert responsible(bench, DEAL, bench.company.deals[0]) == bench.company.users["lead"]
