"""The poll's transaction.

Staged pages become snapshot, revisions, events, actions and cursors together (contract.md G3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from b24sync.domain.derive import Derived, Facts, Look, derive
from b24sync.domain.entity import TASK, Entity, Key
from b24sync.domain.event import Event
from b24sync.domain.move import Move
from b24sync.engine.capture.promotion import promote
from b24sync.engine.capture.reading import KindReading
from b24sync.engine.capture.staging import due_of, seconds
from b24sync.engine.first_looks import first_look
from b24sync.engine.history_waits import HistoryWaits
from b24sync.engine.looks import MAPPING, UnmappableError, known_of, look_of, moment
from b24sync.rest.authors import author_of
from b24sync.store.news import News, Outcomes, portions
from b24sync.store.snapshot import Stored

if TYPE_CHECKING:
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.plan import Planner
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.held import HeldEntity


@dataclass(slots=True)
class Applied:
    """What a transaction came to.

    Attributes:
        changes: Kind → how many entities were created or changed.
        events: How many events were recorded.
        touched: Entities with news, for what follows from them (reminders, finished tasks, the ledger).
        unbound: Tasks whose bindings changed → their rows as they were before.
        warnings: What a person should know.
    """

    run: int
    now: datetime
    changes: dict[str, int] = field(default_factory=dict)
    events: int = 0
    touched: dict[Key, None] = field(default_factory=dict)
    unbound: dict[Key, dict[str, Any]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Applier:
    """Applies the complete kinds of one poll.

    Everything here runs inside one transaction, without network.

    Attributes:
        waiting: Entities whose events wait for links that cannot be read now.
    """

    store: Store
    funnels: Funnels
    planner: Planner
    base_url: str
    overlap: timedelta
    run: int
    signpost: datetime
    swept_before: dict[str, int] = field(default_factory=dict)
    waiting: Collection[Key] = frozenset()
    horizon: int = 0  # the last history row read of the kind in hand
    held: dict[int, HeldEntity] = field(default_factory=dict)  # what of the kind in hand was left out before
    newest: int | None = None  # where times do not tell what is new: the highest id that was known
    roots: Mapping[Key, Key] = field(default_factory=dict)  # of the entities in hand that steps made
    outcomes: Outcomes = field(init=False)
    occurred: list[tuple[Event, Callable[[], Entity]]] = field(default_factory=list)  # not planned yet

    def __post_init__(self) -> None:
        self.outcomes = Outcomes(self.store.snapshot, self.store.staged)

    def apply(self, readings: Iterable[KindReading]) -> Applied:
        """Apply the news of some kinds."""
        applied = Applied(self.run, self.signpost)
        for reading in readings:
            applied.changes.setdefault(reading.kind.name, 0)
            self._apply_kind(reading, applied)
        return applied

    def _apply_kind(self, reading: KindReading, applied: Applied) -> None:
        snapshot, kind = self.store.snapshot, reading.kind
        if reading.opened is not None:
            self.store.staged.rewind(kind.name, seconds(reading.opened))
            snapshot.close_since(kind.name)
        if reading.fresh and reading.cursor.baseline_run is not None:
            snapshot.vanish_unseen(
                kind.name, since_run=reading.cursor.baseline_run, run=self.run, at=seconds(self.signpost)
            )
            self.store.unjudged.add_booked(kind.name)
        self.store.held.restage(kind.name, seconds(self.signpost))
        waits = HistoryWaits(self.store, self.funnels, reading, reading.begun or self.signpost, self.overlap)
        waits.defer()
        facts = self._facts(reading, waits)
        self.held = self.store.held.of_kind(kind.name)
        self.horizon = reading.history_id
        self.newest = (snapshot.bounds(kind.name) or (0, 0))[1] if reading.widened else None
        owners = self.store.staged.owners(kind.name)
        for portion in portions([*owners, *self._overdue(kind, owners)]):
            self.roots = self.store.echoes.roots_of(kind.name, portion)
            for one in self.store.news(kind.name, portion):
                self._apply_entity(kind, one, facts, waits, applied)
            self._write_portion(applied)
        for entity_id, state in self.store.staged.gone(kind.name):
            self._gone(kind, entity_id, state, facts, applied)
        self._write_portion(applied)
        promote(
            self.store,
            reading,
            signpost=self.signpost,
            overlap=self.overlap,
            run=self.run,
            deferred=min(waits.held, default=None),
        )

    def _write_portion(self, applied: Applied) -> None:
        """Write what came of some entities, and plan their events."""
        self.outcomes.write()
        for some in portions(self.occurred):
            applied.events += sum(one is not None for one in self.planner.plan_all(some))
        self.occurred.clear()

    def _overdue(self, kind: Kind, owners: Sequence[int]) -> list[int]:
        """Entities without news whose history did not come in time."""
        overdue = self.store.staged.awaited(seconds(self.signpost - self.overlap), kind.name)
        seen = set(owners) if overdue else set[int]()
        return [owner for owner in overdue if owner not in seen]

    def _facts(self, reading: KindReading, waits: HistoryWaits) -> Facts:
        kind, since = reading.kind.name, reading.since
        return Facts(
            run=self.run,
            fresh_from=(since - self.overlap) if since else self.signpost,
            quiet=reading.quiet,
            status_of=cache(partial(self.funnels.status, kind)),  # few stages, asked of every entity
            is_first=cache(partial(self.funnels.is_first, kind)),
            wrote=self.store.echoes.is_own if self.store.echoes.any_write(kind) else _by_nobody,
            made_by=self._root_of,
            settled_before=waits.settled_before,
            rows_only=waits.rows_only,
            is_final=lambda stage: self.funnels.semantic(kind, stage) in {"S", "F"},
        )

    def _root_of(self, key: Key) -> Key | None:
        return self.roots.get(key)

    # one entity

    def _apply_entity(
        self, kind: Kind, one: News, facts: Facts, waits: HistoryWaits, applied: Applied
    ) -> None:
        """Apply what is staged of an entity, or leave it out if it must wait or cannot be mapped (G13)."""
        key = Key(kind.name, one.id)
        if key in self.waiting:
            self.store.held.keep(key.kind, key.id, fresh_from=self._fresh_from(facts))
            return
        unread = self._is_unread(one)
        if unread and one.stored is None:
            self.store.held.keep_history(key.kind, key.id)
            return
        try:
            self._apply_readable(kind, one, facts, waits, applied)
        except UnmappableError as error:
            self._set_aside(key, str(error), facts)
            return
        if one.id in self.held and not unread:
            self.store.held.lift(kind.name, one.id)

    def _is_unread(self, one: News) -> bool:
        """Whether the portal cannot answer for the entity's row, still: all there is of it is history."""
        held = self.held.get(one.id)
        return held is not None and held.why == "row" and not held.kept and one.row is None

    def _set_aside(self, key: Key, reason: str, facts: Facts) -> None:
        at, fresh_from = seconds(self.signpost), self._fresh_from(facts)
        self.store.held.note(key.kind, key.id, "row", reason, at=at, fresh_from=fresh_from)
        self.store.held.keep(key.kind, key.id)

    @staticmethod
    def _fresh_from(facts: Facts) -> int | None:
        return None if facts.quiet else seconds(facts.fresh_from)

    def _apply_readable(
        self, kind: Kind, one: News, facts: Facts, waits: HistoryWaits, applied: Applied
    ) -> None:
        """Apply one entity.

        Raises:
            UnmappableError: Its row cannot be mapped; nothing was written.
        """
        stored, rows = one.stored, self.store.shapes
        with MAPPING:
            raw = rows.row(one.row.data) if one.row else None
        about = self._about(facts, kind, one, raw)
        if raw is not None and about is facts and self._apply_first(kind, one, raw, facts, applied):
            return
        with MAPPING:
            known = known_of(kind, stored, rows.row(stored.data)) if stored else None
            shown = rows.row(stored.data) if raw is None and stored and one.awaited else raw
            look = look_of(kind, shown, compared=stored is not None) if shown is not None else None
        moves = [Move(row.id, row.type, moment(row.at), row.stage) for row in one.history]
        if raw is None and shown is not None:
            about = replace(about, remembered=True)
        late = waits.told_late(known, moves, about)
        outcome = derive(known, look, waits.without_gap(known, shown, moves), about)
        if outcome is None:
            return
        if outcome.adopted and stored is None:  # whatever its history says up to here is not news
            history_id = max(outcome.known.history_id, self.horizon)
            outcome = outcome._replace(known=outcome.known._replace(history_id=history_id))
        row = raw if raw is not None else rows.row(stored.data if stored else "{}")
        events = [*late, *outcome.events]
        with MAPPING:
            entity = self.entity(kind, row, outcome.known.stage) if events else None
        self._write(kind, outcome, one, raw=raw, look=look, applied=applied)
        if kind.name == TASK and stored and raw is not None:
            _note_bindings(outcome.known.key, rows.row(stored.data), raw, applied)
        if late:
            applied.touched[outcome.known.key] = None
        if entity is not None:
            self._plan_later(events, row, entity)

    def _apply_first(
        self, kind: Kind, one: News, raw: dict[str, Any], facts: Facts, applied: Applied
    ) -> bool:
        """Apply a plain entity that nobody has seen before; false if it is none."""
        with MAPPING:
            first = first_look(kind, one, raw, facts)
            if first is None:
                return False
            stored, events = first
            entity = self.entity(kind, raw, stored.stage)
        self.outcomes.save(stored)
        self._revision(stored, "created", {})
        applied.touched[entity.key] = None
        applied.changes[kind.name] += 1
        self.occurred += [(event, lambda: entity) for event in events]
        return True

    def _plan_later(self, events: Iterable[Event], row: Mapping[str, Any], entity: Entity) -> None:
        """Plan events with those of the other entities of the portion."""
        for event in events:
            by = author_of(event, row)
            self.occurred.append((event if by is None else event._replace(by=by), lambda: entity))

    def _about(self, facts: Facts, kind: Kind, one: News, raw: dict[str, Any] | None) -> Facts:
        """What is different for one entity.

        A row that only reconcile found is created if made after the previous reconcile; one that carries a
        marker was made by a step, even if a kill came before that was written down.
        """
        held = self.held.get(one.id)
        if held is not None and held.fresh_from is not None:
            facts = replace(facts, fresh_from=min(facts.fresh_from, moment(held.fresh_from)))
        before = self.swept_before.get(str(Key(kind.name, one.id))) if self.swept_before else None
        if before is not None:
            facts = replace(facts, fresh_from=min(facts.fresh_from, moment(before) - self.overlap))
        if self.newest is not None and one.id > self.newest:
            facts = replace(facts, fresh_from=datetime.min.replace(tzinfo=UTC))
        if one.stored is not None and one.row is not None and one.row.data == one.stored.data:
            return replace(facts, swept=True)  # nothing else stages what is known
        root = self._root_by_marker(raw) if raw is not None and one.stored is None else None
        return replace(facts, made_by=lambda key: self.roots.get(key) or root) if root else facts

    def _root_by_marker(self, raw: dict[str, Any]) -> Key | None:
        marker = raw.get("xmlId")
        action = (
            self.store.actions.by_marker(marker)
            if isinstance(marker, str) and marker.startswith("b24sync:")
            else None
        )
        if action is None:
            return None
        parent = Key(action.kind, action.entity_id)
        return self.store.echoes.root_of(parent) or parent

    def _write(
        self,
        kind: Kind,
        outcome: Derived,
        one: News,
        raw: dict[str, Any] | None,
        look: Look | None,
        applied: Applied,
    ) -> None:
        known, key, stored = outcome.known, outcome.known.key, one.stored
        updated = one.row.updated_at if one.row else stored.updated_at if stored else 0
        after = Stored(
            kind=kind.name,
            id=key.id,
            created_at=seconds(look.created_at) if look else stored.created_at if stored else updated,
            updated_at=updated,
            moved_at=(seconds(look.moved_at) if look.moved_at else None)
            if look
            else stored.moved_at
            if stored
            else None,
            stage=known.stage,
            stage_at=seconds(known.stage_at) if known.stage_at else None,
            stage_run=known.stage_run,
            history_id=known.history_id,
            revision=known.revision,
            state="present" if known.present else stored.state if stored else "present",
            due_on=due_of(kind, raw) if raw is not None else stored.due_on if stored else None,
            data=one.row.data if one.row else stored.data if stored else "{}",
        )
        self.outcomes.save(after)
        if look is not None and (one.awaited or outcome.awaits is not None):
            awaits = seconds(outcome.awaits) if outcome.awaits else None
            self.outcomes.await_history(kind.name, key.id, awaits)
        if outcome.created or outcome.changes or outcome.events:
            what = "created" if outcome.created else "adopted" if outcome.adopted else "changed"
            self._revision(after, what, outcome.changes)
            applied.touched[key] = None
            if not outcome.adopted:
                applied.changes[kind.name] += 1

    def _revision(self, stored: Stored, what: str, changes: Mapping[str, Any]) -> None:
        at = seconds(self.signpost)
        self.outcomes.add_revision(stored, run=self.run, observed_at=at, what=what, changes=changes)

    def _gone(self, kind: Kind, entity_id: int, state: str, facts: Facts, applied: Applied) -> None:
        stored, key = self.store.snapshot.entity(kind.name, entity_id), Key(kind.name, entity_id)
        if key in self.waiting:
            self.store.unjudged.add("reconcile", [Key(kind.name, 0)])  # to see again that it is gone
            return
        if stored is None and state == "deleted":
            stored = self._never_seen(key)
        if stored is None or stored.state in {"deleted", state}:
            return
        after = stored._replace(state=state, revision=stored.revision + 1)
        self.outcomes.save(after)
        self.outcomes.await_history(kind.name, entity_id, None)
        self._revision(after, state, {})
        applied.touched[key] = None
        if state == "deleted" and kind.name != TASK and not facts.quiet and stored.state == "present":
            event = Event(f"{key}/deleted/r{after.revision}", f"{kind.name}.deleted", key, self.signpost)
            look = cache(lambda: self.entity(kind, self.store.shapes.row(stored.data), stored.stage))
            self.occurred.append((event, look))

    def _never_seen(self, key: Key) -> Stored:
        """What a step made and somebody deleted before any poll saw it: known to be gone from now on."""
        at = seconds(self.signpost)
        return Stored(
            kind=key.kind,
            id=key.id,
            created_at=at,
            updated_at=at,
            moved_at=None,
            stage=None,
            stage_at=None,
            stage_run=self.run,
            history_id=0,
            revision=0,
            state="vanished",
            due_on=None,
            data=self.store.shapes.pack(key.kind, {"id": str(key.id)}),
        )

    def entity(self, kind: Kind, raw: dict[str, Any], stage: str | None) -> Entity:
        """The entity as rules see it: its row, with the stage that was recorded last."""
        return self.funnels.entity(kind, raw, stage=stage, base_url=self.base_url)


def _by_nobody(_key: Key, _field: str, _value: Any) -> bool:
    """No action has written anything lately."""
    return False


def _note_bindings(key: Key, before: dict[str, Any], after: dict[str, Any], applied: Applied) -> None:
    if before.get("ufCrmTask") != after.get("ufCrmTask"):
        applied.unbound[key] = before
