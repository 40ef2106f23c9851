"""What a step is given, and what it may ask for with ``yield from``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.domain.entity import Entity, Key

if TYPE_CHECKING:
    from b24sync.domain.calendar.working_calendar import Calendar
    from b24sync.domain.commission_ledger import BookedRow
    from b24sync.domain.event import Event
    from b24sync.domain.settings import Settings
    from b24sync.ports import Effects, SaveDueDate, StepResult
    from b24sync.rest.kinds import Kind
    from b24sync.rest.stages import Stage
    from b24sync.rules.selectors import Found


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


@dataclass(frozen=True, slots=True)
class StepContext:
    """One action to be done.

    Attributes:
        rule: Name of the rule, or of the operator's command.
        event: The event that fired it.
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
    event: Event
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
    desk: Desk
    memory: Mapping[str, Any] = field(default_factory=dict)
    beside: Callable[[], Sequence[Mapping[str, Any]]] = tuple
    attempt: int = 1
    operator: Mapping[str, Any] = field(default_factory=dict)

    def today(self) -> date:
        """Today in the company's zone."""
        return self.now.astimezone(self.tz).date()

    def entity(self, kind: str, entity_id: int) -> Effects[Entity | None]:
        """A fresh look at an entity; ``None`` if it is gone; a refusal to show it is raised."""
        return self.desk.entity(kind, entity_id)

    def scope(self, names: Sequence[str], extra: Mapping[str, Any] | None = None) -> Effects[dict[str, Any]]:
        """Fresh values of root names (``invoice``, ``deal``, ``rows``, …) as texts see them.

        They are views of `rules.scope`; absent ones are falsy.
        """
        return self.desk.scope(names, extra or {})

    def text(self, source: str, *, mode: str, extra: Mapping[str, Any] | None = None) -> Effects[str]:
        """A rendered text; ``mode`` is plain, line, bbcode or html.

        Raises:
            PermanentError: The text cannot be rendered (an unknown name); the message says where.
        """
        return self.desk.text(source, mode=mode, extra=extra or {})

    def value(self, value: Any, *, extra: Mapping[str, Any] | None = None) -> Effects[Any]:
        """A value of ``set``.

        A bare path (``deal.contact_id``) gives the value itself, a template its text, anything else itself.
        """
        return self.desk.value(value, extra=extra or {})

    def people(self, selectors: Sequence[str], *, several: bool) -> Effects[Found]:
        """Users behind selectors: active ones, each once; ``several``.

        ``department:5`` means all its members, else its head.
        """
        return self.desk.people(selectors, several=several)


class Desk(Protocol):
    """The generators behind a context's methods; the engine makes one for each action."""

    def entity(self, kind: str, entity_id: int) -> Effects[Entity | None]:
        """See `StepContext.entity`."""
        ...

    def scope(self, names: Sequence[str], extra: Mapping[str, Any]) -> Effects[dict[str, Any]]:
        """See `StepContext.scope`."""
        ...

    def text(self, source: str, *, mode: str, extra: Mapping[str, Any]) -> Effects[str]:
        """See `StepContext.text`."""
        ...

    def value(self, value: Any, *, extra: Mapping[str, Any]) -> Effects[Any]:
        """See `StepContext.value`."""
        ...

    def people(self, selectors: Sequence[str], *, several: bool) -> Effects[Found]:
        """See `StepContext.people`."""
        ...


class RunnableStep(Protocol):
    """A step that can be done."""

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Do it."""
        ...
