"""Which tasks are bound to an entity, by an index that follows the rows whoever writes them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from b24sync.store import Store, migrations
from b24sync.store.snapshot import Stored


@pytest.fixture
def store(tmp_path):
    with closing(Store.open(tmp_path / "b24sync.db")) as store:
        yield store


def task(number: int, bound, *, kind: str = "task", state: str = "present") -> Stored:
    data = json.dumps({"id": number, "ufCrmTask": bound}, separators=(",", ":"))
    return Stored(kind, number, 1, 1, None, None, None, 0, 0, 1, state, None, data)


def save(store: Store, *tasks: Stored) -> None:
    with store.transaction():
        store.snapshot.save_many(tasks)


def test_bindings_follow_the_rows(store):
    save(
        store, task(1, ["SI_7", "D_2"]), task(2, ["SI_7"]), task(3, False), task(4, None), task(5, ["SI_70"])
    )
    assert store.snapshot.tasks_bound_to("SI_7") == [1, 2]
    save(store, task(1, ["D_2"]), task(3, ["SI_7"]))
    assert store.snapshot.tasks_bound_to("SI_7") == [2, 3]
    assert store.snapshot.tasks_bound_to("D_2") == [1]
    save(store, task(2, ["SI_7"], state="vanished"), task(3, ["SI_7"], state="deleted"))
    assert store.snapshot.tasks_bound_to("SI_7") == [2]


def test_a_baseline_binds_too_and_only_tasks_are_bound(store):
    with store.transaction():
        for data in ('{"ufCrmTask":["SI_7"]}', '{"ufCrmTask":["SI_8"]}'):
            store.snapshot.add_baseline("task", [(1, 1, 1, None, None, None, data)], 1)
    save(store, task(9, ["SI_8"], kind="invoice"))
    assert store.snapshot.tasks_bound_to("SI_7") == []
    assert store.snapshot.tasks_bound_to("SI_8") == [1]


def test_the_tasks_of_an_older_database_are_bound_when_it_is_upgraded(tmp_path):
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.upgrade(connection, path, migrations.SCHEMA[:7])
        connection.execute(
            "INSERT INTO entities (kind, id, created_at, updated_at, data)"
            " VALUES ('task', 3, 1, 1, '{\"ufCrmTask\":[\"SI_7\"]}'), ('task', 4, 1, 1, '{}')"
        )
    with closing(Store.open(path)) as store:
        assert store.snapshot.tasks_bound_to("SI_7") == [3]
