"""What the stand-in's filters and orders refuse, and what they read."""

from __future__ import annotations

import pytest

from b24sync.sandbox import seed_company
from tests.support.portals import bare_portal, refusal, result

DEAL, INVOICE = 2, 31


@pytest.fixture
def portal():
    portal = bare_portal()
    seed_company(portal)
    return portal


def told(portal, method, **params):
    """The text of a call that must be refused for a bad argument."""
    status, body = portal.call(method, {"entityTypeId": DEAL, **params})
    assert (status, body.get("error")) == (400, "INVALID_ARG_VALUE"), body
    return body["error_description"]


def ids(portal, **params):
    call = {"entityTypeId": DEAL, "order": {"id": "ASC"}, "select": ["id"], **params}
    return [row["id"] for row in result(portal, "crm.item.list", call)["items"]]


@pytest.mark.parametrize("prefix", ["!", ">", ">=", "<", "<=", "%", "=%", "%=", "!%", "!=%", "!%=", "><"])
@pytest.mark.parametrize(("method", "name"), [("crm.item.list", "id"), ("crm.stagehistory.list", "ID")])
def test_an_array_is_refused_under_every_operator_but_equality_and_membership(portal, prefix, method, name):
    text = f"Invalid filter: field '{prefix}{name}' has invalid value"
    assert told(portal, method, filter={f"{prefix}{name}": [1, 2]}) == text


@pytest.mark.parametrize("name", ["id", "=id", "@id"])
def test_an_array_under_equality_means_one_of(portal, name):
    assert ids(portal, filter={name: [1, 3]}) == [1, 3]


@pytest.mark.parametrize("name", ["!=id", "!@id"])
def test_an_array_under_its_negation_means_none_of(portal, name):
    assert ids(portal, filter={name: [1, 3]}) == [2, 4, 5]


def test_nested_conditions_are_looked_at_too(portal):
    bad = {"0": {"logic": "OR", "0": {"id": 1}, "1": {"!id": [2, 3]}}}
    assert told(portal, "crm.item.list", filter=bad) == "Invalid filter: field '!id' has invalid value"
    bad = {"0": {"logic": "OR", "0": {"id": 1}, "1": {"whatever": 2}}}
    assert told(portal, "crm.item.list", filter=bad).endswith("'whatever' is not allowed in filter")


def test_an_operator_that_is_none_makes_an_unknown_field(portal):
    text = "Invalid filter: field '?title' is not allowed in filter"
    assert told(portal, "crm.item.list", filter={"?title": "окна"}) == text


@pytest.mark.parametrize("name", ["whatever", ">id", "=stageId", "logic2"])
def test_the_history_refuses_a_filter_by_what_it_has_not(portal, name):
    text = f"Invalid filter: field '{name}' is not allowed in filter"
    assert told(portal, "crm.stagehistory.list", filter={name: 1}) == text


def test_the_old_invoices_history_has_fields_of_its_own():
    portal = bare_portal(old_invoices=True)
    portal.add_legacy_invoice(ORDER_TOPIC="Старый")
    call = {"entityTypeId": 5, "filter": {"STATUS_ID": "N"}}
    assert len(result(portal, "crm.stagehistory.list", call)["items"]) == 1
    for name in ("STAGE_ID", "CATEGORY_ID"):
        assert (
            refusal(portal, "crm.stagehistory.list", call | {"filter": {name: 0}})[1] == "INVALID_ARG_VALUE"
        )


def test_the_history_refuses_an_order_by_what_it_has_not(portal):
    text = "Invalid order: field 'whatever' is not allowed in order"
    assert told(portal, "crm.stagehistory.list", order={"whatever": "ASC"}) == text
    text = "Invalid order: allowed sort directions are `ASC, DESC`. But got 'UP' for field 'ID'"
    assert told(portal, "crm.stagehistory.list", order={"ID": "UP"}) == text


def test_the_history_refuses_a_moment_that_it_cannot_read(portal):
    call = {"entityTypeId": DEAL, "filter": {">=CREATED_TIME": "вчера вечером"}}
    assert refusal(portal, "crm.stagehistory.list", call) == (400, "WRONG_DATETIME_FORMAT")


def test_an_old_portal_reads_what_it_can(portal):
    lax = bare_portal(strict=False, array_bound="rows")
    lax.add_deal("Окна")
    lax.add_deal("Двери")
    call = {"entityTypeId": DEAL, "filter": {"whatever": 1, "!ID": [1]}, "order": {"whatever": "UP"}}
    assert len(result(lax, "crm.stagehistory.list", call)["items"]) == 2
    call["filter"] = {">=CREATED_TIME": "вчера вечером"}
    assert result(lax, "crm.stagehistory.list", call)["items"] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [("><opportunity", [1, 4]), ("!id", [1, 2, 3]), (">opportunity", [])],
)
def test_an_older_portal_makes_of_an_array_what_its_operator_makes_of_it(name, expected):
    older = bare_portal(array_bound="nothing")
    seed_company(older)
    values = {"><opportunity": [80000, 120000], "!id": [4, 5]}.get(name, [1, 2])
    assert ids(older, filter={name: values}) == expected


def test_classic_lists_take_an_array_under_a_negation(portal):
    call = {"filter": {"!ID": [1, 3]}, "select": ["ID"], "order": {"ID": "ASC"}}
    assert [row["ID"] for row in result(portal, "crm.deal.list", call)] == ["2", "4", "5"]


@pytest.mark.parametrize("name", ["ENTITY_ID", "STATUS_ID", "SORT", "SEMANTICS"])
def test_reference_books_are_filtered_by_one_value_at_a_time(portal, name):
    status, body = portal.call("crm.status.list", {"filter": {name: ["DEAL_STAGE"]}})
    assert (status, body["error"]) == (400, "")
    assert body["error_description"] == f"Filter by {name} must be a string"
