"""The command line: the one error boundary around whatever is called.

What there is to call is in ``commands``; the line of a crontab is read by ``cron_line``, without them.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


def main() -> None:
    """Run a command; the one place where errors become words and exit codes."""
    verbose = "--verbose" in sys.argv or "-v" in sys.argv
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _unraisable
    try:
        code = _called()
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the error boundary
        code = _failed(error, verbose=verbose)
    sys.exit(_flushed(code if isinstance(code, int) else 0))


def _unraisable(lost: UnraisableHookArgs) -> None:
    """Interrupt again where Ctrl-C came while something was taken apart, and went no further than that."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        _thread.start_new_thread(_interrupt_soon, (_thread.get_ident(),))
    else:
        sys.__unraisablehook__(lost)


def _interrupt_soon(thread: int) -> None:
    """Interrupt a thread once it is out of what swallows it, and again within whatever it waits for."""
    time.sleep(0.05)
    signal.pthread_kill(thread, signal.SIGINT)


def _called() -> int | None:
    """Run what the line asks for; its exit code, if it gives one."""
    from b24sync.cli.cron_line import plain_poll

    plain = plain_poll(sys.argv[1:], os.environ)
    if plain is not None:
        return plain()
    from b24sync.cli.commands import app
    from b24sync.words import speak
    from b24sync.words.spoken import of_environment

    speak(of_environment(os.environ))  # until a configuration is read, which says in what language

    # what a command exits with is returned, not raised
    return app(prog_name="b24sync", standalone_mode=False)  # type: ignore[no-any-return]


def _flushed(code: int) -> int:
    """Flush what is printed; a reader that went away is no error of ours, a full device is one."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            return max(code, _failed(error, verbose=False))
    return code


def _failed(error: BaseException, *, verbose: bool) -> int:
    from b24sync.cli.failure import explain

    if isinstance(error, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return explain(error, verbose=verbose)
