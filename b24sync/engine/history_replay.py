"""Recorded history run through rules again, with no portal: what would have been planned, poll by poll.

The planner is the one that polls use, on a database in memory that is emptied after each poll; conditions are
judged on the entity as it was then and on the linked values that were recorded with the events. What was not
recorded cannot be judged, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from b24sync.calls import Answer, Call, identity
from b24sync.domain.entity import Entity, Key
from b24sync.engine.conditions import RuleJudge
from b24sync.engine.contexts import event_of_row
from b24sync.engine.plan import Planner, Verdict
from b24sync.rest import row_edits
from b24sync.rules.commissions import commission_view
from b24sync.rules.links import Linker
from b24sync.rules.loader import Loader, read_through

if TYPE_CHECKING:
    from datetime import tzinfo

    from b24sync.domain.event import Event
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings
    from b24sync.engine.as_of import Past
    from b24sync.rules.language import Language
    from b24sync.rules.scope import View
    from b24sync.store import Store
    from b24sync.store.action_rows import Action
    from b24sync.store.journal import EventRow

_BY_TIME = ("reminder_due", "tasks_completed", "stuck")


@dataclass(frozen=True, slots=True)
class Would:
    """What an event would have come to: an action, as it would have been written at the end of its poll."""

    event: EventRow
    action: Action


@dataclass(slots=True)
class Replay:
    """Runs recorded events through the rules of a configuration.

    Attributes:
        history: Where it was recorded; only read.
        scratch: An empty database of its own.
        say: Is told what could not be judged.
    """

    history: Store
    scratch: Store
    settings: Settings
    past: Past
    language: Language
    tz: tzinfo
    say: Callable[[str], None] = field(default=lambda _text: None)

    def run(self, *, since: int | None, until: int | None) -> Iterator[Would]:
        """The actions that would have been planned for the events of a time, in the order of the events."""
        events = self.history.journal.walk(since=since, until=until)
        for run, rows in groupby(events, key=lambda row: row.run):
            yield from self._poll(run, list(rows))

    def _poll(self, run: int, rows: Sequence[EventRow]) -> Iterator[Would]:
        planner = self._planner(run, rows)
        recorded: dict[int, EventRow] = {}
        for row in rows:
            if row.kind in self.past.kinds:
                event_id = planner.plan(self.event_of(row), partial(self._entity, row, run))
                recorded[event_id or 0] = row
                self._write(planner, row)
        planner.close()
        for action in self.scratch.take_plans():
            row = recorded[action.event_id or 0]
            yield Would(row, replace(action, event_id=row.id, next_attempt_at=None))

    def _write(self, planner: Planner, row: EventRow) -> None:
        for fault in planner.faults:
            self.say(f"event {row.id} {row.name}: {fault}")
        planner.faults.clear()

    def _planner(self, run: int, rows: Sequence[EventRow]) -> Planner:
        now = datetime.fromtimestamp(rows[0].detected_at, UTC)
        judge = _PastJudge(self, run, now, _heard(rows))
        return Planner(
            store=self.scratch,
            rules=self.settings.rules,
            safety=self.settings.safety,
            judge=judge,
            run=run,
            now=now,
            due_at=0,
            installation="replay",
        )

    def event_of(self, row: EventRow) -> Event:
        """The event, its statuses named by this configuration."""
        event, status = event_of_row(row), self.past.funnels.status
        if row.to_stage is None:
            return event
        return event._replace(
            from_=None if row.from_stage is None else status(row.kind, row.from_stage),
            to=status(row.kind, row.to_stage),
        )

    def _entity(self, row: EventRow, run: int) -> Entity:
        key = Key(row.kind, row.entity_id)
        return self.past.entity(key, run) or Entity(key, {"id": key.id})

    def linker(self, run: int, now: datetime, event: Event, loader: Loader) -> Linker:
        """Loads links for one event, as a poll's does."""
        upkept = event.name.endswith(_BY_TIME)  # the ledger is kept before these are derived

        def booked(key: Key) -> View:
            return commission_view(self.history.ledger.rows_before(key, run, upkept=upkept))

        past = self.past
        return Linker(
            kinds=past.kinds,
            statuses=past.funnels.statuses(),
            base_url=past.base_url,
            tz=self.tz,
            now=now,
            people=self.settings.people,
            commission=booked if self.settings.commission is not None else None,
            loader=loader,
        )


class _NotRecordedError(Exception):
    """What a condition needs was not recorded."""


@dataclass(slots=True)
class _PastJudge:
    """Judges from what was heard in the poll, and from the snapshot as it was then."""

    replay: Replay
    run: int
    now: datetime
    heard: dict[str, object]
    loader: Loader = field(default_factory=Loader)

    def holds(self, rule: RuleSettings, event: Event, entity: Entity) -> Verdict:
        """Whether the condition holds; a verdict with a fault if that cannot be known."""
        judge = RuleJudge(
            self.replay.language,
            lambda: self.replay.linker(self.run, self.now, event, self.loader),
            self.loader,
        )
        try:
            return read_through(self, self.loader.effects(lambda: judge.holds(rule, event, entity)))
        except _NotRecordedError as error:
            reason = f"cannot be judged: {error} was not recorded"
            return Verdict(matched=False, reason=reason, fault=reason)

    def read(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers as they were then.

        Raises:
            _NotRecordedError: Some are not known; it names their calls.
        """
        found = [self._recalled(call) for call in calls]
        unknown = {_named(call) for call, answer in zip(calls, found, strict=True) if answer is None}
        if unknown:
            raise _NotRecordedError(", ".join(sorted(unknown)))
        return [answer for answer in found if answer is not None]

    def _recalled(self, call: Call) -> Answer | None:
        name = identity(call)
        if name in self.heard:
            return Answer(call, self.heard[name])
        past = self.replay.past
        key = row_edits.entity_read_by(call.method, call.params, past.kinds.values())
        look = past.look(key, self.run) if key is not None else None
        return None if look is None else Answer(call, look.raw)


def _heard(rows: Sequence[EventRow]) -> dict[str, object]:
    """What the conditions of a poll heard, whichever event they were asked for."""
    return {name: result for row in rows for name, result in row.seen.items()}


def _named(call: Call) -> str:
    params = ", ".join(
        f"{name} {value}" for name, value in call.params.items() if isinstance(value, int | str)
    )
    return f"{call.method} ({params})" if params else call.method
