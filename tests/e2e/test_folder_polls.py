"""A folder of configurations under cron: whose trouble it is, and once an hour."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import Office


@pytest.fixture
def folder(office: Office) -> Path:
    """Two configurations of one portal, each with its own database."""
    text = office.config.read_text(encoding="utf-8")
    found = office.folder / "portals"
    found.mkdir()
    for name in ("shop", "wholesale"):
        (found / f"{name}.toml").write_text(text, encoding="utf-8")
        (found / f"{name}.toml").chmod(0o600)
    return found


def broken(folder: Path, name: str) -> None:
    file = folder / f"{name}.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[mial]\n", encoding="utf-8")


def test_each_line_and_all_json_of_a_folder_poll_name_their_configuration(office: Office, folder: Path):
    ran = office.run("poll", "--json", config=folder)
    assert [row["configuration"] for row in ran.rows] == ["shop.toml", "wholesale.toml"]
    (folder / "wholesale.db").write_bytes(b"no database at all" * 100)
    ran = office.run("poll", config=folder)
    assert ran.code == 2
    lines = ran.err.splitlines()
    assert lines
    assert all("shop.toml" in line or "wholesale.toml" in line for line in lines), lines


def test_a_lasting_fault_of_a_configuration_is_said_once_and_again_when_it_changes(
    office: Office, folder: Path
):
    broken(folder, "shop")
    first, second = (office.run("poll", config=folder) for _ in range(2))
    assert (first.code, second.code) == (2, 2)
    assert "mial" in first.err
    assert second.err == ""
    broken(folder, "wholesale")
    third = office.run("poll", config=folder)
    assert "wholesale.toml" in third.err
    assert "shop.toml" not in third.err


def test_a_fault_that_was_mended_and_comes_back_is_said_at_once(office: Office):
    good = office.config.read_text(encoding="utf-8")
    for _ in range(2):
        office.config.write_text(good + "\n[mial]\n", encoding="utf-8")
        assert "mial" in office.run("poll").err
        office.config.write_text(good, encoding="utf-8")
        assert office.run("poll").code == 0


def test_refused_credentials_are_said_once_an_hour_and_errors_are_json_lines_where_the_log_is(office: Office):
    assert office.run("status").code == 2  # no database is no failed action
    assert office.run("actions").code == 2
    office.write(webhook=office.server.webhook.rstrip("/")[:-3] + "xyz/")
    first, second = (office.run("poll") for _ in range(2))
    assert (first.code, second.code) == (77, 77)
    assert first.err
    assert second.err == ""
    office.config.write_text("[mial]\n", encoding="utf-8")
    ran = office.run("--log-format", "json", "status")
    entries = [json.loads(line) for line in ran.err.splitlines()]
    assert ran.code == 2
    assert entries
    assert {entry["level"] for entry in entries} == {"error"}
    assert any("mial" in entry["message"] for entry in entries)
