"""Events: facts derived from two looks at an entity and its stage history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from b24sync.domain.entity import DEAL, INVOICE, TASK, Key

STUCK = "stuck"
_BY_HISTORY = "moved/h"
_UNCHANGED: Mapping[str, Any] = MappingProxyType({})


class Event(NamedTuple):
    """One derived fact.

    Attributes:
        key: Unique and deterministic: the same facts give the same key after a crash.
        name: As ``invoice.status_changed``.
        entity: Whose event it is.
        occurred_at: When it happened by the portal's clock, aware UTC.
        from_: Stage or status before; ``None`` if unknown or not a move.
        to: Stage or status after.
        from_stage: The stage id behind ``from_``.
        to_stage: The stage id behind ``to``.
        changes: Contract field → ``[old, new]`` as JSON values.
        own: Whether every new value is one that an action wrote (contract.md G5).
        root: The entity that this one counts with: whose event led to it, along the whole chain.
        by: Id of the user who did it, where the portal shows it.
        spared: Rules that this event does not fire, since they are newer than it.
    """

    key: str
    name: str
    entity: Key
    occurred_at: datetime
    from_: str | None = None
    to: str | None = None
    from_stage: str | None = None
    to_stage: str | None = None
    changes: Mapping[str, Any] = _UNCHANGED
    own: bool = False
    root: Key | None = None
    by: int | None = None
    spared: frozenset[str] = frozenset()

    @property
    def what(self) -> str:
        """What happened, without the kind: ``status_changed``."""
        return self.name.removeprefix(f"{self.entity.kind}.")

    @property
    def after(self) -> str:
        """Of ``*.stuck``: the ``after`` of the rules whose time came; else empty."""
        parts = self.key.split("/")
        return parts[2] if len(parts) > 2 and parts[1] == STUCK else ""


def moved_key(entity: Key, *, history_row: int | None = None, revision: int = 0) -> str:
    """The key of a move: by the row of stage history that told it, else by the record that it changed."""
    return f"{entity}/moved/r{revision}" if history_row is None else f"{entity}/{_BY_HISTORY}{history_row}"


def history_row_of(key: str) -> int | None:
    """The row of stage history that told an event, by its `moved_key`; ``None``: no row did."""
    _, told, row = key.partition(f"/{_BY_HISTORY}")
    return int(row.partition("@")[0]) if told else None


def moved_name(kind: str) -> str:
    """The name of a kind's stage event."""
    return f"{kind}.status_changed" if kind == INVOICE else f"{kind}.stage_changed"


def stuck_name(kind: str) -> str:
    """The name of the event of a kind's entity that stands still."""
    return f"{kind}.{STUCK}"


def written_out(name: str) -> tuple[str, str, str]:
    """An event name of a configuration: its kind, the event, and the status that a short form leads to.

    ``invoice.paid`` is short for ``invoice.status_changed`` to ``paid``; empty where nothing is short.
    """
    kind, _, word = name.partition(".")
    short = kind == INVOICE and name not in event_names(kind)
    return (kind, moved_name(kind), word) if short else (kind, name, "")


EVENTS_ABOUT: Mapping[str, str] = {
    "created": "first seen, and new",
    "updated": "fields changed (at most once a poll; not the stage, not in the poll that created it)",
    "status_changed": "moved to another status; `from` and `to` narrow it",
    "stage_changed": "moved to another stage; `from` and `to` narrow it",
    "deleted": "the portal says that it is gone",
    "reminder_due": "unpaid, and a day of `[reminders]` has come",
    "tasks_completed": "all tasks that b24sync made for the invoice are closed",
    "stuck": "`after` has passed in one stage; once per stay",
    "completed": "closed (status 5)",
}
"""What each event means, by its last word."""


def event_names(kind: str) -> tuple[str, ...]:
    """Every event that a kind may give (contract.md §5 "Events")."""
    if kind == TASK:
        return ("task.created", "task.updated", "task.completed")
    names = (f"{kind}.created", f"{kind}.updated", moved_name(kind), f"{kind}.deleted")
    if kind == DEAL:
        return (*names, stuck_name(kind))
    own = ("invoice.reminder_due", "invoice.tasks_completed", stuck_name(kind))
    return (*names, *own) if kind == INVOICE else names
