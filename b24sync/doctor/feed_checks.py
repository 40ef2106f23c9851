"""How changes are seen: the date filter, stage history, the clocks (portal.md §3.4, §4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, fail, ok, unchecked, warn
from b24sync.errors import PermanentError, ScopeError

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.doctor.survey import Survey

MOST_APART = timedelta(seconds=60)
_ZONE_REMEDY = "set the owner's time zone to the portal's (the owner's profile at the portal → Time zone)"


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
            f'give the webhook\'s owner the right, or take "{kind.name}" out of poll.watch',
        )


def date_filter(survey: Survey) -> Iterator[Finding]:
    """How far ``>=updatedTime`` of crm.item.list is shifted."""
    zone = _zone(survey)
    if not survey.skew_of:
        yield warn(
            "date_filter",
            "cannot be measured: there is no row yet to measure it with; until then polls look a day "
            "further back",
        )
    elif survey.skew is None:
        advice = f"{_ZONE_REMEDY}, and run doctor again"
        yield warn(
            "date_filter",
            "no bound of the filter >=updatedTime explains its answers; polls look a day further back",
            advice,
        )
    elif not survey.skew:
        yield ok(
            "date_filter", f"crm.item.list filters by updatedTime exactly (measured with {survey.skew_of})"
        )
    else:
        side = "west" if survey.skew < timedelta(0) else "east"
        harm = "changes would be missed by a plain filter" if side == "west" else "more is read than needed"
        message = (
            f"crm.item.list shifts the filter >=updatedTime by {_hours(survey.skew)}: the webhook's "
            f"owner{zone} is {side} of the portal's "
            f"zone, so {harm} (polls reckon with it; summer time may change it)"
        )
        yield warn("date_filter", message, _ZONE_REMEDY)


def _zone(survey: Survey) -> str:
    profile = survey.result("profile")
    zone = profile.get("TIME_ZONE") if isinstance(profile, dict) else ""
    return f" ({zone})" if isinstance(zone, str) and zone else ""


def _hours(shift: timedelta) -> str:
    minutes = round(shift.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}:{rest:02d} h"


def stage_history(app: App, survey: Survey) -> Iterator[Finding]:
    """Whether the portal keeps the stage history of each watched kind."""
    for kind in app.watched:
        answer = survey.answer(f"history.{kind.name}")
        if answer is None:
            continue
        name = f"stage_history.{kind.name}"
        if answer.error is None:
            yield ok(
                name, f"crm.stagehistory.list gives every stage move (entityTypeId {kind.history_type_id})"
            )
        elif isinstance(answer.error, ScopeError):
            yield fail(name, str(answer.error), answer.error.remedy)
        elif isinstance(answer.error, PermanentError):
            yield _no_history(name, kind.name, answer.error)
        else:
            yield unchecked(name, answer.error)


def _no_history(name: str, kind: str, error: Any) -> Finding:
    message = (
        f"not to be had ({error}): of several moves between two polls only the last is seen, and a stage "
        f"that came back "
        f"(A → B → A) not at all, so {kind}.{'status' if kind == 'invoice' else 'stage'}_changed events "
        f"may be missing"
    )
    return warn(name, message, "poll often (every minute); update a self-hosted portal")


def clock(app: App, survey: Survey) -> Iterator[Finding]:
    """Whether this machine's clock is the portal's."""
    if survey.now is None or survey.local is None:
        yield unchecked("clock", "the portal does not tell its time")
        return
    apart = survey.local - survey.now
    offset = app.portal.server_utc_offset or "unknown"
    if abs(apart) <= MOST_APART:
        yield ok("clock", f"this machine's clock and the portal's agree; the portal's offset is {offset}")
        return
    side = "ahead of" if apart > timedelta(0) else "behind"
    seconds = round(abs(apart).total_seconds())
    message = (
        f"this machine's clock is {seconds} s {side} the portal's; only times in logs and the back-off go by "
        f"it"
    )
    yield warn("clock", message, "let the machine set its clock (timedatectl set-ntp true)")
