"""Polls in processes that are forked from one that has everything imported.

Cheap enough to kill hundreds of them.

As a module it is the parent's side; as a program the zygote itself: a JSON object a line on stdin says what a
child shall do, one on stdout how it ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

KILLED = 137


@dataclass
class Zygote:
    """The parent's side."""

    def __post_init__(self) -> None:
        root = Path(__file__).resolve().parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.zygote"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
                "PYTHONUTF8": "1",
            },
        )
        self.kills = 0
        self.polls = 0

    def poll(self, config: Path, **how: Any) -> int:
        """Poll in a child.

        Args:
            config: The configuration.
            how: ``at`` and ``nth`` (die at the nth time a point is passed), ``kill_after_s``, ``later_s`` (a
                shift of the local clock), ``log`` (a file for its stderr), ``file_limit`` (bytes),
                ``reconcile``, ``umask``, ``user`` (a number to become).

        Returns:
            The exit code: 137 if it was killed.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"config": str(config), **how}) + "\n")
        self.process.stdin.flush()
        code = int(json.loads(self.process.stdout.readline())["code"])
        self.polls += 1
        self.kills += code == KILLED
        return code

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


# the zygote's side


def main() -> None:
    """Serve until stdin ends."""
    _import_everything()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_child(asked))
        print(json.dumps({"code": _end(child, asked.get("kill_after_s"))}), flush=True)


def _import_everything() -> None:
    import pickle

    import holidays
    import requests
    import sqlite_utils  # noqa: F401

    from b24sync.steps.registry import STEPS, step_class

    for name in STEPS:
        step_class(name)
    assert requests
    assert pickle
    assert holidays


def _end(child: int, kill_after_s: float | None) -> int:
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return KILLED if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _child(asked: dict[str, Any]) -> int:
    log = os.open(asked.get("log") or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        return _poll(asked)
    except BaseException as error:  # noqa: BLE001 - the boundary of the child
        from b24sync.cli.failure import explain

        return explain(error, verbose=False)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _poll(asked: dict[str, Any]) -> int:
    from b24sync.app import App
    from b24sync.cli.known_good import load_known
    from b24sync.cli.poll import Wanted, poll_configuration
    from b24sync.config.find import Source
    from tests.support.cli import ShiftedClock

    if (limit := asked.get("file_limit")) is not None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if (mask := asked.get("umask")) is not None:
        os.umask(mask)
    if (user := asked.get("user")) is not None:
        os.setuid(user)
    loaded = load_known(Source(Path(asked["config"])), os.environ, offline=False)
    passed = 0

    def checkpoint(point: str) -> None:
        nonlocal passed
        if point == asked.get("at"):
            passed += 1
            if passed == asked.get("nth", 1):
                os._exit(KILLED)

    app = App(loaded, clock=ShiftedClock(timedelta(seconds=asked.get("later_s", 0))), checkpoint=checkpoint)
    try:
        return poll_configuration(app, Wanted(quiet=True, reconcile=bool(asked.get("reconcile"))))
    finally:
        app.close()


if __name__ == "__main__":
    main()
