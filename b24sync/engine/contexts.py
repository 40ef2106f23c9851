"""Making the generator of an action: its rule's step, its event, and all that the step may ask."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, cast

from b24sync.domain.addresses import ascii_domain
from b24sync.domain.entity import Entity, Key
from b24sync.domain.event import Event
from b24sync.engine.planned_step import UnclearStepError, step_now
from b24sync.ports import Failed, Skipped
from b24sync.steps.context import RunnableStep, StepContext
from b24sync.store.outbox import STEP_MARK
from b24sync.words import outside as words

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.settings import Settings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.engine.funnels import Funnels
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.kinds import Kind
    from b24sync.rules.language import Language
    from b24sync.rules.links import Linker
    from b24sync.steps.context import Records
    from b24sync.store import Store
    from b24sync.store.action_rows import Action
    from b24sync.store.journal import EventRow

OPERATOR = "operator"
OF = "of"  # an operator's option: rule and position of the configured step that is run


@dataclass(slots=True)
class ContextMaker:
    """Opens actions for the dispatcher.

    Attributes:
        records: What steps look at instead of the database's own (a dry run's).
        imagined: What entities are taken to hold instead of what the portal shows (a dry run's changes).
    """

    store: Store
    settings: Settings
    kinds: Mapping[str, Kind]
    funnels: Funnels
    language: Language
    linker: Callable[[], Linker]
    calendar: Callable[[], Calendar]
    tz: tzinfo
    now: datetime
    base_url: str
    operator_steps: Mapping[str, StepSettings]
    records: Records | None = None
    imagined: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)

    def open(self, action: Action) -> Effects[StepResult] | StepResult:
        """The generator of an action, or how it ends without one (its rule is gone)."""
        try:
            step = self.step_of(action)
        except UnclearStepError:
            return Failed(words.STEP_UNCLEAR(step=action.step, rule=action.rule))
        if step is None:
            return Skipped("rule_gone", {"message": words.RULE_GONE(step=action.step, rule=action.rule)})
        if not hasattr(step, "run"):
            return Failed(words.NO_RUN(step=action.step))
        return cast("RunnableStep", step).run(self.context(action))

    def step_of(self, action: Action) -> StepSettings | None:
        """The step as it is configured now; ``None`` if it is there no more.

        An operator's command has one of its own unless it was given a configured one.

        Raises:
            UnclearStepError: Nothing tells which of several it is.
        """
        by_hand, chosen = action.event_id is None, action.options.get(OF)
        if by_hand and not chosen and action.rule in self.operator_steps:
            return self.operator_steps[action.rule]
        rule, position = (chosen["rule"], chosen["position"]) if chosen else (action.rule, action.position)
        mark = action.options.get(STEP_MARK)
        if by_hand and mark is None:
            return self._chosen(action.step, rule=rule, position=position)
        steps = self._steps(rule, action.step)
        if not steps:
            return None
        beside = self.store.actions.planned_beside(action, STEP_MARK)
        return step_now(position, {position: mark or "", **beside}, steps)

    def _steps(self, rule: str, name: str) -> list[StepSettings]:
        """The steps of a name in a rule."""
        found = [one for one in self.settings.rules if one.name == rule]
        return [step for one in found for step in one.steps if step.name == name]

    def _chosen(self, name: str, *, rule: str, position: int) -> StepSettings | None:
        """The configured step that an operator chose: at its place, else the only one of its name."""
        found = next((one for one in self.settings.rules if one.name == rule), None)
        if found is not None and position < len(found.steps) and found.steps[position].name == name:
            return found.steps[position]
        same = self._steps(rule, name)
        return same[0] if len(same) == 1 else None

    def context(self, action: Action) -> StepContext:
        """What the step of an action is given."""
        event = self.event_of(action)
        planned = self._planned(event)
        linker = self.linker()
        linker.imagine(self.imagined)
        subject: Key | Entity = planned if event.name.endswith(".deleted") else event.entity
        return StepContext(
            rule=action.rule,
            event=event,
            planned=planned,
            marker=action.marker,
            message_id=message_id(action, self.settings),
            now=self.now,
            tz=self.tz,
            lang=self.settings.language,
            settings=self.settings,
            kinds=self.kinds,
            calendar=self.calendar(),
            funnels=self.funnels,
            records=self.records or self.store.records,
            base_url=self.base_url,
            subject=subject,
            linker=linker,
            language=self.language,
            memory=action.memory,
            beside=lambda: self.store.actions.memories_beside(action),
            attempt=action.attempts,
            operator=action.options if action.event_id is None else {},
        )

    def event_of(self, action: Action) -> Event:
        """The event of an action; an operator's has one that nothing derived."""
        row = self.store.journal.event(action.event_id) if action.event_id is not None else None
        if row is not None:
            return event_of_row(row)
        name = str(action.options.get("event") or f"{action.kind}.{OPERATOR}")
        given = action.options
        return Event(
            action.key,
            name,
            Key(action.kind, action.entity_id),
            datetime.fromtimestamp(action.planned_at, UTC),
            to=given.get("moved_to"),
            to_stage=given.get("to_stage"),
            changes=given.get("changes") or {},
        )

    def _planned(self, event: Event) -> Entity:
        """The event's entity as the poll saw it, in the stage that was recorded last."""
        stored = self.store.snapshot.entity(event.entity.kind, event.entity.id)
        kind = self.kinds[event.entity.kind]
        if stored is None:
            return Entity(event.entity, {"id": event.entity.id})
        row = self.store.shapes.row(stored.data)
        return self.funnels.entity(kind, row, stage=stored.stage, base_url=self.base_url)


def event_of_row(row: EventRow) -> Event:
    """A recorded event as derivation made it."""
    root = Key(row.root_kind, row.root_id) if row.root_kind and row.root_id else None
    return Event(
        key=row.key,
        name=row.name,
        entity=Key(row.kind, row.entity_id),
        occurred_at=datetime.fromtimestamp(row.occurred_at, UTC),
        from_=row.from_,
        to=row.to_,
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        changes=row.changes,
        own=row.own,
        root=root,
        by=row.by_user,
    )


def message_id(action: Action, settings: Settings) -> str:
    """The Message-ID of an action's mail: always the same one for the same action."""
    digest = hashlib.sha256(f"mail/{action.marker}".encode()).hexdigest()[:32]
    sender = settings.mail.from_ if settings.mail else ""
    domain = sender.rpartition("@")[2].strip("> ") or "b24sync.invalid"
    return f"<{digest}@{ascii_domain(domain)}>"
