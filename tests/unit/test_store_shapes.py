"""Rows of the portal are kept without the names of their fields, and read as they were."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24sync.store import Store

ROW = {
    "id": 7,
    "title": "Счёт «7»",
    "opportunity": 125000.5,
    "accountNumber": "7/A",
    "currencyId": "RUB",
    "assignedById": 3,
    "opened": True,
    "observers": [],
    "comments": None,
    "UF_CRM_X": {"nested": ["1", 2]},
}


class UndoneError(Exception):
    pass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "b.db")
    yield store
    store.close()


def put(store: Store, number: int, data: str) -> None:
    store.connection.execute(
        "INSERT INTO entities (kind, id, created_at, updated_at, data) VALUES ('invoice', ?, 0, 0, ?)",
        (number, data),
    )


def test_a_packed_row_reads_as_it_was_and_names_no_field(store: Store) -> None:
    with store.transaction():
        packed = store.shapes.pack("invoice", ROW)
    assert json.dumps(store.shapes.row(packed)) == json.dumps(ROW)
    assert "currencyId" not in packed
    other = Store.open(store.path)  # another process knows the shape by the database
    assert json.dumps(other.shapes.row(packed)) == json.dumps(ROW)
    other.close()


def test_rows_of_one_shape_share_it_and_others_have_their_own(store: Store) -> None:
    with store.transaction():
        first = json.loads(store.shapes.pack("invoice", ROW))
        second = json.loads(store.shapes.pack("deal", {**ROW, "id": 8}))
        turned = json.loads(store.shapes.pack("invoice", dict(reversed(ROW.items()))))
    assert first[0] == second[0] != turned[0]


def test_rows_of_tasks_and_rows_of_older_releases_are_objects(store: Store) -> None:
    with store.transaction():
        task = store.shapes.pack("task", {"id": "1", "ufCrmTask": ["SI_7"]})
        old = json.dumps(ROW)
        assert json.loads(task) == store.shapes.row(task) == {"id": "1", "ufCrmTask": ["SI_7"]}
        assert store.shapes.row(old) == ROW
        assert store.shapes.packed("invoice", old) == store.shapes.pack("invoice", ROW)
        assert store.shapes.packed("task", task) == task


def test_a_shape_of_an_undone_transaction_is_made_again(store: Store) -> None:
    def undone() -> None:
        with store.transaction():
            store.shapes.pack("invoice", ROW)
            raise UndoneError

    with pytest.raises(UndoneError):
        undone()
    with store.transaction():
        packed = store.shapes.pack("invoice", ROW)
    store.shapes.forget()
    assert store.shapes.row(packed) == ROW


def test_the_view_and_the_look_for_a_number_read_both_forms(store: Store) -> None:
    with store.transaction():
        put(store, 7, store.shapes.pack("invoice", ROW))
        put(store, 8, json.dumps({**ROW, "id": 8, "accountNumber": "8/A"}))
        put(store, 9, store.shapes.pack("invoice", {"ID": "9", "ACCOUNT_NUMBER": "9/A", "PRICE": "10.50"}))
    columns = "id, number, title, amount, currency, responsible_id"
    seen = [tuple(row) for row in store.connection.execute(f"SELECT {columns} FROM v_entities ORDER BY id")]
    assert seen == [
        (7, "7/A", "Счёт «7»", "125000.5", "RUB", 3),
        (8, "8/A", "Счёт «7»", "125000.5", "RUB", 3),
        (9, "9/A", None, "10.50", None, None),
    ]
    assert [store.snapshot.invoices_numbered(f"{number}/A") for number in (7, 8, 9)] == [[7], [8], [9]]
    assert [store.figures.invoice_number(number) for number in (7, 8, 9)] == ["7/A", "8/A", "9/A"]


def test_an_equal_row_is_equal_in_either_form(store: Store) -> None:
    with store.transaction():
        put(store, 7, json.dumps(ROW))
        same = store.snapshot.same_data("invoice", [(7, store.shapes.pack("invoice", ROW))])
        other = store.snapshot.same_data("invoice", [(7, store.shapes.pack("invoice", {**ROW, "title": ""}))])
    assert (same, other) == ({7}, set())
