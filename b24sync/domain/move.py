"""One move of an entity from stage to stage, as the portal recorded it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the portal's stage history."""

    id: int
    type_id: int
    at: datetime
    stage: str
