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

from b24sync.errors import AnotherPollError, StoreError
from b24sync.words import outside as messages

if TYPE_CHECKING:
    from collections.abc import Iterator


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
            raise AnotherPollError(
                messages.ANOTHER_POLL(path=database, process=_holder(descriptor))
            ) from None
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
        raise StoreError(
            f"{path}: cannot be opened: {error.strerror}", remedy="check the folder's rights"
        ) from error


def _holder(descriptor: int) -> str:
    text = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
    return text if text.isdigit() else "unknown"
