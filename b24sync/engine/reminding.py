"""``invoice.reminder_due``: which invoices a poll reminds of (contract.md §5, §6).

A day's moments all come at one hour, so everything is looked at once a day, and then by due dates: the
database gives the invoices of a date whose latest moment was not seen yet. In between, only invoices with
news are judged, so a poll costs by what changed and not by how many invoices are open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from b24sync.domain.entity import INVOICE, Entity, Key
from b24sync.domain.reminders import (
    Reminded,
    configured_since,
    due_dates_to_look_at,
    due_reminder,
    latest_come,
    next_look,
)

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.event import Event
    from b24sync.domain.settings import ReminderSettings
    from b24sync.engine.apply import Applied
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.plan import Planner
    from b24sync.store import Store
    from b24sync.store.snapshot import Stored

CONFIGURED = "reminders_configured"
NEXT, LOOKED = "reminders_next", "reminders_looked"


def forget(store: Store) -> None:
    """Reminders are switched off: configured again later, they begin anew."""
    if store.meta.get(CONFIGURED):
        store.meta.drop(CONFIGURED)


class _Terms(NamedTuple):
    """What all reminders go by: since when each offset is configured, the baseline, the stages."""

    configured: Mapping[int, datetime]
    baseline_at: datetime | None
    stages: list[str]


@dataclass(slots=True)
class Reminding:
    """Reminds in one poll.

    Attributes:
        entity: What an invoice of the snapshot is.
        plan: Plans an event of one; returns its id, or ``None`` if it was there before.
        anew: Whether the configuration is another than it was at the last poll.
    """

    store: Store
    settings: ReminderSettings
    funnels: Funnels
    planner: Planner
    calendar: Callable[[], Calendar]
    tz: tzinfo
    entity: Callable[[Stored], Entity]
    plan: Callable[[Event, Stored, Applied], int | None]
    anew: bool

    def remind(self, applied: Applied) -> None:
        """Plan the reminders that are due now."""
        now, terms = self.planner.now, self._terms()
        waiting = self.store.unjudged.waiting("reminders", INVOICE)
        self.store.unjudged.done("reminders", waiting)
        for key in dict.fromkeys((*waiting, *(key for key in applied.touched if key.kind == INVOICE))):
            self._judge(key.id, terms, applied)
        if self.anew or now.timestamp() >= float(self.store.meta.get(NEXT) or 0):
            for invoice_id in self._come(terms):
                self._judge(invoice_id, terms, applied)
            self.store.meta.put(NEXT, str(int(next_look(self.settings, now=now, tz=self.tz).timestamp())))
            self.store.meta.put(LOOKED, now.astimezone(self.tz).date().isoformat())

    def _terms(self) -> _Terms:
        at = self.store.snapshot.cursor(INVOICE).baseline_at
        return _Terms(
            self._configured(),
            None if at is None else datetime.fromtimestamp(at, UTC),
            [stage for status in self.settings.statuses for stage in self.funnels.stage_ids(status)],
        )

    def _come(self, terms: _Terms) -> Iterator[int]:
        """Invoices of which a moment has come that they were not reminded of."""
        now = self.planner.now
        today = now.astimezone(self.tz).date()
        looked = date.fromisoformat(self.store.meta.get(LOOKED) or today.isoformat())
        first, last = due_dates_to_look_at(self.settings, since=min(looked, today), today=today)
        for due in (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)):
            come = latest_come(
                due,
                self.settings,
                self.calendar(),
                now=now,
                tz=self.tz,
                configured=terms.configured,
                baseline_at=terms.baseline_at,
            )
            if come is not None:
                offset, at = come
                yield from self.store.snapshot.unreminded(terms.stages, due, offset, int(at.timestamp()))

    def _judge(self, invoice_id: int, terms: _Terms, applied: Applied) -> None:
        """Plan an invoice's event if it is due; one whose links cannot be read now waits for another poll."""
        key = Key(INVOICE, invoice_id)
        stored = self.store.snapshot.entity(INVOICE, invoice_id)
        if stored is None or stored.due_on is None or stored.stage not in terms.stages:
            return
        due = due_reminder(
            self._reminded(stored),
            self.settings,
            self.calendar(),
            now=self.planner.now,
            tz=self.tz,
            configured=terms.configured,
            baseline_at=terms.baseline_at,
        )
        if due is None:
            return
        if key in self.planner.waiting:
            self.store.unjudged.add("reminders", [key])
        else:
            event_id = self.plan(due.event(), stored, applied)
            self.store.records.keep_reminders(invoice_id, due.due_date, due.covers, event_id)

    def _reminded(self, stored: Stored) -> Reminded:
        entity = self.entity(stored)
        due = entity.values.get("due_date")
        fired = self.store.records.reminders(stored.id, due) if due else ()
        since = datetime.fromtimestamp(stored.stage_at, UTC) if stored.stage_at is not None else None
        return Reminded(
            entity.key, str(entity.values["status"]), due, since, fired, is_closed=stored.state != "present"
        )

    def _configured(self) -> dict[int, datetime]:
        """Since when each offset has been configured.

        Another hour or other statuses count as configured anew.
        """
        shape = [self.settings.at.isoformat(), sorted(self.settings.statuses)]
        known = json.loads(self.store.meta.get(CONFIGURED) or "[null, {}]")
        before = (
            {int(offset): datetime.fromtimestamp(at, UTC) for offset, at in known[1].items()}
            if known[0] == shape
            else {}
        )
        configured = configured_since(before, self.settings, self.planner.now)
        if configured != before:
            self.store.meta.put(
                CONFIGURED,
                json.dumps([shape, {offset: int(at.timestamp()) for offset, at in configured.items()}]),
            )
            self.store.meta.drop(NEXT)
        return configured
