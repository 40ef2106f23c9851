"""Reading files that somebody else may have laid out: plain ones only, bounded, never waiting."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO


def open_plain(path: Path) -> IO[bytes]:
    """Open a file for reading.

    Raises:
        OSError: It is not there, or a pipe, device or folder, which may have no end or never begin.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        folder = stat.S_ISDIR(mode)
        raise OSError(
            errno.EISDIR if folder else errno.ENODEV, "Is a directory" if folder else "it is no plain file"
        )
    return os.fdopen(descriptor, "rb")


def read_plain(path: Path, limit_bytes: int) -> bytes:
    """What is in a file; of a longer one ``limit_bytes`` and one more, so that the caller can tell.

    Raises:
        OSError: It cannot be read, or is no plain file.
    """
    with open_plain(path) as file:
        return file.read(limit_bytes + 1)


def beside(folder: Path, text: str) -> Path:
    """A path, counted from a folder if it is relative; ``~`` stays where there is no home."""
    try:
        return folder / Path(text).expanduser()
    except RuntimeError:
        return folder / text
