"""The stand-in with very many items that are made when they are read."""

from __future__ import annotations

import time

from tests.support.portals import bare_portal, result

DEAL, INVOICE = 2, 31
MANY = 300_000


def test_generated_items_are_read_changed_and_deleted_like_any_other():
    portal = bare_portal()
    portal.add_invoice("Обычный")
    keys = portal.add_bulk(INVOICE, 100, lambda n: {"title": f"Счёт {n}", "opportunity": n + 0.5})
    assert keys == range(2, 102)
    assert portal.add_invoice("Ещё один") == 102
    assert portal.item(INVOICE, 7)["title"] == "Счёт 5"
    assert portal.item(INVOICE, 7)["accountNumber"] == "7"
    assert portal.item(INVOICE, 102)["accountNumber"] == "102"
    portal.clock.advance(60)
    portal.update_item(INVOICE, 7, stageId="DT31_1:S")
    portal.delete_item(INVOICE, 8)
    newest = result(
        portal, "crm.item.list", {"entityTypeId": INVOICE, "order": {"updatedTime": "DESC"}, "start": -1}
    )
    assert newest["items"][0]["id"] == 7
    body = portal.call(
        "crm.item.list", {"entityTypeId": INVOICE, "filter": {">id": 5}, "order": {"id": "ASC"}}
    )[1]
    assert [row["id"] for row in body["result"]["items"]][:3] == [6, 7, 9]
    assert body["total"] == 96


def test_generated_items_have_their_stage_history():
    portal = bare_portal()
    portal.add_bulk(DEAL, 10, {"title": "Сделка {n}", "stageId": "WON"})
    portal.add_bulk(DEAL, 10, {"title": "Сделка {n}"})
    rows = portal.stage_history(DEAL)
    assert [row["ID"] for row in rows] == list(range(1, 21))
    assert [(row["TYPE_ID"], row["OWNER_ID"]) for row in (rows[0], rows[-1])] == [(3, 1), (1, 20)]
    portal.update_item(DEAL, 20, stageId="PREPARATION")
    portal.update_item(DEAL, 1, stageId="NEW")
    portal.delete_item(DEAL, 2)
    assert [row["OWNER_ID"] for row in portal.stage_history(DEAL)] == [*range(3, 21), 20, 1]


def test_pages_of_a_great_portal_come_fast():
    portal = bare_portal()
    portal.add_bulk(INVOICE, MANY, {"title": "Счёт {n}"})
    calls = [
        ("crm.item.list", {"filter": {">id": MANY - 60}, "order": {"id": "ASC"}, "start": -1}),
        ("crm.item.list", {"order": {"updatedTime": "DESC", "id": "DESC"}, "start": -1}),
        (
            "crm.item.list",
            {"filter": {">id": 9, ">=updatedTime": "2026-03-02"}, "order": {"id": "ASC"}, "start": -1},
        ),
        ("crm.item.list", {"filter": {">=updatedTime": "2026-03-03"}, "order": {"id": "ASC"}, "start": -1}),
        ("crm.item.list", {}),
        ("crm.stagehistory.list", {"filter": {">ID": MANY // 2}, "order": {"ID": "ASC"}, "start": -1}),
    ]
    begin = time.perf_counter()
    for method, params in calls:
        result(portal, method, {"entityTypeId": INVOICE, **params})
    assert time.perf_counter() - begin < 1
