"""What the operating system refuses, in the language that is spoken."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from b24sync.words import Both, Message

_REFUSALS: Mapping[int, Message] = {
    errno.ENOENT: Message("такого файла или папки нет", "No such file or directory"),
    errno.EACCES: Message("нет прав", "Permission denied"),
    errno.EPERM: Message("нет прав", "Operation not permitted"),
    errno.ENOSPC: Message("на диске нет места", "No space left on device"),
    errno.EDQUOT: Message("исчерпана квота диска", "Disk quota exceeded"),
    errno.EISDIR: Message("это папка", "Is a directory"),
    errno.ENOTDIR: Message("это не папка", "Not a directory"),
    errno.EROFS: Message("диск только для чтения", "Read-only file system"),
    errno.EIO: Message("диск неисправен", "Input/output error"),
    errno.EEXIST: Message("уже есть", "File exists"),
    errno.EFBIG: Message("слишком велик", "File too large"),
    errno.ENODEV: Message("это не обычный файл", "it is no plain file"),
    errno.ECONNREFUSED: Message("в соединении отказано", "Connection refused"),
}


_OTHER = Message("отказ системы: {why}", "{why}")


def refusal(error: OSError) -> str:
    """Why the system refused; what has no words here in the system's own."""
    known = _REFUSALS.get(error.errno or 0)
    return known() if known is not None else error.strerror or str(error)


def refused(error: OSError) -> Both:
    """The same in both languages."""
    known = _REFUSALS.get(error.errno or 0)
    return known.both() if known is not None else _OTHER.both(why=error.strerror or error)
