"""The views for other tools: their columns, what they say, and that foreign tools read them."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from b24sync.store import Store, migrations
from tests.support.cli import PAID, SENT, Office

DOCUMENT = (Path(__file__).parents[2] / "b24sync" / "docs" / "database.md").read_text(encoding="utf-8")
RULES = """
[commission]
[[commission.rates]]
for = "invoice.responsible"
percent = "10"
[[rules]]
name = "pay"
on = "invoice.paid"
[[rules.steps]]
use = "commission"
"""


@pytest.fixture
def told(office: Office) -> tuple[Office, int, int]:
    """A company with an invoice that moved while it was watched, old ones, and a deleted one."""
    office.write(rules=RULES)
    office.poll()
    invoice = office.add_invoice(title="Roof", opportunity="1000", closedate="2026-12-01")
    office.poll()
    office.move(invoice, SENT, PAID)
    gone = office.add_invoice(title="gone")
    office.poll()
    office.portal.delete_item(31, gone)
    office.poll("--reconcile")
    return office, invoice, gone


def documented(view: str) -> list[str]:
    """The columns that the document names, in its order."""
    table = DOCUMENT.split(f"## {view}\n")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


def rows(office: Office, sql: str) -> list[dict]:
    connection = sqlite3.connect(f"file:{office.database}?mode=ro", uri=True)
    try:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]
    finally:
        connection.close()


VIEWS = ("v_entities", "v_events", "v_moves", "v_actions", "v_commission")


def test_every_column_is_documented_and_none_is_missing() -> None:
    with closing(Store.in_memory()) as store:
        for view in VIEWS:
            columns = [row["name"] for row in store.connection.execute(f"PRAGMA table_info({view})")]
            assert columns, view
            assert sorted(columns) == sorted(documented(view)), view


def test_moves_entities_events_actions_and_commissions_are_told(told: tuple[Office, int, int]) -> None:
    office, invoice, gone = told
    _moves(office, invoice, gone)
    (entity,) = rows(office, f"SELECT * FROM v_entities WHERE entity = 'invoice:{invoice}'")
    assert (entity["title"], entity["amount"], entity["due_date"]) == ("Roof", "1000", "2026-12-01")
    assert (entity["stage"], entity["responsible_id"]) == (PAID, office.company.users["manager"])
    assert entity["stage_title"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entity["stage_since"])
    assert rows(office, f"SELECT state FROM v_entities WHERE id = {gone} AND kind = 'invoice'") == [
        {"state": "deleted"}
    ]
    names = rows(
        office, f'SELECT name, "to", "by" FROM v_events WHERE entity = \'invoice:{invoice}\' ORDER BY id'
    )
    assert [(one["name"], one["to"]) for one in names] == [
        ("invoice.created", None),
        ("invoice.status_changed", "sent"),
        ("invoice.status_changed", "paid"),
    ]
    assert names[-1]["by"] == office.company.users["manager"]
    (action,) = rows(office, "SELECT * FROM v_actions")
    assert (action["rule"], action["state"], action["entity"]) == ("pay", "done", f"invoice:{invoice}")
    assert json.loads(action["result"])
    (booked,) = rows(office, "SELECT * FROM v_commission")
    assert (booked["amount"], booked["state"], booked["role"]) == ("100.00", "earned", "invoice.responsible")


def _moves(office: Office, invoice: int, gone: int) -> None:
    """They say from when until when everything stood where."""
    stays = rows(office, f"SELECT * FROM v_moves WHERE entity = 'invoice:{invoice}'")
    stays.sort(key=lambda one: ["DT31_1:N", "DT31_1:S", "DT31_1:P"].index(one["stage"]))
    assert len(stays) == 3
    assert stays[0]["until"] == stays[1]["from"]
    assert stays[1]["until"] == stays[2]["from"]
    assert stays[2]["until"] is None
    assert stays[2]["seconds"] is None
    assert all(one["seconds"] >= 0 for one in stays[:2])
    (last,) = rows(office, f"SELECT * FROM v_moves WHERE entity = 'invoice:{gone}'")
    assert last["until"] is not None
    first = office.company.invoices[0]
    (known,) = rows(office, f"SELECT * FROM v_moves WHERE entity = 'invoice:{first}'")
    assert known["from"] is not None


def test_the_examples_of_the_document_run_and_sqlite_utils_and_datasette_read_the_views(
    told: tuple[Office, int, int],
) -> None:
    office, invoice, _ = told
    (sql,) = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
    for statement in filter(str.strip, sql.split(";")):
        rows(office, statement)
    database = sqlite_utils.Database(office.database)
    try:
        assert set(VIEWS) <= set(database.view_names())
        assert list(database["v_moves"].rows)
    finally:
        database.close()
    datasette = pytest.importorskip("datasette.app")

    async def ask(path: str) -> dict:
        shown = datasette.Datasette([str(office.database)])
        answer = await shown.client.get(path)
        assert answer.status_code == 200, answer.text
        for name in list(shown.databases):
            shown.databases[name].close()
        return answer.json()

    page = asyncio.run(ask(f"/b24sync/v_moves.json?entity=invoice:{invoice}&_shape=objects"))
    assert {row["stage"] for row in page["rows"]} == {"DT31_1:N", "DT31_1:S", "DT31_1:P"}


def test_an_older_database_gets_the_views_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    connection = sqlite3.connect(path, isolation_level=None)
    migrations.upgrade(connection, path, migrations.SCHEMA[:2])
    connection.execute(
        "INSERT INTO events (key, name, kind, entity_id, occurred_at, detected_at, changes, run)"
        " VALUES ('k', 'deal.created', 'deal', 7, 0, 0, '{}', 1)"
    )
    connection.close()
    store = Store.open(path, create=False)
    try:
        assert [tuple(row) for row in store.connection.execute('SELECT entity, "by" FROM v_events')] == [
            ("deal:7", None)
        ]
        assert store.journal.events()[0].by_user is None
    finally:
        store.close()


def test_moves_are_found_by_the_index_of_events_whatever_the_size_of_the_history() -> None:
    store = Store.in_memory()
    sql = (
        "EXPLAIN QUERY PLAN SELECT entity, stage, seconds FROM v_moves WHERE kind = 'deal' AND entity_id = 7"
    )
    plan = [row["detail"] for row in store.connection.execute(sql)]
    store.close()
    reads = [
        line
        for line in plan
        if re.search(r"\b(events|[cefg])\b", line) and line.startswith(("SCAN", "SEARCH"))
    ]
    assert reads
    assert all("entity_id=?" in line or "id=?" in line for line in reads), plan
