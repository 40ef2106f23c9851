"""Every gate in one command: ``python -m tests.check [NAME ...]``; exit 1 if one fails.

What is read (format, lint, types, layers), asked of the index (audit) and tested goes on side by side.
``coverage`` is run only if it is named: the tests once more, with the lines counted that they take.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
AUDIT_S = 90
WORKERS = 4  # more than the cores of a small machine: some tests wait for a real clock
MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 << 30
EXACT = ("domain", "rules", "engine", "store")  # the parts whose coverage is shown by itself
PASSED, SKIPPED, FAILED = "ok", "skipped", "FAILED"


@dataclass(frozen=True)
class Gate:
    """One check.

    Attributes:
        name: What it is called.
        run: Runs it; gives the state and a word on it.
        lane: Gates of one lane run one after the other, lanes side by side.
        asked_for: It is run only if it is named.
    """

    name: str
    run: Callable[[], tuple[str, str]]
    lane: str = "reading"
    asked_for: bool = False


def gates() -> list[Gate]:
    """All gates, the quick ones first."""
    return [
        Gate("format", lambda: tool("ruff", "format", "--check", "--quiet", ".")),
        Gate("lint", lambda: tool("ruff", "check", "--quiet", ".")),
        Gate("types", lambda: tool("mypy")),
        Gate("layers", layers),
        Gate("audit", audit, lane="asking"),
        Gate("tests", lambda: tested(counting=False), lane="testing"),
        Gate("coverage", lambda: tested(counting=True), lane="testing", asked_for=True),
    ]


def tool(module: str, *arguments: str) -> tuple[str, str]:
    """Run a module of this interpreter; what it says is shown if it fails."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return PASSED, ""
    print(done.stdout + done.stderr)
    return FAILED, f"{module} {' '.join(arguments)}: exit {done.returncode}"


def layers() -> tuple[str, str]:
    """The layers of the packages (``[tool.importlinter]``)."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode == 0:
        return PASSED, done.stdout.strip().splitlines()[-1].removesuffix(".") if done.stdout.strip() else ""
    print(done.stdout + done.stderr)
    return FAILED, "imports go against the layers"


# known faults of dependencies


def audit() -> tuple[str, str]:
    """Known faults of what users install with the program.

    Without an answer of the index it is said and skipped.
    """
    if importlib.util.find_spec("pip_audit") is None:
        return SKIPPED, "pip-audit is not installed"
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder, "requirements.txt")
        pinned.write_text("".join(f"{name}=={version}\n" for name, version in installed("b24sync")))
        command = [
            sys.executable,
            "-m",
            "pip_audit",
            "-r",
            str(pinned),
            "--no-deps",
            "--disable-pip",
            "-f",
            "json",
            "--progress-spinner",
            "off",
        ]
        try:
            done = subprocess.run(
                [*command, "--timeout", "10"], check=False, capture_output=True, text=True, timeout=AUDIT_S
            )
        except subprocess.TimeoutExpired:
            return SKIPPED, "the index does not answer"
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return (
            SKIPPED,
            f"the index does not answer: {(done.stderr.strip().splitlines() or ['no words'])[-1][:120]}",
        )
    return judged(answer["dependencies"])


def judged(dependencies: list[dict[str, object]]) -> tuple[str, str]:
    """A known fault fails the gate if there is a release without it; what was passed over has not passed."""
    found = [(one, fault) for one in dependencies for fault in one.get("vulns", [])]  # type: ignore[attr-defined]
    for one, fault in found:
        print(
            f"{one['name']} {one['version']}: {fault['id']}, corrected in "
            f"{', '.join(fault['fix_versions']) or 'no release yet'}"
        )
    if any(fault["fix_versions"] for _, fault in found):
        return FAILED, "raise the versions above"
    passed_over = [str(one["name"]) for one in dependencies if "vulns" not in one]
    if passed_over or not dependencies:
        names = f": {', '.join(passed_over[:5])}{' …' if len(passed_over) > 5 else ''}" if passed_over else ""
        return SKIPPED, f"{len(passed_over)} of {len(dependencies)} packages were not looked up{names}"
    return PASSED, f"{len(dependencies)} packages"


def installed(name: str, seen: set[str] | None = None) -> Iterator[tuple[str, str]]:
    """What a package needs to run, all the way down, as installed here."""
    from packaging.requirements import Requirement

    seen = seen if seen is not None else {name}
    for line in metadata.requires(name) or []:
        wanted = Requirement(line)
        key = wanted.name.lower().replace("_", "-")
        if key in seen or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(key)
        yield key, metadata.version(key)
        yield from installed(key, seen)


# tests


def tested(*, counting: bool) -> tuple[str, str]:
    """The tests, a few at a time; what hypothesis tries is the same in every run.

    Args:
        counting: Count lines and branches, too, as `tests.conftest` has it; it takes a quarter longer. The
            least share is ``fail_under`` of ``[tool.coverage.report]``.
    """
    with scratch() as folder:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
        environment = {**_writing_bytecode(), "TMPDIR": folder}
        # what the workers load is compiled once, not by each of them
        subprocess.run(
            [*command, "--collect-only"], cwd=ROOT, check=False, env=environment, stdout=subprocess.DEVNULL
        )
        command += ["-n", str(WORKERS), "--dist", "worksteal", "--durations=10", "--timeout=300"]
        command += ["--hypothesis-profile=suite"]
        if not counting:
            code = subprocess.run(command, cwd=ROOT, check=False, env=environment).returncode
            return (PASSED, "") if code == 0 else (FAILED, f"pytest: exit {code}")
        report = Path(folder, "report")
        command += ["--cov", "--cov-report=term:skip-covered", f"--cov-report=json:{report}"]
        environment["COVERAGE_FILE"] = str(Path(folder, "data"))
        code = subprocess.run(command, cwd=ROOT, check=False, env=environment).returncode
        shares = covered(json.loads(report.read_text())) if report.exists() else "no coverage was measured"
    return (PASSED, shares) if code == 0 else (FAILED, f"pytest: exit {code}; {shares}")


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for what tests write: in memory if there is room, since thousands of databases are synced."""
    roomy = (
        MEMORY.is_dir()
        and os.access(MEMORY, os.W_OK)
        and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
        and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    )
    folder = tempfile.TemporaryDirectory(dir=MEMORY if roomy else None, prefix="b24sync-")
    Path(folder.name).chmod(0o711)  # some tests run the program as another user
    return folder


def _writing_bytecode() -> dict[str, str]:
    """Our variables, without the one that would let every process compile everything anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def covered(report: dict[str, object]) -> str:
    """The shares of lines and branches that ran: in all, and of the parts that decide."""
    files: dict[str, dict[str, dict[str, int]]] = report["files"]  # type: ignore[assignment]
    parts = {"all": [one["summary"] for one in files.values()]}
    for name in EXACT:
        parts[name] = [one["summary"] for path, one in files.items() if path.startswith(f"b24sync/{name}/")]
    return ", ".join(f"{name} {share(rows):.1f} %" for name, rows in parts.items())


def share(rows: list[dict[str, int]]) -> float:
    """Percent of lines and branches of some files that ran."""
    there = sum(row["num_statements"] + row["num_branches"] for row in rows)
    ran = sum(row["covered_lines"] + row["covered_branches"] for row in rows)
    return 100 * ran / there if there else 100.0


def main(names: list[str]) -> int:
    """Run the gates (all, or those named) and sum up."""
    unknown = set(names) - {gate.name for gate in gates()}
    if unknown:
        print(
            f"no such gate: {', '.join(sorted(unknown))} (known: {', '.join(gate.name for gate in gates())})",
            file=sys.stderr,
        )
        return 2
    chosen = [gate for gate in gates() if (gate.name in names if names else not gate.asked_for)]
    lanes: dict[str, list[Gate]] = {}
    for gate in chosen:
        lanes.setdefault(gate.lane, []).append(gate)
    with ThreadPoolExecutor(len(lanes)) as pool:
        done = dict(one for lane in pool.map(_in_turn, lanes.values()) for one in lane)
    ended = [done[gate.name] for gate in chosen]
    print("== summary", *(line for _, line in ended), sep="\n")
    skipped = [line.split()[0] for state, line in ended if state == SKIPPED]
    if skipped:
        print(f"not checked: {', '.join(skipped)}")
    return 1 if any(state == FAILED for state, _ in ended) else 0


def _in_turn(lane: list[Gate]) -> list[tuple[str, tuple[str, str]]]:
    """Run the gates of a lane: name, state and the line of the summary."""
    ended = []
    for gate in lane:
        begun = time.perf_counter()
        state, words = gate.run()
        line = f"{gate.name:<8} {state:<8} {time.perf_counter() - begun:6.1f} s  {words}".rstrip()
        print(f"== {line}", flush=True)
        ended.append((gate.name, (state, line)))
    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
