"""``notify``: tell people by a portal notification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from b24sync.domain.settings import StepSettings
from b24sync.domain.values import Person, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(StepSettings):
    """Tell people; the portal replaces an earlier copy with the same TAG, so it may repeat.

    Attributes:
        to: Who is told.
        text: What; empty: the built-in text of the event.
    """

    name: ClassVar[str] = "notify"
    sends: ClassVar[Literal["mail", "notice", ""]] = "notice"
    to: tuple[Person, ...]
    text: Text = ""
