"""Named points of poll and dispatch, at which tests end the process to see what survives."""

from __future__ import annotations

from collections.abc import Callable

Checkpoint = Callable[[str], None]


def pass_by(_point: str) -> None:
    """The checkpoint that does nothing."""
