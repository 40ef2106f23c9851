"""Whatever is wrong with what the program is given: one clear error, no traceback, the database untouched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.cli import Office, Ran, no_traceback, notify_rule
from tests.support.together import together

STEP = '[[rules.steps]]\nuse = "notify"\nto = ["user:1"]\ntext = "x"\n'
FAULTS = {
    "an unknown key": ("wibble = 1\n", "", "", "wibble"),
    "a misspelt key": ('langauge = "ru"\n', "", "", "возможно, language?"),
    "a wrong type": ("", "[poll]\nwatch = 5\n", "", "poll.watch"),
    "a wrong duration": ("", '[poll]\noverlap = "5 parsecs"\n', "", "poll.overlap"),
    "a wrong zone": ('timezone = "Europe/Moskow"\n', "", "", "Europe/Moscow"),
    "a misspelt event": (
        "",
        "",
        f'[[rules]]\nname = "a"\non = "invoice.creatd"\n{STEP}',
        "возможно, invoice.created?",
    ),
    "a misspelt step": (
        "",
        "",
        '[[rules]]\nname = "a"\non = "invoice.created"\n[[rules.steps]]\nuse = "notfy"\n',
        "возможно, notify?",
    ),
    "an unknown person": ("", "", notify_rule("a", "invoice.created", to="bosss"), "bosss"),
    "an unknown name in a text": (
        "",
        "",
        notify_rule("a", "invoice.created", text="{{ invoice.numbr }}"),
        "numbr",
    ),
    "a broken text": ("", "", notify_rule("a", "invoice.created", text="{{ invoice.number "), "text"),
    "a broken condition": (
        "",
        "",
        notify_rule("a", "invoice.created", more='when = "invoice.amount >="'),
        "when",
    ),
    "two rules of one name": ("", "", notify_rule("a", "invoice.created") * 2, "rules[1].name"),
    "a rule on what is not watched": (
        "",
        '[poll]\nwatch = ["deal"]\n',
        notify_rule("a", "invoice.created"),
        "watch",
    ),
    "no TOML at all": ("= = =\n", "", "", "1"),
}


def refused(ran: Ran, *words: str) -> None:
    """Assert a usage error in words."""
    assert ran.code == 2, ran
    assert ran.out == ""
    for word in words:
        assert word in ran.err, (word, ran.err)
    no_traceback(ran)


def put(office: Office, name: str) -> Path:
    """The configuration as it stands, in a folder of its own."""
    folder = office.folder / name
    folder.mkdir()
    return office.config.rename(folder / office.config.name)


def test_a_wrong_configuration_is_refused_before_anything_happens(office: Office) -> None:
    configs = []
    for what, (head, sections, rules, _) in FAULTS.items():
        office.write(head=head, sections=sections, rules=rules)
        configs.append(put(office, what))
    office.portal.requests.clear()
    ended = together(office, *(["poll"] for _ in FAULTS), configs=configs)
    for (what, (_, _, _, words)), ran in zip(FAULTS.items(), ended, strict=True):
        refused(ran, words, f"{what}/b24sync.toml")
    assert not [*office.folder.rglob("*.db*")]
    assert office.portal.requests.count == 0


def test_all_faults_come_at_once(office: Office) -> None:
    office.write(head="wibble = 1\nwobble = 2\n", rules=notify_rule("a", "invoice.creatd", to="nobody"))
    ran = office.run("poll")
    refused(ran, "wibble", "wobble", "invoice.creatd", "nobody")


def test_a_fault_in_a_configuration_that_worked_changes_nothing(polled: Office) -> None:
    before = {path.name: path.read_bytes() for path in polled.folder.glob("b24sync.db*")}
    polled.write(head="wibble = 1\n")
    for command in (["poll"], ["status"], ["retry", "--all"], ["watch"]):
        refused(polled.run(*command), "wibble")
    assert {path.name: path.read_bytes() for path in polled.folder.glob("b24sync.db*")} == before


def test_no_configuration_anywhere_is_said_with_what_to_do(office: Office, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "b24sync", "poll"]
    env = office.environ({"HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).resolve().parents[2])})
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
    refused(Ran((), done.returncode, done.stdout, done.stderr), "b24sync init", "b24sync.toml")


def test_a_missing_file_an_empty_folder_and_a_folder_of_no_toml(office: Office, tmp_path: Path) -> None:
    refused(office.run("poll", config=tmp_path / "none.toml"), "none.toml")
    empty = tmp_path / "empty"
    empty.mkdir()
    refused(office.run("poll", config=empty), "empty")
    (empty / "notes.txt").write_text("x")
    refused(office.run("status", config=empty), "toml")  # a poll says the same thing once an hour


def test_a_file_that_others_may_read_may_hold_no_secret(office: Office) -> None:
    for mode in (0o640, 0o604):
        office.config.chmod(mode)
        ran = office.run("status")
        refused(ran, "portal.webhook")
        assert "sandboxsecret" not in ran.said


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_said(office: Office) -> None:
    office.config.chmod(0o000)
    refused(office.run("poll"), "b24sync.toml")


def test_bytes_that_are_no_text_are_said(office: Office) -> None:
    office.config.write_bytes(b"\xff\xfe\x00 = 1")
    refused(office.run("poll"), "b24sync.toml")


# the webhook


def test_a_wrong_secret_is_77_and_never_shown(office: Office) -> None:
    office.write(webhook=office.server.webhook.replace("sandboxsecret0001", "wr0ngsecret"))
    ran = office.run("poll")
    assert ran.code == 77
    assert "portal.webhook" in ran.err
    assert "wr0ngsecret" not in ran.said
    no_traceback(ran)


WEBHOOKS = (
    "http://example.bitrix24.ru/rest/1/s3cretword/",
    "ftp://example.bitrix24.ru/rest/1/s3cretword/",
    "https://example.bitrix24.ru/",
    "https://example.bitrix24.ru/rest/1/",
    "s3cretword",
    "env:B24SYNC_NOT_SET",
    "file:/does/not/exist",
)


def test_an_address_that_cannot_be_used_is_refused_without_being_shown(office: Office) -> None:
    """Each in a process of its own: what is known to be secret in one is hidden there in any case."""
    for number, webhook in enumerate(WEBHOOKS):
        office.write(webhook=webhook)
        ran = office.run("poll", config=put(office, str(number)))
        refused(ran, "portal.webhook")
        assert "s3cretword" not in ran.said, webhook


# options and arguments


WRONG_CALLS = (
    ["pol"],
    ["poll", "--dryrun"],
    ["poll", "--max-time", "soon"],
    ["poll", "--since", "yesterdayish"],
    ["poll", "extra"],
    ["watch", "--interval", "0s"],
    ["watch", "--interval", "x"],
    ["events", "--entity", "invoice"],
    ["events", "--since", "x"],
    ["events", "--limit", "0"],
    ["actions", "--state", "finished"],
    ["retry", "7"],
    ["--log-format", "xml", "poll"],
    ["run-rule", "no-such-rule", "invoice:1"],
    ["run-rule", "head-knows", "invoice:99999", "--yes"],
)


def test_a_wrong_call_is_a_usage_error_in_words(polled: Office) -> None:
    ended = together(polled, *WRONG_CALLS)
    for ran in ended:
        refused(ran)
        assert ran.err.strip(), ran
        assert len(ran.err.splitlines()) <= 6, ran
    for args, shared in (*zip(WRONG_CALLS, ended, strict=True),)[::7]:
        assert replace(polled.run(*args), args=shared.args) == shared  # the same in a process of its own


def test_a_command_that_needs_yes_asks_only_at_a_terminal(polled: Office) -> None:
    ran = polled.run("run-rule", "head-knows", f"invoice:{polled.company.invoices[0]}")
    assert ran.code == 2
    assert "--yes" in ran.err
    assert polled.portal.notifications_all == []
    done = polled.run("run-rule", "head-knows", f"invoice:{polled.company.invoices[0]}", "--yes")
    assert done.code == 0, done
    assert len(polled.portal.notifications_all) == 1


# terminals, pipes, keys


def test_no_color_is_respected_and_a_pipe_gets_none(polled: Office) -> None:
    polled.add_invoice()
    polled.poll()
    commands = ("events", "actions", "status", "poll")
    for ran in together(polled, *([command] for command in commands)):
        assert "\x1b[" not in ran.said, ran.args
    for command in commands:
        assert "\x1b[3" not in polled.on_terminal(command, env={"NO_COLOR": "1"}).said


def test_a_reader_that_goes_away_is_no_error(polled: Office) -> None:
    for _ in range(200):
        polled.add_invoice(title="long " * 20)
    polled.poll("--max-time", "0s")
    for command in ("events", "actions"):
        shell = f"{' '.join(polled.command(command, '--json', '--limit', '100000'))} | head -n 1"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", shell],
            capture_output=True,
            text=True,
            env=polled.environ(),
            check=False,
        )
        assert len(done.stdout.splitlines()) == 1
        assert done.stderr == "", done.stderr


def test_a_closed_stdout_is_no_traceback_and_a_full_device_behind_it_is_said(polled: Office) -> None:
    polled.add_invoice()
    polled.poll()
    closed, full = (
        subprocess.run(
            ["bash", "-c", f"{' '.join(polled.command('events', '--json'))} {where}"],
            capture_output=True,
            text=True,
            env=polled.environ(),
            check=False,
        )
        for where in (">&-", ">/dev/full")
    )
    assert "Traceback" not in closed.stderr
    assert "Traceback" not in full.stderr
    assert full.returncode != 0
    assert full.stderr.strip()


def test_ctrl_c_in_the_middle_is_130_and_loses_nothing(polled: Office) -> None:
    invoices = [polled.add_invoice() for _ in range(3)]
    polled.set(latency_s=0.4)
    lock = polled.folder / "b24sync.db.lock"
    for wait in (0.0, 0.3, 0.6, 1.0):
        process = polled.start(
            "poll", env={"PYTHONWARNINGS": "ignore"}
        )  # an import cut short leaves its file to the collector
        end = time.monotonic() + 20
        while lock.read_text().strip() != str(process.pid) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(wait)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        # -SIGINT, which a shell shows as 130 too: it came while the interpreter, its work done, was
        # going down
        assert process.returncode in {0, 130, -signal.SIGINT}, (process.returncode, err)
        assert "Traceback" not in err
        assert out == ""
        polled.whole()
    polled.set(latency_s=0.0)
    polled.run("retry", "--all")
    polled.poll()
    polled.poll()
    assert sorted(row[2] for row in polled.story()) == invoices
    assert len(polled.portal.notifications) == 3


LOST = """
import signal, time
from b24sync import cli
signal.signal(signal.SIGINT, signal.default_int_handler)
class TakenApart:
    def __del__(self):
        raise KeyboardInterrupt
def work():
    TakenApart()
    time.sleep(20)
    return 0
cli._called = work
cli.main()
"""


def test_ctrl_c_while_something_is_taken_apart_is_not_lost() -> None:
    """What is raised there goes no further: one Ctrl-C of forty was lost in a demonstration."""
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (130, False), done.stderr
    assert time.monotonic() - begun < 15


def test_a_verbose_call_may_show_a_traceback_and_a_plain_one_never(office: Office) -> None:
    office.database.mkdir()
    assert "Traceback" not in office.run("status").err
    command = [sys.executable, "-m", "b24sync", "--config", str(office.config), "--verbose", "poll"]
    shown = subprocess.run(command, capture_output=True, text=True, env=office.environ(), check=False)
    assert "Traceback" in shown.stderr
    assert "sandboxsecret" not in shown.stderr
