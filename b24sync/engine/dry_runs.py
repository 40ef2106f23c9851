"""Dry runs: what actions would do, found by running their steps up to the first change.

Nothing is written at the portal, no mail is sent, no document made; what a step says that it intends is kept
with its action as ``result.would`` (contract.md §4). Bookings of a dry run are seen by the steps
after them, so that texts show true amounts, and forgotten at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from b24sync.domain.commission_ledger import BookedRow, State
from b24sync.domain.entity import DEAL, Key
from b24sync.engine.runner import run_together
from b24sync.engine.running_action import RunningAction
from b24sync.engine.turn_ends import Postponed, Uncertain, UnreachableError
from b24sync.errors import B24SyncError
from b24sync.ports import Done, Failed, Skipped, Waiting
from b24sync.store.meta import REHEARSED

if TYPE_CHECKING:
    from b24sync.domain.commission_ledger import LedgerRow
    from b24sync.engine.surroundings import Surroundings
    from b24sync.engine.turn_ends import Outcome
    from b24sync.ports import Effects, SaveDueDate, StepResult
    from b24sync.steps.context import DueDate, Records
    from b24sync.store import Store
    from b24sync.store.action_rows import Action

GROUP = 50
DRY_RUN = "dry_run"


@dataclass(slots=True)
class DryRecords:
    """What steps look at in a dry run: the database's records and what the dry run would have booked."""

    kept: Records
    rows: dict[Key, list[BookedRow]] = field(default_factory=dict)
    moved: dict[Key, dict[str, Any]] = field(default_factory=dict)
    """Deals that would be in another stage now, so that texts behind the move speak of that one."""

    def due_date(self, entity: Key) -> DueDate | SaveDueDate | None:
        """See `Records.due_date`."""
        return self.kept.due_date(entity)

    def document(self, entity: Key, template_id: int) -> tuple[int, str] | None:
        """See `Records.document`."""
        return self.kept.document(entity, template_id)

    def ledger(self, entity: Key) -> Sequence[BookedRow]:
        """See `Records.ledger`."""
        return [*self.kept.ledger(entity), *self.rows.get(entity, ())]

    def book(self, rows: Sequence[LedgerRow], *, at: int) -> None:
        """Book in memory only; such rows have negative ids."""
        for row in rows:
            known = self.rows.setdefault(row.entity, [])
            counts: State = "expected" if row.state == "expected" else "earned"
            known.append(BookedRow(-1 - len(known), at, row, counts))

    def imagine(self, would: Mapping[str, Any]) -> None:
        """Take a deal that would be moved for moved."""
        if {"deal_id", "from", "to"} <= would.keys():
            self.moved[Key(DEAL, would["deal_id"])] = {"stage_id": would["to"]}


@dataclass(slots=True)
class Trial:
    """Runs actions dry.

    Attributes:
        open: Makes the generator of an action, with ``records`` behind its context.
        around: What reading needs.
        at: The portal's time, Unix seconds.
        time_left: False once nothing new is to be begun.
        portal_down: Why the portal cannot be asked any more; empty: it can.
    """

    store: Store
    open: Callable[[Action], Effects[StepResult] | StepResult]
    around: Surroundings
    records: DryRecords
    at: int
    time_left: Callable[[], bool] = lambda: True
    portal_down: str = ""

    def tell_planned(self) -> None:
        """Say what the actions would do that ``safety.dry_run`` skipped and that nothing is told of yet."""
        meta = self.store.meta
        while self.time_left() and not self.portal_down:
            told = int(meta.get(REHEARSED) or 0)
            group = self.store.actions.skipped_after(told, reason=DRY_RUN, limit=GROUP)
            if not group:
                return
            rehearsed = self.rehearse([one for one in group if "would" not in one.result])
            with self.store.transaction():
                for action, would in rehearsed:
                    self.store.outbox.tell(action.id, {"reason": DRY_RUN, "would": would})
                if not self.portal_down:
                    meta.put(REHEARSED, str(group[-1].id))

    def tell_due(self, *, run: int, now: int) -> None:
        """End everything that is due as skipped, with what it would do; only in a copy of the database."""
        tried = set[int]()
        while self.time_left() and not self.portal_down:
            due = [one for one in self.store.actions.due(now=now, limit=GROUP) if one.id not in tried]
            if not due:
                return
            tried |= {one.id for one in due}
            told = self.rehearse(due)
            with self.store.transaction():
                for action, would in told:
                    result = {"reason": DRY_RUN, "would": would}
                    self.store.outbox.settle(
                        action.id, "skipped", run=run, at=self.at, error=None, result=result
                    )

    def rehearse(self, actions: Sequence[Action]) -> list[tuple[Action, dict[str, Any]]]:
        """What each action would do; those are left out for which the portal could not be asked.

        Steps of one rule on one event go one after another, others side by side.
        """
        told: list[tuple[Action, dict[str, Any]]] = []
        waves: dict[int, list[Action]] = {}
        seen: dict[tuple[object, ...], int] = {}
        for action in actions:
            chain = (action.event_id, action.rule, action.kind, action.entity_id)
            seen[chain] = seen.get(chain, -1) + 1
            waves.setdefault(seen[chain], []).append(action)
        for wave in waves.values():
            told += self._wave(wave)
        return told

    def _wave(self, actions: Sequence[Action]) -> list[tuple[Action, dict[str, Any]]]:
        if self.portal_down:
            return []
        running = [RunningAction(action, self._opened(action), dry=True) for action in actions]
        try:
            outcomes: Sequence[Outcome] = run_together(running, self.around)
        except UnreachableError as error:
            self.portal_down = error.message
            outcomes = [one for one in error.outcomes if not isinstance(one.result, Postponed)]
        for outcome in outcomes:
            if isinstance(outcome.result, Done):
                self.records.book(outcome.result.ledger, at=self.at)
            self.records.imagine(outcome.intent or {})
        return [(one.action, told_of(one)) for one in outcomes]

    def _opened(self, action: Action) -> Effects[StepResult] | StepResult:
        try:
            return self.open(action)
        except B24SyncError as error:
            return Failed(str(error))


def told_of(outcome: Outcome) -> dict[str, Any]:
    """What an action would do.

    What it intends; ``changed`` false (and what is so) if nothing would be changed; ``skipped`` with the
    reason or ``failed`` with the message if it would end so.
    """
    if outcome.intent is not None:
        return dict(outcome.intent)
    match outcome.result:
        case Done() as done:
            return {"changed": done.changed, **done.details}
        case Skipped() as skipped:
            return {"skipped": skipped.reason, **skipped.details}
        case Failed() as failed:
            return {"failed": failed.message, **failed.details}
        case Waiting() as waiting:
            return {"waits_for": waiting.reason}
        case Postponed() | Uncertain() as later:
            return {"failed": later.error}
