"""How changes are seen: the date filter, stage history, the clocks (portal.md §3.4, §4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.domain.entity import INVOICE
from b24sync.engine.capture.refusals import keeps_none
from b24sync.errors import ScopeError
from b24sync.words import doctor_portal as words

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.survey import Survey

MOST_APART = timedelta(seconds=60)


def reading(app: App, survey: Survey) -> Iterator[Finding]:
    """Whether each watched kind can be read at all."""
    for kind in app.watched:
        answer = survey.answer(f"newest.{kind.name}")
        if answer is None or answer.error is None:
            continue
        if isinstance(answer.error, ScopeError) and answer.error.code.lower() == "insufficient_scope":
            continue  # said with the scopes
        yield fail(
            f"reading.{kind.name}",
            str(answer.error),
            words.MAY_READ.both(kind=kind.name),
        )


def date_filter(survey: Survey) -> Iterator[Finding]:
    """How far ``>=updatedTime`` of crm.item.list is shifted."""
    if not survey.skew_of:
        yield warn("date_filter", words.NOTHING_TO_MEASURE.both())
    elif survey.skew is None:
        yield warn("date_filter", words.FILTER_UNCLEAR.both(), words.SET_ZONE_AGAIN.both())
    elif not survey.skew:
        yield ok("date_filter", words.FILTER_EXACT.both(entity=survey.skew_of))
    else:
        told = words.FILTER_WEST if survey.skew < timedelta(0) else words.FILTER_EAST
        values = {"shift": words.HOURS.both(hours=_hours(survey.skew)), "zone": _zone(survey)}
        yield warn("date_filter", told.both(**values), words.SET_ZONE.both())


def _zone(survey: Survey) -> str:
    profile = survey.result("profile")
    zone = profile.get("TIME_ZONE") if isinstance(profile, dict) else ""
    return f" ({zone})" if isinstance(zone, str) and zone else ""


def _hours(shift: timedelta) -> str:
    minutes = round(shift.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}:{rest:02d}"


def stage_history(app: App, survey: Survey) -> Iterator[Finding]:
    """Whether the portal keeps the stage history of each watched kind."""
    for kind in app.watched:
        answer = survey.answer(f"history.{kind.name}")
        if answer is None:
            continue
        name = f"stage_history.{kind.name}"
        if answer.error is None:
            yield ok(name, words.HISTORY_KEPT.both(type=kind.history_type_id))
        elif isinstance(answer.error, ScopeError):
            yield fail(name, str(answer.error), answer.error.remedy)
        elif keeps_none(app.portal, kind, answer.error):
            event = f"{kind.name}.{'status' if kind.name == INVOICE else 'stage'}_changed"
            told = words.NO_HISTORY.both(why=answer.error, event=event)
            yield warn(name, told, words.POLL_EVERY_MINUTE.both())
        else:
            yield unchecked(name, answer.error)


def clock(app: App, survey: Survey) -> Iterator[Finding]:
    """Whether this machine's clock is the portal's."""
    if survey.now is None or survey.local is None:
        yield unchecked("clock", words.NO_TIME.both())
        return
    apart = survey.local - survey.now
    if abs(apart) <= MOST_APART:
        offset = app.portal.server_utc_offset or words.UNKNOWN_OFFSET.both()
        yield ok("clock", words.CLOCK_AGREES.both(offset=offset))
        return
    told = words.CLOCK_AHEAD if apart > timedelta(0) else words.CLOCK_BEHIND
    yield warn("clock", told.both(seconds=round(abs(apart).total_seconds())), words.SET_CLOCK.both())
