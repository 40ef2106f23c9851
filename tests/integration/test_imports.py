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


@pytest.fixture
def polled(tmp_path):
    """A folder whose configuration has been polled once."""
    portal = Sandbox()
    seed_company(portal)
    with SandboxServer(portal) as server:
        path = tmp_path / "b24sync.toml"
        path.write_text(CONFIG.format(webhook=server.webhook), encoding="utf-8")
        path.chmod(0o600)
        subprocess.run([sys.executable, "-m", "b24sync", "poll"], cwd=tmp_path, check=True, timeout=60)
        yield tmp_path


@pytest.mark.parametrize(
    ("command", "heavy"), [("poll", {"requests"}), ("status", set()), ("events", set()), ("actions", set())]
)
def test_an_idle_poll_loads_only_requests_of_the_heavy_packages_and_looking_on_none(polled, command, heavy):
    code = f"""
import sys
sys.argv = ["b24sync", "{command}"]
from b24sync.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
{LOADED}
"""
    assert loaded(code, folder=polled) & HEAVY == heavy


def test_an_idle_poll_reads_no_rule_and_loads_nothing_that_runs_one(polled):
    code = """
import sys
sys.argv = ["b24sync", "poll"]
from b24sync.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
import json
print(json.dumps([name for name in sys.modules if name.startswith("b24sync.")]))
"""
    found = loaded(code, folder=polled)
    busy = ("b24sync.steps.", "b24sync.rules.", "b24sync.domain.rule", "b24sync.ports", "b24sync.mail")
    assert {name for name in found if name.startswith(busy)} == {"b24sync.steps.registry"}
    assert not {"b24sync.engine.commit", "b24sync.engine.dispatch", "b24sync.engine.follow_up"} & found
    said = ("b24sync.words.config_", "b24sync.words.advice", "b24sync.words.trust", "b24sync.words.webhooks")
    assert not {name for name in found if name.startswith((*said, "b24sync.words.spoken"))}


@pytest.mark.parametrize(
    "line",
    [["poll"], ["--config", "b24sync.toml", "poll", "--quiet"], ["poll", "--max-time", "50s", "--json"]],
)
def test_the_line_of_cron_is_read_without_the_library_of_all_the_others(polled, line):
    code = f"""
import sys
sys.argv = ["b24sync", *{line}]
from b24sync.cli import main
sys.stdout, out = sys.stderr, sys.stdout
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stdout = out
{LOADED}
"""
    assert not loaded(code, folder=polled) & {"typer", "click"}


def test_a_command_loads_the_signatures_of_its_own_module_only(polled):
    code = """
import sys
sys.argv = ["b24sync", "poll", "--reconcile"]
from b24sync.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
import json
print(json.dumps([name for name in sys.modules if name.startswith("b24sync.cli.signatures.")]))
"""
    assert loaded(code, folder=polled) == {
        "b24sync.cli.signatures.polling",
        "b24sync.cli.signatures.options",
    }
