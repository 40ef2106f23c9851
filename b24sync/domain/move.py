"""One move of an entity from stage to stage, as the portal recorded it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

FUNNEL_CHANGED = 5  # TYPE_ID of a row that begins another funnel, whose former rows may be gone


class Move(NamedTuple):
    """One row of the portal's stage history."""

    id: int
    type_id: int
    at: datetime
    stage: str
