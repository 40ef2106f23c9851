"""The stand-in's stage history, and the skew of its date filters."""

from __future__ import annotations

import pytest

from tests.support.portals import bare_portal, refusal, result

DEAL, INVOICE = 2, 31


def rows(portal, etid, **params):
    call = {"entityTypeId": etid, "order": {"ID": "ASC"}, **params}
    return [
        (row["TYPE_ID"], row["STAGE_ID"]) for row in result(portal, "crm.stagehistory.list", call)["items"]
    ]


def test_creation_moves_and_the_end_are_rows_of_types_one_two_three():
    portal = bare_portal()
    key = portal.add_invoice("Счёт")
    for stage in ("S", "P"):
        portal.clock.advance(1)
        portal.update_item(INVOICE, key, stageId=f"DT31_1:{stage}")
    assert rows(portal, INVOICE) == [(1, "DT31_1:N"), (2, "DT31_1:S"), (3, "DT31_1:P")]


def test_an_item_made_in_a_final_stage_has_one_row_of_type_three():
    portal = bare_portal()
    portal.add_deal("Сделка", stageId="WON")
    assert rows(portal, DEAL) == [(3, "WON")]


@pytest.mark.parametrize(("drops", "left"), [(True, ["N", "S"]), (False, ["N", "P", "S"])])
def test_leaving_a_final_stage_takes_its_row_away(drops, left):
    portal = bare_portal(history_drops_final=drops)
    key = portal.add_invoice("Счёт")
    portal.update_item(INVOICE, key, stageId="DT31_1:P")
    portal.update_item(INVOICE, key, stageId="DT31_1:S")
    assert [stage for _, stage in rows(portal, INVOICE)] == [f"DT31_1:{code}" for code in left]


def test_back_to_the_stage_before_the_final_one_is_a_row_again():
    portal = bare_portal()
    key = portal.add_deal("Сделка")
    portal.update_item(DEAL, key, stageId="WON")
    portal.update_item(DEAL, key, stageId="NEW")
    assert rows(portal, DEAL) == [(1, "NEW"), (2, "NEW")]


@pytest.mark.parametrize(
    ("drops", "expected"), [(True, [(5, "C1:NEW")]), (False, [(1, "NEW"), (5, "C1:NEW")])]
)
def test_a_change_of_funnel_is_a_row_of_type_five_and_may_drop_the_former_rows(drops, expected):
    portal = bare_portal(funnel_change_drops_history=drops)
    key = portal.add_deal("Сделка")
    portal.update_item(DEAL, key, categoryId=1)
    assert rows(portal, DEAL) == expected


def test_a_deleted_item_has_no_rows():
    portal = bare_portal()
    key = portal.add_deal("Сделка")
    portal.add_deal("Другая")
    portal.delete_item(DEAL, key)
    assert [row["OWNER_ID"] for row in portal.stage_history(DEAL)] == [2]


def test_ids_grow_and_a_cursor_by_id_reads_on():
    portal = bare_portal()
    for number in range(55):
        portal.add_deal(f"Сделка {number}")
    call = {"entityTypeId": DEAL, "filter": {">ID": 3}, "order": {"ID": "ASC"}, "start": -1}
    body = portal.call("crm.stagehistory.list", call)[1]
    assert [row["ID"] for row in body["result"]["items"]] == list(range(4, 54))
    assert "total" not in body
    assert rows(portal, DEAL, filter={">ID": 53}) == [(1, "NEW"), (1, "NEW")]


def test_an_old_portal_knows_no_history_of_smart_invoices():
    portal = bare_portal(stagehistory31=False)
    status, body = portal.call("crm.stagehistory.list", {"entityTypeId": INVOICE})
    assert (status, body["error"]) == (400, 0)
    assert body["error_description"] == "SMART_INVOICE entity is not supported"
    assert refusal(portal, "crm.stagehistory.list", {"entityTypeId": 3}) == (400, 0)


def test_the_old_invoice_has_statuses_instead_of_stages():
    portal = bare_portal(old_invoices=True)
    key = portal.add_legacy_invoice(ORDER_TOPIC="Старый", PRICE=100)
    portal.clock.advance(60)
    portal.update_legacy_invoice(key, STATUS_ID="P")
    items = result(portal, "crm.stagehistory.list", {"entityTypeId": 5})["items"]
    assert [(row["TYPE_ID"], row["STATUS_ID"], row["STATUS_SEMANTIC_ID"]) for row in items] == [
        (1, "N", "P"),
        (3, "P", "S"),
    ]
    assert "CATEGORY_ID" not in items[0]


def found(portal, method, name, moment, **params):
    answer = result(portal, method, {"filter": {f">={name}": moment}, **params})
    return len(answer["items"] if isinstance(answer, dict) else answer)


@pytest.mark.parametrize(
    ("owner", "seen"),
    [("Europe/Moscow", 1), ("Asia/Vladivostok", 1), ("Europe/Kaliningrad", 0), ("America/New_York", 0)],
)
def test_an_owner_west_of_the_server_sees_nothing_new_through_a_date_filter(owner, seen):
    portal = bare_portal(owner_tz=owner)
    portal.add_deal("Сделка")
    now = "2026-03-02T12:00:00+03:00"
    assert found(portal, "crm.item.list", "updatedTime", now, entityTypeId=DEAL) == seen
    assert found(portal, "crm.stagehistory.list", "CREATED_TIME", now, entityTypeId=DEAL) == seen
    assert found(portal, "crm.deal.list", "DATE_MODIFY", now) == 1


def test_an_owner_east_of_the_server_sees_too_much():
    portal = bare_portal(owner_tz="Asia/Vladivostok")
    portal.add_deal("Сделка")
    assert found(portal, "crm.item.list", "updatedTime", "2026-03-02T19:00:00+03:00", entityTypeId=DEAL) == 1
    assert found(portal, "crm.item.list", "updatedTime", "2026-03-02T19:00:01+03:00", entityTypeId=DEAL) == 0


def test_the_skew_is_that_of_the_moment_of_the_question():
    portal = bare_portal(server_tz="Europe/Moscow", owner_tz="Europe/Berlin")
    portal.add_deal("Сделка")
    bound = "2026-03-02T10:00:00+03:00"
    assert (
        found(portal, "crm.item.list", "updatedTime", bound, entityTypeId=DEAL) == 1
    )  # two hours west in winter
    assert found(portal, "crm.item.list", "updatedTime", "2026-03-02T10:30:00+03:00", entityTypeId=DEAL) == 0
    portal.clock.advance(60 * 86400)
    assert found(portal, "crm.item.list", "updatedTime", "2026-03-02T11:00:00+03:00", entityTypeId=DEAL) == 1


def test_without_the_skew_filters_are_exact():
    portal = bare_portal(owner_tz="America/New_York", skew=False)
    portal.add_deal("Сделка")
    assert found(portal, "crm.item.list", "updatedTime", "2026-03-02T12:00:00+03:00", entityTypeId=DEAL) == 1
    assert found(portal, "crm.item.list", "updatedTime", "2026-03-02T12:00:01+03:00", entityTypeId=DEAL) == 0


def test_an_unreadable_date_in_a_filter_matches_nothing():
    portal = bare_portal()
    portal.add_deal("Сделка")
    assert found(portal, "crm.item.list", "updatedTime", "вчера вечером", entityTypeId=DEAL) == 0
