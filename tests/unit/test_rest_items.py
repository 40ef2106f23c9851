from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from b24sync.domain.entity import Key
from b24sync.rest import items, kinds
from b24sync.rest.kinds import kinds_from
from tests.support.data import data

KINDS = kinds_from(custom={"object": 1046})
INVOICE = {
    "id": 512,
    "xmlId": "",
    "accountNumber": "17/2026",
    "title": "Счёт",
    "createdTime": "2026-03-01T12:00:00+03:00",
    "updatedTime": "2026-03-02T12:00:00+03:00",
    "movedTime": "2026-03-02T11:00:00+03:00",
    "updatedBy": 1,
    "movedBy": 1,
    "assignedById": 7,
    "categoryId": 1,
    "stageId": "DT31_1:S",
    "previousStageId": "DT31_1:N",
    "begindate": "2026-03-01T03:00:00+03:00",
    "closedate": "2026-03-10T03:00:00+03:00",
    "companyId": 0,
    "contactId": 84,
    "currencyId": "RUB",
    "opportunity": 100000.5,
    "taxValue": 0,
    "lastActivityTime": "2026-03-02T12:00:00+03:00",
    "parentId2": 410,
    "UF_CRM_1": "x",
}


def entity(name, raw, **statuses):
    return items.entity(KINDS[name], raw, statuses=statuses, base_url="https://p.example/")


def test_an_invoice_reads_as_the_contract_says():
    found = items.entity(
        KINDS["invoice"], INVOICE, statuses={"DT31_1:S": "sent"}, base_url="https://p.example"
    )
    assert found.key == Key("invoice", 512)
    assert dict(found.values) == {
        "id": 512,
        "number": "17/2026",
        "title": "Счёт",
        "status": "sent",
        "stage_id": "DT31_1:S",
        "amount": Decimal("100000.5"),
        "currency": "RUB",
        "due_date": date(2026, 3, 10),
        "issued_date": date(2026, 3, 1),
        "created_at": datetime(2026, 3, 1, 9, tzinfo=UTC),
        "updated_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "deal_id": 410,
        "contact_id": 84,
        "company_id": None,
        "responsible_id": 7,
        "url": "https://p.example/crm/type/31/details/512/",
    }
    assert found.fields["UF_CRM_1"] == "x"
    assert found.fields["taxValue"] == 0


def test_a_stage_without_a_name_is_its_own_status():
    assert entity("invoice", INVOICE)["status"] == "DT31_1:S"


def test_a_deal_is_read_from_both_apis_alike():
    classic = data("rows.json")["crm.deal.get"]
    item = {
        "id": 410,
        "title": "Кухня",
        "stageId": "PREPARATION",
        "categoryId": 0,
        "stageSemanticId": "P",
        "opportunity": 1000000,
        "currencyId": "EUR",
        "createdTime": "2024-08-30T14:29:00+02:00",
        "updatedTime": "2024-08-30T14:29:00+02:00",
        "contactId": 84,
        "companyId": 9,
        "assignedById": 1,
    }
    assert entity("deal", classic).values == entity("deal", item).values
    assert entity("deal", item)["url"] == "https://p.example/crm/deal/details/410/"
    assert entity("deal", item)["category_id"] == 0


def test_a_smart_process_has_its_deal_and_its_page():
    found = entity("object", {"id": 3, "parentId2": 10, "stageId": "DT1046_5:NEW"})
    assert found["deal_id"] == 10
    assert found["url"] == "https://p.example/crm/type/1046/details/3/"


def test_a_contact_shows_its_work_address_first():
    raw = data("rows.json")["crm.contact.get"]
    found = entity("contact", raw)
    assert found["name"] == "Анна Смирнова"
    assert found["emails"] == ("anna@client.ru", "news@client.ru")
    assert found["phones"] == ("+79160000001", "+79160000002")
    assert found["responsible_id"] == 6
    item = {
        "id": 43,
        "name": "John",
        "lastName": None,
        "fm": [{"typeId": "EMAIL", "valueType": "HOME", "value": "a@b.c"}],
    }
    assert entity("contact", item)["emails"] == ("a@b.c",)
    assert entity("contact", item)["name"] == "John"


def test_a_company_is_named_by_its_title():
    raw = data("rows.json")["crm.company.get"]
    found = entity("company", raw)
    assert (found["name"], found["emails"], found["responsible_id"]) == ("ООО «Ромашка»", (), 139)


def test_an_old_invoice_has_the_same_names():
    legacy = kinds_from("legacy")["invoice"]
    raw = {
        "ID": "9",
        "ACCOUNT_NUMBER": "9",
        "ORDER_TOPIC": "t",
        "STATUS_ID": "S",
        "PRICE": "100.00",
        "CURRENCY": "RUB",
        "DATE_INSERT": "2026-03-01T12:00:00+03:00",
        "DATE_UPDATE": "2026-03-01T12:00:00+03:00",
        "DATE_STATUS": "2026-03-01T12:30:00+03:00",
        "DATE_PAY_BEFORE": "2026-03-10T03:00:00+03:00",
        "UF_DEAL_ID": "410",
        "RESPONSIBLE_ID": "7",
    }
    found = items.entity(legacy, raw, statuses={"S": "sent"}, base_url="https://p")
    assert (found["status"], found["amount"], found["due_date"]) == ("sent", Decimal(100), date(2026, 3, 10))
    assert set(found.values) == set(entity("invoice", INVOICE).values)
    assert items.snapshot_times(raw)[2] == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert items.update(legacy, 9, {"due_date": date(2026, 3, 11)}).params["fields"] == {
        "DATE_PAY_BEFORE": "2026-03-11"
    }
    assert items.diff_values(legacy, {**raw, "STATUS_ID": "P"}) == items.diff_values(legacy, raw)


def test_a_move_and_a_save_are_no_update_but_an_amount_is():
    kind = KINDS["invoice"]
    moved = {
        **INVOICE,
        "stageId": "DT31_1:P",
        "previousStageId": "DT31_1:S",
        "updatedTime": "2026-03-03T12:00:00+03:00",
        "movedTime": "2026-03-03T12:00:00+03:00",
        "updatedBy": 5,
        "movedBy": 5,
        "lastActivityTime": "2026-03-03T12:00:00+03:00",
        "searchContent": "paid",
        "companyId": None,
        "xmlId": None,
    }
    before = items.diff_values(kind, INVOICE)
    assert items.diff_values(kind, moved) == before
    changed = items.diff_values(kind, {**moved, "opportunity": "100001.00", "UF_CRM_1": "y"})
    assert {name for name in before | changed if before.get(name) != changed.get(name)} == {
        "amount",
        "fields.UF_CRM_1",
    }
    assert changed["amount"] == "100001"
    assert before["due_date"] == "2026-03-10"
    json.dumps(before)


def test_equal_amounts_are_equal_however_written():
    kind = KINDS["deal"]
    found = [items.diff_values(kind, {"id": 1, "opportunity": amount}) for amount in (100, 100.0, "100.00")]
    assert found[0] == found[1] == found[2]


def test_custom_fields_always_show_their_own_name():
    old = {"id": 1, "ufCrm_5": "x"}
    assert entity("deal", old).fields == {"id": 1, "UF_CRM_5": "x"}
    assert items.diff_values(KINDS["deal"], old) == items.diff_values(
        KINDS["deal"], {"id": 1, "UF_CRM_5": "x"}
    )


def test_calls_name_the_type_and_ask_for_original_names():
    deal = KINDS["deal"]
    call = items.list_page(deal, filter={">id": 5}, order={"id": "ASC"})
    assert call.method == "crm.item.list"
    assert call.params == {
        "entityTypeId": 2,
        "filter": {">id": 5},
        "order": {"id": "ASC"},
        "select": ["*", "uf_*"],
        "start": -1,
        "useOriginalUfNames": "Y",
    }
    assert items.by_ids(deal, [1, 2]).params["filter"] == {"@id": [1, 2]}
    assert items.update(deal, 1, {"responsible_id": 7, "fields.UF_CRM_X": None}).params["fields"] == {
        "assignedById": 7,
        "UF_CRM_X": "",
    }
    assert items.get(KINDS["task"], 5).method == "tasks.task.get"
    assert items.by_ids(kinds_from("legacy")["invoice"], [5]).params["filter"] == {"ID": [5]}
    with pytest.raises(ValueError, match="not created"):
        items.add(kinds_from("legacy")["invoice"], {})


def test_rows_are_found_in_every_form_of_an_answer():
    assert items.page_rows({"items": [{"id": 1}]}) == [{"id": 1}]
    assert items.page_rows({"tasks": []}) == []
    assert items.page_rows([{"ID": "1"}]) == [{"ID": "1"}]
    assert items.page_rows([]) == items.page_rows(None) == []
    assert items.row_of({"item": {"id": 1}}) == {"id": 1}
    assert items.row_of({"ID": "1"}) == {"ID": "1"}
    assert items.row_of([]) is None
    with pytest.raises(ValueError, match="without an id"):
        items.row_id({"title": "x"})


def test_bindings_go_both_ways():
    assert KINDS["deal"].binding(10) == "D_10"
    assert KINDS["invoice"].binding(7) == "SI_7"
    assert kinds_from(custom={"x": 177})["x"].binding(3) == "Tb1_3"
    assert kinds_from(custom={"x": 128})["x"].owner_type == "T80"
    for key in (Key("deal", 10), Key("invoice", 7), Key("contact", 1), Key("company", 2), Key("object", 5)):
        assert kinds.key_of_binding(KINDS[key.kind].binding(key.id), KINDS) == key
    assert kinds.key_of_binding("L_5", KINDS) is None
    assert kinds.key_of_binding("I_5", KINDS) is None
    assert kinds.key_of_binding("I_5", kinds_from("legacy")) == Key("invoice", 5)
    assert kinds.key_of_binding("nonsense", KINDS) is None
    assert KINDS["object"].is_custom
    assert not KINDS["deal"].is_custom
