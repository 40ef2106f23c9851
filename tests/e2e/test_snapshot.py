"""``snapshot export``, ``import`` and ``prune``: the recorded history moved and trimmed."""

from __future__ import annotations

import gzip
import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.cli import PAID, SENT, TELL_HEAD, TELL_LEAD, Office, Ran, no_traceback, notify_rule

SECTIONS = """
[commission]
[[commission.rates]]
for = "invoice.responsible"
percent = "5"
"""
RULES = (
    TELL_HEAD
    + TELL_LEAD
    + notify_rule("dear", "invoice.updated", more='when = "deal.amount > 1"', text="{{ invoice.title }}")
    + '[[rules]]\nname = "pay"\non = ["invoice.created", "invoice.paid"]\n[[rules.steps]]\nuse = '
    '"commission"\n'
)


@pytest.fixture
def recorded(office: Office) -> Office:
    """A company with some history: names, texts, addresses, commissions, a failed action."""
    office.write(sections=SECTIONS, rules=RULES)
    office.poll()
    invoice = office.add_invoice(
        title="Счёт Ивановой anna@secret.example", opportunity="12345.67", comments="звонить +7 916 123-45-67"
    )
    office.poll()
    office.move(invoice, SENT, PAID)
    office.portal.update_item(INVOICE, invoice, title="Для Пётра Секретова")
    office.portal.update_item(DEAL, office.company.deals[0], title="Ремонт у Тайной И. И.")
    office.poll()
    return office


@pytest.fixture
def elsewhere(recorded: Office, tmp_path: Path) -> Callable[..., Ran]:
    """Runs commands with the same configuration on another machine, which has no database and no secret."""
    laptop = tmp_path / "laptop"
    laptop.mkdir()
    config = laptop / "b24sync.toml"
    config.write_text(recorded.config.read_text().replace(recorded.server.webhook, "env:NOT_SET_HERE"))
    return lambda *args: recorded.run(*args, config=config)


def lines(path: Path) -> list:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.decode().splitlines()]


def exported(office: Office, path: Path, *args: str) -> list:
    ran = office.run("snapshot", "export", str(path), *args)
    assert (ran.code, ran.err) == (0, "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return lines(path)


# export and import


@pytest.mark.parametrize("name", ["history.jsonl", "history.jsonl.gz"])
def test_a_history_comes_back_as_it_was(
    recorded: Office, elsewhere: Callable[..., Ran], tmp_path: Path, name: str
) -> None:
    head, *rows, end = exported(recorded, tmp_path / name)
    assert (head["b24sync"], head["format"], head["anonymized"]) == ("history", 1, False)
    assert end == {"end": len(rows)}
    taken = elsewhere("snapshot", "import", str(tmp_path / name))
    assert (taken.code, taken.err) == (0, "")
    database = tmp_path / "laptop" / "b24sync.db"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    for command in (("events",), ("actions",), ("commission",), ("explain", "invoice:6"), ("replay",)):
        assert elsewhere(*command, "--json").out == recorded.run(*command, "--json").out
    assert elsewhere("status", "--json").json["verdict"] == "ok"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        sequences = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
    assert (
        sequences["events"] == recorded.query("SELECT seq FROM sqlite_sequence WHERE name = 'events'")[0][0]
    )


def test_a_moved_history_is_polled_on_and_misses_nothing(recorded: Office, tmp_path: Path) -> None:
    exported(recorded, tmp_path / "moved.gz")
    before = len(recorded.events())
    recorded.move(recorded.add_invoice(), SENT)
    recorded.database.rename(tmp_path / "old.db")
    assert recorded.run("snapshot", "import", str(tmp_path / "moved.gz")).code == 0
    assert recorded.poll()["events"] == 2
    assert len(recorded.events()) == before + 2
    assert recorded.poll()["events"] == 0


def test_a_file_is_replayed_as_the_database_is(
    recorded: Office, elsewhere: Callable[..., Ran], tmp_path: Path
) -> None:
    exported(recorded, tmp_path / "h.jsonl.gz")
    ran = elsewhere("replay", "--json", "--from", str(tmp_path / "h.jsonl.gz"))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == recorded.run("replay", "--json").out != ""
    assert not (tmp_path / "laptop" / "b24sync.db").exists()


def test_no_secret_is_in_the_file_even_if_one_got_into_the_database(recorded: Office, tmp_path: Path) -> None:
    secret = recorded.server.webhook.rstrip("/").rpartition("/")[2]
    with closing(sqlite3.connect(recorded.database)) as connection:
        link = json.dumps({"urlMachine": f'{recorded.server.webhook}crm.x/?a="b"&auth=abcdef123'})
        connection.execute(
            "UPDATE entities SET data = json_object('id', id, 'leak', json(?)) WHERE kind = 'invoice'",
            (link,),
        )
        connection.execute("UPDATE actions SET error = ?", (f"POST {recorded.server.webhook} failed",))
        connection.commit()
    text = json.dumps(exported(recorded, tmp_path / "h.jsonl"))
    assert secret not in text
    assert "abcdef123" not in text
    assert recorded.run("replay", "--json", "--from", str(tmp_path / "h.jsonl")).code == 0


def test_what_was_still_to_be_done_is_held_after_an_import(
    recorded: Office, elsewhere: Callable[..., Ran], tmp_path: Path
) -> None:
    recorded.add_invoice()
    recorded.poll("--max-time", "0s")
    pending = recorded.states()["pending"]
    exported(recorded, tmp_path / "h.gz")
    taken = elsewhere("snapshot", "import", str(tmp_path / "h.gz"))
    assert f"{pending} actions that were still to be done are held" in taken.out
    assert {row["result"]["reason"] for row in elsewhere("actions", "--state", "held", "--json").rows} == {
        "imported"
    }
    assert elsewhere("actions", "--state", "pending", "--json").rows == []


def test_a_history_goes_into_a_new_database_only(recorded: Office, tmp_path: Path) -> None:
    exported(recorded, tmp_path / "h.gz")
    before = recorded.database.read_bytes()
    ran = recorded.run("snapshot", "import", str(tmp_path / "h.gz"))
    assert (ran.code, recorded.database.read_bytes()) == (2, before)
    assert "there is a database already" in ran.err


def damaged(good: list) -> dict[str, tuple[list | bytes, str]]:
    head, *rows, end = good
    entity = next(n for n, row in enumerate(rows) if row[0] == "entities")
    broken = [*rows]
    broken[entity] = [*broken[entity][:-1], "{no json"]
    orphans = [row for row in rows if row[0] != "events"]
    return {
        "cut": ([head, *rows], "cut off"),
        "short": ([head, *rows[:-1], end], "says that there are"),
        "twice": ([head, *rows, rows[0], {"end": len(rows) + 1}], "does not fit"),
        "after": ([head, *rows, end, rows[0]], "after the end"),
        "future": ([{**head, "format": 2}, *rows, end], "upgrade b24sync"),
        "schema": ([{**head, "schema": 99}, *rows, end], "upgrade b24sync"),
        "headless": ([*rows, end], "is no exported history"),
        "table": (
            [{**head, "tables": {**head["tables"], "sqlite_master": ["name"]}}, *rows, end],
            "not known here: sqlite_master",
        ),
        "column": (
            [{**head, "tables": {**head["tables"], "meta": ["name", "value) --"]}}, *rows, end],
            "not known here: meta",
        ),
        "row": ([head, ["entities", 1], *rows, end], "no row of a table"),
        "json": ([head, *broken, end], "entities.data is no JSON"),
        "orphan": ([head, *orphans, {"end": len(orphans)}], "that is missing"),
        "text": (b"hello\n", "is no exported history"),
        "empty": (b"", "is no exported history"),
        "binary": (b"\x1f\x8b\x08\x00garbage", "cut off or damaged"),
    }


def test_a_damaged_file_is_refused_whole_with_its_line(
    recorded: Office, elsewhere: Callable[..., Ran], tmp_path: Path
) -> None:
    good = exported(recorded, tmp_path / "h.jsonl")
    laptop = tmp_path / "laptop"
    for name, (content, words) in damaged(good).items():
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(
            content
            if isinstance(content, bytes)
            else "".join(f"{json.dumps(line)}\n" for line in content).encode()
        )
        ran = elsewhere("snapshot", "import", str(path))
        no_traceback(ran)
        assert (name, ran.code) == (name, 2)
        assert words in ran.err, (name, ran.err)
        assert [file.name for file in laptop.iterdir()] == ["b24sync.toml"]
    half = tmp_path / "half.gz"
    half.write_bytes(gzip.compress((tmp_path / "h.jsonl").read_bytes())[:-2000])
    assert "cut off or damaged" in elsewhere("snapshot", "import", str(half)).err
    assert elsewhere("snapshot", "import", str(tmp_path / "absent")).code == 2


def test_an_export_does_not_go_over_the_database_or_into_nowhere(recorded: Office, tmp_path: Path) -> None:
    for target in (recorded.database, tmp_path, tmp_path / "no" / "where.gz"):
        ran = recorded.run("snapshot", "export", str(target))
        no_traceback(ran)
        assert ran.code == 2
    recorded.whole()
    (tmp_path / "link").symlink_to(recorded.config)
    assert recorded.run("snapshot", "export", str(tmp_path / "link")).code == 2


# anonymized


PERSONAL = (
    "Иванов",
    "secret.example",
    "Секретов",
    "Тайной",
    "916 123",
    "123-45",
    "Ромашка",
    "romashka",
    "Ремонт",
    "Окна",
    "Соколов",
    "Павлов",
)


def test_an_anonymized_history_names_nobody(recorded: Office, tmp_path: Path) -> None:
    plain = json.dumps(exported(recorded, tmp_path / "plain.gz"), ensure_ascii=False)
    text = json.dumps(exported(recorded, tmp_path / "hidden.gz", "--anonymize"), ensure_ascii=False)
    assert [word for word in ("Ивановой", "Секретова", "Тайной", "916 123") if word in plain] == [
        "Ивановой",
        "Секретова",
        "Тайной",
        "916 123",
    ]
    assert [word for word in PERSONAL if word in text] == []
    assert recorded.server.webhook.split("/")[2] not in text
    cyrillic = [
        row
        for row in lines(tmp_path / "hidden.gz")
        if any("а" <= sign <= "я" for sign in json.dumps(row, ensure_ascii=False))
    ]
    assert {row[0] for row in cyrillic} <= {"cache"}  # names of stages


def test_ids_amounts_dates_and_stages_stay_and_equal_texts_stay_equal(
    recorded: Office, tmp_path: Path
) -> None:
    plain, hidden = (
        exported(recorded, tmp_path / "plain.gz"),
        exported(recorded, tmp_path / "hidden.gz", "--anonymize"),
    )

    def entities(history: list) -> dict:
        rows = [
            dict(zip(history[0]["tables"]["entities"], row[1:], strict=True))
            for row in history[1:-1]
            if row[0] == "entities"
        ]
        return {(row["kind"], row["id"]): {**row, "data": json.loads(row["data"])} for row in rows}

    was, now = entities(plain), entities(hidden)
    assert was.keys() == now.keys()
    kept = (
        "id",
        "opportunity",
        "currencyId",
        "stageId",
        "closedate",
        "createdTime",
        "accountNumber",
        "parentId2",
        "contactId",
        "UF_CRM_BUDGET",
    )
    names = dict[str, str]()
    for key, row in was.items():
        other = now[key]
        assert {name: value for name, value in row.items() if name != "data"} == {
            name: value for name, value in other.items() if name != "data"
        }
        assert {name: row["data"].get(name) for name in kept} == {
            name: other["data"].get(name) for name in kept
        }
        assert row["data"]["title"] != other["data"]["title"]
        assert names.setdefault(row["data"]["title"], other["data"]["title"]) == other["data"]["title"]
    assert len(set(names.values())) == len(names)


def test_an_anonymized_history_replays_to_the_same_actions(
    recorded: Office, elsewhere: Callable[..., Ran], tmp_path: Path
) -> None:
    before = recorded.run("replay", "--json").out
    exported(recorded, tmp_path / "h.gz", "--anonymize")
    taken = elsewhere("snapshot", "import", str(tmp_path / "h.gz"))
    assert "anonymized" in taken.out
    assert elsewhere("replay", "--json").out == before != ""
    other = recorded.run("snapshot", "export", str(tmp_path / "h2.gz"), "--anonymize")
    assert other.code == 0
    assert (tmp_path / "h.gz").read_bytes() != (tmp_path / "h2.gz").read_bytes()  # another key


# prune


def age(office: Office, days: int) -> None:
    """Let everything recorded so far be older."""
    times = {
        "revisions": ["observed_at"],
        "events": ["occurred_at", "detected_at"],
        "actions": ["planned_at", "settled_at"],
    }
    with closing(sqlite3.connect(office.database)) as connection:
        for table, columns in {**times, "runs": ["started_at"]}.items():
            connection.execute(
                f"UPDATE {table} SET {', '.join(f'{name} = {name} - {days * 86_400}' for name in columns)}"
            )
        connection.commit()


def counts(office: Office) -> dict[str, int]:
    tables = ("entities", "revisions", "events", "verdicts", "actions", "runs", "ledger")
    return {table: office.query(f"SELECT count(*) FROM {table}")[0][0] for table in tables}


def test_old_history_goes_and_new_history_stays(recorded: Office) -> None:
    age(recorded, 400)
    before = counts(recorded)
    invoice = recorded.add_invoice()
    recorded.poll()
    ran = recorded.run("snapshot", "prune", "--older-than", "365d")
    assert (ran.code, ran.err) == (0, "")
    assert f"{before['events']} events, {before['actions']} actions" in ran.out
    assert {event["entity"] for event in recorded.events()} == {f"invoice:{invoice}"}
    after = counts(recorded)
    assert (after["entities"], after["ledger"]) == (before["entities"] + 1, before["ledger"] + 1)
    assert (after["revisions"], after["runs"]) == (1, 1)
    recorded.whole()
    assert recorded.query("PRAGMA freelist_count") == [(0,)]
    assert recorded.poll()["events"] == 0
    assert [event["name"] for event in recorded.run("explain", "invoice:6", "--json").json["events"]] == []


def test_younger_history_is_left_alone(recorded: Office) -> None:
    before = counts(recorded)
    assert (
        "forgotten: 0 revisions, 0 events, 0 actions, 0 runs"
        in recorded.run("snapshot", "prune", "--older-than", "1d").out
    )
    assert counts(recorded) == before


def test_open_actions_and_their_events_stay_however_old(recorded: Office) -> None:
    with closing(sqlite3.connect(recorded.database)) as connection:
        connection.execute("UPDATE actions SET state = 'failed' WHERE id = (SELECT max(id) FROM actions)")
        connection.commit()
    age(recorded, 400)
    recorded.run("snapshot", "prune", "--older-than", "365d")
    (action,) = recorded.actions()
    assert action["state"] == "failed"
    assert [event["id"] for event in recorded.events()] == [action["event"]]
    recorded.whole()


def test_a_set_of_tasks_is_finished_though_its_history_was_pruned(office: Office) -> None:
    office.write(
        rules='[[rules]]\nname = "make"\non = "invoice.created"\n[[rules.steps]]\nuse = '
        '"create_task"\ntitle = "do"\n'
        + 'responsible = "user:1"\n'
        + notify_rule("act", "invoice.tasks_completed")
    )
    office.poll()
    invoice = office.add_invoice()
    office.poll()
    office.poll()
    (task,) = office.query("SELECT entity_id FROM own_made WHERE kind = 'task'")[0]
    age(office, 400)
    office.run("snapshot", "prune", "--older-than", "365d")
    office.portal.complete_task(task)
    office.poll()
    assert [event["name"] for event in office.events("--entity", f"invoice:{invoice}")] == [
        "invoice.created",
        "invoice.tasks_completed",
    ]
    assert office.told(1)[-1] == "hello"


@pytest.mark.parametrize("typed", ["365", "soon", "-1d", ""])
def test_an_age_that_is_none_ends_with_2(recorded: Office, typed: str) -> None:
    before = counts(recorded)
    ran = recorded.run("snapshot", "prune", "--older-than", typed)
    no_traceback(ran)
    assert (ran.code, counts(recorded)) == (2, before)


def test_polls_go_on_while_history_is_pruned(recorded: Office) -> None:
    with closing(sqlite3.connect(recorded.database)) as connection:
        connection.executemany(
            "INSERT INTO revisions VALUES ('deal', 1, ?, 1, 1, 1, 'changed', '{}')",
            ((number,) for number in range(1000, 61_000)),
        )
        connection.commit()
    pruning = recorded.start("snapshot", "prune", "--older-than", "365d")
    for _ in range(3):
        assert recorded.poll()["exit_code"] == 0
    out, err = pruning.communicate(timeout=60)
    assert (pruning.returncode, err) == (0, "")
    assert out.startswith("forgotten: 60000 revisions")
