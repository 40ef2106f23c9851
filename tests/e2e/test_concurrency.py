"""Polls, a watch, operators and readers on one database at once.

No lock errors, nothing done twice, no lock that outlives its holder.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from b24sync.sandbox import Fault
from tests.support.cli import LONG, SENT, TELL_HEAD, TELL_LEAD, Office, Ran

SECONDS = 180 if LONG else 4
TASK = """
[[rules]]
name = "task"
on = "invoice.created"
[[rules.steps]]
use = "create_task"
title = "check {{ invoice.id }}"
responsible = "user:7"
"""


def test_everything_at_once_locks_nobody_out_and_does_nothing_twice(office: Office) -> None:
    office.write(rules=TELL_HEAD + TELL_LEAD + TASK, portal_lines='rate = "box"\ntimeout = "20s"\n')
    office.poll()
    made: list[int] = []
    ran: list[Ran] = []
    stop = threading.Event()
    watch = office.start("watch", "--interval", "1s")
    workers = [
        _worker(stop, lambda: ran.append(office.run("poll"))),
        _worker(stop, lambda: ran.append(office.run(*random.choice(READERS)))),
        _worker(stop, lambda: ran.append(office.run(*random.choice(OPERATORS)))),
    ]
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            made.append(office.add_invoice())
            office.move(made[0], SENT if len(made) % 2 else "DT31_1:N")
            time.sleep(0.25)
    finally:
        stop.set()
        for worker in workers:
            worker.join(60)
        watch.terminate()
        assert watch.wait(30) == 0
        out, err = watch.communicate()
    _judge(office, made, ran, out + err)


READERS = (("events", "--json"), ("actions", "--json"), ("status", "--json"), ("poll", "--dry-run", "--json"))
OPERATORS = (("retry", "--all"), ("release", "--all"), ("cancel", "999999"), ("retry", "1"))


def _worker(stop: threading.Event, work: Callable[[], object]) -> threading.Thread:
    def loop() -> None:
        while not stop.wait(0.05):
            work()

    thread = threading.Thread(target=loop)
    thread.start()
    return thread


def _judge(office: Office, made: list[int], ran: list[Ran], watched: str) -> None:
    for _ in range(3):
        office.run("poll")
    said = watched + "".join(one.said for one in ran)
    assert "locked" not in said
    assert "Traceback" not in said
    assert "fault of the program" not in said
    codes = Counter((one.args[0], one.code) for one in ran)
    assert set(codes) <= {
        ("poll", 0),
        ("poll", 75),
        ("events", 0),
        ("actions", 0),
        ("status", 0),
        ("retry", 0),
        ("retry", 2),
        ("release", 0),
        ("cancel", 2),
    }, codes
    assert sum(codes.values()) > 10
    office.whole()
    created = [row[2] for row in office.story() if row[0] == "invoice.created"]
    assert created == made
    tasks = Counter(task["TITLE"] for task in office.portal.tasks if task["TITLE"].startswith("check "))
    assert tasks == Counter(f"check {number}" for number in made)
    assert set(office.states()) == {"done"}
    rings = Counter(notice["TAG"] for notice in office.portal.notifications_all)
    assert set(rings.values()) == {1}


def test_a_burst_of_polls_runs_one_and_sends_the_others_away(office: Office) -> None:
    office.poll()
    office.set(latency_s=0.4)
    office.add_invoice()
    polls = [office.start("poll") for _ in range(6)]
    codes = sorted(process.wait(60) for process in polls)
    for process in polls:
        assert process.communicate() == ("", "")
    assert codes.count(0) >= 1
    assert set(codes) == {0, 75}
    assert len(office.portal.notifications_all) == 1


def test_the_first_polls_of_a_new_database_do_not_trip_over_each_other(office: Office) -> None:
    polls = [office.start("poll") for _ in range(4)] + [office.start("status") for _ in range(3)]
    for process in polls:
        code = process.wait(60)
        out, err = process.communicate()
        assert code in {0, 75, 2}, err
        assert "Traceback" not in err
        assert "locked" not in err
        assert "damaged" not in err, err
        assert code != 2 or ("no database yet" in err and "status" in str(process.args)), err
        assert out == "" or "status" in str(process.args)
    office.whole()
    assert office.poll()["events"] == 0


# the lock


def test_a_lock_does_not_outlive_a_killed_holder(office: Office) -> None:
    office.poll()
    office.set(latency_s=5.0)
    holder = office.start("poll")
    _wait_for(lambda: (office.folder / "b24sync.db.lock").read_text().strip() == str(holder.pid))
    assert office.run("poll").code == 75
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    office.set(latency_s=0.0)
    assert office.run("poll").code == 0


def test_a_recycled_process_number_in_the_lock_fools_nobody(office: Office) -> None:
    office.poll()
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        (office.folder / "b24sync.db.lock").write_text(f"{sleeper.pid}\n")
        assert office.run("poll").code == 0
        (office.folder / "b24sync.db.lock").write_text(f"{os.getpid()}\n")
        assert office.run("poll").code == 0
    finally:
        sleeper.terminate()
        sleeper.wait()


def test_a_child_of_a_poll_does_not_inherit_its_lock(office: Office) -> None:
    office.poll()
    office.set(latency_s=0.5)
    holder = office.start("poll")
    _wait_for(lambda: (office.folder / "b24sync.db.lock").read_text().strip() == str(holder.pid))
    locks = [link for link in Path(f"/proc/{holder.pid}/fd").iterdir() if link.readlink().suffix == ".lock"]
    assert any(link.readlink().name == "b24sync.db.lock" for link in locks)
    flags = [_flags(holder.pid, link.name) for link in locks]
    assert all(int(one, 8) & os.O_CLOEXEC for one in flags)
    holder.wait(30)
    holder.communicate()


def _flags(pid: int, number: str) -> str:
    info = Path(f"/proc/{pid}/fdinfo/{number}").read_text(encoding="ascii")
    return next(line.split()[1] for line in info.splitlines() if line.startswith("flags"))


# operators beside a poll


def test_a_poll_leaves_alone_what_an_operator_is_doing(office: Office) -> None:
    office.write(rules=TASK)
    office.poll()
    invoice = office.company.invoices[0]
    office.portal.faults.add(Fault("slow", method="tasks.task.add", seconds=2.0))
    office.write(portal_lines='rate = "box"\ntimeout = "20s"\n')
    operator = office.start("run-rule", "task", f"invoice:{invoice}", "--yes")
    _wait_for(lambda: office.states().get("running"))
    for _ in range(3):
        assert office.run("poll").code == 0
    assert operator.wait(30) == 0
    operator.communicate()
    office.run("poll")
    assert office.states() == {"done": 1}
    assert office.query("SELECT attempts FROM actions") == [(1,)]
    assert [task["TITLE"] for task in office.portal.tasks].count(f"check {invoice}") == 1


def test_what_a_killed_operator_left_is_taken_up_by_the_next_poll(office: Office) -> None:
    office.write(rules=TASK)
    office.poll()
    invoice = office.company.invoices[0]
    office.portal.faults.add(Fault("slow", method="tasks.task.add", seconds=2.0))
    operator = office.start("run-rule", "task", f"invoice:{invoice}", "--yes")
    _wait_for(lambda: [task["TITLE"] for task in office.portal.tasks].count(f"check {invoice}"))
    operator.send_signal(signal.SIGKILL)
    operator.communicate()
    assert office.run("poll").code == 0
    assert office.states() == {"done": 1}
    assert [task["TITLE"] for task in office.portal.tasks].count(f"check {invoice}") == 1


def _wait_for(true: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
