"""What a poll has to look at for its reminders: what has news, and once a day what has come."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from b24sync.domain.calendar import Calendar
from b24sync.domain.entity import INVOICE, Entity, Key
from b24sync.domain.settings import InvoiceSettings, ReminderSettings
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.engine.funnels import Funnels
from b24sync.engine.reminding import NEXT, Reminding
from b24sync.store import Store
from b24sync.store.snapshot import Cursor, Stored

DUE = date(2026, 11, 24)  # a Tuesday
LONG_AGO = datetime(2026, 1, 12, tzinfo=UTC)
SENT = "DT31_1:S"
CALENDAR = Calendar(CalendarSettings())


@pytest.fixture
def store(tmp_path):
    """Two hundred sent invoices of one due date, known since long ago."""
    with closing(Store.open(tmp_path / "b24sync.db")) as store:
        entered = int(LONG_AGO.timestamp())
        with store.transaction():
            store.snapshot.save_cursor(Cursor(INVOICE, "live", baseline_at=entered))
            store.snapshot.save_many(
                Stored(
                    INVOICE,
                    number,
                    entered,
                    entered,
                    None,
                    SENT,
                    entered,
                    0,
                    0,
                    1,
                    "present",
                    DUE.isoformat(),
                    "{}",
                )
                for number in range(1, 201)
            )
        yield store


class Poll:
    """A poll at a moment: which invoices it looked at, and of which it reminded."""

    def __init__(self, store: Store, now: datetime, *touched: int, waiting: tuple[int, ...] = ()) -> None:
        self.looked, self.planned = list[int](), list[int]()
        statuses = InvoiceSettings(status={"sent": (SENT,)})
        reminding = Reminding(
            store=store,
            settings=ReminderSettings(days=(0, 3)),
            funnels=Funnels(statuses),
            planner=SimpleNamespace(now=now, waiting={Key(INVOICE, one) for one in waiting}),
            calendar=lambda: CALENDAR,
            tz=UTC,
            entity=self._entity,
            plan=self._plan,
            anew=False,
        )
        with store.transaction():
            reminding.remind(SimpleNamespace(touched={Key(INVOICE, one): None for one in touched}))

    def _entity(self, stored):
        self.looked.append(stored.id)
        return Entity(Key(INVOICE, stored.id), {"status": "sent", "due_date": DUE}, {})

    def _plan(self, event, stored, applied):
        self.planned.append(stored.id)


def test_between_the_hours_only_invoices_with_news_are_looked_at(store):
    Poll(store, LONG_AGO)
    assert Poll(store, datetime(2026, 11, 24, 9, 59, tzinfo=UTC)).looked == []
    come = Poll(store, datetime(2026, 11, 24, 10, 0, tzinfo=UTC), 7)
    assert come.planned == [7, *(number for number in range(1, 201) if number != 7)]
    assert Poll(store, datetime(2026, 11, 24, 10, 1, tzinfo=UTC), 112).looked == [112]
    assert Poll(store, datetime(2026, 11, 25, 10, 0, tzinfo=UTC)).looked == []


def test_one_whose_links_cannot_be_read_is_looked_at_again_in_the_next_poll_alone(store):
    Poll(store, LONG_AGO)
    ten = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert 112 not in Poll(store, ten, waiting=(112,)).planned
    assert store.unjudged.judgeable()
    assert Poll(store, ten + timedelta(minutes=1), waiting=(112,)).planned == []
    again = Poll(store, ten + timedelta(minutes=2))
    assert (again.looked, again.planned) == ([112], [112])
    assert not store.unjudged.judgeable()


def test_what_a_late_poll_finds_is_all_that_came_since_the_last_look(store):
    Poll(store, LONG_AGO)
    assert len(Poll(store, datetime(2026, 12, 30, 3, 0, tzinfo=UTC)).planned) == 200
    assert float(store.meta.get(NEXT)) == datetime(2026, 12, 30, 10, 0, tzinfo=UTC).timestamp()
