"""What a step is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.domain.entity import Entity, Key
from b24sync.steps.desk import Desk

if TYPE_CHECKING:
    from b24sync.domain.calendar.working_calendar import Calendar
    from b24sync.domain.commission_ledger import BookedRow
    from b24sync.domain.settings import Settings
    from b24sync.ports import Effects, SaveDueDate, StepResult
    from b24sync.rest.kinds import Kind
    from b24sync.rest.stages import Stage


class FunnelsPort(Protocol):
    """The portal's stages, as far as they are known."""

    def stage(self, kind: str, stage_id: str) -> Stage | None:
        """One stage."""
        ...

    def stages(self, kind: str, category_id: int) -> Sequence[Stage]:
        """The stages of a funnel, in its order."""
        ...

    def semantic(self, kind: str, stage_id: str) -> str:
        """``P`` in process, ``S`` success, ``F`` failure."""
        ...

    def status(self, kind: str, stage_id: str) -> str:
        """The status name of an invoice's stage, else the stage id."""
        ...

    def stage_ids(self, status: str) -> Sequence[str]:
        """The stage ids behind an invoice status name; a stage id stands for itself."""
        ...


@dataclass(frozen=True, slots=True)
class DueDate:
    """An invoice's due date as people set it, and as the calendar moved it."""

    original: date
    shifted: date


class Records(Protocol):
    """What the program keeps itself and steps may look at."""

    def due_date(self, entity: Key) -> DueDate | SaveDueDate | None:
        """The due date that was moved before; ``None`` if none was."""
        ...

    def ledger(self, entity: Key) -> Sequence[BookedRow]:
        """The booked rows of an entity, oldest first."""
        ...

    def document(self, entity: Key, template_id: int) -> tuple[int, str] | None:
        """Id of the document that was made last, and the digest of what it prints; ``None`` if none was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext(Desk):
    """One action to be done, and what its step may ask with ``yield from`` (`Desk`).

    Attributes:
        rule: Name of the rule, or of the operator's command.
        planned: The event's entity as the poll that planned the action saw it (a fresh look: ``yield from
            ctx.entity(...)``).
        marker: ``b24sync:…``, unique to this action for ever; put it (or ``f"{marker}:{part}"``) on what is
            created and look for it first.
        message_id: The Message-ID of a mail of this action, with angle brackets.
        now: The portal's time, aware UTC. ``tz``: the company's zone.
        lang: ``ru`` or ``en``, for built-in texts.
        memory: What an earlier try of this action kept by ``Note`` or ``Waiting``.
        beside: What other actions of this step remember that the same poll planned, oldest first.
        attempt: 1 at the first try.
        operator: Options of an operator's command (``to`` of resend-invoice); empty for rules.
    """

    rule: str
    planned: Entity
    marker: str
    message_id: str
    now: datetime
    tz: tzinfo
    lang: str
    settings: Settings
    kinds: Mapping[str, Kind]
    calendar: Calendar
    funnels: FunnelsPort
    records: Records
    base_url: str
    memory: Mapping[str, Any] = field(default_factory=dict)
    beside: Callable[[], Sequence[Mapping[str, Any]]] = tuple
    attempt: int = 1
    operator: Mapping[str, Any] = field(default_factory=dict)

    def today(self) -> date:
        """Today in the company's zone."""
        return self.now.astimezone(self.tz).date()


class RunnableStep(Protocol):
    """A step that can be done."""

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Do it."""
        ...
