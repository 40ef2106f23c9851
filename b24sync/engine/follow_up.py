"""What follows from a poll's news without the portal saying so.

Finished task sets, reminders, the ledger (contract.md §5, §6).

Runs inside the poll's transaction, after the news were applied.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from b24sync.domain.action_states import STOPPING
from b24sync.domain.commission_ledger import upkeep
from b24sync.domain.derive import COMPLETED
from b24sync.domain.entity import DEAL, INVOICE, TASK, Entity, Key
from b24sync.domain.event import Event
from b24sync.engine.reminding import Reminding, forget
from b24sync.engine.standing_still import StandingStill
from b24sync.rest import items, tasks
from b24sync.rest.worth import worth_of
from b24sync.steps.registry import TASK_STEPS
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.settings import Settings
    from b24sync.engine.apply import Applied
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.plan import Planner
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.snapshot import Stored

TASKS_COMPLETED = "invoice.tasks_completed"


@dataclass(slots=True)
class FollowUp:
    """Derives what follows, for one poll; ``anew``: the first one with another configuration."""

    store: Store
    settings: Settings
    kinds: Mapping[str, Kind]
    funnels: Funnels
    planner: Planner
    base_url: str
    tz: tzinfo
    calendar: Callable[[], Calendar]
    run: int
    anew: bool

    def follow(self, applied: Applied) -> None:
        """Plan finished task sets and reminders, and keep the ledger."""
        self._keep_ledger(applied)
        self._standing_still(applied)
        if TASK in self.settings.poll.watch:
            self._remember_sets(applied)
        if INVOICE in applied.changes:
            if TASK in self.settings.poll.watch:
                self._finished_tasks(applied)
            self._remind(applied)

    def _standing_still(self, applied: Applied) -> None:
        looking = StandingStill(
            store=self.store,
            rules=self.settings.rules,
            funnels=self.funnels,
            calendar=self.calendar,
            tz=self.tz,
            now=self.planner.now,
            run=self.run,
            waiting=self.planner.waiting,
        )
        for event, stored in looking.look(list(applied.changes), applied.touched):
            self._plan(event, stored, applied)

    def _remind(self, applied: Applied) -> None:
        if self.settings.reminders is None:
            forget(self.store)
            return
        Reminding(
            store=self.store,
            settings=self.settings.reminders,
            funnels=self.funnels,
            planner=self.planner,
            calendar=self.calendar,
            tz=self.tz,
            entity=self._entity,
            plan=self._plan,
            anew=self.anew,
        ).remind(applied)

    def _entity(self, stored: Stored) -> Entity:
        kind, row = self.kinds[stored.kind], self.store.shapes.row(stored.data)
        return self.funnels.entity(kind, row, stage=stored.stage, base_url=self.base_url)

    def _plan(self, event: Event, stored: Stored, applied: Applied) -> int | None:
        event_id = self.planner.plan(event, lambda: self._entity(stored))
        applied.events += event_id is not None
        return event_id

    # the ledger

    def _keep_ledger(self, applied: Applied) -> None:
        for kind in (INVOICE, DEAL):
            touched = [key.id for key in applied.touched if key.kind == kind]
            for entity_id in self.store.ledger.booked(kind, touched):
                self._keep_rows(Key(kind, entity_id))
        for kind in applied.changes:
            waiting = self.store.unjudged.waiting("ledger", kind)
            for key in waiting:
                self._keep_rows(key)
            self.store.unjudged.done("ledger", waiting)

    def _keep_rows(self, key: Key) -> None:
        rows = self.store.ledger.rows(key)
        stored = self.store.snapshot.entity(key.kind, key.id) if rows else None
        if stored is None:
            return
        entity = self._entity(stored)
        paid = (
            self.funnels.semantic(key.kind, stored.stage or "") == "S"
            if key.kind == DEAL
            else entity.values["status"] == "paid"
        )
        news = upkeep(rows, worth_of(entity), paid=paid, gone=stored.state == "deleted")
        self.store.ledger.add(news, action_id=None, run=self.run, at=int(self.planner.now.timestamp()))

    # invoice.tasks_completed

    def _remember_sets(self, applied: Applied) -> None:
        """Note the invoices whose sets must be judged, also where the invoices are left out of this poll."""
        judged = int(self.store.meta.get("tasks_judged_run") or 0)
        settled = self.store.actions.task_actions_settled_since(judged, kind=INVOICE)
        candidates = {Key(INVOICE, invoice_id) for invoice_id in settled}
        for key in applied.touched:
            if key.kind == TASK:
                candidates.update(self._invoices_of(key, applied.unbound.get(key)))
        self.store.unjudged.add("tasks", candidates)
        if str(self.run) != self.store.meta.get("tasks_judged_run") and (candidates or applied.touched):
            self.store.meta.put("tasks_judged_run", str(self.run))

    def _finished_tasks(self, applied: Applied) -> None:
        waiting = self.store.unjudged.waiting("tasks", INVOICE)
        self.store.unjudged.done("tasks", [key for key in waiting if self._judge_tasks(key.id, applied)])

    def _invoices_of(self, task: Key, before: Mapping[str, Any] | None) -> Iterable[Key]:
        """The invoices whose sets a task belongs to, or belonged to before this poll."""
        action = self.store.actions.maker_of(TASK, task.id)
        if action is not None and action.kind == INVOICE:
            yield Key(INVOICE, action.entity_id)
        if self.settings.invoice.count_bound_tasks:
            stored = self.store.snapshot.entity(TASK, task.id)
            for raw in (self.store.shapes.row(stored.data) if stored else {}, before or {}):
                yield from (key for key in tasks.bindings(raw, self.kinds) if key.kind == INVOICE)

    def _judge_tasks(self, invoice_id: int, applied: Applied) -> bool:
        """Plan the event if the set is done; false if the invoice cannot be seen and must be judged later."""
        stored = self.store.snapshot.entity(INVOICE, invoice_id)
        if Key(INVOICE, invoice_id) in self.planner.waiting:
            return False
        if stored is None or stored.state != "present":
            return stored is not None and stored.state == "deleted"
        closings = self._closings(invoice_id, applied)
        if closings:
            self._plan_finished(stored, closings, applied)
        return True

    def _plan_finished(self, stored: Stored, closings: Mapping[int, str], applied: Applied) -> None:
        invoice_id = stored.id
        news = {
            task: closed
            for task, closed in closings.items()
            if not self.store.records.is_closing(invoice_id, task, closed)
        }
        if not news:
            return
        digest = hashlib.sha256(json.dumps(sorted(news.items())).encode()).hexdigest()[:12]
        at = max(datetime.fromisoformat(closed) for closed in closings.values())
        event = Event(
            f"{INVOICE}:{invoice_id}/tasks_completed/{digest}", TASKS_COMPLETED, Key(INVOICE, invoice_id), at
        )
        event_id = self._plan(event, stored, applied)
        if event_id is not None:
            for task, closed in closings.items():
                self.store.records.keep_closing(invoice_id, task, closed, event_id)

    def _closings(self, invoice_id: int, applied: Applied) -> dict[int, str]:
        """Task → closing time, if the whole set is closed and none is still to be made; else empty."""
        made = set[int]()
        for action in self.store.actions.task_makers(
            INVOICE, invoice_id, steps=TASK_STEPS, but=TASKS_COMPLETED
        ):
            if action.state in STOPPING:
                return {}
            made.update(self.store.echoes.made_by_action(action.id, TASK))
        if self.settings.invoice.count_bound_tasks:
            made.update(self._bound_tasks(invoice_id, made))
        found = dict[int, str]()
        for task_id in sorted(made):
            closed = self._closed_at(task_id)
            if closed is None:
                self._say_hidden(task_id, invoice_id, applied)
                return {}
            if closed:
                found[task_id] = closed
        return found

    def _bound_tasks(self, invoice_id: int, made: set[int]) -> Sequence[int]:
        """Tasks that people bound to the invoice.

        Those that follow from its finished tasks are not counted.
        """
        binding = self.kinds[INVOICE].binding(invoice_id)
        bound = self.store.snapshot.tasks_bound_to(binding)
        return [
            task_id
            for task_id in bound
            if task_id in made or self.store.actions.maker_of(TASK, task_id) is None
        ]

    def _closed_at(self, task_id: int) -> str | None:
        """A task's closing time; empty if it has left the set, ``None`` if it is open or was not seen yet."""
        stored = self.store.snapshot.entity(TASK, task_id)
        if stored is None:
            return None
        if stored.state == "deleted":
            return ""
        values = items.diff_values(self.kinds[TASK], self.store.shapes.row(stored.data))
        if values.get("status") != COMPLETED:
            return None
        return str(values.get("closed_at") or datetime.fromtimestamp(stored.updated_at, UTC).isoformat())

    def _say_hidden(self, task_id: int, invoice_id: int, applied: Applied) -> None:
        """An open task that can no longer be seen keeps its set open for ever, unless a person knows."""
        stored = self.store.snapshot.entity(TASK, task_id)
        if stored is not None and stored.state == "vanished":
            applied.warnings.append(
                words.HIDDEN_TASK(task=Key(TASK, task_id), invoice=Key(INVOICE, invoice_id))
            )
