"""What an action keeps from one try to the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from b24sync.ports import SaveMemory

if TYPE_CHECKING:
    from b24sync.ports import Effects


class Memory:
    """A mapping that is kept as a whole, each change committed before the step goes on."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._kept = dict(kept)

    def get(self, name: str) -> Any:
        """A value; ``None`` if there is none."""
        return self._kept.get(name)

    def put(self, **changes: Any) -> Effects[None]:
        """Keep values; ``None`` forgets one."""
        merged = {**self._kept, **changes}
        self._kept = {name: value for name, value in merged.items() if value is not None}
        yield SaveMemory(self.all())

    def all(self) -> dict[str, Any]:
        """Everything, as a JSON object."""
        return dict(self._kept)
