"""A poll that another one keeps from running for long says so, once an hour."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path

from tests.support.cli import open_office


def test_a_lock_that_is_held_for_long_is_no_silent_75(tmp_path: Path) -> None:
    for office in open_office(tmp_path, rules=""):
        assert office.run("poll").code == 0
        lock = office.database.with_name(f"{office.database.name}.lock")
        with lock.open("r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            quick = office.run("poll")
            assert (quick.code, quick.err) == (75, "")
            long_ago = time.time() - 3 * 3600
            os.utime(lock, (long_ago, long_ago))
            slow = office.run("poll")
            assert slow.code == 75
            assert "180" in slow.err
            assert office.run("poll").err == ""  # said within the hour
            assert json.loads(office.run("status", "--json").out)["polling_for_s"] >= 10_000
        assert office.run("poll").code == 0
        assert json.loads(office.run("status", "--json").out)["polling_for_s"] is None
