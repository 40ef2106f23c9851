"""Who did what an event tells, as far as the portal's row shows it (smart items name their users)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from b24sync.rest import items
from b24sync.rest.json_values import id_or_none

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.domain.event import Event


def author_of(event: Event, raw: Mapping[str, Any]) -> int | None:
    """The user who created, moved or changed an entity; ``None`` if that cannot be told.

    A row names who saved and who moved it last; of an earlier move nobody knows.
    """
    word = event.name.rpartition(".")[2]
    if word == "created":
        return creator(raw)
    _, updated, moved = items.snapshot_times(raw)
    if word in {"status_changed", "stage_changed"}:
        return mover(raw, moved, at=event.occurred_at)
    if word == "updated":
        return id_or_none(raw.get("updatedBy")) if updated == event.occurred_at else None
    return None


def creator(raw: Mapping[str, Any]) -> int | None:
    """The user who created an entity."""
    return id_or_none(raw.get("createdBy"))


def mover(raw: Mapping[str, Any], moved: datetime | None, *, at: datetime) -> int | None:
    """The user who made a move, if it is the last one of the row, which was ``moved`` then."""
    return id_or_none(raw.get("movedBy")) if moved == at else None
