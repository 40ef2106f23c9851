"""``notify``: who is told, what, and that it shows once."""

from __future__ import annotations

import re

import pytest

from b24sync.domain.settings import CommissionSettings
from b24sync.ports import Done, Failed, Skipped
from b24sync.sandbox import Fault
from b24sync.steps.builtin_texts import NOTICES
from b24sync.steps.notify import Notify
from tests.support.steps import Bench, settings_for_tests

SHORT = {"invoice.sent", "invoice.paid", "invoice.rejected"}
"""Statuses, which are no events."""


@pytest.fixture
def bench() -> Bench:
    return Bench(settings_for_tests(people={"lead": "deal.fields.UF_CRM_PROJECT_LEAD"}))


def test_each_recipient_gets_one_notice_and_all_go_out_together(bench: Bench) -> None:
    users, invoice = bench.company.users, bench.company.invoices[0]
    result = bench.run(
        Notify(to=("responsible", "lead", "responsible"), text="Счёт {{ invoice.number }}"),
        "invoice.created",
        invoice,
    )
    assert result == Done(details={"to": [users["manager"], users["lead"]]})
    assert [(n["USER_ID"], n["MESSAGE"], n["CLIENT_ID"]) for n in bench.portal.notifications] == [
        (users["manager"], "Счёт 1", "b24sync"),
        (users["lead"], "Счёт 1", "b24sync"),
    ]


def test_told_twice_it_shows_once(bench: Bench) -> None:
    step = Notify(to=("responsible",), text="x")
    bench.run(step, "invoice.created", bench.company.invoices[0])
    bench.run(step, "invoice.created", bench.company.invoices[0])
    assert len(bench.portal.notifications_all) == 2
    assert len(bench.portal.notifications) == 1


def test_another_action_shows_beside_it(bench: Bench) -> None:
    step = Notify(to=("responsible",), text="x")
    bench.run(step, "invoice.created", bench.company.invoices[0])
    bench.run(step, "invoice.created", bench.company.invoices[0], marker="b24sync:a2")
    assert len(bench.portal.notifications) == 2


def test_a_long_marker_is_cut_to_a_tag_that_still_tells_actions_apart(bench: Bench) -> None:
    step = Notify(to=("responsible",), text="x")
    for end in "ab":
        bench.run(step, "invoice.created", bench.company.invoices[0], marker="b24sync:" + "x" * 300 + end)
    tags = {n["TAG"] for n in bench.portal.notifications}
    assert len(tags) == 2
    assert all(len(tag) < 250 for tag in tags)


def test_a_dismissed_one_is_left_out_and_that_is_said(bench: Bench) -> None:
    users = bench.company.users
    result = bench.run(
        Notify(to=(f"user:{users['dismissed']}", f"user:{users['lead']}"), text="x"),
        "deal.created",
        bench.company.deals[0],
    )
    assert result.details["to"] == [users["lead"]]
    assert "is dismissed" in result.details["left_out"][0]


def test_nobody_found_skips_the_step(bench: Bench) -> None:
    dismissed = bench.company.users["dismissed"]
    result = bench.run(Notify(to=(f"user:{dismissed}",), text="x"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Skipped)
    assert result.reason == "nobody"
    assert not bench.portal.notifications_all


def test_a_text_that_comes_out_empty_says_nothing(bench: Bench) -> None:
    result = bench.run(
        Notify(to=("responsible",), text="{% if deal.amount < 0 %}!{% endif %}"),
        "deal.created",
        bench.company.deals[0],
    )
    assert result.reason == "empty_text"
    assert not bench.portal.notifications_all


def test_text_of_the_crm_is_no_bbcode(bench: Bench) -> None:
    deal = bench.portal.add_deal("[B]x[/B] [URL=http://evil]", assignedById=bench.company.users["manager"])
    bench.run(Notify(to=("responsible",), text="{{ deal.title }}"), "deal.created", deal)
    assert "[B]" not in bench.portal.notifications[0]["MESSAGE"]
    assert "[URL" not in bench.portal.notifications[0]["MESSAGE"]


def test_a_refused_notice_fails_with_the_portals_words(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault("error", method="im.notify.system.add", code="ACCESS_DENIED", description="No way")
    )
    result = bench.run(Notify(to=("responsible",), text="x"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert "No way" in result.message


def test_a_missing_scope_is_named() -> None:
    from b24sync.sandbox import SandboxSettings

    bench = Bench(sandbox_settings=SandboxSettings(scopes=("crm", "user", "department", "task")))
    result = bench.run(Notify(to=("responsible",), text="x"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert "scope" in result.message
    assert "im" in result.message


def test_where_notices_without_author_are_unknown_the_owner_is_the_author(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault(
            "error",
            method="im.notify.system.add",
            code="ERROR_METHOD_NOT_FOUND",
            description="Method not found!",
            times=2,
        )
    )
    result = bench.run(Notify(to=("responsible", "lead"), text="x"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Done)
    assert [n["kind"] for n in bench.portal.notifications] == ["personal", "personal"]


def test_a_text_with_an_unknown_name_fails_and_tells_nobody(bench: Bench) -> None:
    result = bench.run(
        Notify(to=("responsible",), text="{{ deal.titel }}"), "deal.created", bench.company.deals[0]
    )
    assert isinstance(result, Failed)
    assert "titel" in result.message
    assert not bench.portal.notifications_all


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize(
    ("name", "moved"),
    [
        *[(name, {}) for name in NOTICES if "." in name and name not in SHORT],
        ("invoice.status_changed", {"from_": "sent", "to": "paid", "to_stage": "DT31_1:P"}),
        ("invoice.status_changed", {"from_": "draft", "to": "sent", "to_stage": "DT31_1:S"}),
        ("invoice.status_changed", {"from_": None, "to": "rejected", "to_stage": "DT31_1:D"}),
        (
            "deal.stage_changed",
            {"from_": "NEW", "to": "EXECUTING", "from_stage": "NEW", "to_stage": "EXECUTING"},
        ),
        ("object.created", {}),
        ("object.updated", {"changes": {"title": ["a", "b"]}}),
        ("object.stage_changed", {"from_": None, "to": "DT1046_9:NEW"}),
        ("object.deleted", {}),
    ],
)
def test_every_event_has_a_notice_of_its_own(name: str, moved: dict[str, object], lang: str) -> None:
    bench = Bench(settings_for_tests(commission=CommissionSettings()))
    ids = {"invoice": bench.company.invoices, "deal": bench.company.deals, "task": bench.company.tasks}
    entity_id = ids.get(name.partition(".")[0], bench.company.objects)[0]
    manager = bench.company.users["manager"]
    result = bench.run(Notify(to=(f"user:{manager}",)), name, entity_id, lang=lang, **moved)
    assert isinstance(result, Done), result
    text = bench.portal.notifications[0]["MESSAGE"]
    assert text.strip()
    assert not re.search("KIND|COMMISSION|ABOUT|DETAILS|{{|None", text)


def test_the_notice_of_a_paid_invoice_tells_the_commission() -> None:
    bench = Bench(settings_for_tests(commission=CommissionSettings()))
    moved = {"from_": "sent", "to": "paid", "to_stage": "DT31_1:P"}
    bench.run(Notify(to=("responsible",)), "invoice.status_changed", bench.company.invoices[2], **moved)
    text = bench.portal.notifications[0]["MESSAGE"]
    assert text.startswith("Счёт оплачен: № 3 на 150\u00a0501,10\u00a0₽")
    assert "500,00\u00a0₽" in text


def test_a_move_is_told_by_the_names_of_the_stages(bench: Bench) -> None:
    moved = {"from_": "NEW", "to": "EXECUTING", "from_stage": "NEW", "to_stage": "EXECUTING"}
    bench.run(Notify(to=("responsible",)), "deal.stage_changed", bench.company.deals[1], **moved)
    assert "«Новая» → «В работе»" in bench.portal.notifications[0]["MESSAGE"]
