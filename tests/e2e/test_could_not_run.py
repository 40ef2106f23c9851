"""What could not run is no failed action: exit 2, never 1; and every line says whose trouble it is."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from b24sync.cli.failure import explain
from tests.support.cli import Office

COMMANDS = (
    ("poll",),
    ("status",),
    ("events",),
    ("actions",),
    ("explain", "invoice:1"),
    ("commission",),
    ("report", "--output", "-"),
    ("retry", "1"),
    ("run-rule", "head-knows", "invoice:1", "--yes"),
    ("snapshot", "export", "out.jsonl"),
    ("replay",),
)


def damaged(file: Path) -> None:
    file.write_bytes(b"no database at all" * 400)


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 900")


def absent(file: Path) -> None:
    for one in file.parent.glob(f"{file.name}*"):
        one.unlink()


@pytest.mark.parametrize("spoil", [damaged, newer, absent])
def test_a_database_that_cannot_be_used_ends_with_2(polled: Office, spoil):
    spoil(polled.database)
    for command in COMMANDS:
        if spoil is absent and command[0] in {"poll", "run-rule"}:
            continue  # they make one
        ran = polled.run(*command, cwd=polled.folder)
        assert ran.code == 2, (command, ran)
        assert str(polled.database) in ran.err, (command, ran)
        assert "Traceback" not in ran.err


def test_what_the_system_refuses_ends_with_2(polled: Office):
    for command in (
        ("report", "--output", "absent/report.html"),
        ("snapshot", "export", "absent/out.jsonl"),
        ("units", "--cron", "--output", "b24sync.toml"),
    ):
        ran = polled.run(*command, cwd=polled.folder)
        assert ran.code == 2, (command, ran)
        assert "Traceback" not in ran.err
        assert ran.err.strip()


def test_a_fault_of_the_program_or_the_system_is_not_exit_1(capsys: pytest.CaptureFixture[str]):
    assert explain(ValueError("surprise"), verbose=False) == 2
    assert explain(OSError(28, "No space left on device", "/var/x"), verbose=False) == 2
    assert "surprise" in capsys.readouterr().err


@pytest.fixture
def folder(office: Office) -> Path:
    """Two configurations; the second portal does not know the webhook."""
    text = office.config.read_text(encoding="utf-8")
    found = office.folder / "portals"
    found.mkdir()
    for name, config in (("shop", text), ("wholesale", text.replace("sandboxsecret0001", "othersecret0001"))):
        (found / f"{name}.toml").write_text(config, encoding="utf-8")
        (found / f"{name}.toml").chmod(0o600)
    return found


def test_every_json_line_of_a_folder_names_its_configuration(office: Office, folder: Path):
    ran = office.run("--verbose", "--log-format", "json", "poll", config=folder)
    assert ran.code == 77
    entries = [json.loads(line) for line in ran.err.splitlines()]
    assert {entry["level"] for entry in entries} >= {"debug", "warning"}
    assert {entry.get("configuration") for entry in entries} == {"shop.toml", "wholesale.toml"}


def test_every_line_of_a_verbose_folder_poll_names_its_configuration(office: Office, folder: Path):
    ran = office.run("--verbose", "poll", config=folder)
    assert [line for line in ran.err.splitlines() if ".toml" not in line] == []


def test_a_wrong_call_is_a_json_line_too(office: Office):
    ran = office.run("--log-format", "json", "poll", "--no-such")
    (entry,) = [json.loads(line) for line in ran.err.splitlines()]
    assert (ran.code, entry["level"]) == (2, "error")
    assert "--no-such" in entry["message"]
