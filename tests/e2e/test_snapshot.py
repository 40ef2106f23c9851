"""``snapshot export``, ``import`` and ``prune``: the recorded history moved and trimmed."""

from __future__ import annotations

import gzip
import json
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.cli import (
    PAID,
    SENT,
    TELL_HEAD,
    TELL_LEAD,
    Office,
    Ran,
    no_traceback,
    notify_rule,
    open_office,
)
from tests.support.together import together

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


def record(office: Office) -> Office:
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


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, bytes]]:
    """The recorded company of all tests that do not poll it, and its database."""
    for office in open_office(tmp_path_factory.mktemp("recorded")):
        record(office)
        with closing(sqlite3.connect(office.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield office, office.database.read_bytes()


@pytest.fixture
def recorded(history: tuple[Office, bytes]) -> Office:
    """A recorded company whose database is as it was after its last poll."""
    office, database = history
    for path in office.folder.glob("b24sync.db*"):
        path.unlink()
    office.database.write_bytes(database)
    office.database.chmod(0o600)
    office.write()
    return office


@pytest.fixture
def lively(office: Office) -> Office:
    """A recorded company that a test may poll on."""
    return record(office)


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


def test_a_history_comes_back_as_it_was_and_is_replayed_from_its_file(
    recorded: Office, elsewhere: Callable[..., Ran], tmp_path: Path
) -> None:
    """From a file of either kind; it goes into a new database only."""
    words = ("events", "actions", "commission", "explain invoice:6", "replay")
    commands = [(*line.split(), "--json") for line in words]
    shown = [ran.out for ran in together(recorded, *commands)]
    assert all(shown)
    before = recorded.database.read_bytes()
    sequence = recorded.query("SELECT seq FROM sqlite_sequence WHERE name = 'events'")[0][0]
    database, imported = tmp_path / "laptop" / "b24sync.db", list[list[str]]()
    for name in ("history.jsonl", "history.jsonl.gz"):
        path = tmp_path / name
        head, *rows, end = exported(recorded, path)
        assert (head["b24sync"], head["format"], head["anonymized"]) == ("history", 1, False)
        assert end == {"end": len(rows)}, name
        replayed = elsewhere("replay", "--json", "--from", str(path))
        assert (replayed.code, replayed.err, replayed.out) == (0, "", shown[-1]), name
        assert not database.exists()
        taken = elsewhere("snapshot", "import", str(path))
        assert (taken.code, taken.err) == (0, "")
        assert stat.S_IMODE(database.stat().st_mode) == 0o600
        with closing(sqlite3.connect(database)) as connection:
            dumped = [line for line in connection.iterdump() if '"_sqlite_migrations"' not in line]
            imported.append(dumped)  # all but when its tables were made
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            sequences = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))
        assert sequences["events"] == sequence, name
        refused = recorded.run("snapshot", "import", str(path))
        assert (refused.code, recorded.database.read_bytes()) == (2, before), name
        assert "there is a database already" in refused.err
        if len(imported) == 1:
            there = [tmp_path / "laptop" / "b24sync.toml"]
            *again, status = together(recorded, *commands, ("status", "--json"), configs=there)
            assert [ran.out for ran in again] == shown, name
            assert status.json["verdict"] == "ok"
        for file in database.parent.glob("b24sync.db*"):
            file.unlink()
    assert imported[0] == imported[1]


def test_a_moved_history_is_polled_on_and_misses_nothing_and_what_was_still_to_be_done_is_held(
    lively: Office, elsewhere: Callable[..., Ran], tmp_path: Path
) -> None:
    exported(lively, tmp_path / "moved.gz")
    before = lively.story()
    lively.move(lively.add_invoice(), SENT)
    lively.database.rename(tmp_path / "old.db")
    assert lively.run("snapshot", "import", str(tmp_path / "moved.gz")).code == 0
    assert lively.poll()["events"] == 2
    assert len(lively.story()) == len(before) + 2
    assert lively.poll()["events"] == 0
    lively.add_invoice()
    lively.poll("--max-time", "0s")
    pending = lively.states()["pending"]
    exported(lively, tmp_path / "h.gz")
    taken = elsewhere("snapshot", "import", str(tmp_path / "h.gz"))
    assert f"{pending} actions that were still to be done are held" in taken.out
    assert {row["result"]["reason"] for row in elsewhere("actions", "--state", "held", "--json").rows} == {
        "imported"
    }
    assert elsewhere("actions", "--state", "pending", "--json").rows == []


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
    cases = damaged(exported(recorded, tmp_path / "h.jsonl"))
    laptop = tmp_path / "laptop"
    for name, (content, _) in cases.items():
        (tmp_path / f"{name}.jsonl").write_bytes(
            content
            if isinstance(content, bytes)
            else "".join(f"{json.dumps(line)}\n" for line in content).encode()
        )
    (tmp_path / "half.gz").write_bytes(gzip.compress((tmp_path / "h.jsonl").read_bytes())[:-2000])
    words = {f"{name}.jsonl": words for name, (_, words) in cases.items()}
    words |= {"half.gz": "cut off or damaged", "absent": ""}
    imports = [("snapshot", "import", str(tmp_path / file)) for file in words]
    ended = together(recorded, *imports, configs=[laptop / "b24sync.toml"])
    for (file, word), ran in zip(words.items(), ended, strict=True):
        no_traceback(ran)
        assert (file, ran.code) == (file, 2)
        assert word in ran.err, (file, ran.err)
    assert [file.name for file in laptop.iterdir()] == ["b24sync.toml"]
    assert words["cut.jsonl"] in elsewhere(*imports[0]).err


def test_an_export_does_not_go_over_the_database_or_into_nowhere(recorded: Office, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(recorded.config)
    configured = recorded.config.read_bytes()
    targets = (recorded.database, tmp_path, tmp_path / "no" / "where.gz", tmp_path / "link")
    for ran in together(recorded, *(("snapshot", "export", str(target)) for target in targets)):
        no_traceback(ran)
        assert ran.code == 2, ran
    recorded.whole()
    assert recorded.config.read_bytes() == configured


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


def test_an_anonymized_history_names_nobody_and_replays_to_the_same_actions(
    recorded: Office, elsewhere: Callable[..., Ran], tmp_path: Path
) -> None:
    """Ids, amounts, dates and stages stay, and equal texts stay equal."""
    was = exported(recorded, tmp_path / "plain.gz")
    now = exported(recorded, tmp_path / "hidden.gz", "--anonymize")
    _names_nobody(recorded, was, now)
    _all_but_names_stays(was, now)
    before = recorded.run("replay", "--json").out
    taken = elsewhere("snapshot", "import", str(tmp_path / "hidden.gz"))
    assert "anonymized" in taken.out
    assert elsewhere("replay", "--json").out == before != ""
    other = recorded.run("snapshot", "export", str(tmp_path / "h2.gz"), "--anonymize")
    assert other.code == 0
    assert (tmp_path / "hidden.gz").read_bytes() != (tmp_path / "h2.gz").read_bytes()  # another key


def _names_nobody(recorded: Office, was: list, now: list) -> None:
    plain, text = json.dumps(was, ensure_ascii=False), json.dumps(now, ensure_ascii=False)
    assert [word for word in ("Ивановой", "Секретова", "Тайной", "916 123") if word in plain] == [
        "Ивановой",
        "Секретова",
        "Тайной",
        "916 123",
    ]
    assert [word for word in PERSONAL if word in text] == []
    assert recorded.server.webhook.split("/")[2] not in text
    cyrillic = [row for row in now if any("а" <= sign <= "я" for sign in json.dumps(row, ensure_ascii=False))]
    assert {row[0] for row in cyrillic} <= {"cache"}  # names of stages


def _all_but_names_stays(plain: list, hidden: list) -> None:
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


def test_old_history_goes_and_new_history_stays(lively: Office) -> None:
    age(lively, 400)
    before = counts(lively)
    invoice = lively.add_invoice()
    lively.poll()
    ran = lively.run("snapshot", "prune", "--older-than", "365d")
    assert (ran.code, ran.err) == (0, "")
    assert f"{before['events']} events, {before['actions']} actions" in ran.out
    assert {(row[1], row[2]) for row in lively.story()} == {("invoice", invoice)}
    after = counts(lively)
    assert (after["entities"], after["ledger"]) == (before["entities"] + 1, before["ledger"] + 1)
    assert (after["revisions"], after["runs"]) == (1, 1)
    lively.whole()
    assert lively.query("PRAGMA freelist_count") == [(0,)]
    assert lively.poll()["events"] == 0
    assert [event["name"] for event in lively.run("explain", "invoice:6", "--json").json["events"]] == []


def test_younger_history_is_left_alone_and_an_age_that_is_none_ends_with_2(recorded: Office) -> None:
    before = counts(recorded)
    ages = ("365", "soon", "-1d", "")
    young, *wrong = together(recorded, *(("snapshot", "prune", "--older-than", age) for age in ("1d", *ages)))
    assert "forgotten: 0 revisions, 0 events, 0 actions, 0 runs" in young.out
    for ran in wrong:
        no_traceback(ran)
        assert ran.code == 2, ran
    assert counts(recorded) == before


def test_open_actions_and_their_events_stay_however_old(recorded: Office) -> None:
    with closing(sqlite3.connect(recorded.database)) as connection:
        connection.execute("UPDATE actions SET state = 'failed' WHERE id = (SELECT max(id) FROM actions)")
        connection.commit()
    age(recorded, 400)
    recorded.run("snapshot", "prune", "--older-than", "365d")
    [(state, event)] = recorded.query("SELECT state, event_id FROM actions")
    assert state == "failed"
    assert recorded.query("SELECT id FROM events") == [(event,)]
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
    assert [row[0] for row in office.story() if row[1:3] == ("invoice", invoice)] == [
        "invoice.created",
        "invoice.tasks_completed",
    ]
    assert office.told(1)[-1] == "hello"


def test_polls_go_on_while_history_is_pruned(polled: Office) -> None:
    with closing(sqlite3.connect(polled.database)) as connection:
        connection.executemany(
            "INSERT INTO revisions VALUES ('deal', 1, ?, 1, 1, 1, 'changed', '{}')",
            ((number,) for number in range(1000, 61_000)),
        )
        connection.commit()
    pruning = polled.start("snapshot", "prune", "--older-than", "365d")
    for _ in range(3):
        assert polled.poll()["exit_code"] == 0
    out, err = pruning.communicate(timeout=60)
    assert (pruning.returncode, err) == (0, "")
    assert out.startswith("forgotten: 60000 revisions")
