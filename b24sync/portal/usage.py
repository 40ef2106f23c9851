"""What the calls of a process used of the portal, as its answers tell it (portal.md §1.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_S = 86_400.0  # what is longer is no time that a call took


@dataclass(slots=True)
class MethodUse:
    """Of one REST method.

    Attributes:
        calls: How often it was called.
        seconds: How long the portal worked over it, by its own word.
        told: The highest operating time of the last ten minutes that the portal told, seconds.
    """

    calls: int = 0
    seconds: float = 0.0
    told: float = 0.0

    def add(self, time: Mapping[str, Any]) -> None:
        """Count one call by the ``time`` block of its answer."""
        self.calls += 1
        self.seconds += _seconds(time.get("duration"))
        self.told = max(self.told, _seconds(time.get("operating")))


class Usage:
    """By method, since it was last taken."""

    def __init__(self) -> None:
        self._methods: dict[str, MethodUse] = {}

    def add(self, method: str, time: Mapping[str, Any]) -> None:
        """Count one call."""
        self._methods.setdefault(method, MethodUse()).add(time)

    def take(self) -> dict[str, MethodUse]:
        """What was used; counted anew from now on."""
        taken, self._methods = self._methods, {}
        return taken


def _seconds(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < _MOST_S else 0.0
