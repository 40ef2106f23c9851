"""What the stand-in's methods want of a request's parameters, in the portal's own words."""

from __future__ import annotations

import pytest

from b24sync.sandbox import seed_company
from b24sync.sandbox.parameters import signature
from tests.support.portals import bare_portal, refusal, result

DEAL, INVOICE = 2, 31


@pytest.fixture
def portal():
    portal = bare_portal(old_invoices=True)
    seed_company(portal)
    return portal


def words(portal, method, params):
    """Code and text of a call that must be refused with HTTP 400."""
    status, body = portal.call(method, params)
    assert status == 400, body
    return body["error"], body["error_description"]


@pytest.mark.parametrize(
    ("method", "params", "name"),
    [
        ("crm.item.list", {}, "entityTypeId"),
        ("crm.item.get", {"entityTypeId": DEAL}, "id"),
        ("crm.item.add", {"entityTypeId": DEAL}, "fields"),
        ("crm.item.update", {"entityTypeId": DEAL, "id": 1}, "fields"),
        ("crm.item.update", {"entityTypeId": DEAL, "id": 1, "FIELDS": {"title": "x"}}, "fields"),
        ("crm.item.productrow.list", {}, "filter"),
        ("crm.item.productrow.set", {"ownerType": "D", "ownerId": 1}, "productRows"),
        ("crm.stagehistory.list", {}, "entityTypeId"),
        ("crm.category.list", {"entityTypeId": None}, "entityTypeId"),
        ("crm.timeline.comment.add", {"FIELDS": {"COMMENT": "x"}}, "fields"),
        ("crm.activity.todo.add", {"ownerTypeId": DEAL, "ownerId": 1}, "deadline"),
        ("catalog.product.get", {}, "id"),
    ],
)
def test_a_missing_parameter_is_named(portal, method, params, name):
    assert words(portal, method, params) == ("100", f"Could not find value for parameter {{{name}}}")


@pytest.mark.parametrize("method", ["tasks.task.add", "tasks.task.update"])
def test_tasks_want_fields_that_are_not_empty(portal, method):
    text = "Could not find value for parameter {fields} (internal error)"
    assert words(portal, method, {"taskId": 1}) == ("100", text)
    assert words(portal, method, {"taskId": 1, "fields": {}}) == ("100", text)


ARRAYS = [
    ("crm.item.list", {"entityTypeId": DEAL}, "select"),
    ("crm.item.list", {"entityTypeId": DEAL}, "filter"),
    ("crm.item.list", {"entityTypeId": DEAL}, "order"),
    ("crm.item.add", {"entityTypeId": DEAL}, "fields"),
    ("crm.item.update", {"entityTypeId": DEAL, "id": 1}, "fields"),
    ("crm.item.productrow.set", {"ownerType": "D", "ownerId": 1}, "productRows"),
    ("crm.stagehistory.list", {"entityTypeId": DEAL}, "select"),
    ("crm.stagehistory.list", {"entityTypeId": DEAL}, "filter"),
    ("crm.documentgenerator.document.list", {}, "filter"),
    ("crm.documentgenerator.template.list", {}, "select"),
    ("tasks.task.list", {}, "select"),
    ("tasks.task.list", {}, "order"),
    ("tasks.task.get", {"taskId": 1}, "select"),
    ("tasks.task.add", {}, "fields"),
]


@pytest.mark.parametrize(("method", "params", "name"), ARRAYS)
def test_a_text_where_an_array_belongs_is_refused(portal, method, params, name):
    tail = " (internal error)" if method.startswith("tasks.") else ""
    text = f"Invalid value {{ID}} to match with parameter {{{name}}}. Should be value of type array.{tail}"
    assert words(portal, method, params | {name: "ID"}) == ("100", text)


def test_a_number_may_come_as_text_and_nothing_else_is_one(portal):
    assert result(portal, "crm.item.get", {"entityTypeId": "2", "id": "1"})["item"]["id"] == 1
    text = "Invalid value {deal} to match with parameter {entityTypeId}. Should be value of type int."
    assert words(portal, "crm.item.list", {"entityTypeId": "deal"}) == ("100", text)
    text = "Invalid value {Array} to match with parameter {id}. Should be value of type int."
    assert words(portal, "crm.item.get", {"entityTypeId": 2, "id": [1]}) == ("100", text)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("crm.deal.list", "filter"),
        ("crm.deal.list", "order"),
        ("crm.contact.list", "order"),
        ("crm.activity.list", "filter"),
        ("crm.activity.list", "order"),
        ("crm.status.list", "filter"),
        ("crm.status.list", "order"),
        ("crm.invoice.list", "filter"),
        ("crm.requisite.list", "filter"),
        ("crm.requisite.bankdetail.list", "order"),
        ("crm.deal.userfield.list", "order"),
        ("crm.deal.add", "fields"),
        ("crm.deal.update", "params"),
        ("crm.activity.add", "fields"),
        ("crm.invoice.update", "fields"),
    ],
)
def test_classic_methods_say_the_same_with_an_empty_code(portal, method, name):
    portal.add_legacy_invoice(ORDER_TOPIC="Старый")
    call = {"id": 1, "fields": {}} | {name: "ID"}
    assert words(portal, method, call) == ("", f"Parameter '{name}' must be array.")


def test_classic_methods_read_either_case_and_do_not_mind_a_select_that_is_no_array(portal):
    assert [row["ID"] for row in result(portal, "crm.deal.list", {"FILTER": {"ID": 1}})] == ["1"]
    assert len(result(portal, "crm.deal.list", {"select": "ID"})) == 5


@pytest.mark.parametrize("method", ["get", "update", "complete", "renew", "delete"])
def test_a_task_is_named_by_a_number(portal, method):
    call = {"fields": {"TITLE": "Другая"}}
    text = "CTaskItem All parameters in the constructor must have real class type (internal error)"
    assert words(portal, f"tasks.task.{method}", call) == ("100", text)
    assert words(portal, f"tasks.task.{method}", call | {"taskId": "abc"}) == ("0", "wrong task id")
    assert words(portal, f"tasks.task.{method}", call | {"taskId": 0}) == ("0", "wrong task id")


def test_documents_name_what_they_lack_as_the_page_has_it(portal):
    add = "crm.documentgenerator.document.add"
    whole = {"templateId": 21, "entityTypeId": INVOICE, "entityId": 1}
    lacking = {
        name: words(portal, add, {key: value for key, value in whole.items() if key != name})
        for name in whole
    }
    assert lacking == {
        "templateId": ("100", "Bitrix\\DocumentGenerator\\Template constructor must be is public"),
        "entityTypeId": ("0", "No provider for entityTypeId"),
        "entityId": ("0", 'Empty required parameter "value"'),
    }
    for method in ("get", "delete", "enablepublicurl"):
        text = "Bitrix\\DocumentGenerator\\Document constructor must be is public"
        assert words(portal, f"crm.documentgenerator.document.{method}", {}) == ("100", text)


def test_a_signature_that_cannot_be_read_is_a_mistake_of_the_stand_in():
    with pytest.raises(ValueError, match="fields:list"):
        signature("id:int! fields:list")
    assert refusal(bare_portal(), "crm.item.list", {}) == (400, "100")
