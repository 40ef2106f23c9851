"""Polls that are killed: forked, cheap enough to kill hundreds of them."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.warm import INTERPRETER, server

KILLED = 137
TIMEOUT_S = 100.0


class Zygote:
    """Where killed polls come from; counts them.

    Attributes:
        polls: How many were begun.
        kills: How many of them were killed.
    """

    def __init__(self) -> None:
        self.kills = 0
        self.polls = 0

    def poll(
        self, config: Path, *, log: str = os.devnull, kill_after_s: float | None = None, **how: Any
    ) -> int:
        """Poll in a child.

        Args:
            config: The configuration.
            log: A file for its stderr.
            kill_after_s: Seconds after which it is killed.
            how: Of `killed_poll`.

        Returns:
            The exit code: 137 if it was killed.
        """
        said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
        try:
            process = server().start(
                ["b24sync"],
                env={**kept, **INTERPRETER},
                stdout=said,
                stderr=said,
                target=f"{__name__}:killed_poll",
                given={"config": str(config), **how},
            )
        finally:
            os.close(said)
        try:
            code = process.wait(TIMEOUT_S if kill_after_s is None else kill_after_s)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
            assert kill_after_s is not None, "a poll did not end"
        self.polls += 1
        self.kills += (killed := code in {KILLED, -signal.SIGKILL})
        return KILLED if killed else code


# the child's side


def killed_poll(config: str, **how: Any) -> int:
    """Poll, and die on the way.

    Args:
        config: The configuration's path.
        how: ``at`` and ``nth`` (die at the nth time a point is passed), ``later_s`` (a shift of the local
            clock), ``file_limit`` (bytes), ``reconcile``, ``umask``, ``user`` (a number to become).
    """
    try:
        return _poll({"config": config, **how})
    except BaseException as error:  # noqa: BLE001 - the boundary of the child
        from b24sync.cli.failure import explain

        return explain(error, verbose=False)


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
