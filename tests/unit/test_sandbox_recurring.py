"""Templates of recurring deals and invoices, types of deals, and smart processes in the stand-in."""

from __future__ import annotations

import pytest

from b24sync.sandbox import seed_company
from tests.support.portals import bare_portal, refusal, result

DEAL, CONTACT, INVOICE = 2, 3, 31


@pytest.fixture
def portal():
    return bare_portal(old_invoices=True)


def classic(portal, method="crm.deal.list", **params):
    return [
        int(row["ID"]) for row in result(portal, method, {"select": ["ID"], "order": {"ID": "ASC"}} | params)
    ]


def test_classic_lists_leave_templates_out_unless_they_are_asked_for(portal):
    plain, template = portal.add_deal("Сделка"), portal.add_deal("Шаблон", isRecurring="Y")
    assert classic(portal) == [plain]
    assert classic(portal, filter={"=IS_RECURRING": "Y"}) == [template]
    assert classic(portal, filter={"@IS_RECURRING": ["Y", "N"]}) == [plain, template]
    whole = portal.call("crm.deal.list", {"select": ["*"], "filter": {"ID": [plain, template]}})[1]
    assert whole["total"] == 1
    assert whole["result"][0]["IS_RECURRING"] == "N"
    assert result(portal, "crm.deal.get", {"id": template})["IS_RECURRING"] == "Y"


def test_old_invoices_leave_templates_out_too(portal):
    plain = portal.add_legacy_invoice(ORDER_TOPIC="Счёт")
    template = portal.add_legacy_invoice(ORDER_TOPIC="Шаблон", IS_RECURRING="Y")
    assert classic(portal, "crm.invoice.list") == [plain]
    assert classic(portal, "crm.invoice.list", filter={"IS_RECURRING": "Y"}) == [template]
    assert result(portal, "crm.invoice.get", {"id": plain})["IS_RECURRING"] == "N"


@pytest.mark.parametrize("etid", [DEAL, INVOICE])
def test_the_universal_list_shows_templates_among_the_others(portal, etid):
    plain, template = portal.add_item(etid, title="a"), portal.add_item(etid, title="b", isRecurring="Y")
    call = {"entityTypeId": etid, "select": ["id", "isRecurring"], "order": {"id": "ASC"}}
    assert result(portal, "crm.item.list", call)["items"] == [
        {"id": plain, "isRecurring": "N"},
        {"id": template, "isRecurring": "Y"},
    ]
    found = result(portal, "crm.item.list", call | {"filter": {"isRecurring": "Y"}})["items"]
    assert [row["id"] for row in found] == [template]
    call = {"entityTypeId": etid, "fields": {"title": "c", "isRecurring": "Y"}}
    assert result(portal, "crm.item.add", call)["item"]["isRecurring"] == "Y"


def test_moves_of_a_recurring_deal_are_not_written_down(portal):
    plain, template = portal.add_deal("Сделка"), portal.add_deal("Шаблон", isRecurring="Y")
    for key in (plain, template):
        portal.update_item(DEAL, key, stageId="WON")
    assert [row["OWNER_ID"] for row in portal.stage_history(DEAL)] == [plain, plain]


def test_a_deal_is_of_the_first_type_unless_it_is_said(portal):
    first, other = portal.add_deal("Продажа"), portal.add_deal("Услуга", typeId="SERVICE")
    rows = result(portal, "crm.deal.list", {"select": ["ID", "TYPE_ID"], "order": {"ID": "ASC"}})
    assert rows == [{"ID": str(first), "TYPE_ID": "SALE"}, {"ID": str(other), "TYPE_ID": "SERVICE"}]
    assert classic(portal, filter={"TYPE_ID": "SERVICE"}) == [other]
    assert classic(portal, order={"TYPE_ID": "DESC"}) == [other, first]


@pytest.mark.parametrize(
    ("etid", "book"), [(DEAL, "DEAL_TYPE"), (CONTACT, "CONTACT_TYPE"), (4, "COMPANY_TYPE")]
)
def test_types_are_a_reference_book_that_the_field_names(portal, etid, book):
    fields = result(portal, "crm.item.fields", {"entityTypeId": etid})["fields"]
    assert fields["typeId"]["statusType"] == book
    codes = [row["STATUS_ID"] for row in result(portal, "crm.status.list", {"filter": {"ENTITY_ID": book}})]
    assert len(codes) > 2
    if etid == DEAL:
        assert result(portal, "crm.deal.fields")["TYPE_ID"]["statusType"] == book
        assert codes[0] == "SALE"


def test_reference_books_come_in_an_order(portal):
    call = {"filter": {"ENTITY_ID": "DEAL_TYPE"}, "order": {"SORT": "DESC"}}
    rows = [int(row["SORT"]) for row in result(portal, "crm.status.list", call)]
    assert rows == sorted(rows, reverse=True)
    assert len(set(rows)) > 1


def test_smart_processes_are_listed_for_an_administrator():
    portal = bare_portal()
    company = seed_company(portal)
    portal.add_smart_process(130, "Заявки")
    body = portal.call("crm.type.list", {"order": {"entityTypeId": "ASC"}})[1]
    assert [row["entityTypeId"] for row in body["result"]["types"]] == [130, company.object_type]
    assert body["total"] == 2
    call = {"filter": {"@entityTypeId": [130, 31]}}
    assert [row["title"] for row in result(portal, "crm.type.list", call)["types"]] == ["Заявки"]
    assert refusal(portal, "crm.type.list", {"filter": {"whatever": 1}}) == (400, "INVALID_ARG_VALUE")
    assert refusal(portal, "crm.type.list", {"order": {"title": "UP"}}) == (400, "INVALID_ARG_VALUE")
    assert refusal(bare_portal(admin=False), "crm.type.list", {}) == (400, "ACCESS_DENIED")


@pytest.mark.parametrize("value", ["anna", "anna@localhost", "a@x.ru, b@x.ru", "анна@почта.рф"])
def test_a_bad_address_is_refused_by_the_classic_methods(portal, value):
    key = portal.add_contact("Анна", "Иванова", email="anna@example.ru")
    fields = {"NAME": "Анна", "EMAIL": [{"VALUE": value, "VALUE_TYPE": "WORK"}]}
    assert refusal(portal, "crm.contact.add", {"fields": fields}) == (400, "ERROR_CORE")
    assert refusal(portal, "crm.contact.update", {"id": key, "fields": fields}) == (400, "ERROR_CORE")
    assert refusal(portal, "crm.company.add", {"fields": fields | {"TITLE": "ООО"}}) == (400, "ERROR_CORE")
    assert [e["VALUE"] for e in result(portal, "crm.contact.get", {"id": key})["EMAIL"]] == [
        "anna@example.ru"
    ]
    assert portal.item_ids(CONTACT) == [key]


def test_an_address_is_taken_away_by_an_empty_value(portal):
    key = portal.add_contact("Анна", "Иванова", email="anna@example.ru")
    (entry,) = result(portal, "crm.contact.get", {"id": key})["EMAIL"]
    fields = {"EMAIL": [{"ID": entry["ID"], "VALUE": ""}]}
    assert result(portal, "crm.contact.update", {"id": key, "fields": fields}) is True
    assert "EMAIL" not in result(portal, "crm.contact.get", {"id": key})
