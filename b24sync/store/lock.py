"""One poll at a time (contract.md G12), and a sign of life of operator commands.

Locks are ``flock`` on files beside the database: the kernel lets them go when their process ends, however it
ends, and a recycled process number means nothing to them.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.clock import SystemClock
from b24sync.errors import AnotherPollError, StoreError
from b24sync.words import database as said
from b24sync.words import outside as messages
from b24sync.words.system_refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCKS = Path("/proc/locks")
STUCK_S = 1800
"""A poll that runs for longer hangs, or has a whole portal to read for the first time."""


@contextmanager
def poll_lock(database: Path) -> Iterator[None]:
    """Hold the right to poll a database.

    Raises:
        AnotherPollError: Another process holds it.
    """
    descriptor = _open(database.with_name(f"{database.name}.lock"))
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _another(descriptor, database) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


@contextmanager
def operator_alive(database: Path) -> Iterator[None]:
    """Show that an operator's command runs actions, so that no poll takes them for interrupted."""
    descriptor = _open(database.with_name(f"{database.name}.operators.lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def any_operator(database: Path) -> bool:
    """Whether an operator's command runs actions now."""
    path = database.with_name(f"{database.name}.operators.lock")
    if not path.exists():
        return False
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(said.NOT_OPENED(path=path, why=refusal(error)), remedy=said.RIGHTS()) from error


def held_for_s(database: Path) -> float | None:
    """For how long a poll has been running, seconds of the machine's clock; ``None`` if none is seen.

    The kernel's table of locks is read: to try the lock would keep a poll away that begins in that instant.
    """
    path = database.with_name(f"{database.name}.lock")
    if not path.exists() or not _LOCKS.exists():
        return None
    inode = f":{path.stat().st_ino}"
    held = any(
        fields[1] == "FLOCK" and fields[-3].endswith(inode)
        for line in _LOCKS.read_text(encoding="ascii").splitlines()
        if len(fields := line.split()) >= 8 and "->" not in fields
    )
    return _since(path.stat().st_mtime) if held else None


def _another(descriptor: int, database: Path) -> AnotherPollError:
    minutes = int(_age_s(descriptor) // 60)
    holder = _holder(descriptor)
    if minutes * 60 < STUCK_S:
        return AnotherPollError(messages.ANOTHER_POLL(path=database, process=holder))
    return AnotherPollError(
        messages.STUCK_POLL(path=database, process=holder, minutes=minutes),
        remedy=messages.LOOK_AT_POLL(process=holder),
        stuck=True,
    )


def _age_s(descriptor: int) -> float:
    """How long ago the holder wrote its number down."""
    return _since(os.fstat(descriptor).st_mtime)


def _since(moment: float) -> float:
    """Seconds since a file was written; its clock is the machine's."""
    return max(SystemClock().now().timestamp() - moment, 0.0)


def _holder(descriptor: int) -> str:
    text = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
    return text if text.isdigit() else "unknown"
