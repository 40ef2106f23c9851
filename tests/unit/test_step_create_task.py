"""``create_task`` and ``create_tasks``: each task once, in the right hands, and none half made."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from b24sync.domain.entity import Key
from b24sync.domain.values import Deadline
from b24sync.ports import Done, Failed, Skipped
from b24sync.sandbox import Fault, SandboxSettings
from b24sync.steps.create_task import CreateTask
from b24sync.steps.create_tasks import CreateTasks, TaskTemplate
from tests.support.steps import Bench, LostAnswerError, legacy_settings, settings_for_tests

SEEDED = 3
"""Tasks that the portal has from the beginning."""


@pytest.fixture
def bench() -> Bench:
    return Bench(settings_for_tests(people={"lead": "deal.fields.UF_CRM_PROJECT_LEAD"}))


def new_tasks(bench: Bench) -> list[dict[str, Any]]:
    return bench.portal.tasks[SEEDED:]


def rows_step(**template: Any) -> CreateTasks:
    return CreateTasks(tasks=(TaskTemplate(**template),))


def test_a_task_is_bound_to_the_invoice_and_its_deal(bench: Bench) -> None:
    invoice, deal = bench.company.invoices[0], bench.company.deals[0]
    step = CreateTask(
        title="Акт по счёту {{ invoice.number }}",
        description="{{ deal.title }}",
        responsible="lead",
        deadline=Deadline.parse("+3wd"),
        tags=("акт",),
        group=12,
    )
    result = bench.run(step, "invoice.tasks_completed", invoice)
    (task,) = new_tasks(bench)
    assert result == Done(details={"task_id": task["ID"]}, made=(Key("task", task["ID"]),))
    assert task["TITLE"] == "Акт по счёту 1"
    assert task["DESCRIPTION"] == "Ремонт офиса на Тверской"
    assert task["RESPONSIBLE_ID"] == bench.company.users["lead"]
    assert task["UF_CRM_TASK"] == [f"SI_{invoice}", f"D_{deal}"]
    assert (task["TAGS"], task["GROUP_ID"], task["XML_ID"], task["CREATED_BY"]) == (
        ["акт"],
        12,
        "b24sync:a1",
        1,
    )
    assert task["DEADLINE"] == datetime(2026, 3, 5, 15, 0, tzinfo=UTC)


def test_with_use_alone_it_says_what_it_is_about_and_goes_to_the_responsible(bench: Bench) -> None:
    bench.run(CreateTask(), "invoice.tasks_completed", bench.company.invoices[0])
    (task,) = new_tasks(bench)
    assert task["TITLE"] == "Подготовить и согласовать акт: счёт № 1"
    assert task["DESCRIPTION"].splitlines() == [
        "Счёт № 1 на 85\u00a0501,20\u00a0₽ по сделке «Ремонт офиса на Тверской»",
        "Клиент: ООО «Ромашка»",
        "Контакт: Анна Иванова",
        "https://sandbox.invalid/crm/type/31/details/1/",
        "https://sandbox.invalid/crm/deal/details/1/",
    ]
    assert task["RESPONSIBLE_ID"] == bench.company.users["manager"]
    assert task.get("DEADLINE") is None


def test_calendar_days_and_a_time_of_day(bench: Bench) -> None:
    bench.run(CreateTask(deadline=Deadline.parse("+6d 09:30")), "deal.created", bench.company.deals[0])
    assert new_tasks(bench)[0]["DEADLINE"] == datetime(2026, 3, 8, 6, 30, tzinfo=UTC)


def test_working_days_leave_out_the_day_off_of_march(bench: Bench) -> None:
    bench.run(CreateTask(deadline=Deadline.parse("+5wd")), "deal.created", bench.company.deals[0])
    assert new_tasks(bench)[0]["DEADLINE"] == datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["deal.created", "object.created", "task.completed"])
def test_after_a_lost_answer_the_next_try_finds_the_task(bench: Bench, name: str) -> None:
    ids = {"deal": bench.company.deals[0], "object": bench.company.objects[0], "task": bench.company.tasks[0]}
    entity_id = ids[name.partition(".")[0]]
    bench.lose_answer_of("tasks.task.add")
    with pytest.raises(LostAnswerError):
        bench.run(CreateTask(), name, entity_id)
    (task,) = new_tasks(bench)
    result = bench.run(CreateTask(), name, entity_id, attempt=2)
    assert result == Done(changed=False, details={"task_id": task["ID"]}, made=(Key("task", task["ID"]),))
    assert len(new_tasks(bench)) == 1


def test_a_task_that_was_unbound_meanwhile_is_found_by_its_marker(bench: Bench) -> None:
    bench.run(CreateTask(), "deal.created", bench.company.deals[0])
    bench.portal.update_task(new_tasks(bench)[0]["ID"], UF_CRM_TASK=[])
    assert not bench.run(CreateTask(), "deal.created", bench.company.deals[0], attempt=2).changed


def test_a_portal_that_ignores_the_filter_by_marker_hides_no_task() -> None:
    bench = Bench(sandbox_settings=SandboxSettings(tasks_xml_id_filter=False))
    unbound = bench.company.tasks[2]
    bench.run(CreateTask(), "task.completed", unbound)
    assert not bench.run(CreateTask(), "task.completed", unbound, attempt=2).changed
    assert bench.run(CreateTask(), "task.completed", unbound, marker="b24sync:a2").changed


def test_the_marker_is_found_behind_the_first_page(bench: Bench) -> None:
    deal = bench.company.deals[0]
    for number in range(60):
        bench.portal.add_task(TITLE=f"t{number}", UF_CRM_TASK=[f"D_{deal}"])
    bench.run(CreateTask(), "deal.created", deal)
    assert not bench.run(CreateTask(), "deal.created", deal).changed


def test_another_action_makes_another_task(bench: Bench) -> None:
    bench.run(CreateTask(), "deal.created", bench.company.deals[0])
    bench.run(CreateTask(), "deal.created", bench.company.deals[0], marker="b24sync:a11")
    assert len(new_tasks(bench)) == 2


def test_a_fired_user_cannot_be_given_a_task(bench: Bench) -> None:
    dismissed = bench.company.users["dismissed"]
    result = bench.run(CreateTask(responsible=f"user:{dismissed}"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert f"user:{dismissed}" in result.message
    assert "dismissed" in result.message
    assert not new_tasks(bench)


def test_a_refused_task_fails_with_the_portals_words(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault("error", method="tasks.task.add", code="ERROR_CORE", description="Нет прав<br>")
    )
    result = bench.run(CreateTask(), "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert "Нет прав" in result.message
    assert "<br>" not in result.message


def test_a_template_that_names_no_field_makes_nothing(bench: Bench) -> None:
    result = bench.run(CreateTask(title="{{ deal.nummer }}"), "deal.created", bench.company.deals[0])
    assert isinstance(result, Failed)
    assert "nummer" in result.message
    assert not new_tasks(bench)


def test_a_legacy_invoice_is_bound_by_its_own_letter() -> None:
    bench = Bench(legacy_settings(), SandboxSettings(old_invoices=True))
    invoice = bench.portal.add_legacy_invoice(ORDER_TOPIC="Старый", STATUS_ID="N", RESPONSIBLE_ID=1)
    bench.run(CreateTask(responsible="user:1"), "invoice.created", invoice)
    assert new_tasks(bench)[0]["UF_CRM_TASK"] == [f"I_{invoice}"]


# product rows


def test_with_use_alone_there_is_a_task_for_each_row(bench: Bench) -> None:
    result = bench.run(CreateTasks(), "invoice.created", bench.company.invoices[0])
    assert [task["TITLE"] for task in new_tasks(bench)] == [
        "Краска фасадная, 10 л × 3: счёт № 1",
        "Дизайн-проект × 1: счёт № 1",
    ]
    assert result.details == {"task_ids": [task["ID"] for task in new_tasks(bench)]}
    assert result.made == tuple(Key("task", task["ID"]) for task in new_tasks(bench))


def test_a_row_matches_by_the_section_above_its_product(bench: Bench) -> None:
    step = rows_step(section=(20,), title="{{ row.name }} / {{ row.section_id }}")
    bench.run(step, "invoice.created", bench.company.invoices[1])
    assert [task["TITLE"] for task in new_tasks(bench)] == ["Монтаж изделия / 21"]


def test_a_variation_matches_by_the_sections_of_its_product(bench: Bench) -> None:
    bench.run(rows_step(section=(11,)), "invoice.created", bench.company.invoices[4])
    assert [task["TITLE"].split(",")[0] for task in new_tasks(bench)] == ["Кондиционер настенный"]


def test_sections_are_read_level_by_level(bench: Bench) -> None:
    bench.run(rows_step(section=(10, 20)), "invoice.created", bench.company.invoices[4])
    asked = [[call for call in calls if call.method.startswith("catalog.")] for calls in bench.asked]
    levels = [len(calls) for calls in asked if calls]
    assert levels == [2, 2, 2, 1, 1]


def test_all_that_is_given_must_hold(bench: Bench) -> None:
    mount = bench.company.products["mount"]
    bench.run(rows_step(product=(mount,), name=("*окно*",)), "invoice.created", bench.company.invoices[1])
    assert not new_tasks(bench)
    bench.run(
        rows_step(product=(mount,), name=("*МОНТАЖ*", "x")), "invoice.created", bench.company.invoices[1]
    )
    assert len(new_tasks(bench)) == 1


def test_free_text_rows_match_by_name_only(bench: Bench) -> None:
    deal = bench.company.deals[0]
    bench.portal.set_rows(
        2, deal, [{"productId": 0, "productName": "Выезд мастера", "price": 100, "quantity": 1}]
    )
    assert bench.run(rows_step(section=(20,)), "deal.created", deal).reason == "no_rows"
    assert bench.run(rows_step(name=("выезд*",)), "deal.created", deal).changed


def test_no_matching_row_skips(bench: Bench) -> None:
    result = bench.run(rows_step(name=("ничего",)), "invoice.created", bench.company.invoices[0])
    assert result == Skipped("no_rows", {"rows": 2})


def test_one_task_for_all_matching_rows(bench: Bench) -> None:
    step = rows_step(per="invoice", title="{{ rows | length }} строки на {{ rows.total }}", description="")
    bench.run(step, "invoice.created", bench.company.invoices[0])
    (task,) = new_tasks(bench)
    assert task["TITLE"] == "2 строки на 85501.20"
    assert "1. Краска фасадная, 10 л × 3\n2. Дизайн-проект × 1" in task["DESCRIPTION"]


def test_after_a_partial_failure_the_next_try_makes_only_the_missing_ones(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault("error", method="tasks.task.add", after=1, code="ERROR_CORE", description="Нет<br>")
    )
    first = bench.run(CreateTasks(), "invoice.created", bench.company.invoices[0])
    assert isinstance(first, Failed)
    assert first.details == {"task_ids": [new_tasks(bench)[0]["ID"]]}
    second = bench.run(CreateTasks(), "invoice.created", bench.company.invoices[0], attempt=2)
    assert second.changed
    assert len(second.details["task_ids"]) == 2
    assert len(new_tasks(bench)) == 2


def test_rows_saved_anew_in_another_order_make_nothing_twice(bench: Bench) -> None:
    invoice = bench.company.invoices[0]
    bench.portal.faults.add(Fault("drop_after", method="tasks.task.add", after=1))
    with pytest.raises(LostAnswerError):
        bench.run(CreateTasks(), "invoice.created", invoice)
    bench.portal.set_rows(31, invoice, list(reversed(bench.portal.rows(31, invoice))))
    assert not bench.run(CreateTasks(), "invoice.created", invoice, attempt=2).changed
    assert len(new_tasks(bench)) == 2


def test_equal_rows_get_a_task_each(bench: Bench) -> None:
    deal, row = bench.company.deals[0], {"productId": 0, "productName": "Окно", "price": 1, "quantity": 1}
    bench.portal.set_rows(2, deal, [row, row])
    bench.run(CreateTasks(), "deal.created", deal)
    assert len(new_tasks(bench)) == 2
    assert not bench.run(CreateTasks(), "deal.created", deal).changed


def test_the_missing_scope_of_the_catalogue_is_named() -> None:
    bench = Bench(sandbox_settings=SandboxSettings(scopes=("crm", "task", "user", "department")))
    result = bench.run(rows_step(section=(20,)), "invoice.created", bench.company.invoices[0])
    assert isinstance(result, Failed)
    assert "catalog" in result.message
    assert not new_tasks(bench)


def test_a_product_that_is_gone_matches_no_section(bench: Bench) -> None:
    deal = bench.company.deals[0]
    bench.portal.set_rows(2, deal, [{"productId": 999, "productName": "Старое", "price": 1, "quantity": 1}])
    assert bench.run(rows_step(section=(20,)), "deal.created", deal).reason == "no_rows"


def test_a_text_that_fails_for_one_row_makes_no_task_at_all(bench: Bench) -> None:
    step = CreateTasks(tasks=(TaskTemplate(), TaskTemplate(title="{{ row.prise }}")))
    result = bench.run(step, "invoice.created", bench.company.invoices[0])
    assert isinstance(result, Failed)
    assert not new_tasks(bench)


def test_templates_in_another_order_make_nothing_twice(bench: Bench) -> None:
    deal = bench.company.deals[0]
    one = TaskTemplate(name=("*",), title="A {{ row.name }}")
    two = TaskTemplate(per="invoice", title="B")
    result = bench.run(CreateTasks(tasks=(one, two)), "deal.created", deal)
    made = len(bench.portal.tasks)
    again = bench.run(CreateTasks(tasks=(two, one)), "deal.created", deal, attempt=2)
    assert (result.changed, again.changed) == (True, False)
    assert len(bench.portal.tasks) == made


def test_tasks_with_the_markers_of_an_earlier_release_are_found(bench: Bench) -> None:
    deal = bench.company.deals[0]
    step = CreateTasks(tasks=(TaskTemplate(per="invoice", title="B"),))
    fields = {"TITLE": "B", "RESPONSIBLE_ID": 3, "UF_CRM_TASK": [f"D_{deal}"], "XML_ID": "b24sync:a1:0"}
    bench.portal.add_task(**fields)
    before = len(bench.portal.tasks)
    assert not bench.run(step, "deal.created", deal, attempt=2).changed
    assert len(bench.portal.tasks) == before
