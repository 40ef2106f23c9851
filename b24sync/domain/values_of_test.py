"""What a test of rules and a replay know; a portal that holds this and nothing else answers by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol


class ValuesOfTest(Protocol):
    """The values, by which each `calls.Call` says how it would be answered (``Call.in_tests``)."""

    def row(self, kind: str, number: int) -> dict[str, Any]:
        """The row of an entity by the portal's codes.

        Raises:
            NotFoundError: There is no such entity.
        """
        ...

    def product_rows(self) -> Sequence[Mapping[str, Any]]:
        """The product rows of the event's entity.

        Each has some of ``product_id``, ``section_id``, ``name``, ``price``, ``quantity``.
        """
        ...

    def users(self, ids: Iterable[int]) -> Sequence[Mapping[str, Any]]:
        """Users by id: ``id``, ``name``, ``email``, ``active``, ``department``; everybody is there."""
        ...

    def members(self, department: int) -> Sequence[Mapping[str, Any]]:
        """The active users of a department."""
        ...

    def departments(self) -> Mapping[int, int]:
        """Department → its head."""
        ...

    def stages(self, entity_id: str) -> Sequence[Any]:
        """The stages (`rest.stages.Stage`) that the portal keeps under an ENTITY_ID."""
        ...

    def written_fields(self) -> Sequence[str]:
        """The fields that the step writes: the portal has them."""
        ...

    def new_id(self) -> int:
        """The id of what is being created."""
        ...
