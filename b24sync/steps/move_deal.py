"""``move_deal``: move the deal on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from b24sync.domain.settings import StepSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveDeal(StepSettings):
    """Move the deal of the event's entity, never backwards.

    Attributes:
        stage: ``"next"``, a stage id, or a table of funnel id → one of these (other funnels are left alone).
    """

    name: ClassVar[str] = "move_deal"
    stage: str | Mapping[str, str] = "next"
