"""``create_activity``: a meeting, a call or a to-do in the timeline of the deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from b24sync.domain.settings import StepSettings
from b24sync.domain.values import Deadline, Person, Text

NEXT_WORKING_DAY = Deadline(1, working=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateActivity(StepSettings):
    """Make one activity. Only meetings and calls carry a marker: a to-do's lost answer leaves it uncertain.

    Attributes:
        subject: Empty: the built-in one.
        responsible: Empty: the responsible of the deal, without a deal that of the event's entity.
        start: When it begins; without a time of day, at 10:00.
    """

    name: ClassVar[str] = "create_activity"
    kind: Literal["meeting", "call", "todo"] = "meeting"
    subject: Text = ""
    description: Text = ""
    responsible: Person = ""
    start: Deadline = NEXT_WORKING_DAY
