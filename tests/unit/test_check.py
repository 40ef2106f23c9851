"""The command of all gates: what fails it, and what it says."""

from __future__ import annotations

import sys

import pytest

from tests import check
from tests.check import FAILED, PASSED, Gate


@pytest.mark.parametrize(
    ("states", "code"), [((PASSED, PASSED), 0), ((PASSED, FAILED), 1), ((check.SKIPPED, PASSED), 0)]
)
def test_one_failed_gate_fails_all_and_every_gate_is_run_and_summed_up(states, code, monkeypatch, capsys):
    made = [
        Gate(f"gate{number}", lambda state=state: (state, "words")) for number, state in enumerate(states)
    ]
    monkeypatch.setattr(check, "gates", lambda: made)
    assert check.main([]) == code
    summary = capsys.readouterr().out.partition("== summary\n")[2].splitlines()[: len(states)]
    assert [line.split()[:2] for line in summary] == [
        [f"gate{number}", state] for number, state in enumerate(states)
    ]


def test_an_unknown_gate_is_refused(capsys):
    assert check.main(["lints"]) == 2
    assert "lint" in capsys.readouterr().err


def test_a_known_fault_of_a_dependency_fails_only_if_there_is_a_release_without_it():
    fault = {"id": "GHSA-1", "fix_versions": ["2.1"]}
    assert check.judged([{"name": "a", "version": "2.0", "vulns": []}]) == (PASSED, "1 packages")
    assert check.judged([{"name": "a", "version": "2.0", "vulns": [fault]}])[0] == FAILED
    assert (
        check.judged([{"name": "a", "version": "2.0", "vulns": [{**fault, "fix_versions": []}]}])[0] == PASSED
    )


def test_what_is_audited_is_what_the_program_needs_to_run():
    names = dict(check.installed("b24sync"))
    assert {"requests", "urllib3", "jinja2", "markupsafe"} <= set(names)
    assert not {"pytest", "ruff", "mypy"} & set(names)


def test_shares_count_lines_and_branches_by_part():
    summary = {"num_statements": 8, "num_branches": 2, "covered_lines": 8, "covered_branches": 1}
    report = {
        "files": {
            "b24sync/domain/a.py": {"summary": summary},
            "b24sync/cli/b.py": {"summary": {**summary, "covered_lines": 4}},
        }
    }
    assert check.covered(report).startswith("all 70.0 %, domain 90.0 %, rules 100.0 %")


def test_no_line_is_counted_while_commands_run_elsewhere(zygote):
    assert sys.gettrace() is None  # under coverage, in a worker, one measurement is begun within another
