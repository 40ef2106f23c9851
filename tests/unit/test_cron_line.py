"""Which lines are read without the library of the command line: plain polls, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from b24sync.cli import cron_line, poll
from b24sync.cli.cron_line import plain_poll


@pytest.fixture
def polled(monkeypatch):
    seen = []
    monkeypatch.setattr(poll, "run", lambda session, wanted: seen.append((session, wanted)) or 69)
    return seen


@pytest.mark.parametrize(
    ("line", "config", "log_format", "max_time", "quiet", "as_json"),
    [
        ("poll", None, "text", None, False, False),
        ("poll --quiet", None, "text", None, True, False),
        ("--config /etc/b24sync poll --max-time 50s --json", "/etc/b24sync", "text", "50s", False, True),
        (
            "--config=a.toml --log-format=text poll --json --max-time=5m --quiet",
            "a.toml",
            "text",
            "5m",
            True,
            True,
        ),
    ],
)
def test_a_plain_poll_is_understood(polled, line, config, log_format, max_time, quiet, as_json) -> None:
    run = plain_poll(line.split(), {})
    assert run is not None
    assert run() == 69
    ((session, wanted),) = polled
    assert (str(session.config) if session.config else None, session.log_format) == (config, log_format)
    assert wanted == poll.Wanted(max_time=max_time, quiet=quiet, as_json=as_json)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "status",
        "poll --help",
        "--help poll",
        "--version",
        "-v poll",
        "--verbose poll",
        "--only one poll",
        "poll --dry-run",
        "poll --reconcile",
        "poll --quie",
        "poll poll",
        "poll x",
        "poll --max-time",
        "poll --max-time --json",
        "poll --max-time= 50s",
        "--config poll",
        "--config poll poll",
        "--config= x poll",
        "--config -x poll",
        "--conf a.toml poll",
        "--log-format xml poll",
        "--log-format poll",
        "a.toml poll",
        "run-rule poll 5",
        "--config a.toml docs poll",
    ],
)
def test_whatever_else_is_written_is_for_the_commands(line) -> None:
    assert plain_poll(line.split(), {}) is None


def test_a_shell_that_completes_is_for_the_commands() -> None:
    assert plain_poll(["poll"], {cron_line.COMPLETING: "complete_bash"}) is None


def test_the_lines_of_the_example_are_plain_polls() -> None:
    example = (Path(__file__).resolve().parents[2] / "cron.example").read_text("utf-8")
    polls = [line.partition(" b24sync ")[2] for line in example.splitlines() if line.startswith("*/2 ")]
    assert polls
    assert all(plain_poll(line.split(), {}) is not None for line in polls), polls
