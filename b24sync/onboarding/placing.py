"""Putting the configuration in its place: private from the first byte, whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from b24sync.config.load import load
from b24sync.errors import ConfigError, UsageError
from b24sync.words import Both
from b24sync.words import init as words


def place(path: Path, text: str, *, overwrite: bool) -> Path | None:
    """Write a configuration (0600) and see that it loads before it is put in its place.

    Returns:
        Where the file that was there before is kept; ``None``: there was none.

    Raises:
        UsageError: The file exists and shall not be overwritten, or the folder cannot be written.
        ConfigError: The text has faults; nothing is left behind.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        _write(draft, text)
        load(draft, environ=os.environ)
        kept = _kept(path) if overwrite else None
        _put(draft, path, overwrite=overwrite)
    except ConfigError as error:
        faults = [
            Both(fault.ru.replace(str(draft), str(path)), fault.en.replace(str(draft), str(path)))
            for fault in error.faults
        ]
        raise ConfigError(str(path), faults, advice=words.REPORT_IT.both()) from None
    except FileExistsError:
        raise UsageError(words.EXISTS(path=path), remedy=words.OTHER_OUTPUT()) from None
    except OSError as error:
        raise UsageError(
            words.NOT_WRITTEN(path=path, why=error.strerror), remedy=words.RUN_AS_OWNER()
        ) from None
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _kept(path: Path) -> Path | None:
    """Keep the former file under another name beside: somebody's work may be in it."""
    if not os.path.lexists(path):
        return None
    number = 1
    while True:
        other = path.with_name(f"{path.name}.old{'' if number == 1 else number}")
        try:
            os.link(path, other, follow_symlinks=False)
        except FileExistsError:
            number += 1
        else:
            return other


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _put(draft: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        draft.replace(path)
    else:
        path.hardlink_to(draft)  # unlike a rename, it never replaces a file that has just come
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
