"""Which names texts and conditions may use, by the kind of the event (DESIGN.md §5 "Names")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.domain.entity import COMPANY, CONTACT, DEAL, INVOICE, TASK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from b24sync.domain.settings import Settings

COMMON = frozenset({"event", "now", "responsible", "people"})
BUILT_IN_KINDS = (INVOICE, DEAL, TASK, CONTACT, COMPANY)
RESERVED = COMMON | {"row", "rows", "commission", "creator", "department_head", "user", *BUILT_IN_KINDS}

_LINKED = {
    INVOICE: {INVOICE, DEAL, CONTACT, COMPANY, "rows", "commission"},
    DEAL: {DEAL, CONTACT, COMPANY, "rows", "commission"},
    TASK: {TASK, DEAL, INVOICE, CONTACT, COMPANY, "rows"},
}


def names_of(kind: str) -> frozenset[str]:
    """The names that an event of this kind offers, ``commission`` included."""
    return COMMON | _LINKED.get(kind, {kind, DEAL, CONTACT, COMPANY})


def names_of_all(kinds: Iterable[str]) -> frozenset[str]:
    """The names that the events of all these kinds offer."""
    sets = [names_of(kind) for kind in kinds]
    return frozenset.intersection(*sets) if sets else COMMON


def kinds_of(settings: Settings) -> tuple[str, ...]:
    """The kinds that ``poll.watch`` may list."""
    return (INVOICE, DEAL, TASK, *settings.kinds)
