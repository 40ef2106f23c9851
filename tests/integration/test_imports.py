"""What a command loads: heavy packages only where they are used (contract.md §8)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from b24sync.sandbox import Sandbox, SandboxServer, seed_company

HEAVY = {"requests", "rich", "tenacity", "holidays", "sqlite_utils", "jinja2", "smtplib"}
LOADED = "import json, sys; print(json.dumps(sorted(name for name in sys.modules if '.' not in name)))"

CONFIG = """
language = "en"
timezone = "Europe/Moscow"
[portal]
webhook = "{webhook}"
rate = "box"
[mail]
transport = "file"
from = "Billing <billing@example.ru>"
[reminders]
[commission]
[[commission.rates]]
for = "invoice.responsible"
percent = "5"
[[rules]]
name = "head-knows"
on = "invoice.created"
when = "invoice.amount >= 100"
[[rules.steps]]
use = "notify"
to = ["department_head"]
text = "{{{{ invoice.number }}}} {{{{ invoice.amount | money }}}}"
[[rules]]
name = "mail-invoice"
on = "invoice.sent"
[[rules.steps]]
use = "send_invoice"
[[rules]]
name = "due"
on = ["invoice.created", "invoice.updated"]
[[rules.steps]]
use = "shift_due_date"
"""


def loaded(code: str, *, folder=None) -> set[str]:
    """Top-level modules of a process after some code.

    Coverage, which loads modules of its own, is kept out.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=env,
        cwd=folder,
        timeout=60,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_command_line_loads_no_heavy_package():
    assert not loaded(f"import b24sync.cli; {LOADED}") & HEAVY


def test_the_whole_composition_loads_no_heavy_package_but_the_client_when_it_is_used():
    assert not loaded(f"import b24sync.app, b24sync.config.load; {LOADED}") & (HEAVY - {"requests"})


@pytest.fixture(scope="module")
def polled(tmp_path_factory):
    """A folder whose configuration has been polled once."""
    folder = tmp_path_factory.mktemp("polled")
    portal = Sandbox()
    seed_company(portal)
    with SandboxServer(portal) as server:
        path = folder / "b24sync.toml"
        path.write_text(CONFIG.format(webhook=server.webhook), encoding="utf-8")
        path.chmod(0o600)
        subprocess.run([sys.executable, "-m", "b24sync", "poll"], cwd=folder, check=True, timeout=60)
        yield folder


def loaded_by(folder, *lines: list[str]) -> set[str]:
    """All modules of a process after some lines of the command, one behind the other."""
    return loaded(
        f"""
import json, sys
from b24sync.cli import main
out = sys.stdout
for line in {lines}:
    sys.argv, sys.stdout = ["b24sync", *line], sys.stderr
    try:
        main()
    except SystemExit as end:
        assert not end.code, (line, end.code)
print(json.dumps(sorted(sys.modules)), file=out)
""",
        folder=folder,
    )


@pytest.fixture(scope="module")
def by_an_idle_poll(polled):
    """All modules that an idle poll loads."""
    return loaded_by(polled, ["poll"])


def test_an_idle_poll_loads_only_requests_of_the_heavy_packages_and_looking_on_none(polled, by_an_idle_poll):
    assert by_an_idle_poll & HEAVY == {"requests"}
    assert not loaded_by(polled, ["status"], ["events"], ["actions"]) & HEAVY


def test_an_idle_poll_reads_no_rule_and_loads_nothing_that_runs_one(by_an_idle_poll):
    found = {name for name in by_an_idle_poll if name.startswith("b24sync.")}
    busy = ("b24sync.steps.", "b24sync.rules.", "b24sync.domain.rule", "b24sync.ports", "b24sync.mail")
    assert {name for name in found if name.startswith(busy)} == {"b24sync.steps.registry"}
    assert not {"b24sync.engine.commit", "b24sync.engine.dispatch", "b24sync.engine.follow_up"} & found
    said = ("b24sync.words.config_", "b24sync.words.advice", "b24sync.words.trust", "b24sync.words.webhooks")
    assert not {name for name in found if name.startswith((*said, "b24sync.words.spoken"))}


def test_the_line_of_cron_is_read_without_the_library_of_all_the_others(polled, by_an_idle_poll):
    longer = ["--config", "b24sync.toml", "poll", "--quiet"], ["poll", "--max-time", "50s", "--json"]
    for found in (by_an_idle_poll, loaded_by(polled, *longer)):
        assert "b24sync.cli" in found
        assert not found & {"typer", "click"}


def test_a_command_loads_the_signatures_of_its_own_module_only(polled):
    found = loaded_by(polled, ["poll", "--reconcile"])
    assert {name for name in found if name.startswith("b24sync.cli.signatures.")} == {
        "b24sync.cli.signatures.polling",
        "b24sync.cli.signatures.options",
    }
