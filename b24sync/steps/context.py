"""What a step is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.domain.entity import Entity, Key
from b24sync.domain.values import is_path

if TYPE_CHECKING:
    from b24sync.domain.calendar.working_calendar import Calendar
    from b24sync.domain.commission_ledger import BookedRow
    from b24sync.domain.event import Event
    from b24sync.domain.settings import Settings
    from b24sync.ports import Effects, SaveDueDate, StepResult
    from b24sync.rest.kinds import Kind
    from b24sync.rest.stages import Stage
    from b24sync.rules.language import Language, Mode
    from b24sync.rules.links import Linker
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """One action to be done, and what its step may ask with ``yield from``; everything is read anew, once.

    Attributes:
        event: The event that fired it.
        subject: The event's entity: its key, to have it read; for a deleted one its last known look.
        linker: Reads what is linked to it.
        language: Renders texts.
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

    event: Event
    subject: Key | Entity
    linker: Linker
    language: Language
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

    def entity(self, kind: str, entity_id: int) -> Effects[Entity | None]:
        """A fresh look at an entity; ``None`` if it is gone; a refusal to show it is raised."""
        return self.linker.entity(kind, entity_id)

    def scope(self, names: Sequence[str], extra: Mapping[str, Any] | None = None) -> Effects[dict[str, Any]]:
        """Fresh values of root names (``invoice``, ``deal``, ``rows``, …) or dotted paths, as texts see them.

        They are views of `rules.scope`; absent ones are falsy.
        """
        paths = {tuple(name.split(".")) for name in names}
        return self.linker.scope(paths, self.subject, event=self.event, extra=extra or {})

    def text(self, source: str, *, mode: Mode, extra: Mapping[str, Any] | None = None) -> Effects[str]:
        """A rendered text.

        Raises:
            PermanentError: The text cannot be rendered (an unknown name); the message says where.
        """
        compiled = self.language.compile_text(source, mode)
        scope = yield from self.linker.scope(
            compiled.names, self.subject, event=self.event, extra=extra or {}
        )
        return compiled.render(scope)

    def value(self, value: Any, *, extra: Mapping[str, Any] | None = None) -> Effects[Any]:
        """A value of ``set``.

        A bare path (``deal.contact_id``) gives the value itself, a template its text, anything else itself.
        """
        if isinstance(value, tuple | list):
            found = []
            for one in value:
                found += [(yield from self.value(one, extra=extra))]
            return found
        if isinstance(value, str) and is_path(value):
            compiled = self.language.compile_expression(value)
            scope = yield from self.linker.scope(
                compiled.names, self.subject, event=self.event, extra=extra or {}
            )
            return compiled.value(scope)
        if isinstance(value, str) and "{" in value:
            return (yield from self.text(value, mode="plain", extra=extra))
        return value

    def people(self, selectors: Sequence[str], *, several: bool) -> Effects[Found]:
        """Users behind selectors: active ones, each once.

        ``department:5`` means with ``several`` all its members, else its head.
        """
        return self.linker.resolve(selectors, self.subject, several=several)


class RunnableStep(Protocol):
    """A step that can be done."""

    def run(self, ctx: StepContext) -> Effects[StepResult]:
        """Do it."""
        ...
