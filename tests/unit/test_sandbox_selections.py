"""What rows the stand-in shows hold: no more than was asked for."""

from __future__ import annotations

import pytest

from b24sync.sandbox import seed_company
from tests.support.portals import bare_portal, result

DEAL, CONTACT, INVOICE = 2, 3, 31


@pytest.fixture
def portal():
    portal = bare_portal(old_invoices=True)
    seed_company(portal)
    return portal


def first(portal, method, **params):
    """Names of the first row's fields."""
    found = result(portal, method, params)
    rows = next(iter(found.values())) if isinstance(found, dict) else found
    return set(rows[0])


def test_no_id_comes_with_items_unless_it_is_asked_for(portal):
    listed = result(portal, "crm.item.list", {"entityTypeId": DEAL, "select": ["title"]})["items"]
    assert listed[0].keys() == {"title"}
    assert first(portal, "crm.item.list", entityTypeId=DEAL, select=["id", "title"]) == {"id", "title"}
    assert {"id", "title", "stageId"} <= first(portal, "crm.item.list", entityTypeId=DEAL, select=["*"])
    assert {"id", "title", "stageId"} <= first(portal, "crm.item.list", entityTypeId=DEAL)


def test_no_id_comes_with_classic_rows_either(portal):
    assert first(portal, "crm.deal.list", select=["TITLE"]) == {"TITLE"}
    assert first(portal, "crm.contact.list", select=["NAME", "LAST_NAME"]) == {"NAME", "LAST_NAME"}
    assert "ID" in first(portal, "crm.deal.list")
    assert "ID" in first(portal, "crm.deal.list", select=["*"])


def test_classic_rows_bring_their_id_with_phones_addresses_and_comments(portal):
    rows = result(portal, "crm.contact.list", {"select": ["NAME", "EMAIL"], "filter": {"ID": 1}})
    assert rows[0].keys() == {"ID", "NAME", "EMAIL"}
    assert rows[0]["EMAIL"][0]["VALUE"] == "anna@romashka.example"
    assert first(portal, "crm.deal.list", select=["COMMENTS"]) == {"ID", "COMMENTS"}
    assert "EMAIL" not in first(portal, "crm.contact.list", select=["*"])


def test_the_history_and_tasks_bring_their_id_always(portal):
    assert first(portal, "crm.stagehistory.list", entityTypeId=DEAL, select=["STAGE_ID"]) == {
        "ID",
        "STAGE_ID",
    }
    task = result(portal, "tasks.task.list", {"select": ["TITLE"]})["tasks"][0]
    assert {"id", "title"} <= task.keys()
    assert not {"status", "deadline", "responsible"} & task.keys()


def test_names_of_a_tasks_select_are_in_upper_case(portal):
    task = result(portal, "tasks.task.list", {"select": ["TITLE", "status", "DEADLINE"]})["tasks"][0]
    assert {"id", "title", "deadline"} <= task.keys()
    assert "status" not in task


def test_activities_bring_what_was_selected_and_their_provider_with_a_description(portal):
    result(
        portal,
        "crm.activity.todo.add",
        {"ownerTypeId": DEAL, "ownerId": 1, "deadline": "2026-03-10T10:00:00+03:00"},
    )
    assert first(portal, "crm.activity.list", select=["SUBJECT"]) == {"SUBJECT"}
    wanted = {"DESCRIPTION", "PROVIDER_ID", "PROVIDER_TYPE_ID"}
    assert first(portal, "crm.activity.list", select=["DESCRIPTION"]) == wanted


def test_old_invoices_and_requisites_bring_what_was_selected(portal):
    portal.add_legacy_invoice(ORDER_TOPIC="Старый")
    assert first(portal, "crm.invoice.list", select=["ORDER_TOPIC"]) == {"ORDER_TOPIC"}
    assert {"ID", "PRICE", "DATE_UPDATE"} <= first(portal, "crm.invoice.list", select=["*", "UF_*"])
    portal.requisite_book.add(4, 1, RQ_INN="7700000000")
    assert first(portal, "crm.requisite.list", select=["RQ_INN"]) == {"RQ_INN"}
    assert {"ID", "RQ_INN"} <= first(portal, "crm.requisite.list")


def test_items_are_asked_for_in_upper_case_as_well_and_answer_in_their_own(portal):
    call = {
        "entityTypeId": DEAL,
        "select": ["ID", "STAGE_ID"],
        "filter": {"@ID": [1, 2]},
        "order": {"ID": "DESC"},
    }
    rows = result(portal, "crm.item.list", call)["items"]
    assert [set(row) for row in rows] == [{"id", "stageId"}] * 2
    assert [row["id"] for row in rows] == [2, 1]
    call = {"entityTypeId": DEAL, "id": 1, "fields": {"TITLE": "Другая", "UF_CRM_NOTES": ["нет"]}}
    item = result(portal, "crm.item.update", call)["item"]
    assert item["title"] == "Другая"
    assert item["ufCrmNotes"] != ["нет"]
