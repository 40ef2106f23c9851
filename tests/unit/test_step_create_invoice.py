"""``create_invoice``: one invoice for the deal, exact to the kopeck, however often it is tried."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b24sync.domain.entity import Key
from b24sync.domain.settings import InvoiceSettings
from b24sync.domain.values import Deadline
from b24sync.ports import Done, Failed, Skipped
from b24sync.sandbox import Fault
from b24sync.steps.create_invoice import CreateInvoice
from tests.support.steps import Bench, LostAnswerError, settings_for_tests

INVOICE = 31
SEEDED = 5


@pytest.fixture
def bench() -> Bench:
    return Bench()


def made(bench: Bench) -> list[dict[str, Any]]:
    found = [bench.portal.item(INVOICE, number) for number in bench.portal.item_ids(INVOICE)[SEEDED:]]
    return [one for one in found if one is not None]


def run(bench: Bench, step: CreateInvoice, deal: int | None = None, **given: Any) -> Any:
    return bench.run(step, "deal.stage_changed", deal or bench.company.deals[0], **given)


def contents(bench: Bench, kind: int, owner: int) -> list[tuple[Any, ...]]:
    return [
        tuple(
            row[name] for name in ("productId", "productName", "price", "quantity", "taxRate", "taxIncluded")
        )
        for row in bench.portal.rows(kind, owner)
    ]


def test_an_advance_of_half_the_deal() -> None:
    bench = Bench(settings_for_tests(invoice=InvoiceSettings(my_company=4)))
    company = bench.company
    step = CreateInvoice(
        title="Аванс «{{ deal.title }}»",
        amount="{{ deal.amount * 0.5 }}",
        due=Deadline.parse("+5wd"),
        status="sent",
    )
    result = run(bench, step)
    (invoice,) = made(bench)
    assert result == Done(details={"invoice_id": invoice["id"]}, made=(Key("invoice", invoice["id"]),))
    assert invoice["title"] == "Аванс «Ремонт офиса на Тверской»"
    assert Decimal(str(invoice["opportunity"])) == Decimal("42750.60")
    assert invoice["isManualOpportunity"] == "Y"
    assert (invoice["parentId2"], invoice["contactId"]) == (company.deals[0], company.contacts["with_email"])
    assert (invoice["companyId"], invoice["mycompanyId"]) == (company.companies["romashka"], 4)
    assert (invoice["assignedById"], invoice["currencyId"]) == (company.users["manager"], "RUB")
    assert invoice["closedate"].startswith("2026-03-10")
    assert (invoice["stageId"], invoice["xmlId"]) == ("DT31_1:S", "b24sync:a1")


def test_with_use_alone_it_copies_the_rows_of_the_deal(bench: Bench) -> None:
    deal = bench.company.deals[1]
    run(bench, CreateInvoice(), deal)
    (invoice,) = made(bench)
    assert invoice["title"] == "Счёт по сделке «Поставка окон для школы №12»"
    assert contents(bench, INVOICE, invoice["id"]) == contents(bench, 2, deal)
    assert Decimal(str(invoice["opportunity"])) == Decimal("539781.60")
    assert invoice["stageId"] == "DT31_1:N"
    assert bench.told[-1].sets == {"amount": "539781.6"}


@pytest.mark.parametrize("adds_tax", [False, True])
@pytest.mark.parametrize("included", ["Y", "N"])
def test_copied_rows_keep_the_sum_whether_their_tax_is_included_or_not(
    bench: Bench, included: str, adds_tax: bool
) -> None:
    deal = bench.company.deals[0]
    row = {"productName": "a", "price": 120, "quantity": 2, "taxRate": 20, "taxIncluded": included}
    bench.portal.set_rows(2, deal, [row])
    bench.portal.settings = replace(bench.portal.settings, rows_add_tax=adds_tax)
    assert isinstance(run(bench, CreateInvoice()), Done)
    assert made(bench)[0]["opportunity"] == 240
    (copy,) = bench.portal.rows(INVOICE, made(bench)[0]["id"])
    assert (copy["price"], copy["taxIncluded"], copy["taxRate"]) == (120, included, 20)


def test_an_amount_leaves_the_rows_out(bench: Bench) -> None:
    run(bench, CreateInvoice(amount=Decimal("1234.50")))
    assert bench.portal.rows(INVOICE, made(bench)[0]["id"]) == []
    assert Decimal(str(made(bench)[0]["opportunity"])) == Decimal("1234.50")


def test_thirds_are_rounded_half_up_and_exactly(bench: Bench) -> None:
    deal = bench.portal.add_deal("x", opportunity=100.01, isManualOpportunity="Y", assignedById=2)
    run(bench, CreateInvoice(amount="{{ deal.amount * 0.5 }}"), deal)
    assert Decimal(str(made(bench)[0]["opportunity"])) == Decimal("50.01")


def test_a_money_field_is_an_amount(bench: Bench) -> None:
    run(bench, CreateInvoice(amount="deal.fields.UF_CRM_BUDGET"))
    assert Decimal(str(made(bench)[0]["opportunity"])) == Decimal("250000.50")


@pytest.mark.parametrize("amount", ["1 234,50", "1\u00a0234,50", "1234,50"])
def test_a_number_written_for_people_is_refused_and_corrected(bench: Bench, amount: str) -> None:
    result = run(bench, CreateInvoice(amount=amount))
    assert isinstance(result, Failed)
    assert result.message == f"amount: {amount!r} is no number (write 1234.50)"
    assert not made(bench)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("{{ deal.amount | money }}", "is no number"),
        ("0", "more than 0"),
        ("-5", "more than 0"),
        ("NaN", "is no number"),
        ("1e9", "is no number"),
        ("deal.fields.UF_CRM_NOTHING", "comes out empty"),
        ("{{ deal.amout }}", "amout"),
        ("100|USD", "currency"),
    ],
)
def test_what_is_no_sum_makes_no_invoice(bench: Bench, amount: str, words: str) -> None:
    result = run(bench, CreateInvoice(amount=amount))
    assert isinstance(result, Failed)
    assert words in result.message
    assert not made(bench)


def test_a_deal_without_rows_is_invoiced_by_its_amount(bench: Bench) -> None:
    deal = bench.portal.add_deal("x", opportunity=700, isManualOpportunity="Y", assignedById=2)
    run(bench, CreateInvoice(rows="deal"), deal)
    assert made(bench)[0]["opportunity"] == 700


def test_a_deal_worth_nothing_is_not_invoiced(bench: Bench) -> None:
    result = run(bench, CreateInvoice(), bench.portal.add_deal("x", assignedById=2))
    assert isinstance(result, Failed)
    assert "neither" in result.message
    assert not made(bench)


def test_after_a_lost_answer_the_invoice_is_found_and_gets_its_rows(bench: Bench) -> None:
    bench.lose_answer_of("crm.item.add")
    with pytest.raises(LostAnswerError):
        run(bench, CreateInvoice())
    assert bench.portal.rows(INVOICE, made(bench)[0]["id"]) == []
    result = run(bench, CreateInvoice(), attempt=2)
    (invoice,) = made(bench)
    assert result == Done(details={"invoice_id": invoice["id"]}, made=(Key("invoice", invoice["id"]),))
    assert contents(bench, INVOICE, invoice["id"]) == contents(bench, 2, bench.company.deals[0])


def test_after_a_lost_answer_to_the_rows_nothing_is_written_again(bench: Bench) -> None:
    bench.lose_answer_of("crm.item.productrow.set")
    with pytest.raises(LostAnswerError):
        run(bench, CreateInvoice())
    written = len(bench.told)
    result = run(bench, CreateInvoice(), attempt=2)
    assert not result.changed
    assert len(bench.told) == written
    assert len(made(bench)) == 1


def test_rows_that_a_person_changed_stay(bench: Bench) -> None:
    run(bench, CreateInvoice())
    invoice = made(bench)[0]["id"]
    bench.portal.set_rows(INVOICE, invoice, [{"productName": "Иное", "price": 5, "quantity": 1}])
    assert not run(bench, CreateInvoice(), attempt=2).changed
    assert len(bench.portal.rows(INVOICE, invoice)) == 1


def test_refused_rows_fail_and_the_next_try_completes_the_invoice(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault("error", method="crm.item.productrow.set", code="ACCESS_DENIED", description="Нет")
    )
    first = run(bench, CreateInvoice())
    assert isinstance(first, Failed)
    assert first.details == {"invoice_id": made(bench)[0]["id"]}
    assert run(bench, CreateInvoice(), attempt=2).changed
    assert len(made(bench)) == 1


def test_more_than_a_page_of_rows_is_copied(bench: Bench) -> None:
    deal = bench.company.deals[0]
    bench.portal.set_rows(2, deal, [{"productName": f"r{n}", "price": 1, "quantity": 1} for n in range(120)])
    run(bench, CreateInvoice())
    assert made(bench)[0]["opportunity"] == 120


def test_another_contact_and_responsible(bench: Bench) -> None:
    lead, second = bench.company.users["lead"], bench.company.contacts["second"]
    run(bench, CreateInvoice(contact=second, responsible="deal.fields.UF_CRM_PROJECT_LEAD"))
    assert (made(bench)[0]["contactId"], made(bench)[0]["assignedById"]) == (second, lead)


def test_a_fired_responsible_fails(bench: Bench) -> None:
    result = run(bench, CreateInvoice(responsible=f"user:{bench.company.users['dismissed']}"))
    assert isinstance(result, Failed)
    assert not made(bench)


def test_a_stage_that_invoices_do_not_have_fails(bench: Bench) -> None:
    result = run(bench, CreateInvoice(status="DT31_1:NONE"))
    assert isinstance(result, Failed)
    assert "DT31_1:NONE" in result.message
    assert not made(bench)


def test_without_a_deal_it_is_skipped(bench: Bench) -> None:
    assert bench.run(CreateInvoice(), "invoice.created", bench.portal.add_invoice("x")) == Skipped("no_deal")


def test_a_refusal_fails_with_the_portals_words(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault(
            "error",
            method="crm.item.add",
            code="CRM_FIELD_ERROR_REQUIRED",
            description='Поле "Договор" обязательно',
        )
    )
    result = run(bench, CreateInvoice())
    assert "Договор" in result.message
    assert "retry" in result.message
