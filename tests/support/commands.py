"""The program, run as users run it: in a process of its own.

Forked from a server that has it imported (`tests.support.warm`), or started by the interpreter.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.warm import INTERPRETER, Process, can_fork, server

TIMEOUT_S = 90.0
_counted = set[tuple[str, ...]]()


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """The JSON Lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def said(self) -> str:
        """Everything it printed."""
        return self.out + self.err

    def of(self, check: str) -> list[dict[str, Any]]:
        """The doctor's lines of one check."""
        return [line for line in self.rows if line["check"] == check]


def anew(
    words: Sequence[str], *, env: Mapping[str, str], cwd: Path, stdin: str = "", timeout: float = TIMEOUT_S
) -> tuple[int, str, str]:
    """Run ``python -m b24sync`` with the words behind it: its code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "b24sync", *words],
        cwd=cwd,
        env=env,
        input=stdin,
        text=True,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def ran(
    words: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdin: str = "",
    timeout: float = TIMEOUT_S,
    given: Mapping[str, Any] | None = None,
) -> Ran:
    """Run the command to its end, without a terminal: forked, where that is the same.

    Args:
        words: What is typed behind ``b24sync``.
        env: All its variables.
        cwd: Its folder.
        stdin: What it can read.
        timeout: Seconds until it is killed.
        given: See `tests.support.warm_server.command`.

    Raises:
        subprocess.TimeoutExpired: It was killed.
    """
    if can_fork(env):
        counted = measured(words, env)
        ended = server().run(
            ["b24sync", *words], env=counted, cwd=cwd, stdin=stdin, timeout=timeout, given=given
        )
    else:
        assert not given, "this can only be done in a forked process"
        ended = anew(words, env=env, cwd=cwd, stdin=stdin, timeout=timeout)
    return Ran(tuple(words), *ended)


def started(words: Sequence[str], *, env: Mapping[str, str], **how: Any) -> Process:
    """Begin a command, forked; ``how`` as `tests.support.warm.Server.start` has it."""
    return server().start(["b24sync", *words], env=measured(words, env), **how)


def measured(words: Sequence[str], env: Mapping[str, str]) -> dict[str, str]:
    """The variables of a command, with coverage if that is on and the command is the first of its form.

    To measure a command takes four times its time, and the first with the same options shows nearly all the
    lines. What is not measured is not counted as run.
    """
    config, form = os.environ.get("COVERAGE_PROCESS_CONFIG"), tuple(map(_shape, words))
    if config is None or form in _counted:
        return dict(env)
    _counted.add(form)
    return {**env, "COVERAGE_PROCESS_CONFIG": config}


def _shape(word: str) -> str:
    """A word of a command, without what is different in each test."""
    return word if word.replace("-", "").isalpha() else "…"


def typed(
    words: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    answers: Sequence[str] = (),
    timeout: float = TIMEOUT_S,
) -> tuple[int, str]:
    """Run the command on a terminal where a person answers each prompt; code and all that was shown."""
    left = list(answers)
    ours, theirs = pty.openpty()
    process = started(words, env=env, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    killer = threading.Timer(timeout, process.kill)
    killer.start()
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
            if left and shown.endswith((b": ", b"] ")):
                os.write(ours, f"{left.pop(0)}\n".encode())
    except OSError:  # the other side of the terminal is closed
        pass
    finally:
        os.close(ours)
    code = process.wait()
    killer.cancel()
    return code, shown.decode("utf-8", "replace").replace("\r\n", "\n")


def b24sync(
    *arguments: str, cwd: Path, environ: Mapping[str, str] = {}, stdin: str = "", hurried: bool = False
) -> Ran:
    """Run the command; its home is the folder, and no configuration is found elsewhere."""
    given = {"hurried": True} if hurried else None
    env = {**_clean(), "HOME": str(cwd), **environ}
    return ran(arguments, env=env, cwd=cwd, stdin=stdin, given=given)


def on_terminal(
    *arguments: str, cwd: Path, answers: Sequence[str] = (), environ: Mapping[str, str] = {}
) -> tuple[int, str]:
    """Run the command on a terminal where a person answers each prompt; code and all that was shown."""
    env = {**_clean(), "HOME": str(cwd), "TERM": "xterm", "COLUMNS": "200", **environ}
    return typed(arguments, env=env, cwd=cwd, answers=answers)


def _clean() -> dict[str, str]:
    """The tester's variables without what the program or its interpreter would heed."""
    heeded = ("B24SYNC_", "XDG_", "NO_COLOR", "PYTHON", "COVERAGE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(heeded)}
    return {**clean, **INTERPRETER}
