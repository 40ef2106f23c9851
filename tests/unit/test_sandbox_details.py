"""The stand-in's smaller methods and readings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from b24sync.sandbox import seed_company
from b24sync.sandbox.portal_dates import strtotime, to_day
from tests.support.portals import MONDAY, bare_portal, refusal, result

DEAL, CONTACT, INVOICE = 2, 3, 31
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def portal():
    return bare_portal()


@pytest.fixture
def company(portal):
    return seed_company(portal)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02", datetime(2026, 3, 1, 21, tzinfo=UTC)),
        ("2026-03-02 12:30", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02T12:30:15+03:00", datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)),
        ("2026-03-02T12:30:15-0500", datetime(2026, 3, 2, 17, 30, 15, tzinfo=UTC)),
        ("2026-03-02T12:30:15.250Z", datetime(2026, 3, 2, 12, 30, 15, tzinfo=UTC)),
        ("02.03.2026 12:30:15", datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)),
        ("@1772442000", MONDAY),
        ("now", MONDAY),
        ("today", datetime(2026, 3, 1, 21, tzinfo=UTC)),
        ("tomorrow", datetime(2026, 3, 2, 21, tzinfo=UTC)),
        ("+2 days", datetime(2026, 3, 4, 9, tzinfo=UTC)),
        ("-1 hour", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        (date(2026, 3, 2), datetime(2026, 3, 1, 21, tzinfo=UTC)),
        (datetime(2026, 3, 2, 12, 0), MONDAY),
        ("2026-13-45", None),
        ("2026-03-02T12:30:15 03:00", None),
        ("вчера", None),
        ("", None),
        (None, None),
    ],
)
def test_moments_are_read_as_by_strtotime(text, expected):
    assert strtotime(text, MOSCOW, MONDAY) == expected


def test_a_day_is_that_of_the_server():
    assert to_day("2026-03-02T22:00:00Z", MOSCOW, MONDAY) == date(2026, 3, 3)
    assert to_day("2026-03-02", MOSCOW, MONDAY) == date(2026, 3, 2)
    assert to_day("никогда", MOSCOW, MONDAY) is None


def rows_of(portal, owner):
    call = {"filter": {"=ownerType": "D", "=ownerId": owner}, "order": {"id": "ASC"}}
    return result(portal, "crm.item.productrow.list", call)["productRows"]


def test_single_rows_are_added_changed_and_removed_and_the_owner_follows(portal):
    deal = portal.add_deal("Сделка")
    fields = {"ownerType": "D", "ownerId": deal, "productName": "Окно", "price": 100.5, "quantity": 2}
    row = result(portal, "crm.item.productrow.add", {"fields": fields})["productRow"]
    assert portal.item(DEAL, deal)["opportunity"] == 201
    portal.clock.advance(60)
    change = {"id": row["id"], "fields": {"quantity": 3}}
    assert result(portal, "crm.item.productrow.update", change)["productRow"]["id"] == row["id"]
    assert portal.item(DEAL, deal)["opportunity"] == 301.5
    assert portal.item(DEAL, deal)["updatedTime"] == "2026-03-02T12:01:00+03:00"
    assert result(portal, "crm.item.productrow.get", {"id": row["id"]})["productRow"]["quantity"] == 3
    result(portal, "crm.item.productrow.delete", {"id": row["id"]})
    assert rows_of(portal, deal) == []
    assert refusal(portal, "crm.item.productrow.get", {"id": row["id"]}) == (400, "NOT_FOUND")
    assert refusal(portal, "crm.item.productrow.list", {"filter": {"ownerId": deal}})[0] == 400


def test_rows_of_a_hidden_owner_are_refused(portal):
    deal = portal.add_deal("Сделка")
    portal.hide(DEAL, deal)
    call = {"filter": {"=ownerType": "D", "=ownerId": deal}}
    assert refusal(portal, "crm.item.productrow.list", call) == (400, "ACCESS_DENIED")


def test_the_classic_method_replaces_rows_too(portal, company):
    call = {"id": 1, "rows": [{"PRODUCT_ID": 101, "PRICE": "10.10", "QUANTITY": 3}]}
    assert result(portal, "crm.deal.productrows.set", call) is True
    rows = result(portal, "crm.deal.productrows.get", {"id": 1})
    assert [(row["PRODUCT_NAME"], row["PRICE"], row["QUANTITY"]) for row in rows] == [
        ("Краска фасадная, 10 л", 10.1, 3)
    ]
    assert portal.item(DEAL, 1)["opportunity"] == 30.3


def test_contacts_of_a_deal_are_told_apart_from_it(portal, company):
    portal.update_item(DEAL, 1, contactIds=[2, 1])
    rows = result(portal, "crm.deal.contact.items.get", {"id": 1})
    assert [(row["CONTACT_ID"], row["IS_PRIMARY"]) for row in rows] == [(2, "Y"), (1, "N")]
    assert result(portal, "crm.deal.get", {"id": 1})["CONTACT_ID"] == "2"


def test_classic_methods_create_items(portal):
    fields = {
        "NAME": "Анна",
        "LAST_NAME": "Иванова",
        "EMAIL": [{"VALUE": "a@example.ru", "VALUE_TYPE": "WORK"}],
    }
    contact = result(portal, "crm.contact.add", {"fields": fields})
    assert result(portal, "crm.contact.get", {"id": contact})["EMAIL"][0]["VALUE"] == "a@example.ru"
    assert result(portal, "crm.contact.list", {"select": ["ID", "HAS_EMAIL"]}) == [
        {"ID": "1", "HAS_EMAIL": "Y"}
    ]
    deal = result(portal, "crm.deal.add", {"fields": {"TITLE": "Сделка", "CONTACT_ID": contact}})
    assert portal.item(DEAL, deal)["contactIds"] == [contact]
    assert refusal(portal, "crm.deal.add", {"fields": "нет"}) == (400, "")
    fields = {"name": "Олег", "fm": [{"typeId": "EMAIL", "value": "o@example.ru"}]}
    item = result(portal, "crm.item.add", {"entityTypeId": CONTACT, "fields": fields})["item"]
    assert item["fm"][0]["value"] == "o@example.ru"
    assert item["hasEmail"] == "Y"
    portal.hide(CONTACT, contact)
    assert refusal(portal, "crm.contact.get", {"id": contact}) == (400, "")


def test_fields_of_deals_are_described_both_ways(portal, company):
    classic = result(portal, "crm.deal.fields")
    assert classic["UF_CRM_OBJECT_TYPE"]["items"][0] == {"ID": "511", "VALUE": "Офис"}
    fields = result(portal, "crm.item.fields", {"entityTypeId": DEAL, "useOriginalUfNames": "Y"})["fields"]
    assert fields["UF_CRM_OBJECT_TYPE"]["items"][0] == {"ID": "511", "VALUE": "Офис"}
    assert fields["stageId"]["statusType"] == "DEAL_STAGE"
    assert (fields["updatedTime"]["isReadOnly"], fields["updatedTime"]["upperName"]) == (True, "UPDATED_TIME")
    listed = result(portal, "crm.deal.userfield.list", {"filter": {"FIELD_NAME": "UF_CRM_OBJECT_TYPE"}})
    assert [entry["VALUE"] for entry in listed[0]["LIST"]] == ["Офис", "Склад", "Жильё"]
    config = result(portal, "userfieldconfig.get", {"moduleId": "crm", "id": listed[0]["ID"]})["field"]
    assert [entry["value"] for entry in config["enum"]] == ["Офис", "Склад", "Жильё"]


def test_own_fields_keep_only_what_their_type_can_hold(portal, company):
    def write(**fields):
        result(portal, "crm.item.update", {"entityTypeId": DEAL, "id": 1, "fields": fields})
        return portal.item(DEAL, 1)

    assert write(ufCrmObjectType=999)["UF_CRM_OBJECT_TYPE"] == 511
    assert write(ufCrmObjectType="513")["UF_CRM_OBJECT_TYPE"] == 513
    assert write(ufCrmRate="1.25")["UF_CRM_RATE"] == 1.25
    assert write(ufCrm_1747309879="Y")["UF_CRM_1747309879"] == "Y"
    assert write(ufCrmNotes=[])["UF_CRM_NOTES"] == []
    assert write(ufCrmBudget="")["UF_CRM_BUDGET"] is None
    shown = result(portal, "crm.deal.get", {"id": 1})
    assert (shown["UF_CRM_RATE"], shown["UF_CRM_BUDGET"], shown["UF_CRM_NOTES"]) == ("1.25", "", [])


def test_a_flag_of_our_own_is_read_as_letters_and_filtered_by_digits(portal, company):
    portal.update_item(DEAL, 1, UF_CRM_1747309879=True)

    def found(value):
        call = {"entityTypeId": DEAL, "filter": {"ufCrm_1747309879": value}}
        return [row["id"] for row in result(portal, "crm.item.list", call)["items"]]

    assert found(1) == [1]
    assert found("Y") == [2, 3, 4, 5]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"contactId": 0}, [5]),
        ({"!contactId": 0}, [1, 2, 3, 4]),
        ({"=ufCrmNotes": "звонить ПОСЛЕ 10"}, [1, 2, 3, 4]),
        ({"ufCrmNotes": ""}, [5]),
        ({">=opportunity": 80000, "<=opportunity": 120000}, [1, 4]),
        ({"!@stageId": ["NEW", "EXECUTING"]}, [1, 4, 5]),
        ({">=ufCrmDeadline": "2026-05-01", "<ufCrmDeadline": "2026-05-02"}, [1, 2, 3, 4]),
        ({">title": "П"}, [1, 2, 3]),
        ({"<=id": 3, ">id": 1}, [2, 3]),
        ({"!%title": "окон"}, [1, 3, 4, 5]),
        ({"logic": "OR", "0": {"id": 1}, "1": {"id": 4}}, [1, 4]),
        ({"closed": "Y"}, []),
        ({">opportunity": "много"}, []),
    ],
)
def test_filters_of_every_kind(portal, company, filters, expected):
    portal.update_item(DEAL, 5, contactIds=[], UF_CRM_NOTES=[], UF_CRM_DEADLINE=None)
    call = {"entityTypeId": DEAL, "filter": filters, "order": {"id": "ASC"}}
    assert [row["id"] for row in result(portal, "crm.item.list", call)["items"]] == expected


def test_orders_by_any_field_and_refuses_bad_directions(portal, company):
    call = {"entityTypeId": DEAL, "order": {"stageId": "ASC", "id": "DESC"}, "select": ["stageId"]}
    rows = result(portal, "crm.item.list", call)["items"]
    assert [row["stageId"] for row in rows] == ["C1:NEW", "EXECUTING", "FINAL_INVOICE", "NEW", "PREPARATION"]
    call["order"] = {"id": "UP"}
    assert refusal(portal, "crm.item.list", call) == (400, "INVALID_ARG_VALUE")


def test_items_are_deleted_with_their_history(portal, company):
    assert result(portal, "crm.item.delete", {"entityTypeId": INVOICE, "id": 2}) == []
    assert portal.item(INVOICE, 2) is None
    assert 2 not in {row["OWNER_ID"] for row in portal.stage_history(INVOICE)}
    assert refusal(portal, "crm.item.delete", {"entityTypeId": INVOICE, "id": 2}) == (400, "NOT_FOUND")
    assert refusal(portal, "crm.item.update", {"entityTypeId": INVOICE, "id": 1}) == (400, "100")
    assert refusal(portal, "crm.item.get", {"entityTypeId": INVOICE}) == (400, "100")


def test_select_of_the_history_keeps_the_id(portal, company):
    call = {"entityTypeId": DEAL, "select": ["STAGE_ID"], "filter": {"<ID": 3}, "order": {"ID": "DESC"}}
    rows = result(portal, "crm.stagehistory.list", call)["items"]
    assert rows == [{"ID": 2, "STAGE_ID": "EXECUTING"}, {"ID": 1, "STAGE_ID": "PREPARATION"}]
    call = {"entityTypeId": DEAL, "order": {"STAGE_ID": "ASC"}, "filter": {"@STAGE_ID": ["NEW", "EXECUTING"]}}
    assert [row["STAGE_ID"] for row in result(portal, "crm.stagehistory.list", call)["items"]] == [
        "EXECUTING",
        "NEW",
    ]
    call = {"entityTypeId": DEAL, "filter": {"ID": 2}}
    assert [row["ID"] for row in result(portal, "crm.stagehistory.list", call)["items"]] == [2]


def test_tasks_are_finished_renewed_and_deleted_by_their_methods(portal, company):
    assert result(portal, "tasks.task.complete", {"taskId": 1})["task"]["status"] == "5"
    closed = result(portal, "tasks.task.get", {"taskId": 1, "select": ["*", "TAGS"]})["task"]
    assert closed["closedDate"] == "2026-03-02T12:00:00+03:00"
    assert result(portal, "tasks.task.renew", {"taskId": 1})["task"]["closedDate"] is None
    assert (
        result(portal, "tasks.task.update", {"taskId": 1, "fields": {"STATUS": 5}})["task"]["status"] == "5"
    )
    assert portal.update_task(2, TAGS=["договор"]) is False
    assert list(
        result(portal, "tasks.task.get", {"taskId": 2, "select": ["TAGS"]})["task"]["tags"].values()
    ) == [{"id": 1, "title": "договор"}]
    result(portal, "tasks.task.delete", {"taskId": 1})
    portal.delete_task(2)
    assert [task["ID"] for task in portal.tasks] == [3]
    assert refusal(portal, "tasks.task.complete", {"taskId": 1}) == (400, "0")
    assert refusal(portal, "tasks.task.delete", {"taskId": 1}) == (400, "1048582")
    assert refusal(portal, "tasks.task.get", {}) == (400, "100")
    no_one = {"fields": {"TITLE": "Ничья", "RESPONSIBLE_ID": 99}}
    assert refusal(portal, "tasks.task.add", no_one) == (400, "ERROR_CORE")


def test_an_overdue_task_has_a_virtual_state_beside_its_real_one(portal, company):
    portal.clock.advance(10 * 86400)
    task = result(portal, "tasks.task.get", {"taskId": 1})["task"]
    assert (task["status"], task["subStatus"]) == ("2", "-1")


def test_comments_are_kept_by_timeline(portal, company):
    for name, number in (("deal", 1), ("dynamic_31", 1), ("smart_invoice", 1), ("contact", 2)):
        call = {"fields": {"ENTITY_TYPE": name, "ENTITY_ID": number, "COMMENT": f"О {name}"}}
        result(portal, "crm.timeline.comment.add", call)
    call = {"filter": {"ENTITY_TYPE": "smart_invoice", "ENTITY_ID": 1}}
    rows = result(portal, "crm.timeline.comment.list", call)
    assert [row["COMMENT"] for row in rows] == ["О dynamic_31", "О smart_invoice"]


def test_messages_reach_chats_and_people(portal, company):
    result(portal, "im.message.add", {"DIALOG_ID": "chat5", "MESSAGE": "Всем"})
    assert refusal(portal, "im.message.add", {"DIALOG_ID": "99", "MESSAGE": "Никому"})[1] == "USER_NOT_FOUND"
    assert [message["DIALOG_ID"] for message in portal.messages] == ["chat5"]


def test_what_a_portal_says_of_itself(portal):
    assert result(portal, "method.get", {"name": "crm.item.list"}) == {
        "isExisting": True,
        "isAvailable": True,
    }
    assert result(portal, "method.get", {"name": "event.bind"}) == {"isExisting": True, "isAvailable": False}
    assert result(portal, "method.get", {"name": "nothing"}) == {"isExisting": False, "isAvailable": False}
    assert result(portal, "feature.get", {"CODE": "rest_offline_extended"}) == {"value": "N"}
    assert "crm.item.list" in result(portal, "methods")
    assert [row["CURRENCY"] for row in result(portal, "crm.currency.list")] == ["RUB", "USD", "EUR"]
    assert result(portal, "crm.category.fields", {"entityTypeId": 2})["fields"]["id"]["upperName"] == "ID"


def test_the_profile_names_a_zone_only_if_it_is_not_the_servers(portal):
    assert result(portal, "profile")["TIME_ZONE"] == ""
    other = bare_portal(owner_tz="Asia/Vladivostok")
    assert result(other, "profile")["TIME_ZONE"] == "Asia/Vladivostok"


def test_old_invoices_are_refused_by_id_like_others():
    portal = bare_portal(old_invoices=True)
    key = portal.add_legacy_invoice(ORDER_TOPIC="Старый", DATE_PAY_BEFORE="2026-03-10", RESPONSIBLE_ID=1)
    assert refusal(portal, "crm.invoice.get", {"id": 99}) == (400, "")
    assert refusal(portal, "crm.invoice.get", {}) == (400, "")
    assert portal.update_legacy_invoice(key, ORDER_TOPIC="Старый") is False
    call = {"filter": {"<=DATE_PAY_BEFORE": "2026-03-10", "UF_DEAL_ID": 0, ">PRICE": "-1", "NOPE": 1}}
    assert [row["DATE_PAY_BEFORE"] for row in result(portal, "crm.invoice.list", call)] == [
        "2026-03-10T03:00:00+03:00"
    ]
    assert result(portal, "crm.invoice.fields")["DATE_PAY_BEFORE"]["type"] == "date"
    portal.delete_legacy_invoice(key)
    assert result(portal, "crm.invoice.list") == []
    assert portal.stage_history(5) == []


def test_documents_are_deleted_and_filtered_by_their_time(portal, company):
    call = {"templateId": company.template, "entityTypeId": INVOICE, "entityId": 1}
    made = result(portal, "crm.documentgenerator.document.add", call)["document"]
    listing = {"filter": {">=createTime": "2026-03-02T12:00:01+03:00"}}
    assert result(portal, "crm.documentgenerator.document.list", listing)["documents"] == []
    result(portal, "crm.documentgenerator.document.delete", {"id": made["id"]})
    assert portal.documents == []
    assert refusal(portal, "crm.documentgenerator.document.add", call | {"templateId": 5}) == (400, "0")
    assert refusal(portal, "crm.documentgenerator.document.add", {}) == (400, "100")
    portal.hide(INVOICE, 1)
    assert refusal(portal, "crm.documentgenerator.document.add", call)[1] == "DOCGEN_ACCESS_ERROR"


def test_lists_show_all_fields_and_chosen_properties(portal, company):
    place = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_CODE": "price"}
    assert list(result(portal, "lists.field.get", place))[:2] == ["NAME", "PROPERTY_211"]
    call = place | {
        "SELECT": ["ID", "PROPERTY_211"],
        "FILTER": {"PROPERTY_213": 501},
        "ELEMENT_ORDER": {"ID": "DESC"},
    }
    rows = result(portal, "lists.element.get", call)
    assert [(row["ID"], set(row)) for row in rows] == [("312", {"ID", "PROPERTY_211"})]
    portal.list_book.set_values(37, 312, {211: "2.00"})
    assert list(result(portal, "lists.element.get", call)[0]["PROPERTY_211"].values()) == ["2.00"]


def test_a_removed_stage_is_unknown_afterwards(portal, company):
    portal.funnels.remove_stage(INVOICE, company.custom_stage)
    ids = [
        row["STATUS_ID"]
        for row in result(portal, "crm.status.list", {"filter": {"ENTITY_ID": "SMART_INVOICE_STAGE_1"}})
    ]
    assert ids == ["DT31_1:N", "DT31_1:S", "DT31_1:P", "DT31_1:D"]
    assert portal.update_item(INVOICE, 5, title="Остаётся в своей стадии") is True
