"""Operator commands on actions in every state, status, and cron's own view of the command."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from b24sync.sandbox import Fault
from tests.support.cli import Office, no_traceback, notify_rule
from tests.support.together import together

STATES = ("pending", "running", "done", "failed", "uncertain", "held", "skipped", "cancelled")
BY_ID = {
    "retry": ({"failed", "pending", "uncertain"}, "pending"),
    "cancel": ({"failed", "held", "uncertain", "pending"}, "cancelled"),
    "release": ({"held"}, "pending"),
}
BY_ALL = {"retry": {"failed", "pending"}, "cancel": {"failed", "held", "uncertain"}, "release": {"held"}}


def with_every_state(office: Office) -> dict[str, int]:
    """State → the id of an action in it, put there behind the program's back."""
    for _ in STATES:
        office.add_invoice()
    office.poll()
    ids = [row[0] for row in office.query("SELECT id FROM actions ORDER BY id")]
    _put(office, dict(zip(STATES, ids, strict=True)))
    return dict(zip(STATES, ids, strict=True))


def _put(office: Office, states: dict[str, int]) -> None:
    with closing(sqlite3.connect(office.database)) as connection:
        for state, number in states.items():
            due = 1 if state == "pending" else None
            connection.execute(
                "UPDATE actions SET state = ?, attempts = 5, next_attempt_at = ? WHERE id = ?",
                (state, due, number),
            )
        connection.commit()


def state_of(office: Office, number: int) -> str:
    return str(office.query("SELECT state FROM actions WHERE id = ?", number)[0][0])


def test_a_command_takes_the_states_that_it_is_for_and_no_other(polled: Office) -> None:
    ids = with_every_state(polled)
    for command, (takes, becomes) in BY_ID.items():
        _put(polled, ids)
        ended = together(polled, *((command, str(number)) for number in ids.values()))
        for (state, number), ran in zip(ids.items(), ended, strict=True):
            no_traceback(ran)
            if state in takes:
                assert (ran.code, state_of(polled, number)) == (0, becomes), (command, state, ran)
            else:
                assert (ran.code, state_of(polled, number)) == (2, state), (command, state, ran)
                assert state in ran.err, (command, ran)
                assert str(number) in ran.err, (command, ran)


def test_all_means_every_action_that_the_command_is_for(polled: Office) -> None:
    ids = with_every_state(polled)
    for command, taken in BY_ALL.items():
        _put(polled, ids)
        ran = polled.run(command, "--all")
        assert ran.code == 0, ran
        for state, number in ids.items():
            expected = BY_ID[command][1] if state in taken else state
            assert state_of(polled, number) == expected, (command, state)


def test_retry_makes_actions_due_with_attempts_anew_and_changes_nothing_if_one_id_is_wrong(
    polled: Office,
) -> None:
    ids = with_every_state(polled)
    for wrong in ("99999", str(ids["done"])):
        ran = polled.run("retry", str(ids["failed"]), wrong)
        assert ran.code == 2
        assert wrong in ran.err
        assert state_of(polled, ids["failed"]) == "failed"
    assert polled.run("retry", str(ids["failed"])).code == 0
    polled.poll()
    found = polled.query("SELECT state, attempts, error FROM actions WHERE id = ?", ids["failed"])
    assert found == [("done", 1, None)]


def test_ids_and_all_are_one_or_the_other(polled: Office) -> None:
    for ran in together(polled, *(("retry", *args) for args in ((), ("1", "--all"), ("seven",), ("-1",)))):
        assert ran.code == 2, ran
        assert ran.err.strip(), ran
        no_traceback(ran)


def test_a_later_step_waits_for_an_earlier_one_until_it_is_settled(office: Office) -> None:
    second = '[[rules.steps]]\nuse = "notify"\nto = ["user:7"]\ntext = "second"\n'
    office.write(rules=notify_rule("two", "invoice.created", to="user:2", text="first") + second)
    office.poll()
    office.portal.faults.add(Fault("error", method="im.notify*", where="command", code="ACCESS_DENIED"))
    office.add_invoice()
    office.poll(expect=1)
    states = "SELECT state FROM actions ORDER BY id"
    assert office.query(states) == [("failed",), ("pending",)]
    office.poll()
    assert office.told(7) == []
    office.run("cancel", str(office.query("SELECT min(id) FROM actions")[0][0]))
    office.poll()
    assert office.query(states) == [("cancelled",), ("done",)]
    assert office.told(7) == ["second"]


# status


def test_status_is_1_while_anything_failed_held_or_uncertain_is_open(polled: Office) -> None:
    ids = with_every_state(polled)
    with closing(sqlite3.connect(polled.database)) as connection:
        connection.execute("UPDATE actions SET state = 'done'")
        connection.commit()
    assert polled.run("status").code == 0
    for state in STATES:
        _put(polled, {state: ids["done"]})
        ran = polled.run("status", "--json")
        assert ran.code == (1 if state in {"failed", "held", "uncertain"} else 0), state
        assert ran.json["actions"][state] >= 1


def test_status_before_the_first_poll_says_that_there_is_nothing(office: Office) -> None:
    ran = office.run("status")
    assert ran.code != 0
    assert "poll" in ran.err
    no_traceback(ran)
    assert not office.database.exists()


def test_readers_need_no_webhook_and_no_portal(polled: Office) -> None:
    polled.add_invoice()
    polled.poll()
    polled.portal.down = True
    polled.config.write_text(polled.config.read_text().replace(polled.server.webhook, "env:NOWHERE"))
    for command in (["status"], ["events"], ["actions"], ["retry", "--all"]):
        ran = polled.run(*command)
        assert ran.code == 0, ran
    assert polled.run("poll").code == 2


def test_status_shows_cursors_lag_and_the_last_runs(polled: Office) -> None:
    shown = polled.run("status", "--json").json
    assert {cursor["kind"] for cursor in shown["cursors"]} == {"invoice", "deal", "task"}
    assert all(cursor["lag_s"] < 60 for cursor in shown["cursors"])
    assert shown["runs"][0]["exit_code"] == 0
    assert shown["verdict"] == "ok"


# what the program says of itself


@pytest.mark.parametrize("args", [["--help"], ["poll", "--help"], ["--version"]])
def test_help_and_version_need_no_configuration(tmp_path: Path, args: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "b24sync", *args], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ran.returncode == 0
    assert ran.stdout.strip()


def test_the_installed_command_is_the_same_program(office: Office) -> None:
    command = shutil.which("b24sync", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("the package is not installed beside this Python")
    ran = subprocess.run(
        [command, "--config", str(office.config), "poll", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0
    assert '"baseline": true' in ran.stdout
    office.portal.down = False
    wrong = subprocess.run(
        [command, "--config", str(office.folder / "none.toml"), "poll"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 2


def test_logs_as_json_are_one_object_a_line(polled: Office) -> None:
    import json

    ran = polled.run("poll", config=polled.config)
    assert ran.code == 0
    command = [
        sys.executable,
        "-m",
        "b24sync",
        "--config",
        str(polled.config),
        "--log-format",
        "json",
        "--verbose",
        "poll",
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=False, env=polled.environ())
    assert shown.returncode == 0
    assert shown.stderr.splitlines()
    for line in shown.stderr.splitlines():
        assert {"at", "level", "logger", "message"} <= set(json.loads(line))


# cron


def test_cron_runs_the_line_of_the_example(polled: Office) -> None:
    cron = shutil.which("cron") or shutil.which("crond")
    if cron is None or not Path("/etc/cron.d").is_dir():
        pytest.skip("cron is not installed")
    if not _may_use_cron():
        pytest.skip("cron cannot be run here")
    example = (Path(__file__).resolve().parents[2] / "cron.example").read_text(encoding="utf-8")
    [line] = [one for one in example.splitlines() if "b24sync poll" in one and not one.startswith("#")][:1]
    command = line.split(" ", 5)[5].strip()
    assert command.startswith("b24sync poll")
    polled.add_invoice()
    table = Path("/etc/cron.d/b24sync-test")
    place = Path(sys.executable).parent
    table.write_text(
        f'PATH={place}:/usr/bin:/bin\nB24SYNC_CONFIG={polled.config}\nMAILTO=""\n* * * * * root {command}\n'
    )
    table.chmod(0o644)
    daemon = subprocess.Popen([cron, "-f"])
    try:
        end = time.monotonic() + 75
        while not polled.portal.notifications_all and time.monotonic() < end:
            time.sleep(0.5)
        assert len(polled.told("sales_head")) == 1
    finally:
        table.unlink()
        daemon.terminate()
        daemon.wait(10)


def _may_use_cron() -> bool:
    import os

    return os.geteuid() == 0 and bool(os.environ.get("B24SYNC_CRON"))
