"""The commission step on a portal: whose, how much, once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24sync.domain.entity import Key
from b24sync.domain.settings import CommissionSettings, RateSettings
from b24sync.ports import Done, Failed, Skipped
from b24sync.rules.commissions import commission_view
from b24sync.rules.language import Language
from b24sync.steps.commission import Commission
from tests.support.steps import MOSCOW, Bench, settings_for_tests

RATES = (
    RateSettings(for_="invoice.responsible", percent=Decimal(5), when="invoice.amount >= 100000"),
    RateSettings(for_="invoice.responsible", percent=Decimal(3)),
    RateSettings(for_="project_lead", percent=Decimal("1.5")),
)
LEAD = {"project_lead": "deal.fields.UF_CRM_PROJECT_LEAD"}


@pytest.fixture
def bench(tmp_path):
    settings = settings_for_tests(commission=CommissionSettings(rates=RATES), people=LEAD)
    found = Bench(settings)
    yield found
    found.store.close()


def run(bench: Bench, name: str, number: int, **given):
    """Run the step and book what it gives, as the engine does."""
    result = bench.run(Commission(), name, number, **given)
    if isinstance(result, Done):
        bench.store.ledger.add(result.ledger, action_id=1, run=1, at=1)
    return result


def said(bench: Bench, key: Key) -> list[tuple[int, str, str, str]]:
    rows = [one.row for one in bench.store.ledger.rows(key)]
    return [(row.user, row.role, row.state, str(row.amount)) for row in rows]


def amount(bench: Bench, number: int, value: str) -> None:
    bench.portal.set_rows(31, number, [])
    bench.portal.update_item(31, number, opportunity=float(value), isManualOpportunity="Y")


def test_a_created_invoice_books_expected_rows_for_each_role(bench) -> None:
    number, users = bench.company.invoices[0], bench.company.users
    amount(bench, number, "1999.99")
    result = run(bench, "invoice.created", number)
    assert said(bench, Key("invoice", number)) == [
        (users["manager"], "invoice.responsible", "expected", "60.00"),
        (users["lead"], "project_lead", "expected", "30.00"),
    ]
    assert result.changed
    assert result.details["rows"][0]["amount"] == "60.00"
    again = run(bench, "invoice.created", number)
    assert (again.changed, again.ledger) == (False, ())


def test_the_first_rate_that_holds_counts_and_is_not_judged_again(bench) -> None:
    number = bench.company.invoices[0]
    amount(bench, number, "200000")
    run(bench, "invoice.created", number)
    amount(bench, number, "1000")
    bench.portal.update_item(31, number, stageId="DT31_1:P")
    run(bench, "invoice.status_changed", number, from_="draft", to="paid")
    rows = [
        one.row
        for one in bench.store.ledger.rows(Key("invoice", number))
        if one.row.role == "invoice.responsible"
    ]
    assert [(row.state, row.percent, row.amount) for row in rows] == [
        ("expected", 5, 10000),
        ("earned", 5, 50),
    ]


def test_the_amount_and_the_status_are_those_of_the_poll(bench) -> None:
    number = bench.company.invoices[0]
    amount(bench, number, "200000")
    seen = bench.entity("invoice", number)
    amount(bench, number, "50")
    bench.portal.update_item(31, number, stageId="DT31_1:P")
    result = run(bench, "invoice.created", number, planned=seen)
    assert [(row["percent"], row["state"], row["amount"]) for row in result.details["rows"]] == [
        ("5", "expected", "10000.00"),
        ("1.5", "expected", "3000.00"),
    ]


def test_another_responsible_gets_nothing_of_a_booked_role(bench) -> None:
    number, users = bench.company.invoices[0], bench.company.users
    run(bench, "invoice.created", number)
    bench.portal.update_item(31, number, assignedById=users["manager2"], stageId="DT31_1:P")
    run(bench, "invoice.status_changed", number, to="paid")
    roles = {
        (row.user, row.role) for row in (one.row for one in bench.store.ledger.rows(Key("invoice", number)))
    }
    assert roles == {(users["manager"], "invoice.responsible"), (users["lead"], "project_lead")}


def test_a_rate_about_an_invoice_does_not_hold_for_a_deal(bench) -> None:
    result = run(bench, "deal.stage_changed", bench.company.deals[0], to="EXECUTING")
    assert [row["role"] for row in result.details["rows"]] == ["project_lead"]


def test_an_invoice_that_is_not_paid_any_more_earns_nothing(bench) -> None:
    number = bench.company.invoices[0]
    run(bench, "invoice.status_changed", number, from_="sent", to="paid")
    assert {row[2] for row in said(bench, Key("invoice", number))} == {"expected"}


def test_an_invoice_created_as_paid_is_expected_at_creation_and_earned_at_payment(bench) -> None:
    number = bench.company.invoices[2]
    run(bench, "invoice.created", number)
    run(bench, "invoice.status_changed", number, to="paid")
    assert [row[2] for row in said(bench, Key("invoice", number))] == [
        "expected",
        "expected",
        "earned",
        "earned",
    ]


def test_without_vat_the_base_is_the_net_amount(tmp_path) -> None:
    rates = (RateSettings(for_="invoice.responsible", percent=Decimal(10)),)
    settings = settings_for_tests(commission=CommissionSettings(base="net", rates=rates))
    bench = Bench(settings)
    number = bench.company.invoices[0]
    rows = [{"productName": "Работа", "price": 120, "quantity": 1, "taxRate": 20, "taxIncluded": "Y"}]
    bench.portal.set_rows(31, number, rows)
    run(bench, "invoice.created", number)
    assert said(bench, Key("invoice", number))[0][3] == "10.00"
    bench.store.close()


def test_a_deal_is_worth_its_own_amount_and_earned_when_won(bench) -> None:
    deal = bench.company.deals[0]
    bench.portal.set_rows(2, deal, [])
    bench.portal.update_item(2, deal, opportunity=1000.0, isManualOpportunity="Y")
    rates = (RateSettings(for_="deal.responsible", percent=Decimal(5)),)
    bench.settings = settings_for_tests(commission=CommissionSettings(rates=rates))
    run(bench, "deal.stage_changed", deal, from_="NEW", to="PREPARATION")
    bench.portal.update_item(2, deal, stageId="WON")
    run(bench, "deal.stage_changed", deal, from_="PREPARATION", to="WON")
    assert [row[2:] for row in said(bench, Key("deal", deal))] == [("expected", "50.00"), ("earned", "50.00")]


def test_a_role_of_which_no_rate_holds_gets_nothing(bench) -> None:
    number = bench.company.invoices[0]
    bench.settings = settings_for_tests(commission=CommissionSettings(rates=(RATES[0],)))
    amount(bench, number, "10")
    result = run(bench, "invoice.created", number)
    assert (result.changed, said(bench, Key("invoice", number))) == (False, [])


def test_a_dismissed_person_gets_no_new_line_and_that_is_said(bench) -> None:
    number, users = bench.company.invoices[0], bench.company.users
    bench.portal.dismiss(users["lead"])
    result = run(bench, "invoice.created", number)
    assert [row[1] for row in said(bench, Key("invoice", number))] == ["invoice.responsible"]
    assert "dismissed" in result.warnings[0]


def test_a_deleted_invoice_books_nothing(bench) -> None:
    number = bench.company.invoices[0]
    planned = bench.entity("invoice", number)
    bench.portal.delete_item(31, number)
    assert run(bench, "invoice.created", number, planned=planned) == Skipped("gone")


def test_without_rates_the_step_fails_with_a_remedy(bench) -> None:
    bench.settings = settings_for_tests()
    result = run(bench, "invoice.created", bench.company.invoices[0])
    assert isinstance(result, Failed)
    assert "[commission]" in result.message


def test_texts_see_the_sums_of_the_current_state(bench) -> None:
    number = bench.company.invoices[0]
    amount(bench, number, "1999.99")
    run(bench, "invoice.created", number)
    view = commission_view(bench.store.ledger.rows(Key("invoice", number)))
    text = (
        '{{ commission.total | money }}; {{ commission.of("project_lead") | money }}; {{ commission.rows | '
        "length }}"
    )
    shown = Language("en", MOSCOW).compile_text(text).render({"commission": view})
    assert shown == "90.00 RUB; 30.00 RUB; 2"
    rows = "{% for row in commission.rows %}{{ row.role }} {{ row.amount | money }}, {% endfor %}"
    shown = Language("en", MOSCOW).compile_text(rows).render({"commission": view})
    assert shown == "invoice.responsible 60.00 RUB, project_lead 30.00 RUB, "
