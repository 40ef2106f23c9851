"""The stand-in's items: defaults, times, stages, sums, filters, rights."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.portals import MONDAY, bare_portal, refusal, result

DEAL, CONTACT, INVOICE = 2, 3, 31


def ids(portal, etid, **params):
    return [row["id"] for row in result(portal, "crm.item.list", {"entityTypeId": etid, **params})["items"]]


def test_a_new_invoice_has_todays_date_a_due_date_in_a_week_and_the_next_number():
    portal = bare_portal()
    first = portal.add_invoice("Первый")
    item = result(portal, "crm.item.add", {"entityTypeId": INVOICE, "fields": {"title": "Второй"}})["item"]
    assert item["begindate"] == "2026-03-02T03:00:00+03:00"
    assert item["closedate"] == "2026-03-09T03:00:00+03:00"
    assert portal.item(INVOICE, first)["accountNumber"] == "1"
    assert item["accountNumber"] == "2"
    assert item["stageId"] == "DT31_1:N"
    assert item["categoryId"] == 1


def test_a_number_that_another_invoice_has_is_refused():
    portal = bare_portal()
    portal.add_invoice("Первый", accountNumber="А-7")
    fields = {"title": "Второй", "accountNumber": "А-7"}
    assert refusal(portal, "crm.item.add", {"entityTypeId": INVOICE, "fields": fields})[0] == 400


def test_times_are_whole_seconds_in_the_offset_of_the_server():
    portal = bare_portal(server_tz="Europe/Berlin")
    portal.clock.advance(0.75)
    portal.add_deal("Сделка")
    assert portal.item(DEAL, 1)["createdTime"] == "2026-03-02T10:00:00+01:00"


def test_with_a_server_west_of_greenwich_a_date_shows_the_day_before():
    portal = bare_portal(server_tz="America/New_York")
    portal.add_invoice("Счёт", closedate="2026-03-10")
    assert portal.item(INVOICE, 1)["closedate"] == "2026-03-09T20:00:00-04:00"


def test_an_update_without_effect_saves_nothing():
    portal = bare_portal()
    key = portal.add_invoice("Счёт", comments="текст")
    before = portal.item(INVOICE, key)
    portal.clock.advance(60)
    fields = {"comments": "текст", "stageId": "DT31_1:N", "closedate": "2026-03-09"}
    result(portal, "crm.item.update", {"entityTypeId": INVOICE, "id": key, "fields": fields})
    assert portal.item(INVOICE, key) == before
    assert len(portal.stage_history(INVOICE)) == 1


def test_a_change_of_stage_moves_the_times_and_keeps_the_former_stage():
    portal = bare_portal()
    key = portal.add_invoice("Счёт", by=1)
    portal.clock.advance(60)
    portal.update_item(INVOICE, key, by=1, stageId="DT31_1:S")
    item = portal.item(INVOICE, key)
    assert item["movedTime"] == item["updatedTime"] == "2026-03-02T12:01:00+03:00"
    assert item["previousStageId"] == "DT31_1:N"
    portal.clock.advance(60)
    portal.update_item(INVOICE, key, comments="позже")
    item = portal.item(INVOICE, key)
    assert (item["movedTime"], item["updatedTime"]) == (
        "2026-03-02T12:01:00+03:00",
        "2026-03-02T12:02:00+03:00",
    )


def test_unknown_and_unreadable_inputs_are_ignored_without_a_word():
    portal = bare_portal()
    key = portal.add_invoice("Счёт")
    before = portal.item(INVOICE, key)
    portal.clock.advance(5)
    fields = {"nonsense": 1, "closedate": "когда-нибудь", "updatedTime": "2020-01-01", "opportunity": "много"}
    result(portal, "crm.item.update", {"entityTypeId": INVOICE, "id": key, "fields": fields})
    assert portal.item(INVOICE, key) == before


def test_a_due_date_with_an_offset_is_brought_to_the_servers_zone_and_may_change_its_day():
    portal = bare_portal()
    key = portal.add_invoice("Счёт")
    fields = {"closedate": "2026-03-10T23:30:00+00:00"}
    item = result(portal, "crm.item.update", {"entityTypeId": INVOICE, "id": key, "fields": fields})["item"]
    assert item["closedate"] == "2026-03-11T03:00:00+03:00"


def test_a_deal_gets_its_closing_date_when_it_is_closed_and_an_invoice_keeps_its_own():
    portal = bare_portal()
    deal, invoice = portal.add_deal("Сделка"), portal.add_invoice("Счёт")
    portal.clock.advance(86400)
    portal.update_item(DEAL, deal, stageId="WON")
    portal.update_item(INVOICE, invoice, stageId="DT31_1:P")
    shown = portal.item(DEAL, deal)
    assert (shown["closedate"], shown["closed"], shown["stageSemanticId"]) == (
        "2026-03-03T03:00:00+03:00",
        "Y",
        "S",
    )
    assert portal.item(INVOICE, invoice)["closedate"] == "2026-03-09T03:00:00+03:00"


def test_an_unknown_stage_is_refused_by_the_universal_method_and_ignored_by_the_classic_one():
    portal = bare_portal()
    key = portal.add_deal("Сделка")
    call = {"entityTypeId": DEAL, "id": key, "fields": {"stageId": "NOWHERE"}}
    assert refusal(portal, "crm.item.update", call) == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")
    assert result(portal, "crm.deal.update", {"id": key, "fields": {"STAGE_ID": "NOWHERE"}}) is True
    assert portal.item(DEAL, key)["stageId"] == "NEW"


def test_another_funnel_starts_in_its_first_stage_and_the_classic_method_cannot_change_it():
    portal = bare_portal()
    key = portal.add_deal("Сделка")
    result(portal, "crm.deal.update", {"id": key, "fields": {"CATEGORY_ID": 1}})
    assert portal.item(DEAL, key)["categoryId"] == 0
    result(portal, "crm.item.update", {"entityTypeId": DEAL, "id": key, "fields": {"categoryId": 1}})
    assert portal.item(DEAL, key)["stageId"] == "C1:NEW"


def test_a_field_required_at_a_stage_stops_the_move_until_it_is_filled():
    portal = bare_portal(required_fields={DEAL: {"WON": ("UF_CRM_ACT",)}})
    portal.add_user_field(DEAL, "UF_CRM_ACT", "string", title="Номер акта")
    key = portal.add_deal("Сделка")
    call = {"entityTypeId": DEAL, "id": key, "fields": {"stageId": "WON"}}
    assert refusal(portal, "crm.item.update", call) == (400, "CRM_FIELD_ERROR_REQUIRED")
    assert portal.item(DEAL, key)["stageId"] == "NEW"
    call["fields"]["ufCrmAct"] = "15"
    assert result(portal, "crm.item.update", call)["item"]["stageId"] == "WON"


def test_rows_give_the_sum_and_the_tax_unless_the_sum_is_typed_by_hand():
    portal = bare_portal()
    key = portal.add_deal("Сделка")
    rows = [{"productName": "Окно", "price": "1200.50", "quantity": 2, "taxRate": 20, "taxIncluded": "Y"}]
    portal.set_rows(DEAL, key, rows)
    assert (portal.item(DEAL, key)["opportunity"], portal.item(DEAL, key)["taxValue"]) == (2401, 400.17)
    portal.update_item(DEAL, key, isManualOpportunity="Y", opportunity=10)
    assert portal.item(DEAL, key)["opportunity"] == 10
    portal.update_item(DEAL, key, isManualOpportunity="N")
    assert portal.item(DEAL, key)["opportunity"] == 2401


def test_setting_rows_gives_new_ids_and_saves_the_owner():
    portal = bare_portal()
    key = portal.add_invoice("Счёт")
    call = {
        "ownerType": "SI",
        "ownerId": key,
        "productRows": [{"productName": "Окно", "price": 10, "quantity": 1}],
    }
    first = result(portal, "crm.item.productrow.set", call)["productRows"][0]["id"]
    portal.clock.advance(30)
    second = result(portal, "crm.item.productrow.set", call)["productRows"][0]["id"]
    assert second > first
    assert portal.item(INVOICE, key)["updatedTime"] == "2026-03-02T12:00:30+03:00"
    listed = {"filter": {"=ownerType": "SI", "=ownerId": key}}
    assert [row["id"] for row in result(portal, "crm.item.productrow.list", listed)["productRows"]] == [
        second
    ]


def test_an_unknown_owner_of_rows_is_refused():
    call = {"ownerType": "SI", "ownerId": 99, "productRows": []}
    assert refusal(bare_portal(), "crm.item.productrow.set", call) == (400, "OWNER_NOT_FOUND")


def test_hidden_items_are_absent_from_rows_and_total_and_refused_by_id():
    portal = bare_portal()
    keys = [portal.add_deal(f"Сделка {number}") for number in range(3)]
    portal.hide(DEAL, keys[1])
    body = portal.call("crm.item.list", {"entityTypeId": DEAL})[1]
    assert ([row["id"] for row in body["result"]["items"]], body["total"]) == ([keys[0], keys[2]], 2)
    assert refusal(portal, "crm.item.get", {"entityTypeId": DEAL, "id": keys[1]}) == (400, "ACCESS_DENIED")
    assert refusal(portal, "crm.item.get", {"entityTypeId": DEAL, "id": 99}) == (400, "NOT_FOUND")
    assert result(
        portal, "crm.stagehistory.list", {"entityTypeId": DEAL, "filter": {"OWNER_ID": keys[1]}}
    ) == {"items": []}
    portal.reveal(DEAL, keys[1])
    assert ids(portal, DEAL) == keys


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"@id": [1, 3]}, [1, 3]),
        ({"!id": 2}, [1, 3]),
        ({"%title": "ОКН"}, [1]),
        ({"=%title": "Дв%"}, [2]),
        ({"!%title": "о"}, []),
        ({">=opportunity": 200}, [2, 3]),
        ({"0": {"logic": "OR", "0": {"id": 1}, "1": {">opportunity": 250}}}, [1, 3]),
        ({"id": [2, 3], "<opportunity": 300}, [2]),
        ({"=xmlId": ""}, [1, 3]),
        ({"=xmlId": "KEY"}, [2]),
        ({"isManualOpportunity": "Y"}, [1, 2, 3]),
    ],
)
def test_filters(filters, expected):
    portal = bare_portal()
    for title, amount, mark in (("Окно", 100, None), ("Дверь большая", 200, "key"), ("Порог", 300, None)):
        portal.add_invoice(title, opportunity=amount, isManualOpportunity="Y", xmlId=mark)
    assert ids(portal, INVOICE, filter=filters, order={"id": "ASC"}) == expected


def test_a_strict_portal_refuses_unknown_names_and_a_lax_one_ignores_them():
    portal = bare_portal()
    portal.add_deal("Сделка")
    call = {"entityTypeId": DEAL, "filter": {">=updated": "2030-01-01"}}
    assert refusal(portal, "crm.item.list", call) == (400, "INVALID_ARG_VALUE")
    assert (
        refusal(portal, "crm.item.list", {"entityTypeId": DEAL, "order": {"nope": "ASC"}})[1]
        == "INVALID_ARG_VALUE"
    )
    lax = bare_portal(strict=False)
    lax.add_deal("Сделка")
    assert ids(lax, DEAL, filter=call["filter"]) == [1]


def test_own_fields_are_named_in_either_spelling():
    portal = bare_portal()
    for name in (
        "UF_CRM_1747309879",
        "UF_CRM_3_1747309727",
        "UF_CRM_3_DIGIT",
        "UF_CRM_PROJECT_LEAD",
        "UF_CRM_PHONE2",
    ):
        portal.add_user_field(DEAL, name)
    portal.add_deal("Сделка", UF_CRM_PHONE2="12")
    names = set(result(portal, "crm.item.get", {"entityTypeId": DEAL, "id": 1})["item"])
    assert {
        "ufCrm_1747309879",
        "ufCrm3_1747309727",
        "ufCrm3Digit",
        "ufCrmProjectLead",
        "ufCrm_PHONE2",
    } <= names
    call = {"entityTypeId": DEAL, "select": ["id", "UF_CRM_PHONE2"], "useOriginalUfNames": "Y"}
    assert result(portal, "crm.item.list", call)["items"] == [{"id": 1, "UF_CRM_PHONE2": "12"}]
    call = {"entityTypeId": DEAL, "select": ["uf_*"]}
    assert result(portal, "crm.item.list", call)["items"][0]["ufCrm_PHONE2"] == "12"


def test_an_old_portal_does_not_know_original_names():
    portal = bare_portal(original_uf_names=False)
    portal.add_user_field(DEAL, "UF_CRM_PROJECT_LEAD", "employee")
    portal.add_deal("Сделка", UF_CRM_PROJECT_LEAD=5)
    item = result(portal, "crm.item.get", {"entityTypeId": DEAL, "id": 1, "useOriginalUfNames": "Y"})["item"]
    assert item["ufCrmProjectLead"] == 5


def test_a_scalar_for_a_field_of_several_values_is_refused():
    portal = bare_portal()
    portal.add_user_field(DEAL, "UF_CRM_NOTES", multiple=True)
    key = portal.add_deal("Сделка")
    call = {"entityTypeId": DEAL, "id": key, "fields": {"ufCrmNotes": "одна"}}
    assert refusal(portal, "crm.item.update", call) == (400, "100")
    call["fields"] = {"ufCrmNotes": ["одна", "две"]}
    assert result(portal, "crm.item.update", call)["item"]["ufCrmNotes"] == ["одна", "две"]


def test_phones_and_addresses_come_only_with_all_fields():
    portal = bare_portal()
    key = portal.add_contact("Анна", "Иванова", email="anna@example.ru")
    whole = result(portal, "crm.item.list", {"entityTypeId": CONTACT, "select": ["*"]})["items"][0]
    assert [(entry["typeId"], entry["value"]) for entry in whole["fm"]] == [("EMAIL", "anna@example.ru")]
    assert (
        "fm"
        not in result(portal, "crm.item.list", {"entityTypeId": CONTACT, "select": ["id", "name"]})["items"][
            0
        ]
    )
    email = result(portal, "crm.contact.get", {"id": key})["EMAIL"][0]
    change = {
        "EMAIL": [
            {"ID": email["ID"], "VALUE": "new@example.ru"},
            {"VALUE": "more@example.ru", "VALUE_TYPE": "HOME"},
        ]
    }
    result(portal, "crm.contact.update", {"id": key, "fields": change})
    values = [entry["VALUE"] for entry in result(portal, "crm.contact.get", {"id": key})["EMAIL"]]
    assert values == ["new@example.ru", "more@example.ru"]


def test_pages_are_of_fifty_and_the_start_is_rounded_down():
    portal = bare_portal()
    for number in range(120):
        portal.add_deal(f"Сделка {number}")
    body = portal.call("crm.item.list", {"entityTypeId": DEAL, "start": 70, "order": {"id": "ASC"}})[1]
    assert [row["id"] for row in body["result"]["items"]] == list(range(51, 101))
    assert (body["total"], body["next"]) == (120, 100)
    body = portal.call("crm.item.list", {"entityTypeId": DEAL, "start": 100})[1]
    assert len(body["result"]["items"]) == 20
    assert "next" not in body


def test_minus_one_as_start_counts_nothing():
    portal = bare_portal()
    for number in range(60):
        portal.add_deal(f"Сделка {number}")
    body = portal.call(
        "crm.item.list", {"entityTypeId": DEAL, "start": -1, "filter": {">id": 5}, "order": {"id": "ASC"}}
    )[1]
    assert [row["id"] for row in body["result"]["items"]] == list(range(6, 56))
    assert "total" not in body
    assert "next" not in body
    assert portal.call("crm.deal.list", {"start": -1})[1]["total"] == 0


def test_newest_first_also_after_later_changes():
    portal = bare_portal()
    for number in range(5):
        portal.add_deal(f"Сделка {number}")
        portal.clock.advance(1)
    portal.update_item(DEAL, 2, title="Изменена")
    assert ids(portal, DEAL, order={"updatedTime": "DESC", "id": "DESC"}, start=-1) == [2, 5, 4, 3, 1]
    assert ids(portal, DEAL, order={"updatedTime": "ASC"}, start=-1) == [1, 3, 4, 5, 2]
    moment = {">=updatedTime": "2026-03-02T12:00:03+03:00"}
    assert ids(portal, DEAL, filter=moment, order={"id": "ASC"}) == [2, 4, 5]


def test_merging_contacts_binds_their_deals_to_the_one_that_stays():
    portal = bare_portal()
    keep, gone = (
        portal.add_contact("Анна", "Иванова"),
        portal.add_contact("Анна", "Иванова", email="a@example.ru"),
    )
    deal = portal.add_deal("Сделка", contactId=gone)
    portal.merge_contacts(keep, gone)
    assert portal.item(DEAL, deal)["contactIds"] == [keep]
    assert refusal(portal, "crm.contact.get", {"id": gone}) == (400, "")
    assert portal.item(CONTACT, keep)["fm"][0]["value"] == "a@example.ru"


def test_the_old_invoice_type_and_unknown_types_are_refused():
    portal = bare_portal()
    assert refusal(portal, "crm.item.list", {"entityTypeId": 5})[1] == "ENTITY_TYPE_NOT_SUPPORTED"
    assert refusal(portal, "crm.item.list", {"entityTypeId": 777}) == (400, "NOT_FOUND")
    assert refusal(portal, "crm.item.list", {}) == (400, "100")


def test_a_person_may_set_times_of_the_past():
    portal = bare_portal()
    key = portal.add_invoice("Давний", createdTime=datetime(2025, 1, 1, tzinfo=UTC), updatedTime=MONDAY)
    assert portal.item(INVOICE, key)["createdTime"] == "2025-01-01T03:00:00+03:00"
    with pytest.raises(ValueError, match="no field"):
        portal.add_invoice("Опечатка", opportunty=5)
