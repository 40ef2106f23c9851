"""The stand-in's answers have the shape of the documented ones: the same keys, values of compatible types."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from b24sync.sandbox import seed_company
from tests.support.data import data
from tests.support.portals import bare_portal

SHAPES = data("answer_shapes.json")
CODES = data("error_codes.json")
DOCUMENT = {"templateId": 21, "entityTypeId": 31, "entityId": 1}
LIST = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 37}
MEETING = {
    "OWNER_TYPE_ID": 2,
    "OWNER_ID": 1,
    "TYPE_ID": 1,
    "SUBJECT": "Встреча",
    "RESPONSIBLE_ID": 3,
    "COMMUNICATIONS": [{"VALUE": "", "ENTITY_ID": 1, "ENTITY_TYPE_ID": 3}],
}

CALLS: dict[str, dict[str, Any]] = {
    "app.info": {},
    "batch": {"cmd": {"get_user": "user.current", "get_department": "department.get?ID=1"}},
    "calendar.settings.get": {},
    "catalog.product.get": {"id": 101},
    "catalog.section.get": {"id": 12},
    "crm.activity.add": {"fields": MEETING},
    "crm.activity.list": {"filter": {"OWNER_TYPE_ID": 2}},
    "crm.activity.todo.add": {"ownerTypeId": 2, "ownerId": 1, "deadline": "2026-03-10T10:00:00+03:00"},
    "crm.category.list": {"entityTypeId": 2},
    "crm.company.get": {"id": 2},
    "crm.contact.get": {"id": 1},
    "crm.contact.update": {"id": 1, "fields": {"POST": "Директор"}},
    "crm.deal.get": {"id": 1},
    "crm.deal.list": {
        "select": [
            "ID",
            "TITLE",
            "TYPE_ID",
            "CATEGORY_ID",
            "STAGE_ID",
            "OPPORTUNITY",
            "IS_MANUAL_OPPORTUNITY",
            "ASSIGNED_BY_ID",
            "DATE_CREATE",
        ]
    },
    "crm.deal.productrows.get": {"id": 1},
    "crm.deal.update": {"id": 1, "fields": {"TITLE": "Другая"}},
    "crm.deal.userfield.list": {},
    "crm.documentgenerator.document.add": DOCUMENT,
    "crm.documentgenerator.document.enablepublicurl": {"id": 1, "status": 1},
    "crm.documentgenerator.document.get": {"id": 1},
    "crm.documentgenerator.document.list": {"select": ["*"]},
    "crm.documentgenerator.template.list": {},
    "crm.item.add": {"entityTypeId": 2, "fields": {"title": "Сделка"}},
    "crm.item.fields": {"entityTypeId": 1046},
    "crm.item.get": {"entityTypeId": 2, "id": 1},
    "crm.item.list": {
        "entityTypeId": 2,
        "select": [
            "id",
            "assignedById",
            "stageId",
            "opportunity",
            "sourceId",
            "title",
            "isManualOpportunity",
        ],
    },
    "crm.item.payment.list": {"entityTypeId": 31, "entityId": 3},
    "crm.item.productrow.list": {"filter": {"=ownerType": "D", "=ownerId": 1}},
    "crm.item.productrow.set": {
        "ownerType": "D",
        "ownerId": 1,
        "productRows": [{"productId": 101, "price": 5}],
    },
    "crm.item.update": {"entityTypeId": 2, "id": 1, "fields": {"title": "Другая"}},
    "crm.stagehistory.list": {"entityTypeId": 2},
    "crm.status.entity.types": {},
    "crm.status.list": {"filter": {"ENTITY_ID": "DEAL_STAGE"}},
    "department.get": {},
    "feature.get": {"CODE": "rest_extended"},
    "im.message.add": {"DIALOG_ID": "1", "MESSAGE": "Здравствуйте"},
    "im.notify": {"USER_ID": 1, "MESSAGE": "Здравствуйте"},
    "im.notify.personal.add": {"USER_ID": 1, "MESSAGE": "Здравствуйте"},
    "im.notify.system.add": {"USER_ID": 1, "MESSAGE": "Здравствуйте"},
    "lists.element.get": LIST | {"ELEMENT_ID": 311},
    "lists.field.get": LIST | {"FIELD_ID": "PROPERTY_213"},
    "lists.get": {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 37},
    "method.get": {"name": "crm.item.list"},
    "profile": {},
    "scope": {},
    "server.time": {},
    "tasks.task.add": {"fields": {"TITLE": "Замер", "RESPONSIBLE_ID": 5}},
    "tasks.task.get": {
        "taskId": 1,
        "select": ["ID", "TITLE", "DESCRIPTION", "CREATED_BY", "RESPONSIBLE_ID", "DEADLINE", "UF_CRM_TASK"],
    },
    "tasks.task.list": {},
    "tasks.task.update": {"taskId": 1, "fields": {"TITLE": "Другая"}},
    "telephony.externalCall.searchCrmEntities": {"PHONE_NUMBER": "+79161234567"},
    "user.current": {},
    "user.get": {"FILTER": {"ID": 1}},
    "userfieldconfig.get": {"moduleId": "crm", "id": 5202},
}

REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "catalog.product.get": ({"id": 101}, {"catalog_rights": False}),
    "catalog.section.get": ({"id": 12}, {"catalog_rights": False}),
    "crm.activity.add": ({"fields": MEETING | {"OWNER_ID": 999}}, {}),
    "crm.activity.todo.add": ({"ownerTypeId": 2, "ownerId": 999, "deadline": "2026-03-10"}, {}),
    "crm.category.list": ({"entityTypeId": 777}, {}),
    "crm.company.get": ({"id": 999}, {}),
    "crm.contact.get": ({"id": "нет"}, {}),
    "crm.contact.update": ({"id": 999, "fields": {}}, {}),
    "crm.deal.list": ({"filter": "строка"}, {}),
    "crm.deal.productrows.get": ({}, {}),
    "crm.deal.update": ({"id": 1, "fields": "строка"}, {}),
    "crm.deal.userfield.list": ({"filter": "строка"}, {}),
    "crm.documentgenerator.document.add": (DOCUMENT | {"entityTypeId": 777}, {}),
    "crm.documentgenerator.document.enablepublicurl": ({"id": 999}, {}),
    "crm.documentgenerator.template.list": ({}, {"template_rights": False}),
    "crm.item.add": ({"entityTypeId": 777, "fields": {}}, {}),
    "crm.item.fields": ({"entityTypeId": 777}, {}),
    "crm.item.get": ({"entityTypeId": 2, "id": 999}, {}),
    "crm.item.list": ({"entityTypeId": 2, "filter": {"FIELD": 1}}, {}),
    "crm.item.productrow.set": ({"ownerType": "D", "ownerId": 999, "productRows": []}, {}),
    "crm.item.update": ({"entityTypeId": 777, "id": 1, "fields": {}}, {}),
    "crm.stagehistory.list": ({"entityTypeId": 33}, {}),
    "crm.status.list": ({"filter": {"NOPE": 1}}, {}),
    "feature.get": ({}, {}),
    "im.message.add": ({"DIALOG_ID": "1"}, {}),
    "im.notify": ({"MESSAGE": "текст"}, {}),
    "im.notify.personal.add": ({"MESSAGE": "текст"}, {}),
    "im.notify.system.add": ({"MESSAGE": "текст"}, {}),
    "lists.element.get": ({}, {}),
    "lists.field.get": ({}, {}),
    "lists.get": ({}, {}),
    "tasks.task.add": ({"fields": {"RESPONSIBLE_ID": 1}}, {}),
    "tasks.task.get": ({"taskId": 1, "select": "ID"}, {}),
    "tasks.task.list": ({"order": {"NOPE": "ASC"}}, {}),
    "tasks.task.update": ({"taskId": 1, "fields": {"PARENT_ID": 1}}, {}),
    "telephony.externalCall.searchCrmEntities": ({}, {}),
    "userfieldconfig.get": ({"moduleId": "crm", "id": 5202}, {"admin": False}),
}

# Documented answers of an application, of a whole administrator's portal, or of fields switched off here.
NOT_HERE = {
    "app.info": {
        "ID",
        "CODE",
        "VERSION",
        "STATUS",
        "INSTALLED",
        "PAYMENT_EXPIRED",
        "DAYS",
        "LANGUAGE_ID",
        "LICENSE_TYPE",
        "LICENSE_FAMILY",
    },
}


@pytest.fixture
def portal():
    portal = bare_portal()
    seed_company(portal)
    portal.call("crm.documentgenerator.document.add", DOCUMENT)
    payment = {
        "id": 1,
        "accountNumber": "3/1",
        "paid": "Y",
        "datePaid": "2026-03-02T12:00:00+03:00",
        "empPaidId": 1,
        "paySystemId": 6,
        "sum": 10,
        "currency": "RUB",
        "paySystemName": "Касса",
    }
    portal.payments[31, 3] = [payment]
    return portal


def kind(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    return {str: "text", list: "list", dict: "map"}.get(type(value), "nothing")


def documented_kind(shape: Any) -> str:
    return shape if isinstance(shape, str) else kind(shape)


def differences(documented: Any, mine: Any, path: str = "result") -> list[str]:
    """Places where a value has another type than the documented one; an empty PHP array fits list and map."""
    ours, theirs = kind(mine), documented_kind(documented)
    if "nothing" in {ours, theirs} or mine in ([], {}) or theirs == "empty":
        return []
    if ours != theirs:
        return [f"{path}: {theirs} documented, {ours} here"]
    if ours == "list":
        return differences(documented[0], mine[0], f"{path}[0]")
    if ours == "map":
        return [
            text
            for name in documented.keys() & mine.keys()
            for text in differences(documented[name], mine[name], f"{path}.{name}")
        ]
    return []


@pytest.mark.parametrize("method", sorted(CALLS))
def test_the_answer_has_the_documented_shape(portal, method):
    documented = SHAPES[method]
    status, mine = portal.call(method, CALLS[method])
    assert status == 200, mine
    optional = {"next", "total"} if method in {"crm.item.payment.list", "crm.activity.list"} else {"next"}
    assert set(mine) - optional == set(documented) - optional
    assert set(documented["time"]) - {"operating", "operating_reset_at"} <= set(mine["time"])
    assert documented_kind(documented["result"]) in {kind(mine["result"]), "empty"}
    assert differences(documented["result"], mine["result"]) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("crm.item.get", ("item",)),
        ("crm.item.productrow.list", ("productRows", 0)),
        ("crm.item.productrow.set", ("productRows", 0)),
        ("crm.stagehistory.list", ("items", 0)),
        ("crm.item.list", ("items", 0)),
        ("crm.category.list", ("categories", 0)),
        ("crm.status.list", (0,)),
        ("crm.deal.list", (0,)),
        ("profile", ()),
        ("calendar.settings.get", ()),
        ("method.get", ()),
        ("crm.activity.list", (0,)),
        ("crm.deal.get", ()),
        ("lists.field.get", ("L",)),
        ("telephony.externalCall.searchCrmEntities", (0,)),
        ("crm.item.payment.list", (0,)),
        ("crm.documentgenerator.document.get", ("document",)),
        ("catalog.section.get", ("section",)),
    ],
)
def test_a_row_has_the_documented_keys(portal, method, path):
    documented = SHAPES[method]["result"]
    mine = portal.call(method, CALLS[method])[1]["result"]
    for step in path:
        documented, mine = documented[step], mine[step]
    missing = {
        name for name in documented if not name.startswith(("UF_", "ufCrm", "parentId", "PARENT_ID"))
    } - set(mine)
    assert missing - KNOWN_GAPS.get(method, set()) == set()


# Fields of leads, and technical ones that nobody reads; the stand-in does not have them.
KNOWN_GAPS = {
    "crm.item.get": {
        "dateCreateShort",
        "dateModifyShort",
        "isConvert",
        "statusDescription",
        "productId",
        "name",
        "lastName",
        "secondName",
        "shortName",
        "companyTitle",
        "post",
        "address",
        "dateClosed",
        "birthdate",
        "honorific",
        "hasPhone",
        "hasEmail",
        "hasImol",
        "login",
        "searchContent",
        "phoneMobile",
        "phoneWork",
        "phoneMailing",
        "emailHome",
        "emailWork",
        "emailMailing",
        "skype",
        "icq",
        "imol",
        "email",
        "phone",
        "fm",
    },
    "crm.item.list": {"name", "lastName"},
    "crm.category.list": {"originId", "originatorId"},  # the default funnel of deals has no origin
}


@pytest.mark.parametrize("method", sorted(REFUSED))
def test_a_refusal_has_the_documented_code(portal, method):
    documented = CODES["methods"][method]
    params, settings = REFUSED[method]
    portal.settings = replace(portal.settings, **settings)
    status, mine = portal.call(method, params)
    assert status == 400
    assert set(mine) == {"error", "error_description"}
    assert mine["error"] == documented
    assert type(mine["error"]) is type(documented)


def test_system_errors_have_the_documented_status_and_text():
    from b24sync.sandbox.envelope import GENERAL_ERRORS

    here = [(code, status, text) for status, code, text in CODES["general"] if code in GENERAL_ERRORS]
    assert len(here) > 10
    for code, status, text in here:
        assert GENERAL_ERRORS[code] == (status, text)


def test_the_shapes_are_those_of_the_documented_answers(shared):
    """Where the documented answers are at hand: what was taken down of them is right."""
    for method, shape in SHAPES.items():
        if method == "about":
            continue
        answer = json.loads((shared / "samples" / f"{method}.json").read_text("utf-8"))
        assert set(answer) == set(shape), method
        assert differences(shape["result"], answer["result"]) == [], method


def test_our_own_rows_have_the_documented_shapes():
    rows = {method: row for method, row in data("rows.json").items() if method != "about"}
    assert {method: differences(SHAPES[method]["result"], row) for method, row in rows.items()} == {
        method: [] for method in rows
    }
