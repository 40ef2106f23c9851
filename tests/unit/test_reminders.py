"""The schedule of reminders: which offset is due, once, and never too late for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24sync.domain.calendar import Calendar
from b24sync.domain.entity import Key
from b24sync.domain.event import Event
from b24sync.domain.reminders import (
    Reminded,
    configured_since,
    due_date_of,
    due_dates_to_look_at,
    due_reminder,
    latest_come,
    next_check,
    next_look,
    offset_of,
)
from b24sync.domain.settings import ReminderSettings
from b24sync.domain.settings_calendar import CalendarSettings

MOSCOW = ZoneInfo("Europe/Moscow")
CALENDAR = Calendar(CalendarSettings())
SETTINGS = ReminderSettings()
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DUE = date(2026, 11, 24)  # a Tuesday; three days before it is a Saturday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def invoice(**given) -> Reminded:
    return Reminded(**{"key": Key("invoice", 512), "status": "sent", "due_date": DUE, **given})


def due(now: str | datetime, one: Reminded | None = None, options: ReminderSettings = SETTINGS, **given):
    moment = at(now) if isinstance(now, str) else now
    given.setdefault("configured", configured_since({}, options, LONG_AGO))
    return due_reminder(one or invoice(), options, CALENDAR, now=moment, tz=MOSCOW, **given)


def test_an_offset_is_due_at_its_hour_and_not_before() -> None:
    assert due("2026-11-23 09:59:59") is None
    assert due("2026-11-23 10:00").offset_days == -3
    found = due("2026-11-24 10:00", invoice(fired=(-3,)))
    assert (found.offset_days, found.due_date, found.at, found.covers) == (
        0,
        DUE,
        at("2026-11-24 10:00"),
        (0,),
    )
    assert due("2026-11-24 09:59:59", invoice(fired=(-3,))) is None


def test_the_event_is_named_by_invoice_due_date_and_offset() -> None:
    event = due("2026-11-24 10:00", invoice(fired=(-3,))).event()
    assert (event.key, event.name) == ("invoice:512/reminder/2026-11-24/+0", "invoice.reminder_due")
    assert (offset_of(event), due_date_of(event)) == (0, DUE)
    assert event.changes == {"offset_days": [None, 0], "due_date": [None, "2026-11-24"]}
    by_hand = Event("x", "invoice.operator", Key("invoice", 512), LONG_AGO)
    assert (offset_of(by_hand), due_date_of(by_hand)) == (None, None)


def test_a_day_off_moves_the_reminder_to_the_next_working_day() -> None:
    sunday = invoice(due_date=date(2026, 11, 22), fired=(-3,))
    assert due("2026-11-22 12:00", sunday) is None
    assert due("2026-11-23 10:00", sunday).offset_days == 0


def test_two_offsets_that_a_holiday_moves_to_the_same_moment_fire_once() -> None:
    options = ReminderSettings(days=(0, 1, 2))
    saturday = invoice(due_date=date(2026, 11, 21))
    found = due("2026-11-23 10:00", saturday, options)
    assert (found.offset_days, found.covers) == (2, (0, 1, 2))
    assert due("2026-11-23 10:01", replace(saturday, fired=found.covers), options) is None


def test_after_an_outage_only_the_latest_fires_and_the_others_count_as_fired() -> None:
    found = due("2026-11-30 08:00")
    assert (found.offset_days, found.covers) == (3, (-3, 0, 3))


def test_what_passed_before_the_status_the_baseline_or_the_configuration_never_fires() -> None:
    late = "2026-11-25 12:00"
    assert due("2026-11-25 13:00", invoice(status_since=at(late))) is None
    assert due("2026-11-25 13:00", baseline_at=at(late)) is None
    assert due("2026-11-25 13:00", configured=configured_since({}, SETTINGS, at(late))) is None
    assert due("2026-11-27 10:00", invoice(status_since=at(late))).offset_days == 3


def test_an_offset_that_was_added_later_does_not_fire_for_the_past() -> None:
    before = configured_since({}, ReminderSettings(days=(0, 14)), LONG_AGO)
    options = ReminderSettings(days=(0, 3, 14))
    configured = configured_since(before, options, at("2026-12-01 12:00"))
    assert due("2026-12-01 13:00", invoice(fired=(0,)), options, configured=configured) is None
    assert set(configured_since(configured, ReminderSettings(days=(3,)), LONG_AGO)) == {3}
    assert configured_since(configured, None, LONG_AGO) == {}


def test_a_changed_hour_fires_no_offset_again() -> None:
    later = ReminderSettings(at=time(15, 0))
    assert due("2026-11-24 15:00", invoice(fired=(-3, 0)), later) is None


@pytest.mark.parametrize("closed", [{"is_closed": True}, {"status": "draft"}, {"due_date": None}])
def test_an_invoice_that_is_closed_elsewhere_or_without_a_date_is_not_reminded(closed) -> None:
    assert due("2026-12-31 12:00", invoice(**closed)) is None
    assert next_check(invoice(**closed), SETTINGS, CALENDAR, now=LONG_AGO, tz=MOSCOW) is None


def test_a_moved_due_date_is_a_new_schedule_of_which_only_the_latest_past_offset_fires() -> None:
    moved = invoice(due_date=date(2026, 11, 16))
    found = due("2026-11-24 12:00", moved)
    assert (found.offset_days, found.covers) == (7, (-3, 0, 3, 7))


def test_the_next_check_is_the_next_open_offset() -> None:
    soon = next_check(invoice(fired=(-3,)), SETTINGS, CALENDAR, now=at("2026-11-23 10:00"), tz=MOSCOW)
    assert soon == at("2026-11-24 10:00")
    assert next_check(invoice(), SETTINGS, CALENDAR, now=at("2027-01-31 10:00"), tz=MOSCOW) is None


def test_the_due_dates_to_look_at_hold_every_offset_that_may_have_come() -> None:
    first, last = due_dates_to_look_at(SETTINGS, since=date(2026, 11, 1), today=date(2026, 11, 24))
    assert last == date(2026, 11, 27)
    assert first <= date(2026, 11, 1) - timedelta(days=14 + 12)
    empty = due_dates_to_look_at(ReminderSettings(days=()), since=date(2026, 11, 1), today=date(2026, 11, 24))
    assert empty[0] > empty[1]


def test_dates_at_the_end_of_time_do_no_harm() -> None:
    assert due("2026-11-24 12:00", invoice(due_date=date(9999, 12, 31))) is None


_DATES = st.dates(date(2026, 11, 1), date(2027, 1, 31))
_STEP = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 30 * 24)),
    st.tuples(st.just("due"), _DATES),
    st.tuples(st.sampled_from(["sent", "draft", "paid"]), st.none()),
)


@settings(max_examples=120, deadline=None)
@given(days=st.lists(st.integers(-10, 20), min_size=1, max_size=6), steps=st.lists(_STEP, max_size=25))
def test_nothing_fires_twice_after_payment_or_before_its_time(days, steps) -> None:
    options = ReminderSettings(days=tuple(days))
    now, one = at("2026-11-02 11:00"), invoice(status_since=at("2026-11-02 11:00"))
    fired: dict[date, set[int]] = {}
    events: set[str] = set()
    configured = configured_since({}, options, now)
    for what, value in steps:
        if what == "wait":
            now += timedelta(hours=value)
        elif what == "due":
            one = replace(one, due_date=value)
        elif what != one.status:
            one = replace(one, status=what, is_closed=what == "paid", status_since=now)
        one = replace(one, fired=tuple(fired.get(one.due_date, ())))
        expected = next_check(one, options, CALENDAR, now=now - timedelta(seconds=1), tz=MOSCOW)
        found = due(now, one, options, configured=configured)
        if found is None:
            assert expected is None or expected != now
            continue
        assert one.status == "sent"
        assert one.status_since <= found.at <= now
        assert found.at.astimezone(MOSCOW).time() == options.at
        assert CALENDAR.is_working(found.at.astimezone(MOSCOW).date())
        assert found.event().key not in events
        events.add(found.event().key)
        fired.setdefault(one.due_date, set()).update(found.covers)
        again = replace(one, fired=tuple(fired[one.due_date]))
        assert due(now, again, options, configured=configured) is None


@settings(max_examples=120, deadline=None)
@given(
    st.dates(date(2026, 10, 1), date(2027, 2, 1)),
    st.datetimes(datetime(2026, 10, 1), datetime(2027, 3, 1), timezones=st.just(MOSCOW)),
    st.datetimes(datetime(2026, 9, 1), datetime(2027, 3, 1), timezones=st.just(MOSCOW)),
    st.datetimes(datetime(2026, 9, 1), datetime(2027, 1, 1), timezones=st.just(MOSCOW)),
    st.sets(st.sampled_from(SETTINGS.days)),
    st.dictionaries(
        st.sampled_from(SETTINGS.days),
        st.datetimes(datetime(2026, 9, 1), datetime(2027, 1, 1), timezones=st.just(MOSCOW)),
    ),
)
def test_what_the_database_is_asked_for_is_what_is_due(day, now, since, baseline, fired, configured) -> None:
    """By a date's latest moment: nothing that is due is left out, and nothing else is looked at."""
    one = invoice(due_date=day, status_since=since, fired=fired)
    found = due(now, one, configured=configured, baseline_at=baseline)
    come = latest_come(
        day, SETTINGS, CALENDAR, now=now, tz=MOSCOW, configured=configured, baseline_at=baseline
    )
    asked_for = come is not None and since <= come[1] and not any(offset >= come[0] for offset in fired)
    assert asked_for == (found is not None)
    first, last = due_dates_to_look_at(SETTINGS, since=now.date(), today=now.date())
    at_now = found is not None and found.at.astimezone(MOSCOW).date() == now.date()
    assert not at_now or first <= day <= last


def test_the_next_look_is_at_the_next_hour_of_reminders() -> None:
    def after(moment: str) -> datetime:
        return next_look(SETTINGS, now=at(moment), tz=MOSCOW)

    assert after("2026-11-28 09:59") == at("2026-11-28 10:00")
    assert after("2026-11-28 10:00") == at("2026-11-29 10:00")
    assert after("2026-12-31 23:00") == at("2027-01-01 10:00")
