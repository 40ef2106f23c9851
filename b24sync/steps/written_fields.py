"""What the steps that write fields have in common in their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.domain.step_settings import StepProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


def set_problems(given: Mapping[str, Any]) -> Iterator[StepProblem]:
    """An empty ``set`` would write nothing."""
    if not given:
        from b24sync.words.config_rules import SET_EMPTY

        yield StepProblem(("set",), SET_EMPTY.both())
