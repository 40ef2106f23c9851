"""``assign``: change the responsible of deal, contact and company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from b24sync.domain.settings import StepSettings
from b24sync.domain.values import Person

Target: TypeAlias = Literal["deal", "contact", "company"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(StepSettings):
    """Make somebody responsible; incoming calls follow the contact's responsible.

    Attributes:
        targets: What is handed over, of the things linked to the event's entity.
        to: Who gets it: the first of these that is found and active.
    """

    name: ClassVar[str] = "assign"
    targets: tuple[Target, ...] = ("deal", "contact")
    to: tuple[Person, ...]
