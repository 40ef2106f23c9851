"""``shift_due_date``: move the planned payment date to a working day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from b24sync.domain.entity import INVOICE
from b24sync.domain.settings import StepSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDueDate(StepSettings):
    """Move the due date of the event's invoice; ``direction`` ``None`` is the calendar's."""

    name: ClassVar[str] = "shift_due_date"
    kinds: ClassVar[tuple[str, ...]] = (INVOICE,)
    direction: Literal["next", "previous", "nearest", "none"] | None = None
