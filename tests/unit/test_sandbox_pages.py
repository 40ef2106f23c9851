"""What pages of the documentation say of single methods, in the stand-in."""

from __future__ import annotations

import pytest

from b24sync.sandbox import seed_company
from b24sync.sandbox.iblock_lists import Property
from tests.support.portals import bare_portal, refusal, result

DEAL, CONTACT, INVOICE = 2, 3, 31


@pytest.fixture
def portal():
    portal = bare_portal()
    seed_company(portal)
    return portal


@pytest.mark.parametrize(
    ("given", "kept"),
    [(True, "Y"), ("Y", "Y"), ("y", "Y"), ("true", "Y"), (False, "N"), ("N", "N"), (1, "N"), ("1", "N")],
)
def test_a_flag_is_set_by_yes_and_not_by_one(portal, given, kept):
    call = {"entityTypeId": INVOICE, "fields": {"title": "Счёт", "isManualOpportunity": given}}
    assert result(portal, "crm.item.add", call)["item"]["isManualOpportunity"] == kept


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"TITLE": " "}, "Task title is not specified<br>"),
        ({"RESPONSIBLE_ID": ""}, "Assignee is not specified<br>"),
        ({"RESPONSIBLE_ID": 99}, "The user specified in the Assignee field was not found<br>"),
        ({"STATUS": 77}, "Incorrect status<br>"),
        ({"PARENT_ID": 99}, "The task specified in the Parent task field was not found<br>"),
        (
            {"START_DATE_PLAN": "2026-03-10", "END_DATE_PLAN": "2026-03-09"},
            "The planned end date is earlier than the start date<br>",
        ),
    ],
)
@pytest.mark.parametrize("method", ["add", "update"])
def test_a_task_is_refused_in_the_words_of_its_page(portal, method, fields, text):
    whole = {"TITLE": "Замер", "RESPONSIBLE_ID": 5} if method == "add" else {}
    call = {"taskId": 1, "fields": whole | fields}
    status, body = portal.call(f"tasks.task.{method}", call)
    assert (status, body.get("error"), body.get("error_description")) == (400, "ERROR_CORE", text)


@pytest.mark.parametrize(("method", "code"), [("update", "0"), ("complete", "0"), ("delete", "1048582")])
def test_a_task_out_of_reach_has_the_code_of_its_page(portal, method, code):
    call = {"taskId": 999, "fields": {"TITLE": "Другая"}}
    assert refusal(portal, f"tasks.task.{method}", call) == (400, code)


def test_rows_are_filtered_by_their_own_fields_too(portal):
    rows = [
        {"productName": name, "price": price} for name, price in (("Окно", 5), ("Дверь", 7), ("Порог", 9))
    ]
    portal.set_rows(DEAL, 1, rows)

    def found(**filters):
        call = {"filter": {"=ownerType": "D", "=ownerId": 1, **filters}}
        return [row["productName"] for row in result(portal, "crm.item.productrow.list", call)["productRows"]]

    assert found(**{">price": 6}) == ["Дверь", "Порог"]
    assert found(**{"%productName": "о", "<=price": "7"}) == ["Окно"]
    bad = {"filter": {"=ownerType": "D", "=ownerId": 1, ">price": [1]}}
    assert refusal(portal, "crm.item.productrow.list", bad) == (400, "INVALID_ARG_VALUE")
    bad["filter"] = {"=ownerType": "D", "=ownerId": 1, "whatever": 1}
    assert refusal(portal, "crm.item.productrow.list", bad) == (400, "0")
    for missing in ({"=ownerType": "D"}, {"=ownerId": 1}, {"ownerType": "D", "ownerId": 1}):
        assert refusal(portal, "crm.item.productrow.list", {"filter": missing})[1] == "INVALID_ARG_VALUE"


@pytest.mark.parametrize("short", ["C", "CO", "L", "XX"])
def test_clients_have_no_rows(portal, short):
    call = {"ownerType": short, "ownerId": 1, "productRows": [{"price": 5}]}
    assert refusal(portal, "crm.item.productrow.set", call) == (400, "ENTITY_TYPE_NOT_SUPPORTED")


def test_a_section_that_is_gone_has_another_number_than_a_product(portal):
    assert refusal(portal, "catalog.product.get", {"id": 999}) == (400, 200040300000)
    assert refusal(portal, "catalog.section.get", {"id": 999}) == (400, 200700300030)


def test_people_show_what_was_selected(portal):
    names = {"ID", "NAME", "EMAIL"}
    assert set(result(portal, "user.get", {"select": [*names, "NOPE"]})[0]) == names
    own = result(portal, "user.get", {"select": ["ID", "UF_*"]})[0]
    assert set(own) == {"ID", "UF_DEPARTMENT", "UF_EMPLOYMENT_DATE"}
    assert "NAME" in result(portal, "user.get", {"select": ["*"]})[0]


def test_departments_come_in_the_order_that_is_asked_for(portal):
    def names(**asked):
        return [row["NAME"] for row in result(portal, "department.get", asked)]

    assert names(sort="NAME", order="ASC") == sorted(names())
    assert names(sort="ID", order="DESC") == names(sort="ID")[::-1]
    assert names(SORT=500) == names()
    assert names(SORT=1) == []


def test_elements_show_what_was_selected(portal):
    call = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 37, "SELECT": ["PROPERTY_211"]}
    assert set(result(portal, "lists.element.get", call)[0]) == {"PROPERTY_211"}


def test_lists_are_found_by_their_code_and_ordered(portal):
    portal.add_list(99, "А вот и список", [Property(900, "Поле")], code="first")
    call = {"IBLOCK_TYPE_ID": "lists"}
    assert [row["ID"] for row in result(portal, "lists.get", call | {"IBLOCK_CODE": "first"})] == ["99"]
    listed = result(portal, "lists.get", call | {"IBLOCK_ORDER": {"NAME": "asc"}})
    assert listed[0]["NAME"] == "А вот и список"
    ids = [int(row["ID"]) for row in result(portal, "lists.get", call | {"IBLOCK_ORDER": {"ID": "desc"}})]
    assert ids == sorted(ids, reverse=True)
    assert refusal(portal, "lists.get", {"IBLOCK_TYPE_ID": "lists_socnet"}) == (400, "ACCESS_DENIED")


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("crm.deal.get", {}, "ID is not defined or invalid."),
        ("crm.deal.get", {"id": 999}, "Not found"),
        ("crm.deal.update", {"id": 999, "fields": {}}, "Not found"),
        ("crm.contact.update", {"id": 999, "fields": {}}, "Contact is not found"),
        ("crm.deal.productrows.get", {"id": "x"}, "The parameter id is invalid or not defined."),
        ("crm.deal.productrows.set", {"rows": []}, "The parameter id is invalid or not defined."),
        ("crm.deal.productrows.set", {"id": 999, "rows": []}, "Not found"),
        ("crm.deal.contact.items.get", {}, "The parameter ownerEntityID is invalid or not defined."),
        ("crm.deal.contact.items.get", {"id": 999}, "Not found."),
        (
            "userfieldconfig.get",
            {"moduleId": "crm", "id": 1},
            "You do not have permission to view user field settings",
        ),
        ("userfieldconfig.get", {"moduleId": "nope", "id": 5202}, "No settings for UserFieldAccess"),
    ],
)
def test_classic_methods_refuse_with_an_empty_code(portal, method, params, text):
    status, body = portal.call(method, params)
    assert (status, body["error"], body["error_description"]) == (400, "", text)


@pytest.mark.parametrize(
    ("row", "lacks"),
    [
        ({"DISCOUNT_TYPE_ID": 2}, "DISCOUNT_RATE"),
        ({"DISCOUNT_TYPE_ID": 2, "DISCOUNT_RATE": 100}, "DISCOUNT_SUM"),
        ({"DISCOUNT_TYPE_ID": 1}, "DISCOUNT_SUM"),
        ({"DISCOUNT_TYPE_ID": 2, "DISCOUNT_RATE": 10}, ""),
        ({"DISCOUNT_TYPE_ID": 1, "DISCOUNT_SUM": 10}, ""),
        ({}, ""),
    ],
)
def test_a_kind_of_discount_needs_its_size(portal, row, lacks):
    call = {"id": 1, "rows": [{"PRODUCT_NAME": "Окно", "PRICE": 5, **row}]}
    status, body = portal.call("crm.deal.productrows.set", call)
    assert status == (400 if lacks else 200)
    assert lacks in body.get("error_description", "")


def test_contacts_of_a_hidden_deal_are_denied(portal):
    portal.hide(DEAL, 1)
    assert refusal(portal, "crm.deal.contact.items.get", {"id": 1}) == (403, "ACCESS_DENIED")


def test_a_message_needs_somebody_and_something(portal):
    assert refusal(portal, "im.message.add", {"MESSAGE": "Всем"}) == (400, "USER_ID_EMPTY")
    assert refusal(portal, "im.message.add", {"DIALOG_ID": "chat5"}) == (400, "MESSAGE_EMPTY")
    assert result(portal, "im.message.add", {"DIALOG_ID": "chat5", "ATTACH": {"ID": 1}})
    assert refusal(portal, "im.message.add", {"DIALOG_ID": "1", "ATTACH": "text"}) == (400, "ATTACH_ERROR")
