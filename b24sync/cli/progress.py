"""A progress bar on a terminal, for what takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE_S = 2.0


@contextmanager
def bar(*, enabled: bool) -> Iterator[Callable[[str, int], None]]:
    """What is told how many rows of a kind are there.

    Shows them once two seconds have passed, and only on a terminal.
    """
    if not (enabled and sys.stderr.isatty()):
        yield lambda _what, _count: None
        return
    shown = _Shown()
    try:
        yield shown.write
    finally:
        shown.close()


class _Shown:
    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}

    def write(self, what: str, count: int) -> None:
        if self._progress is None:
            if time.monotonic() - self._begun < PATIENCE_S:
                return
            self._progress = _open()
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=None)
        self._progress.update(self._tasks[what], completed=count)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _open() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.start()
    return progress
