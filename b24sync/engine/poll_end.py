"""The end of a poll: what a person must know of it, and its line in the journal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from b24sync.domain.action_states import OPEN_TROUBLE
from b24sync.engine.capture.staging import seconds
from b24sync.steps.registry import reason_word, step_word
from b24sync.words import polling as words
from b24sync.words.vocabulary import STATES, word

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.engine.poll_report import Report
    from b24sync.store import Store

KEPT_IDLE_RUNS = 2000
NAMED = 5  # actions of a state, or quarantined rows, that a poll names one by one


def end(store: Store, portal: Portal, report: Report, *, duration: float, now: datetime) -> None:
    """Name what is troubled and write the run down.

    Args:
        duration: Seconds since the poll was begun.
        now: Local time.
    """
    report.finished_at = report.started_at + timedelta(seconds=duration)
    report.actions = store.outbox.counts_of_run(report.run)
    for state in OPEN_TROUBLE:
        if report.actions.get(state):
            _name_troubled(store, state, report)
    quarantined = _name_quarantined(store, report)
    with store.transaction():
        if quarantined:
            store.held.told()
        store.journal.finish_run(
            report.run,
            started_at=seconds(report.started_at),
            finished_at=seconds(report.finished_at),
            duration_s=round(duration, 3),
            exit_code=report.exit_code,
            report={
                **report.as_json(datetime.isoformat),
                "troubles": report.troubles,
                "quiet": report.quiet,
            },
        )
        store.load.add(
            portal.take_usage(),
            requests=0 if report.baseline else report.http_requests,
            at=seconds(now),
            duration_s=duration,
        )
        if report.run % 500 == 0:
            store.journal.trim_idle_runs(KEPT_IDLE_RUNS)


def _name_quarantined(store: Store, report: Report) -> bool:
    """Say which rows were set aside since it was last said; whether there are any."""
    quarantined = store.held.untold()
    for one in quarantined[:NAMED]:
        entity = f"{one.kind}:{one.id}" if one.id else one.kind
        report.warnings.append(words.QUARANTINED(entity=entity, why=one.reason))
    if len(quarantined) > NAMED:
        report.warnings.append(words.MORE_QUARANTINED(count=len(quarantined) - NAMED))
    return bool(quarantined)


def _name_troubled(store: Store, state: str, report: Report) -> None:
    """Say which actions need a person: what of which rule for which entity, and why."""
    named = store.actions.of_run(report.run, state, limit=NAMED)
    for action in named:
        why = action.error or action.result.get("message") or action.result.get("reason") or ""
        said = words.ACTION(
            id=action.id,
            state=word(STATES, state),
            rule=action.rule,
            step=step_word(action.step),
            entity=store.figures.called(action.kind, action.entity_id),
            why=reason_word(action.step, str(why)).removeprefix(f"{action.kind}:{action.entity_id}: "),
        )
        report.worsen(1, said)
    more = report.actions[state] - len(named)
    if more > 0:
        report.worsen(1, words.MORE_ACTIONS(count=more, state=state))
