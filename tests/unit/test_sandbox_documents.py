"""Selections and filters of documents and templates in the stand-in."""

from __future__ import annotations

import pytest

from b24sync.sandbox import seed_company
from tests.support.portals import bare_portal, refusal, result

INVOICE = 31
TEMPLATES, DOCUMENTS = "crm.documentgenerator.template.list", "crm.documentgenerator.document.list"


@pytest.fixture
def portal():
    portal = bare_portal()
    seed_company(portal)
    whole = {"templateId": 21, "entityTypeId": INVOICE, "entityId": 1}
    result(portal, "crm.documentgenerator.document.add", whole)
    return portal


def listed(portal, **params):
    found = result(portal, TEMPLATES, params)["templates"]
    return {int(key): row for key, row in found.items()} if found else {}


def test_what_a_template_is_for_comes_only_if_it_is_named(portal):
    assert not {"entityTypeId", "users"} & listed(portal)[21].keys()
    assert not {"entityTypeId", "users"} & listed(portal, select=["*"])[21].keys()
    row = listed(portal, select=["*", "entityTypeId", "users"])[21]
    assert (row["entityTypeId"], row["users"]) == (["31"], ["UA"])
    assert {"id", "name", "active", "moduleId", "updateTime", "downloadMachine"} <= row.keys()
    assert listed(portal, select=["id"])[21].keys() == {"id", "download", "downloadMachine"}


def test_templates_are_filtered_ordered_and_paged(portal):
    for key in range(100, 160):
        portal.document_book.add_template(key, f"Шаблон {key}", ["2_category_0"], active=key % 2 == 0)
    assert 21 in listed(portal, filter={"entityTypeId": ["31"]})
    assert 100 not in listed(portal, filter={"entityTypeId": ["31"]})
    assert set(listed(portal, filter={"entityTypeId": "2", "active": "N", ">=id": 155})) == {155, 157, 159}
    assert next(iter(listed(portal, order={"id": "DESC"}))) == 159
    body = portal.call(TEMPLATES, {"order": {"id": "ASC"}, "start": 50})[1]
    assert body["total"] > 60
    assert len(body["result"]["templates"]) == body["total"] - 50
    assert "total" not in portal.call(TEMPLATES, {"start": -1})[1]


def test_the_entity_of_a_document_comes_with_all_fields_and_cannot_be_named(portal):
    (row,) = result(portal, DOCUMENTS, {})["documents"]
    assert (row["entityId"], row["entityTypeId"]) == ("1", "31")
    (row,) = result(portal, DOCUMENTS, {"select": ["id", "number"]})["documents"]
    assert "entityId" not in row
    assert {"id", "number", "downloadUrlMachine"} <= row.keys()
    status, body = portal.call(DOCUMENTS, {"select": ["id", "entityTypeId"]})
    assert (status, body["error"]) == (400, "100")
    assert body["error_description"].startswith("Unknown field definition ENTITY_TYPE_ID")


@pytest.mark.parametrize("params", [{"filter": {"whatever": 1}}, {"order": {"whatever": "ASC"}}])
def test_documents_are_not_found_by_what_they_have_not(portal, params):
    assert refusal(portal, DOCUMENTS, params) == (400, "100")
