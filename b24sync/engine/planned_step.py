"""Which step of its rule an action was planned for, if the settings were edited since (contract.md §6)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.domain.step_settings import StepSettings


class UnclearStepError(Exception):
    """Steps were edited, and others of their name removed or added: nothing tells which one is meant."""


def marks(steps: Sequence[StepSettings]) -> list[str]:
    """A text for each step that no other of the rule has: its settings, and which one of equal ones it is."""
    seen = Counter[str]()
    found = []
    for step in steps:
        digest = hashlib.sha256(repr(step).encode()).hexdigest()[:8]
        seen[digest] += 1
        found.append(f"{digest}.{seen[digest]}")
    return found


def step_now(position: int, planned: Mapping[int, str], steps: Sequence[StepSettings]) -> StepSettings | None:
    """The step of an action as it is configured now; ``None`` if it was taken out.

    An unchanged step is known by its mark. What is left over on both sides are edited steps, in their order;
    an action of a release that wrote no marks counts as edited.

    Args:
        position: The action's.
        planned: Position → mark, of all actions of one event and rule whose steps have one name.
        steps: The steps of that name now.

    Raises:
        UnclearStepError: It was edited, and another number of steps is left over.
    """
    now = dict(zip(marks(steps), steps, strict=True))
    if planned[position] in now:
        return now[planned[position]]
    left = [step for mark, step in now.items() if mark not in planned.values()]
    edited = [place for place, mark in sorted(planned.items()) if mark not in now]
    if not left:
        return None
    if len(left) != len(edited):
        raise UnclearStepError
    return left[edited.index(position)]
