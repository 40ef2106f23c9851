"""The installed program, run as users run it: in a process of its own."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from b24sync.sandbox import Company, Sandbox, SandboxServer, SandboxSettings, seed_company


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        """JSON Lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, check: str) -> list[dict[str, Any]]:
        """The doctor's lines of one check."""
        return [line for line in self.lines() if line["check"] == check]


def b24sync(*arguments: str, cwd: Path, environ: Mapping[str, str] = {}, stdin: str | None = None) -> Ended:
    """Run the command; its home is the folder, and no configuration is found elsewhere."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("B24SYNC_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-m", "b24sync", *arguments],
        cwd=cwd,
        env={**clean, "HOME": str(cwd), **environ},
        input=stdin or "",
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def company_portal(**settings: Any) -> Iterator[tuple[Sandbox, Company, str]]:
    """A portal with the small company over HTTP: the portal, its ids, its webhook."""
    portal = Sandbox(SandboxSettings(**settings))
    company = seed_company(portal)
    with SandboxServer(portal) as server:
        yield portal, company, server.webhook


def on_terminal(
    *arguments: str, cwd: Path, answers: Sequence[str] = (), environ: Mapping[str, str] = {}
) -> tuple[int, str]:
    """Run the command on a terminal where a person answers each prompt; code and all that was shown."""
    left = list(answers)
    ours, theirs = pty.openpty()
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("B24SYNC_", "XDG_", "NO_COLOR"))
    }
    with subprocess.Popen(
        [sys.executable, "-m", "b24sync", *arguments],
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**clean, "HOME": str(cwd), "TERM": "xterm", "COLUMNS": "200", **environ},
    ) as process:
        os.close(theirs)
        killer = threading.Timer(60, process.kill)
        killer.start()
        shown = b""
        try:
            while block := os.read(ours, 65536):
                shown += block
                if left and shown.endswith((b": ", b"] ")):
                    os.write(ours, f"{left.pop(0)}\n".encode())
        except OSError:  # the other side of the terminal is closed
            pass
        code = process.wait()
        killer.cancel()
    os.close(ours)
    return code, shown.decode("utf-8", "replace").replace("\r\n", "\n")
