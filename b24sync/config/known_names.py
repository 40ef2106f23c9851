"""Which names texts, conditions and people may use, by the kinds of the events (contract.md §5 "Names")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK
from b24sync.rules.root_names import roots_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from b24sync.domain.settings import Settings

COMMON = frozenset({"event", "now", "responsible", "people"})
"""Names that are there whatever the kind, and are no entities."""
BUILT_IN_KINDS = (INVOICE, DEAL, TASK, CONTACT, COMPANY)
RESERVED = COMMON | {
    "row",
    "rows",
    "recipient",
    "commission",
    "creator",
    "department_head",
    "user",
    *BUILT_IN_KINDS,
}
"""Names that a kind, a person or a look-up cannot have."""


def names_of(kind: str) -> frozenset[str]:
    """The names that an event of this kind offers."""
    return frozenset(roots_for(kind))


def names_of_all(kinds: Iterable[str]) -> frozenset[str]:
    """The names that the events of all these kinds offer."""
    sets = [names_of(kind) for kind in kinds]
    return frozenset.intersection(*sets) if sets else COMMON


def kinds_of(settings: Settings) -> tuple[str, ...]:
    """The kinds that ``poll.watch`` may list."""
    return (INVOICE, DEAL, TASK, *settings.kinds)
