"""The installed program, run as users run it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
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
        [sys.executable, "-m", "b24sync", *arguments], cwd=cwd, env={**clean, "HOME": str(cwd), **environ}, input=stdin or "",
        capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


@contextmanager
def company_portal(**settings: Any) -> Iterator[tuple[Sandbox, Company, str]]:
    """A portal with the small company over HTTP: the portal, its ids, its webhook."""
    portal = Sandbox(SandboxSettings(**settings))
    company = seed_company(portal)
    with SandboxServer(portal) as server:
        yield portal, company, server.webhook
