"""The README keeps to the code.

Its commands and options exist, its configurations load, and the checks are the ones that run.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer

from b24sync.cli.commands import app
from b24sync.config.load import load

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOP = {"pyproject.toml", "README.md", "b24sync", "tests", "sample.toml", "cron.example"}


def blocks(language: str, text: str = README) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def code(text: str) -> list[str]:
    """The lines of fenced blocks, and the code spans."""
    fenced = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    return [line for block in fenced for line in block.splitlines()] + spans


def scheduled(text: str) -> list[str]:
    """What a crontab and the systemd units in its comments run."""
    return re.findall(r"(?:^(?:# )?(?:[\d*/]+ +){5}|ExecStart=)(\S*b24sync .*)$", text, re.MULTILINE)


def calls(lines: list[str]) -> list[list[str]]:
    """Every call of ``b24sync``, as words without comments."""
    found = [re.search(r"(?:^|[\s/])(b24sync (?:-|[a-z]).*)$", line.split(" #")[0].strip()) for line in lines]
    parts = [part.strip() for match in found if match for part in re.split(r"&&|;|\||>", match[1])]
    return [shlex.split(part) for part in parts if part.startswith("b24sync ")]


def command_of(words: list[str]) -> str:
    """The name of the command that the words call; every option that they give must be one of it."""
    here, options, rest = typer.main.get_command(app), set(), list(words[1:])
    if rest[0] == "--config":
        del rest[:2]
    name = rest[0]
    for word in rest:
        if word.startswith("-"):
            assert word.partition("=")[0] in options, (
                f"{' '.join(words)}: no option {word} (known: {', '.join(sorted(options))})"
            )
        elif hasattr(here, "commands"):
            assert word in here.commands, (
                f"{' '.join(words)}: no command {word} (known: {', '.join(here.commands)})"
            )
            here = here.commands[word]
            options |= {spelling for option in here.params for spelling in option.opts}
    return name


IN_README = calls(code(README))
IN_CRON = calls(scheduled((ROOT / "cron.example").read_text(encoding="utf-8")))
CALLS = {" ".join(words): words for words in (*IN_README, *IN_CRON)}


@pytest.mark.parametrize("call", CALLS)
def test_every_command_and_option_that_is_named_exists(call):
    command_of(CALLS[call])


def test_the_crontab_polls_shows_the_state_trims_and_measures():
    assert {command_of(words) for words in IN_CRON} == {"poll", "status", "snapshot", "metrics", "watch"}


def test_every_command_is_in_the_readme():
    assert set(typer.main.get_command(app).commands) == {command_of(words) for words in IN_README}


@pytest.mark.parametrize("number", range(len(blocks("toml"))))
def test_every_configuration_in_the_readme_loads(number, tmp_path):
    secret = tmp_path / "webhook"
    secret.write_text("https://portal.example/rest/1/secret/")
    secret.chmod(0o600)
    path = tmp_path / "b24sync.toml"
    path.write_text(blocks("toml")[number], encoding="utf-8")
    assert load(path, environ={}).settings.rules


def test_the_first_two_blocks_are_one_command_each_and_the_second_is_what_ci_runs():
    first, second = (block.strip() for block in blocks("bash")[:2])
    assert "\n" not in first
    assert "\n" not in second
    assert first.endswith("b24sync demo")
    assert second.endswith("-m tests.check")
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == second


def test_only_the_agreed_names_are_at_the_top():
    if not (ROOT / ".git").exists():
        pytest.skip("no git work tree: what belongs to the project cannot be told from what lies beside it")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    tops = {name.partition("/")[0] for name in listed.split("\0") if name}
    assert {name for name in tops if not name.startswith(".")} == TOP


def test_changes_come_last_and_links_inside_lead_somewhere():
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert headings[-1] == "Changes"
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= anchors
