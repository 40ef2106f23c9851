"""What comes from the package index: truly audited, with floors, pinned by hashes, listed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from tests import check
from tests.check import FAILED, PASSED, SKIPPED

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = (ROOT / ".ci" / "constraints.txt").read_text(encoding="utf-8")


def test_an_audit_that_looked_at_nothing_has_not_passed_and_says_so() -> None:
    skipped = [{"name": name, "skip_reason": "not found on the index"} for name in ("a", "b")]
    state, words = check.judged(skipped)
    assert state == SKIPPED
    assert "2 of 2 packages" in words


def test_an_audit_that_passed_over_some_has_not_passed_either() -> None:
    looked = {"name": "a", "version": "1", "vulns": []}
    state, words = check.judged([looked, {"name": "b", "skip_reason": "x"}])
    assert state == SKIPPED
    assert "1 of 2 packages" in words
    assert "b" in words
    assert check.judged([])[0] == SKIPPED
    assert check.judged([looked])[0] == PASSED


def test_a_fault_is_a_fault_also_if_other_packages_were_passed_over() -> None:
    fault = {"id": "GHSA-1", "fix_versions": ["2"]}
    found = [{"name": "a", "version": "1", "vulns": [fault]}, {"name": "b", "skip_reason": "x"}]
    assert check.judged(found)[0] == FAILED


def test_a_skipped_gate_is_named_at_the_end(monkeypatch, capsys) -> None:
    gates = [check.Gate("audit", lambda: (SKIPPED, "no answer")), check.Gate("lint", lambda: (PASSED, ""))]
    monkeypatch.setattr(check, "gates", lambda: gates)
    assert check.main([]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "not checked: audit"


def test_what_guards_the_connection_and_the_templates_has_a_floor() -> None:
    floors = {one.name.lower(): one for one in map(Requirement, PROJECT["dependencies"])}
    for name, faulty in {
        "urllib3": "2.6.2",
        "idna": "3.6",
        "certifi": "2024.6.2",
        "jinja2": "3.1.5",
        "requests": "2.32.3",
    }.items():
        assert not floors[name].specifier.contains(faulty), name


def test_everything_needed_is_pinned_by_hash_in_a_version_that_fits() -> None:
    pins = dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", PINNED, re.MULTILINE))
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        wanted = Requirement(line)
        assert wanted.specifier.contains(pins[wanted.name.lower()]), line
    blocks = re.split(r"^(?=[a-z0-9])", PINNED, flags=re.MULTILINE)
    bare = [block for block in blocks if "==" in block and "--hash=sha256:" not in block]
    assert not bare
    assert "://" not in PINNED


def test_the_bill_of_materials_lists_what_is_needed_to_run_and_who_needs_whom() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sbom"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    names = {one["name"]: one for one in found["components"]}
    assert {"requests", "urllib3", "jinja2", "certifi", "typer"} <= set(names)
    assert not {"pytest", "mypy"} & set(names)
    known = {found["metadata"]["component"]["bom-ref"], *(one["bom-ref"] for one in names.values())}
    needed = {one["ref"]: set(one["dependsOn"]) for one in found["dependencies"]}
    assert set(needed) == known
    assert set().union(*needed.values()) == known - {found["metadata"]["component"]["bom-ref"]}
    assert names["urllib3"]["bom-ref"] in needed[names["requests"]["bom-ref"]]


def test_another_program_reads_the_bill_of_materials() -> None:
    import warnings

    from cyclonedx.model.bom import Bom

    done = subprocess.run(
        [sys.executable, "-m", "tests.sbom"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = Bom.from_json(json.loads(done.stdout))
    assert len(read.components) == len(json.loads(done.stdout)["components"])
