"""``commission``: book what people will get or got for an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from b24sync.domain.entity import DEAL, INVOICE
from b24sync.domain.settings import StepSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission(StepSettings):
    """Book commissions by ``[[commission.rates]]``; booking the same again books nothing."""

    name: ClassVar[str] = "commission"
    kinds: ClassVar[tuple[str, ...]] = (INVOICE, DEAL)
