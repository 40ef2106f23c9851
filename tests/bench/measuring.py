"""What processes cost, and how it is printed."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

# what a process held at most; ru_maxrss would count the moment before it became a program of its own
PEAK = """
import re, sys
from pathlib import Path
from b24sync.cli import main
sys.argv = ["b24sync", "poll"]
try:
    main()
finally:
    Path("peak").write_text(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@dataclass(frozen=True)
class Cost:
    """What a process took: wall time, and its own CPU time."""

    wall_s: float
    cpu_s: float


def cost(*command: str, cwd: Path | None = None) -> Cost:
    """Run a command to its end; modules are compiled once, as in any installation."""
    begun = time.perf_counter()
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (command, process.returncode)
    return Cost(time.perf_counter() - begun, usage.ru_utime + usage.ru_stime)


def median(costs: Sequence[Cost], what: Callable[[Cost], float]) -> float:
    """The middle one."""
    return statistics.median(what(one) for one in costs)


def say(name: str, ours: float, theirs: float, target: float, unit: str) -> None:
    """One line: both numbers, the ratio, the aim."""
    print(
        f"{name:<66} {ours:9.3f} {unit} : {theirs:9.3f} {unit} = {ours / theirs:5.2f}  (aim {target:.1f})",
        flush=True,
    )


def write_configuration(folder: Path, text: str) -> None:
    """Make a folder with a configuration in it."""
    folder.mkdir(parents=True)
    path = folder / "b24sync.toml"
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
