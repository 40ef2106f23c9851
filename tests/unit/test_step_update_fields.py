"""``update_fields``: every type, nothing in silence, nothing twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from b24sync.domain.entity import Key
from b24sync.ports import Done, Failed, Skipped
from b24sync.rest import items
from b24sync.sandbox import Fault, SandboxSettings
from b24sync.steps.update_fields import UpdateFields
from tests.support.steps import Bench, LostAnswerError, legacy_settings

DEAL = 2


@pytest.fixture
def bench() -> Bench:
    return Bench()


def update(bench: Bench, entity: str = "", deal: int | None = None, **fields: Any) -> Any:
    return bench.run(UpdateFields(entity=entity, set=fields), "deal.created", deal or bench.company.deals[0])


def field(bench: Bench, code: str, deal: int | None = None) -> Any:
    item = bench.portal.item(DEAL, deal or bench.company.deals[0])
    assert item is not None
    return item[code]


@pytest.mark.parametrize(
    ("code", "given", "kept"),
    [
        ("UF_CRM_ADDRESS", "{{ deal.title }}, этаж 2", "Ремонт офиса на Тверской, этаж 2"),
        ("UF_CRM_ADDRESS", Decimal("12.50"), "12.50"),
        ("UF_CRM_BUDGET", "100.5|RUB", "100.5|RUB"),
        ("UF_CRM_BUDGET", "deal.amount", "85501.2|RUB"),
        ("UF_CRM_BUDGET", Decimal("0.10"), "0.1|RUB"),
        ("UF_CRM_DEADLINE", "2026-12-31", "2026-12-31T03:00:00+03:00"),
        ("UF_CRM_DEADLINE", "31.12.2026", "2026-12-31T03:00:00+03:00"),
        ("UF_CRM_DEADLINE", "{{ now | date('%Y-%m-%d') }}", "2026-03-02T03:00:00+03:00"),
        ("UF_CRM_DEADLINE", "deal.created_at", "2026-03-02T03:00:00+03:00"),
        ("UF_CRM_OBJECT_TYPE", "Склад", 512),
        ("UF_CRM_OBJECT_TYPE", "склад ", 512),
        ("UF_CRM_OBJECT_TYPE", 513, 513),
        ("UF_CRM_1747309879", True, "Y"),
        ("UF_CRM_PROJECT_LEAD", "deal.responsible_id", 3),
        ("UF_CRM_PROJECT_LEAD", "7", 7),
        ("UF_CRM_NOTES", ("один", "два"), ["один", "два"]),
        ("UF_CRM_NOTES", "один", ["один"]),
        ("UF_CRM_NOTES", "", []),
        ("UF_CRM_RATE", "1.15", 1.15),
        ("UF_CRM_REGION", 302, 302),
        ("UF_CRM_OBJECT", "C_{{ deal.contact_id }}", "C_1"),
        ("title", "Новое имя", "Новое имя"),
        ("fields.UF_CRM_ADDRESS", "через fields", "через fields"),
    ],
)
def test_a_value_is_kept_as_its_field_keeps_it(bench: Bench, code: str, given: Any, kept: Any) -> None:
    result = update(bench, **{code: given})
    assert isinstance(result, Done), result
    assert result.details["fields"] == [code]
    assert field(bench, code.removeprefix("fields.")) == kept
    again = update(bench, **{code: given})
    assert (again.changed, again.details["fields"]) == (False, [])
    assert len(bench.told) == 1


@pytest.mark.parametrize(
    ("code", "given", "name"),
    [
        ("UF_CRM_ADDRESS", "x", "fields.UF_CRM_ADDRESS"),
        ("UF_CRM_DEADLINE", "2026-12-31", "fields.UF_CRM_DEADLINE"),
        ("UF_CRM_BUDGET", "100.50|RUB", "fields.UF_CRM_BUDGET"),
        ("UF_CRM_RATE", "1.15", "fields.UF_CRM_RATE"),
        ("UF_CRM_1747309879", True, "fields.UF_CRM_1747309879"),
        ("UF_CRM_NOTES", ("a", "b"), "fields.UF_CRM_NOTES"),
        ("UF_CRM_NOTES", "", "fields.UF_CRM_NOTES"),
        ("responsible_id", 5, "responsible_id"),
        ("title", "x", "title"),
    ],
)
def test_what_is_said_to_be_written_is_what_the_next_poll_sees(
    bench: Bench, code: str, given: Any, name: str
) -> None:
    kind, deal = bench.kinds["deal"], bench.company.deals[0]
    update(bench, **{code: given})
    row = items.row_of(bench.call(items.get(kind, deal), write=False).result)
    assert row is not None
    assert bench.told[0].entity == Key("deal", deal)
    assert bench.told[0].sets == {name: items.diff_values(kind, row).get(name)}


def test_an_empty_value_empties_the_field(bench: Bench) -> None:
    update(bench, UF_CRM_OBJECT_TYPE="")
    assert field(bench, "UF_CRM_OBJECT_TYPE") is None


def test_several_fields_go_in_one_write_and_only_those_that_differ(bench: Bench) -> None:
    update(bench, UF_CRM_ADDRESS="a", UF_CRM_OBJECT_TYPE=511, UF_CRM_RATE=2)
    assert dict(bench.told[0].call.params["fields"]).keys() == {"UF_CRM_ADDRESS", "UF_CRM_RATE"}
    assert len(bench.told) == 1


def test_a_contract_name_and_a_linked_entity(bench: Bench) -> None:
    invoice = bench.company.invoices[0]
    bench.run(UpdateFields(set={"due_date": "2026-06-01"}), "invoice.created", invoice)
    bench.run(
        UpdateFields(entity="deal", set={"UF_CRM_ADDRESS": "{{ invoice.number }}"}),
        "invoice.created",
        invoice,
    )
    item = bench.portal.item(31, invoice)
    assert item is not None
    assert item["closedate"].startswith("2026-06-01")
    assert bench.told[0].sets == {"due_date": "2026-06-01"}
    assert field(bench, "UF_CRM_ADDRESS") == "1"


def test_a_stage_is_written_by_its_own_name(bench: Bench) -> None:
    update(bench, stage_id="EXECUTING")
    assert bench.told[0].sets == {"stage_id": "EXECUTING"}
    assert field(bench, "stageId") == "EXECUTING"


@pytest.mark.parametrize(
    ("code", "given", "words"),
    [
        ("UF_CRM_ADRESS", "x", "did you mean UF_CRM_ADDRESS?"),
        ("Адрес объекта", "x", "did you mean UF_CRM_ADDRESS?"),
        ("UF_CRM_OBJECT_TYPE", "Скад", "did you mean Склад?"),
        ("UF_CRM_OBJECT_TYPE", "Замок", "known: Офис, Склад, Жильё"),
        ("UF_CRM_RATE", "1 234,50", "write 1234.50"),
        ("UF_CRM_DEADLINE", "завтра", "no date"),
        ("UF_CRM_DEADLINE", "2026-02-30", "no date"),
        ("UF_CRM_1747309879", "может быть", "neither Y nor N"),
        ("UF_CRM_PROJECT_LEAD", "Иванов", "no id"),
        ("UF_CRM_ADDRESS", ("a", "b"), "holds one value"),
        ("createdTime", "2026-01-01", "cannot be written"),
        ("UF_CRM_ADDRESS", "{{ deal.titel }}", "titel"),
    ],
)
def test_what_a_field_cannot_hold_fails_before_anything_is_written(
    bench: Bench, code: str, given: Any, words: str
) -> None:
    result = update(bench, **{"UF_CRM_NOTES": "x", code: given})
    assert isinstance(result, Failed)
    assert words in result.message
    assert not bench.told


def test_a_field_that_the_portal_ignores_in_silence_fails(bench: Bench) -> None:
    result = update(bench, UF_CRM_ADDRESS="ok", amount=5)
    assert isinstance(result, Failed)
    assert "amount" in result.message
    assert "isManualOpportunity" in result.message


def test_an_amount_is_written_with_the_mark_that_it_is_by_hand(bench: Bench) -> None:
    assert update(bench, amount="{{ deal.amount / 3 }}", isManualOpportunity="Y").changed
    assert field(bench, "opportunity") == 28500.4


def test_digits_that_the_portal_does_not_keep_are_no_fault(bench: Bench) -> None:
    assert isinstance(update(bench, amount="100.004", isManualOpportunity="Y"), Done)
    assert field(bench, "opportunity") == 100
    assert isinstance(update(bench, UF_CRM_RATE="1.23456"), Done)


def test_no_is_written_over_yes_and_not_over_nothing(bench: Bench) -> None:
    assert not update(bench, UF_CRM_1747309879="нет").changed
    update(bench, UF_CRM_1747309879=True)
    assert update(bench, UF_CRM_1747309879="нет").changed
    assert field(bench, "UF_CRM_1747309879") == "N"


def test_an_invalid_stage_is_refused_in_the_portals_words(bench: Bench) -> None:
    result = update(bench, stage_id="C1:EXECUTING")
    assert isinstance(result, Failed)
    assert "Stage" in result.message
    assert field(bench, "stageId") == "PREPARATION"


def test_a_required_field_is_named() -> None:
    bench = Bench(
        sandbox_settings=SandboxSettings(required_fields={2: {"PREPAYMENT_INVOICE": ("UF_CRM_ADDRESS",)}})
    )
    result = update(bench, stage_id="PREPAYMENT_INVOICE")
    assert "UF_CRM_ADDRESS" in result.message


def test_missing_rights_fail(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault("error", method="crm.item.update", code="ACCESS_DENIED", description="Доступ запрещён")
    )
    result = update(bench, UF_CRM_ADDRESS="x")
    assert "Доступ запрещён" in result.message
    assert "right" in result.message


def test_what_is_not_linked_is_skipped(bench: Bench) -> None:
    assert update(bench, "company", bench.company.deals[2], comments="x") == Skipped("no_company")


def test_a_lost_answer_changes_nothing_twice(bench: Bench) -> None:
    bench.lose_answer_of("crm.item.update")
    with pytest.raises(LostAnswerError):
        update(bench, UF_CRM_ADDRESS="x")
    assert not update(bench, UF_CRM_ADDRESS="x").changed


def test_a_portal_that_knows_no_original_names_is_written_all_the_same() -> None:
    bench = Bench(sandbox_settings=SandboxSettings(original_uf_names=False))
    result = update(bench, UF_CRM_ADDRESS="x", UF_CRM_1747309879=True)
    assert isinstance(result, Done), result
    kept = bench.portal.items.get(DEAL, bench.company.deals[0])
    assert kept is not None
    assert (kept["UF_CRM_ADDRESS"], kept["UF_CRM_1747309879"]) == ("x", True)


def test_a_task_is_written_too(bench: Bench) -> None:
    task = bench.company.tasks[0]
    step = UpdateFields(
        set={"title": "Новое", "deadline": "2026-03-05 18:00:00", "tags": ("a", "b"), "PRIORITY": 2}
    )
    result = bench.run(step, "task.created", task)
    assert isinstance(result, Done), result
    kept = bench.portal.task(task)
    assert kept is not None
    assert (kept["TITLE"], kept["TAGS"], kept["PRIORITY"]) == ("Новое", ["a", "b"], 2)
    assert bench.told[0].sets["title"] == "Новое"
    assert bench.told[0].sets["deadline"] == "2026-03-05T15:00:00+00:00"
    assert not bench.run(step, "task.created", task).changed


def test_an_old_invoice_is_written_too() -> None:
    bench = Bench(legacy_settings(), SandboxSettings(old_invoices=True))
    invoice = bench.portal.add_legacy_invoice(ORDER_TOPIC="Старый", STATUS_ID="N", RESPONSIBLE_ID=1)
    step = UpdateFields(set={"title": "Новый", "due_date": "2026-06-01"})
    result = bench.run(step, "invoice.created", invoice)
    assert isinstance(result, Done), result
    assert bench.told[0].sets == {"title": "Новый", "due_date": "2026-06-01"}
    assert not bench.run(step, "invoice.created", invoice).changed
