"""The server that forks commands (`tests.support.warm`), as a program.

It has one thread and runs nothing itself, so that every command begins with the same clean program.
"""

from __future__ import annotations

import atexit
import codecs
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from datetime import timedelta

REQUEST_BYTES = 1 << 20
EXIT = os._exit  # coverage puts its own in its place
MEASURED_BY = "WARM_COVERAGE"
"""The variable with the settings of coverage; under its own name it would begin with the interpreter."""


def serve(channel: socket.socket) -> socket.socket:
    """Fork for each connection that comes; returns in the child, with its connection."""
    children: dict[int, socket.socket] = {}
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    with selectors.DefaultSelector() as waiting:
        waiting.register(channel, selectors.EVENT_READ)
        waiting.register(reading, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is not channel:
                    os.read(reading, 4096)
                    _reap(children)
                    continue
                link = _accepted(channel)
                if link is None:
                    _end(children)
                    sys.exit(0)
                child = os.fork()
                if child == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    os.close(reading)
                    os.close(writing)
                    channel.close()
                    for other in children.values():
                        other.close()
                    return link
                children[child] = link
                link.sendall(f"{child}\n".encode())


def _accepted(channel: socket.socket) -> socket.socket | None:
    data, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    return socket.socket(fileno=descriptors[0]) if data else None


def _reap(children: dict[int, socket.socket]) -> None:
    for child in list(children):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            link = children.pop(child)
            with contextlib.suppress(BrokenPipeError):  # nobody waits for it
                link.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            link.close()


def _end(children: dict[int, socket.socket]) -> None:
    """The tests have ended: what goes on is ended too."""
    for child, link in children.items():
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        link.close()


def become(link: socket.socket) -> None:
    """Be the command that the connection asks for."""
    data, descriptors, _, _ = socket.recv_fds(link, REQUEST_BYTES, 3)
    while not data.endswith(b"\n"):
        data += link.recv(REQUEST_BYTES)
    link.close()
    asked = json.loads(data)
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = sys.__stdin__ = _standard(0, "r", "surrogateescape")
    sys.stdout = sys.__stdout__ = _standard(1, "w", "surrogateescape")
    sys.stderr = sys.__stderr__ = _standard(2, "w", "backslashreplace")
    os.environ.clear()
    os.environ.update(asked["env"])
    time.tzset()
    os.chdir(asked["cwd"])
    sys.argv = asked["words"]
    if "user" in asked["given"] or "COVERAGE_PROCESS_CONFIG" not in os.environ:
        _not_measured()  # another user cannot write where lines are counted
    module, _, name = asked["target"].partition(":")
    code = 70
    try:
        code = getattr(importlib.import_module(module), name)(**asked["given"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter shows what nobody caught
        traceback.print_exc()
        code = 1
    finally:
        _leave(code)


def _leave(code: int) -> None:
    """End as the interpreter does, but for taking modules apart: that is most of a short command's time."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    gc.collect()  # what was left open is said
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = code or 120
    os._exit(code)


def command(
    *,
    later_s: float = 0,
    hurried: bool = False,
    memory: int = 0,
    user: int = 0,
    groups: Sequence[int] = (),
) -> None:
    """The program's command, by ``sys.argv``.

    Args:
        later_s: By how much the clock of its host is wrong, in seconds.
        hurried: Where it waits, its own clock is put forward instead.
        memory: The most address space that it may have, in bytes.
        user: Who runs it, if not the tester; the group has the same number.
        groups: The user's other groups.
    """
    from b24sync.cli import main
    from b24sync.clock import SystemClock

    if later_s:
        right, wrong = SystemClock.now, timedelta(seconds=later_s)
        SystemClock.now = lambda self: right(self) + wrong  # type: ignore[method-assign]
    if hurried:
        _hurry()
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if user:
        os.setgroups(list(groups))
        os.setgid(user)
        os.setuid(user)
    main()


def _hurry() -> None:
    """Let the clock's time pass without waiting for it; what waits for another process must not hurry."""
    from b24sync.clock import SystemClock

    now, monotonic, passed_s = SystemClock.now, SystemClock.monotonic, 0.0

    def sleep(_clock: SystemClock, seconds: float) -> None:
        nonlocal passed_s
        passed_s += seconds

    SystemClock.sleep = sleep  # type: ignore[method-assign]
    SystemClock.now = lambda self: now(self) + timedelta(seconds=passed_s)  # type: ignore[method-assign]
    SystemClock.monotonic = lambda self: monotonic(self) + passed_s  # type: ignore[method-assign]


def _standard(number: int, mode: str, errors: str) -> io.TextIOWrapper:
    """A standard stream as the interpreter opens it (only the errors are always written line by line)."""
    raw = os.fdopen(number, f"{mode}b", closefd=False)
    stream = io.TextIOWrapper(
        raw, "utf-8", errors, newline="\n" if mode == "w" else None, line_buffering=number == 2
    )
    if raw.isatty():
        stream.reconfigure(line_buffering=True)
    return stream


def _measure() -> None:
    """Begin to measure the lines that run; what is forked inherits it, which spares its start."""
    import coverage

    coverage.process_startup(force=True)


def _not_measured() -> None:
    """End what was inherited: this command is not measured."""
    import coverage

    if inherited := coverage.Coverage.current():
        inherited.stop()
        inherited._auto_save = False
        os._exit = EXIT
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def loaded() -> None:
    """Import everything; if lines are measured, those that run on import once, for all commands."""
    config = os.environ.pop(MEASURED_BY, "")
    if config:
        import coverage

        os.environ["COVERAGE_PROCESS_CONFIG"] = config
        _measure()
    load()
    if config and (importing := coverage.Coverage.current()):
        importing.stop()
        importing.save()
        importing._auto_save = False
        os._exit = EXIT
        _measure()


def load() -> None:
    """Import all that a command may import, the interpreter's late parts too: they may be root's alone."""
    import b24sync

    for module in pkgutil.walk_packages(b24sync.__path__, "b24sync."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in (
        "coverage",
        "grp",
        "holidays.countries",
        "requests",
        "rich.table",
        "sqlite_utils",
        "tests.support.cli",
        "tests.support.zygote",
    ):
        importlib.import_module(name)
    for name in ("utf-8-sig", "idna", "latin-1", "utf-16"):
        codecs.lookup(name)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background
    loaded()
    gc.collect()
    gc.freeze()
    become(serve(socket.socket(fileno=int(sys.argv[1]))))
