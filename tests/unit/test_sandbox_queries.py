"""The stand-in's indexes find what a plain look at every item finds."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.portals import MONDAY, bare_portal, result

INVOICE = 31
STAGES = ["DT31_1:N", "DT31_1:S", "DT31_1:P", "DT31_1:D"]

changes = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "title", "delete", "hide", "wait"]),
        st.integers(0, 30),
        st.sampled_from(STAGES),
    ),
    max_size=40,
)


def play(portal, steps):
    for what, number, stage in steps:
        ids = portal.item_ids(INVOICE)
        key = ids[number % len(ids)] if ids else None
        if what == "wait":
            portal.clock.advance(number)
        elif what == "add":
            portal.add_invoice(f"Счёт {number}", stageId=stage)
        elif key is None:
            continue
        elif what == "move":
            portal.update_item(INVOICE, key, stageId=stage)
        elif what == "title":
            portal.update_item(INVOICE, key, title=f"Имя {number}")
        elif what == "delete":
            portal.delete_item(INVOICE, key)
        else:
            portal.hide(INVOICE, key)


def seen(portal):
    """All visible items by a look at each."""
    hidden = portal.items.book(INVOICE).hidden
    return [portal.items.get(INVOICE, key) for key in portal.item_ids(INVOICE) if key not in hidden]


@settings(max_examples=60, deadline=None)
@given(
    steps=changes,
    bulk=st.integers(0, 70),
    since=st.integers(0, 300),
    last=st.integers(0, 40),
    order=st.sampled_from(
        [
            {"id": "ASC"},
            {"id": "DESC"},
            {"updatedTime": "DESC", "id": "DESC"},
            {"updatedTime": "ASC"},
            {"updatedTime": "DESC", "id": "ASC"},
            {"stageId": "ASC", "id": "DESC"},
            {},
        ]
    ),
    start=st.sampled_from([-1, 0, 50]),
)
def test_every_way_of_asking_finds_the_same_items(steps, bulk, since, last, order, start):
    portal = bare_portal()
    if bulk:
        portal.add_bulk(INVOICE, bulk, {"title": "Много {n}"})
    play(portal, steps)
    moment = MONDAY + timedelta(seconds=since)
    filters = {">id": last, ">=updatedTime": moment.isoformat()}
    expected = [item for item in seen(portal) if item["id"] > last and item["updatedTime"] >= moment]
    for name, way in reversed(order.items()):
        expected.sort(key=lambda item, name=name: item[name], reverse=way == "DESC")
    if list(order) == ["updatedTime"]:
        expected.sort(key=lambda item: (item["updatedTime"], item["id"]))
    call = {"entityTypeId": INVOICE, "filter": filters, "order": order, "start": start, "select": ["id"]}
    body = portal.call("crm.item.list", call)[1]
    offset = max(0, start)
    assert [row["id"] for row in body["result"]["items"]] == [
        item["id"] for item in expected[offset : offset + 50]
    ]
    assert body.get("total") == (None if start == -1 else len(expected))


@settings(max_examples=60, deadline=None)
@given(steps=changes, bulk=st.integers(0, 20), last=st.integers(0, 60))
def test_the_history_ends_in_the_present_stage_of_every_item(steps, bulk, last):
    portal = bare_portal(history_drops_final=False)
    if bulk:
        portal.add_bulk(INVOICE, bulk, {"title": "Много {n}"})
    play(portal, steps)
    rows = portal.stage_history(INVOICE)
    assert [row["ID"] for row in rows] == sorted(row["ID"] for row in rows)
    newest = {row["OWNER_ID"]: row["STAGE_ID"] for row in rows}
    assert newest == {key: portal.item(INVOICE, key)["stageId"] for key in portal.item_ids(INVOICE)}
    hidden = portal.items.book(INVOICE).hidden
    expected = [row["ID"] for row in rows if row["ID"] > last and row["OWNER_ID"] not in hidden][:50]
    call = {"entityTypeId": INVOICE, "filter": {">ID": last}, "order": {"ID": "ASC"}, "start": -1}
    assert [row["ID"] for row in result(portal, "crm.stagehistory.list", call)["items"]] == expected
