"""The error boundary: what a person reads when something goes wrong, and the exit code."""

from __future__ import annotations

import sqlite3
import sys

from b24sync.errors import B24SyncError
from b24sync.log import format_exception, printable, redact

INTERRUPTED = 130


def explain(error: BaseException, *, verbose: bool) -> int:
    """Say on stderr what happened and what to do; returns the exit code."""
    if verbose and not _is_usage(error):
        print(format_exception(error), file=sys.stderr)
    if isinstance(error, B24SyncError):
        _say(str(error))
        return error.exit_code
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        _say("stopped; what was begun is in the database, nothing is lost")
        return INTERRUPTED
    if _is_usage(error):
        return _show_usage(error)
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        return 0
    return _say_unforeseen(error)


def _say_unforeseen(error: BaseException) -> int:
    """What the machine did to us, or we to ourselves."""
    if isinstance(error, sqlite3.Error):
        from b24sync.store.db import unusable

        found = unusable("the database", error)
        _say(str(found))
        return found.exit_code
    if isinstance(error, OSError):
        _say(_of_system(error))
    else:
        _say(
            f"a fault of the program: {type(error).__name__}: {error} (run it again with --verbose and "
            f"report what it prints)"
        )
    return 1


def _of_system(error: OSError) -> str:
    place = str(error.filename) if error.filename is not None else "the system"
    return f"{place}: {error.strerror or error} (free space, or check the rights)"


def _is_usage(error: BaseException) -> bool:
    return hasattr(error, "exit_code") and hasattr(error, "format_message")


def _show_usage(error: BaseException) -> int:
    show = getattr(error, "show", None)
    if show is not None:
        show(file=sys.stderr)
    return 2


def _say(text: str) -> None:
    for line in redact(text).splitlines():
        print(printable(line), file=sys.stderr)
