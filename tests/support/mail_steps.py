"""Troubles of the portal for the bench of steps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from b24sync.sandbox import Fault
from tests.support.steps import Bench


@contextmanager
def refusing(bench: Bench, method: str, code: str, words: str) -> Iterator[None]:
    """While it lasts, the portal refuses a method."""
    bench.portal.faults.add(Fault("error", method=method, code=code, description=words, times=99))
    yield
    bench.portal.faults.clear()
