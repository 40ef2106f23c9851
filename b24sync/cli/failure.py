"""The error boundary: what a person reads when something goes wrong, and the exit code."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterable
from typing import Any, cast

from b24sync.clock import SystemClock
from b24sync.errors import B24SyncError
from b24sync.log import format_exception, json_line, printable, redact
from b24sync.words import commands as said
from b24sync.words.system_refusals import refusal

INTERRUPTED = 130
COULD_NOT_RUN = 2


class _Manner:
    """How errors are written: for people, or as JSON Lines like the log (``--log-format json``)."""

    as_json = False


def write_json() -> None:
    """From now on errors are JSON Lines."""
    _Manner.as_json = True


def tell(lines: Iterable[str], *, label: str = "", level: str = "error") -> None:
    """Write lines to stderr without secrets and control characters, each named by its configuration.

    Args:
        lines: What to say.
        label: The configuration in a folder of them; empty where there is only one.
        level: Of the JSON Lines.
    """
    for line in lines:
        text = printable(redact(line))
        if _Manner.as_json:
            at = SystemClock().now().isoformat(timespec="milliseconds")
            entry = {"at": at, "level": level, "logger": "b24sync", "message": text.strip()}
            print(json_line({**entry, "configuration": label} if label else entry), file=sys.stderr)
        else:
            said = text if not label or _names(text, label) else f"{label}: {text}"
            print(_broken_between_words(said), file=sys.stderr)


def _broken_between_words(text: str) -> str:
    """A line as the terminal shows it without breaking a word; elsewhere it stays one line."""
    if not sys.stderr.isatty():
        return text
    import shutil
    import textwrap

    plain = text.lstrip()
    start = text[: len(text) - len(plain)]
    lines = textwrap.wrap(
        plain,
        max(shutil.get_terminal_size().columns, 40),
        initial_indent=start,
        subsequent_indent=start + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) if lines else text


def _names(text: str, label: str) -> bool:
    """Whether a line says already of which file it speaks."""
    return re.search(rf"(?:^|[/\s]){re.escape(label)}\b", text) is not None


def explain(error: BaseException, *, verbose: bool, label: str = "") -> int:
    """Say on stderr what happened and what to do; returns the exit code."""
    if verbose and not _is_usage(error):
        tell(format_exception(error).splitlines(), label=label, level="debug")
    if isinstance(error, B24SyncError):
        tell(str(error).splitlines(), label=label)
        return error.exit_code
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        tell([said.STOPPED()])
        return INTERRUPTED
    if _is_usage(error):
        return _show_usage(error)
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        return 0
    return _say_unforeseen(error, label)


def _say_unforeseen(error: BaseException, label: str) -> int:
    """What the machine did to us, or we to ourselves: it could not run, which is no failed action."""
    if isinstance(error, sqlite3.Error):
        from b24sync.store.db import unusable

        found = unusable(said.DATABASE(), error)
        tell([str(found)], label=label)
        return found.exit_code
    if isinstance(error, OSError):
        tell([_of_system(error)], label=label)
    else:
        fault = said.FAULT(error=f"{type(error).__name__}: {error}")
        tell(fault.splitlines(), label=label)
    return COULD_NOT_RUN


def _of_system(error: OSError) -> str:
    place = str(error.filename) if error.filename is not None else said.SYSTEM()
    return said.OF_SYSTEM(place=place, why=refusal(error))


def _is_usage(error: BaseException) -> bool:
    return hasattr(error, "exit_code") and hasattr(error, "format_message")


def _show_usage(error: BaseException) -> int:
    show = getattr(error, "show", None)
    if _Manner.as_json:
        tell([cast("Any", error).format_message()])
    elif show is not None:
        show(file=sys.stderr)
    return 2
