"""When unpaid invoices are reminded of: a pure schedule (contract.md §5 ``[reminders]``, §6 "Reminders").

Each offset counts in days from the due date and means a moment: that day at the configured hour by the
company's clock, or the next working day if it is none. Of several moments that have come, only the latest
gives an event; the others count as fired with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from b24sync.domain.event import Event

if TYPE_CHECKING:
    from b24sync.domain.entity import Key
    from b24sync.domain.settings import ReminderSettings

EVENT = "invoice.reminder_due"
_LONGEST_RUN = 40  # days off in a row that the calendar puts up with
_NEVER = datetime.max.replace(tzinfo=UTC)


class WorkingDays(Protocol):
    """The calendar, as far as reminders need it."""

    def add_working_days(self, day: date, count: int) -> date:
        """With 0: the day itself if it is worked, else the next working day."""
        ...


@dataclass(frozen=True, slots=True)
class Reminded:
    """What must be known of an invoice.

    Attributes:
        status: Its status name, or its stage id where it has none.
        due_date: ``None``: nothing to be reminded of.
        status_since: When it entered its status, aware; ``None`` if that is not known.
        fired: Offsets that count as fired for this due date.
        is_closed: Paid, rejected, deleted or vanished.
    """

    key: Key
    status: str
    due_date: date | None
    status_since: datetime | None = None
    fired: Collection[int] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that is due.

    Attributes:
        offset_days: The offset that gives the event.
        due_date: The due date that it counts from.
        at: The moment that was meant, aware UTC.
        covers: All offsets that count as fired now, this one among them.
    """

    key: Key
    offset_days: int
    due_date: date
    at: datetime
    covers: tuple[int, ...]

    def event(self) -> Event:
        """The event; `offset_of` and `due_date_of` read its changes."""
        due = self.due_date.isoformat()
        changes: Mapping[str, Any] = {"offset_days": [None, self.offset_days], "due_date": [None, due]}
        return Event(
            f"{self.key}/reminder/{due}/{self.offset_days:+d}", EVENT, self.key, self.at, changes=changes
        )


def offset_of(event: Event) -> int | None:
    """The offset of a reminder's event; ``None`` for an event that no schedule gave (an operator's)."""
    found = _new_value(event, "offset_days")
    return found if isinstance(found, int) else None


def due_date_of(event: Event) -> date | None:
    """The due date that a reminder's event counts from; ``None`` for an event that no schedule gave."""
    found = _new_value(event, "due_date")
    return date.fromisoformat(found) if isinstance(found, str) else None


def _new_value(event: Event, name: str) -> Any:
    value = event.changes.get(name)
    return value[1] if isinstance(value, list | tuple) and len(value) == 2 else value


def is_reminded(invoice: Reminded, settings: ReminderSettings) -> bool:
    """Whether the invoice takes part in reminders now."""
    return not invoice.is_closed and invoice.due_date is not None and invoice.status in settings.statuses


def due_reminder(
    invoice: Reminded,
    settings: ReminderSettings,
    calendar: WorkingDays,
    *,
    now: datetime,
    tz: tzinfo,
    configured: Mapping[int, datetime],
    baseline_at: datetime | None = None,
) -> Reminder | None:
    """The reminder that an invoice is due for now; ``None`` if none is.

    Args:
        invoice: As it is now.
        settings: ``[reminders]``.
        calendar: The company's.
        now: The portal's time, aware.
        tz: The company's zone.
        configured: Offset → since when it has been configured (`configured_since`); one that is missing does
            not fire.
        baseline_at: When the invoices' baseline was taken.
    """
    if not is_reminded(invoice, settings) or invoice.due_date is None:
        return None
    moments = _open_moments(invoice, invoice.due_date, settings, calendar, tz)
    floor = max((one for one in (baseline_at, invoice.status_since) if one is not None), default=None)
    come = _come(moments, now, configured, floor)
    if not come:
        return None
    latest = max(come)
    covers = tuple(offset for offset in sorted(moments) if offset <= latest)
    return Reminder(invoice.key, latest, invoice.due_date, come[latest], covers)


def latest_come(
    due: date,
    settings: ReminderSettings,
    calendar: WorkingDays,
    *,
    now: datetime,
    tz: tzinfo,
    configured: Mapping[int, datetime],
    baseline_at: datetime | None = None,
) -> tuple[int, datetime] | None:
    """The latest offset of a due date whose moment has come, and the moment; ``None`` if none has.

    Moments grow with their offsets: an invoice that entered its status later than this one is due for none.
    The arguments are those of `due_reminder`.
    """
    moments = {offset: _moment(due, offset, settings, calendar, tz) for offset in set(settings.days)}
    come = _come(moments, now, configured, baseline_at)
    return (max(come), come[max(come)]) if come else None


def _come(
    moments: Mapping[int, datetime],
    now: datetime,
    configured: Mapping[int, datetime],
    floor: datetime | None,
) -> dict[int, datetime]:
    """The moments that have come, since their offsets were configured and not before ``floor``."""
    return {
        offset: at
        for offset, at in moments.items()
        if configured.get(offset, _NEVER) <= at <= now and (floor is None or at >= floor)
    }


def next_look(settings: ReminderSettings, *, now: datetime, tz: tzinfo) -> datetime:
    """When moments may come next: the next time that it is the hour of reminders, by the company's clock."""
    today = now.astimezone(tz).date()
    days = (today, date.fromordinal(today.toordinal() + 1))
    hours = [datetime.combine(day, settings.at, tzinfo=tz).astimezone(UTC) for day in days]
    return next((at for at in hours if at > now), hours[-1])


def next_check(
    invoice: Reminded, settings: ReminderSettings, calendar: WorkingDays, *, now: datetime, tz: tzinfo
) -> datetime | None:
    """When the invoice's next reminder comes, if nothing changes; ``None`` if none does."""
    if not is_reminded(invoice, settings) or invoice.due_date is None:
        return None
    moments = _open_moments(invoice, invoice.due_date, settings, calendar, tz)
    return min((at for at in moments.values() if at > now), default=None)


def configured_since(
    before: Mapping[int, datetime], settings: ReminderSettings | None, now: datetime
) -> dict[int, datetime]:
    """Offset → since when it has been configured.

    What was known before, new ones from now on, removed ones forgotten.
    """
    days = settings.days if settings else ()
    return {offset: before.get(offset, now) for offset in dict.fromkeys(days)}


def due_dates_to_look_at(settings: ReminderSettings, *, since: date, today: date) -> tuple[date, date]:
    """The first and the last due date of which an offset may have come between the last look and today.

    First > last if none.
    """
    if not settings.days:
        return today, _shifted(today, -1)
    return _shifted(since, -max(settings.days) - _LONGEST_RUN), _shifted(today, -min(settings.days))


def _open_moments(
    invoice: Reminded, due: date, settings: ReminderSettings, calendar: WorkingDays, tz: tzinfo
) -> dict[int, datetime]:
    """The moments of the offsets that may still fire.

    After one has fired, none before it does (it was covered).
    """
    last = max(invoice.fired, default=None)
    offsets = [offset for offset in sorted(set(settings.days)) if last is None or offset > last]
    return {offset: _moment(due, offset, settings, calendar, tz) for offset in offsets}


def _moment(
    due: date, offset: int, settings: ReminderSettings, calendar: WorkingDays, tz: tzinfo
) -> datetime:
    day = calendar.add_working_days(_shifted(due, offset), 0)
    return datetime.combine(day, settings.at, tzinfo=tz).astimezone(UTC)


def _shifted(day: date, days: int) -> date:
    """The day so many days later, within what a date can be."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal() + 400), date.max.toordinal() - 400)
    return date.fromordinal(ordinal)
