"""``fill_fields``: data of lists, smart processes and clients goes into empty fields."""

from __future__ import annotations

from typing import Any

import pytest

from b24sync.ports import Done, Failed
from b24sync.sandbox import Fault, SandboxSettings
from b24sync.sandbox.iblock_lists import Property
from b24sync.steps.fill_fields import FillFields, Lookup
from tests.support.steps import Bench

DEAL, PRICES = 2, 37


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    deal = made.portal.add_item(
        DEAL,
        title="Новая",
        assignedById=4,
        contactId=made.company.contacts["with_email"],
        companyId=made.company.companies["romashka"],
        UF_CRM_REGION=301,
    )
    made.company.deals.insert(0, deal)
    return made


def fill(bench: Bench, lookups: tuple[Lookup, ...] = (), *, overwrite: bool = False, **fields: Any) -> Any:
    step = FillFields(lookups=lookups, set=fields, overwrite=overwrite)
    return bench.run(step, "deal.created", bench.company.deals[0])


def field(bench: Bench, code: str) -> Any:
    item = bench.portal.item(DEAL, bench.company.deals[0])
    assert item is not None
    return item[code]


def price(**given: Any) -> Lookup:
    return Lookup(name="price", from_="list:37", **given)


def test_a_row_of_a_list_by_its_id(bench: Bench) -> None:
    result = fill(
        bench,
        (price(id=311),),
        UF_CRM_RATE="price.PROPERTY_211",
        UF_CRM_DEADLINE="price.PROPERTY_212",
        UF_CRM_ADDRESS="{{ price.name }}: {{ price.PROPERTY_213 }}, {{ price.PROPERTY_214.name }}",
        UF_CRM_NOTES="price.PROPERTY_215",
        UF_CRM_PROJECT_LEAD="price.PROPERTY_216",
    )
    assert isinstance(result, Done), result
    assert field(bench, "UF_CRM_RATE") == 1.15
    assert field(bench, "UF_CRM_DEADLINE").startswith("2026-12-31")
    assert field(bench, "UF_CRM_ADDRESS") == "Москва и область: Премиум, Москва"
    assert field(bench, "UF_CRM_NOTES") == ["+7 495 000-00-01", "+7 495 000-00-02"]
    assert field(bench, "UF_CRM_PROJECT_LEAD") == 5
    assert len(bench.told) == 1


def test_the_bound_row_shows_its_own_fields_and_gives_its_id(bench: Bench) -> None:
    fill(
        bench,
        (price(id="{{ 312 }}"),),
        overwrite=True,
        UF_CRM_ADDRESS="{{ price.PROPERTY_214 }} {{ price.PROPERTY_214.PROPERTY_201 }}",
        UF_CRM_REGION="price.PROPERTY_214",
    )
    assert field(bench, "UF_CRM_ADDRESS") == "Санкт-Петербург 78"
    assert field(bench, "UF_CRM_REGION") == 302


@pytest.mark.parametrize(
    "match",
    [
        {"name": "Санкт-Петербург"},
        {"PROPERTY_213": "Стандарт"},
        {"PROPERTY_214": 302},
        {"PROPERTY_211": "1.05"},
        {"PROPERTY_213": "стандарт", "PROPERTY_214": "302"},
    ],
)
def test_a_row_by_what_it_holds(bench: Bench, match: dict[str, Any]) -> None:
    fill(bench, (price(match=match),), UF_CRM_ADDRESS="price.name")
    assert field(bench, "UF_CRM_ADDRESS") == "Санкт-Петербург"


def test_later_lookups_build_on_earlier_ones(bench: Bench) -> None:
    lookups = (
        Lookup(name="region", from_="list:38", id="deal.fields.UF_CRM_REGION"),
        price(match={"PROPERTY_214": "region.id"}),
        Lookup(
            name="site", from_="item:1046", match={"UF_CRM_3_ADDRESS": "{{ region.name }}, ул. Тверская, 7"}
        ),
    )
    fill(
        bench,
        lookups,
        UF_CRM_ADDRESS="{{ region.PROPERTY_201 }} {{ price.PROPERTY_211 }} {{ site.title }} {{ site.name }}",
    )
    assert field(bench, "UF_CRM_ADDRESS") == "77 1.15 Офис на Тверской Офис на Тверской"
    # region; then the fields of the list and the item together; then the row of the list
    assert [[c.method for c in calls if not c.method.startswith("crm.item.get")] for calls in bench.asked][
        -4:-1
    ] == [
        ["lists.field.get", "lists.element.get"],
        ["lists.field.get", "crm.item.list"],
        ["lists.element.get"],
    ]


def test_an_item_by_its_id_or_its_binding(bench: Bench) -> None:
    site = bench.company.objects[1]
    bench.portal.update_item(DEAL, bench.company.deals[0], UF_CRM_OBJECT=f"T416_{site}")
    lookup = Lookup(name="site", from_="item:1046", id="deal.fields.UF_CRM_OBJECT")
    fill(
        bench,
        (lookup,),
        UF_CRM_ADDRESS="site.fields.UF_CRM_3_ADDRESS",
        UF_CRM_RATE="site.fields.UF_CRM_3_1747309727",
    )
    assert field(bench, "UF_CRM_ADDRESS") == "Химки, Ленинградская ул., 25"
    assert field(bench, "UF_CRM_RATE") == 1200


def test_contact_and_company_are_the_linked_ones(bench: Bench) -> None:
    lookups = (Lookup(name="who", from_="contact"), Lookup(name="firm", from_="company"))
    fill(
        bench,
        lookups,
        UF_CRM_ADDRESS="{{ who.name }}, {{ who.phones[0] }}, {{ firm.name }}, {{ who.fields.post }}",
    )
    assert (
        field(bench, "UF_CRM_ADDRESS") == "Анна Иванова, +7 916 123-45-67, ООО «Ромашка», Главный бухгалтер"
    )


def test_another_contact_by_its_id(bench: Bench) -> None:
    fill(
        bench,
        (Lookup(name="who", from_="contact", id=bench.company.contacts["second"]),),
        UF_CRM_ADDRESS="who.name",
    )
    assert field(bench, "UF_CRM_ADDRESS") == "Олег Соколов"


def test_what_a_field_holds_is_kept_and_that_is_said(bench: Bench) -> None:
    bench.portal.update_item(DEAL, bench.company.deals[0], UF_CRM_ADDRESS="Моё")
    result = fill(bench, UF_CRM_ADDRESS="Чужое", UF_CRM_RATE=2)
    assert result.details == {
        "entity": f"deal:{bench.company.deals[0]}",
        "fields": ["UF_CRM_RATE"],
        "kept": ["UF_CRM_ADDRESS"],
    }
    assert field(bench, "UF_CRM_ADDRESS") == "Моё"


def test_overwrite_replaces_and_does_nothing_the_second_time(bench: Bench) -> None:
    bench.portal.update_item(DEAL, bench.company.deals[0], UF_CRM_ADDRESS="Моё")
    assert fill(bench, UF_CRM_ADDRESS="Чужое", overwrite=True).changed
    assert field(bench, "UF_CRM_ADDRESS") == "Чужое"
    assert not fill(bench, UF_CRM_ADDRESS="Чужое", overwrite=True).changed


@pytest.mark.parametrize(
    "lookup",
    [
        Lookup(name="row", from_="list:37", id=999),
        Lookup(name="row", from_="list:37", match={"name": "Нет такого"}),
        Lookup(name="row", from_="list:37", match={"PROPERTY_213": "deal.fields.UF_CRM_ADDRESS"}),
        Lookup(name="row", from_="list:37", id="deal.fields.UF_CRM_ADDRESS"),
        Lookup(name="row", from_="item:1046", id=999),
        Lookup(name="row", from_="item:1046", match={"title": "Нет такого"}),
        Lookup(name="row", from_="contact", id=999),
    ],
)
def test_a_row_that_is_not_there_leaves_its_fields_and_that_is_said(bench: Bench, lookup: Lookup) -> None:
    result = fill(bench, (lookup,), UF_CRM_ADDRESS="{{ row.name }}", UF_CRM_RATE=7, UF_CRM_NOTES="row.id")
    assert isinstance(result, Done), result
    assert result.details["fields"] == ["UF_CRM_RATE"]
    assert result.details["empty"] == ["UF_CRM_ADDRESS", "UF_CRM_NOTES"]
    assert result.details["not_found"] == ["row"]
    assert field(bench, "UF_CRM_ADDRESS") is None


def test_a_deleted_row_behind_a_link_is_nothing(bench: Bench) -> None:
    bench.portal.add_element(PRICES, "Старый", {214: 777}, 320)
    result = fill(
        bench, (price(id=320),), UF_CRM_ADDRESS="{{ price.PROPERTY_214.name }}", UF_CRM_NOTES="price.name"
    )
    assert result.details["empty"] == ["UF_CRM_ADDRESS"]
    assert field(bench, "UF_CRM_NOTES") == ["Старый"]


def test_a_property_without_a_value_leaves_its_field(bench: Bench) -> None:
    result = fill(bench, (price(id=312),), UF_CRM_NOTES="price.PROPERTY_215")
    assert (result.changed, result.details["empty"]) == (False, ["UF_CRM_NOTES"])


def test_of_several_rows_the_first_by_id_is_taken(bench: Bench) -> None:
    bench.portal.add_element(PRICES, "Второй", {213: 502}, 340)
    fill(bench, (price(match={"PROPERTY_213": "Премиум"}),), UF_CRM_ADDRESS="price.name")
    assert field(bench, "UF_CRM_ADDRESS") == "Москва и область"


def test_a_row_behind_the_first_page_is_found_though_the_filter_is_ignored(bench: Bench) -> None:
    for number in range(400, 470):
        bench.portal.add_element(PRICES, f"Строка {number}", {211: number}, number)
    fill(bench, (price(match={"name": "Строка 465"}),), UF_CRM_RATE="price.PROPERTY_211")
    assert field(bench, "UF_CRM_RATE") == 465


def test_a_list_of_processes_is_read_under_its_own_type(bench: Bench) -> None:
    bench.portal.add_list(50, "Процесс", [Property(301, "Сумма", "N")], kind="bitrix_processes")
    bench.portal.add_element(50, "Заявка", {301: "12"}, 900)
    fill(bench, (Lookup(name="row", from_="bitrix_processes:50", id=900),), UF_CRM_RATE="row.PROPERTY_301")
    assert field(bench, "UF_CRM_RATE") == 12


@pytest.mark.parametrize(
    ("lookup", "fields", "words"),
    [
        (price(id=311), {"UF_CRM_ADRESS": "price.name"}, "did you mean UF_CRM_ADDRESS?"),
        (price(id=311), {"UF_CRM_ADDRESS": "price.PROPERTY_999"}, "PROPERTY_999"),
        (price(match={"PROPERTY_21": 1}), {"UF_CRM_ADDRESS": "price.name"}, "did you mean PROPERTY_21"),
        (price(match={"Категория": 1}), {"UF_CRM_ADDRESS": "price.name"}, "did you mean PROPERTY_213?"),
        (price(id="abc"), {"UF_CRM_ADDRESS": "price.name"}, "is no id"),
        (Lookup(name="row", from_="list:99", id=1), {"UF_CRM_ADDRESS": "row.name"}, "list:99"),
        (
            Lookup(name="row", from_="item:1046", match={"UF_CRM_NO": 1}),
            {"UF_CRM_ADDRESS": "row.name"},
            "UF_CRM_NO",
        ),
        (price(id=311), {"UF_CRM_RATE": "price.name"}, "is no number"),
    ],
)
def test_a_mistake_of_the_rule_fails_and_writes_nothing(
    bench: Bench, lookup: Lookup, fields: dict[str, Any], words: str
) -> None:
    result = fill(bench, (lookup,), UF_CRM_NOTES="x", **fields)
    assert isinstance(result, Failed), result
    assert words in result.message
    assert not bench.told


def test_the_missing_scope_of_lists_is_named() -> None:
    bench = Bench(sandbox_settings=SandboxSettings(scopes=("crm", "user")))
    result = fill(bench, (price(id=311),), UF_CRM_ADDRESS="price.name")
    assert isinstance(result, Failed)
    assert "lists" in result.message


def test_a_list_that_may_not_be_read_fails(bench: Bench) -> None:
    bench.portal.faults.add(
        Fault("error", method="lists.element.get", code="ACCESS_DENIED", description="Нет доступа")
    )
    result = fill(bench, (price(id=311),), UF_CRM_ADDRESS="price.name")
    assert "Нет доступа" in result.message


def test_lookups_that_no_open_field_needs_are_not_asked(bench: Bench) -> None:
    bench.portal.update_item(DEAL, bench.company.deals[0], UF_CRM_ADDRESS="Моё")
    fill(bench, (price(id=311),), UF_CRM_ADDRESS="price.name", UF_CRM_RATE=2)
    assert not [call for calls in bench.asked for call in calls if call.method.startswith("lists.")]
