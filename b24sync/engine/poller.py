"""One cycle: read what is new, apply it in one transaction, run what is due (contract.md §3, §7)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from b24sync.engine.capture import Gathered, KindReading, promote, read
from b24sync.engine.capture.allowance import Allowance
from b24sync.engine.capture.staging import Scrub, seconds
from b24sync.engine.checkpoint import Checkpoint, pass_by
from b24sync.engine.poll_report import Report
from b24sync.errors import CredentialsError, PermanentError, PortalError, TransientError, UsageError
from b24sync.steps.registry import reason_word, step_word
from b24sync.store.meta import REHEARSED
from b24sync.store.outbox import OPEN_TROUBLE
from b24sync.words import polling as words
from b24sync.words.vocabulary import KINDS, STATES, word

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.clock import Clock
    from b24sync.domain.settings import Settings
    from b24sync.engine.capture.reconcile import Reconciler, Sweep
    from b24sync.engine.dispatch import Dispatcher
    from b24sync.engine.workshop import Workshop
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store

log = logging.getLogger(__name__)
KEPT_IDLE_RUNS = 2000
NAMED = 5  # actions of a state that a poll names one by one
LOGGED = 50  # events and actions of a poll that its log names, the newest


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of a poll.

    Attributes:
        since: First poll only: events from this time on.
        max_time_s: Bounds the running of actions, never the reading.
    """

    dry_run: bool = False
    since: datetime | None = None
    baseline: bool = False
    reconcile: bool = False
    max_time_s: float | None = None


@dataclass(slots=True)
class Poller:
    """Polls one portal into one database."""

    store: Store
    portal: Portal
    kinds: Sequence[Kind]
    settings: Settings
    clock: Clock
    workshop: Workshop
    base_url: str
    scrub: Scrub
    origin: str = ""
    checkpoint: Checkpoint = pass_by
    progress: Callable[[str, int], None] = field(default=lambda _what, _count: None)
    allowance: Allowance = field(init=False)

    def run(self, options: Options) -> Report:
        """Poll once.

        Raises:
            UsageError: ``since`` was given for a database that has a baseline.
        """
        self._check(options)
        begun, local = self.clock.monotonic(), self.clock.now()
        self.allowance = Allowance.of(self.portal, self.clock)
        requests = self.portal.requests
        report = self._begin(local, options)
        log.info("run %s: reading %s", report.run, ", ".join(kind.name for kind in self.kinds))
        if options.baseline:
            self._start_anew(report.run)
        try:
            gathered = self._gather(report, options)
        except (TransientError, CredentialsError, PermanentError) as error:
            report.worsen(77 if isinstance(error, CredentialsError) else 69, str(error))
            gathered = None
        if gathered is not None:
            self._go_on(gathered, report, options, begun)
        report.http_requests = self.portal.requests - requests
        self._finish(report, begun)
        return report

    # before

    def _check(self, options: Options) -> None:
        if options.since is not None and any(cursor.live for cursor in self.store.snapshot.cursors()):
            raise UsageError(
                words.SINCE_FIRST(),
                remedy=words.WITHOUT_IT(),
            )

    def _start_anew(self, run: int) -> None:
        """``--baseline``: from now on again.

        History and ledger stay, open actions are held (contract.md G4).
        """
        with self.store.transaction():
            for kind in self.kinds:
                self.store.snapshot.restart(kind.name)
            self.store.outbox.hold_open("baseline", run=run)

    def _begin(self, local: datetime, options: Options) -> Report:
        with self.store.transaction():
            run = self.store.journal.begin_run(started_at=seconds(local), local_started_at=seconds(local))
        self.checkpoint("poll.begun")
        return Report(run, local, local, dry_run=options.dry_run)

    # reading

    def _gather(self, report: Report, options: Options) -> Gathered:
        gathered = read(
            self.portal,
            self.store,
            self.kinds,
            overlap=self.settings.poll.overlap,
            scrub=self.scrub,
            run=report.run,
            since=options.since,
            progress=self.progress,
            allowance=self.allowance,
            origin=self.origin,
        )
        self.checkpoint("poll.read")
        log.info(
            "run %s: read up to %s, %s rows staged, %s requests so far",
            report.run,
            gathered.signpost.isoformat(),
            self.store.snapshot.staged_count(),
            self.portal.requests,
        )
        for one in gathered.kinds:
            log.info("%s: %s", one.kind.name, _told(one))
        report.started_at = gathered.signpost
        report.baseline = report.baseline or any(one.quiet for one in gathered.kinds)
        for one in gathered.kinds:
            if one.error is not None:
                _leave_out(report, one.kind, one.error)
        return gathered

    def _go_on(self, gathered: Gathered, report: Report, options: Options, begun: float) -> None:
        self._apply(gathered, report, options)
        if any(one.resumed and one.complete for one in gathered.kinds):
            gathered = self._news_since(report, options) or gathered
        self.checkpoint("poll.applied")
        deadline = self.allowance.actions_until_s()
        if options.max_time_s is not None:
            deadline = min(deadline, begun + options.max_time_s)
        if options.dry_run or self.settings.safety.dry_run:
            self._rehearse(gathered, report, deadline)
        elif self.store.outbox.busy():
            self._dispatch(gathered, report, deadline, told=options.max_time_s is None)

    def _news_since(self, report: Report, options: Options) -> Gathered | None:
        """What has changed since a reading was begun that only this poll could end."""
        try:
            gathered = self._gather(report, replace(options, since=None))
        except (TransientError, CredentialsError, PermanentError) as error:
            report.worsen(77 if isinstance(error, CredentialsError) else 69, str(error))
            return None
        self._apply(gathered, report, replace(options, reconcile=False))
        return gathered

    def _apply(self, gathered: Gathered, report: Report, options: Options) -> None:
        """Apply what was gathered, in one transaction."""
        swept = self._reconcile(gathered, report, by_hand=options.reconcile)
        if self._nothing_new(gathered):
            self._count(report, self._stand_still(gathered, report.run), 0)
        else:
            self._commit(gathered, report, swept)

    @staticmethod
    def _count(report: Report, changes: Mapping[str, int], events: int) -> None:
        report.changes = {
            **report.changes,
            **{kind: report.changes.get(kind, 0) + count for kind, count in changes.items()},
        }
        report.events += events

    def _nothing_new(self, gathered: Gathered) -> bool:
        """Whether this is an idle poll, which needs none of what applies news (and does not load it)."""
        return not (
            self.store.snapshot.staged_count()
            or self.store.held.due([one.kind.name for one in gathered.complete()], seconds(gathered.signpost))
            or self.store.snapshot.awaited(seconds(gathered.signpost - self.settings.poll.overlap))
            or any(one.fresh for one in gathered.kinds)
            or self.workshop.follow_up_due(gathered.signpost)
        )

    def _stand_still(self, gathered: Gathered, run: int) -> dict[str, int]:
        """Move the cursors of a poll that saw nothing new."""
        with self.store.transaction():
            for one in gathered.complete():
                promote(
                    self.store, one, signpost=gathered.signpost, overlap=self.settings.poll.overlap, run=run
                )
            self.checkpoint("poll.before_commit")
        return {one.kind.name: 0 for one in gathered.complete()}

    def _commit(self, gathered: Gathered, report: Report, swept: Mapping[str, int]) -> None:
        from b24sync.engine.commit import Commit

        applied = Commit(self.workshop, self.kinds, gathered, report, swept).run()
        self._count(report, applied.changes, applied.events)
        if log.isEnabledFor(logging.INFO):
            self._log_plans(report.run)

    def _log_plans(self, run: int) -> None:
        """What was derived and planned: one line each, as many as a person reads."""
        for event in self.store.journal.events(run=run, limit=LOGGED):
            log.info("event %s: %s %s:%s", event.id, event.name, event.kind, event.entity_id)
        for action in self.store.outbox.actions(run=run, limit=LOGGED):
            log.info(
                "action %s: %s/%s %s on %s:%s is %s",
                *(action.id, action.rule, action.position, action.step),
                *(action.kind, action.entity_id, action.state),
            )

    def _dispatch(self, gathered: Gathered, report: Report, deadline: float, *, told: bool) -> None:
        from b24sync.engine import funnels

        known = funnels.load(self.store.meta, self.kinds, self.settings.invoice)
        dispatcher = self.workshop.dispatcher(
            funnels=known, run=report.run, now=gathered.signpost, deadline=deadline
        )
        dispatcher.recover()
        dispatcher.run_due()
        self._tell_ends(dispatcher, report)
        if told and self.clock.monotonic() >= deadline:
            report.warnings.append(words.ACTIONS_WAIT())

    def _rehearse(self, gathered: Gathered, report: Report, deadline: float) -> None:
        """Say what the planned actions would do, and in a dry run of the command what waits besides them."""
        told = int(self.store.meta.get(REHEARSED) or 0)
        if not (
            self.store.outbox.skipped_after(told, reason="dry_run", limit=1)
            or (report.dry_run and self.store.outbox.busy())
        ):
            return
        from b24sync.engine import funnels

        known = funnels.load(self.store.meta, self.kinds, self.settings.invoice)
        trial = self.workshop.trial(funnels=known, now=gathered.signpost, deadline=deadline)
        trial.tell_planned()
        if report.dry_run and not self.settings.safety.dry_run:
            trial.tell_due(run=report.run, now=seconds(self.clock.now()))
        if trial.portal_down:
            report.worsen(69, trial.portal_down)

    def _reconcile(self, gathered: Gathered, report: Report, *, by_hand: bool) -> dict[str, int]:
        """Sweep the kinds whose time has come.

        Returns for rows that only a sweep found, when the previous one was.
        """
        every, now = self.settings.poll.reconcile_every, gathered.signpost
        before = dict[str, int]()
        reread = list[KindReading]()
        for one in gathered.complete():
            last = one.cursor.reconciled_at
            if one.quiet and one.cursor.baseline_run is not None:
                self._look_again(one, report, one.cursor.baseline_run)
            due = bool(every) and last is not None and now - datetime.fromtimestamp(last, UTC) >= every
            due = due or bool(self.store.unjudged.waiting("reconcile", one.kind.name))
            due = due or self.store.sweeps.of(one.kind.name) is not None
            if one.quiet or not (by_hand or due):
                continue
            found = self._sweep(one, report, by_hand=by_hand, now=seconds(now))
            if found.error is None:
                one.swept = True
                one.cursor = replace(one.cursor, reconciled_at=found.begun, guard=found.guard or None)
            before.update({f"{one.kind.name}:{number}": last or 0 for number in found.found_new})
            reread += [one] if found.reread else []
        self._after_rows(reread, report)
        return before

    def _look_again(self, one: KindReading, report: Report, run: int) -> None:
        """Ask what became of booked entities that a baseline begun anew has not met (contract.md G4)."""
        ids = self.store.unjudged.unmet(one.kind.name, run)
        try:
            one.error = self._reconciler().look_again(one.kind, ids).error
        except PortalError as error:
            one.error = error
        if one.error is not None:
            one.complete = False
            _leave_out(report, one.kind, one.error)

    def _after_rows(self, readings: Sequence[KindReading], report: Report) -> None:
        """Read the history of what a sweep read once more.

        It must not be older than the rows (contract.md G1).
        """
        if not readings:
            return
        from b24sync.engine.capture.walking import read_tails

        try:
            read_tails(self.portal, self.store, readings, self.allowance)
        except PortalError as error:
            for one in readings:
                one.error, one.complete = error, False
        for one in readings:
            if one.error is not None:
                _leave_out(report, one.kind, one.error)

    def _reconciler(self) -> Reconciler:
        from b24sync.engine.capture.reconcile import Reconciler

        return Reconciler(self.portal, self.store, self.scrub, self.allowance)

    def _sweep(self, one: KindReading, report: Report, *, by_hand: bool, now: int) -> Sweep:
        from b24sync.engine.capture.reconcile import Sweep

        try:
            found = self._reconciler().sweep(one.kind, by_hand=by_hand, now=now)
        except PortalError as error:  # it may have staged rows: history is read again
            found = Sweep(one.kind, reread=True, error=error)
        name = word(KINDS, one.kind.name)
        if found.error is not None:  # its rows and history are complete without it
            code = 77 if isinstance(found.error, CredentialsError) else 69
            report.worsen(code, words.NOT_RECONCILED(kind=name, why=found.error))
        if found.doubtful:
            ids = ", ".join(f"{one.kind.name}:{number}" for number in found.doubtful[:NAMED])
            report.warnings.append(words.UNVERIFIED(count=len(found.doubtful), ids=ids))
        if found.guard:
            report.worsen(
                1,
                words.GUARD(kind=name, why=found.guard),
            )
        return found

    # afterwards

    def _tell_ends(self, dispatcher: Dispatcher, report: Report) -> None:
        for trouble, code in dispatcher.troubles.items():
            report.worsen(code, trouble)
        report.warnings += dispatcher.warnings

    def _finish(self, report: Report, begun: float) -> None:
        duration = self.clock.monotonic() - begun
        report.finished_at = report.started_at + timedelta(seconds=duration)
        report.actions = self.store.outbox.counts_of_run(report.run)
        for state in OPEN_TROUBLE:
            if report.actions.get(state):
                self._name_troubled(state, report)
        quarantined = self.store.held.untold()
        for one in quarantined[:NAMED]:
            report.warnings.append(
                words.QUARANTINED(entity=f"{one.kind}:{one.id}" if one.id else one.kind, why=one.reason)
            )
        if len(quarantined) > NAMED:
            report.warnings.append(words.MORE_QUARANTINED(count=len(quarantined) - NAMED))
        with self.store.transaction():
            if quarantined:
                self.store.held.told()
            self.store.journal.finish_run(
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
            self.store.load.add(
                self.portal.take_usage(),
                requests=0 if report.baseline else report.http_requests,
                at=seconds(self.clock.now()),
                duration_s=duration,
            )
            if report.run % 500 == 0:
                self.store.journal.trim_idle_runs(KEPT_IDLE_RUNS)
        self.checkpoint("poll.finished")

    def _name_troubled(self, state: str, report: Report) -> None:
        """Say which actions need a person: what of which rule for which entity, and why."""
        named = self.store.outbox.of_run(report.run, state, limit=NAMED)
        for action in named:
            why = action.error or action.result.get("message") or action.result.get("reason") or ""
            said = words.ACTION(
                id=action.id,
                state=word(STATES, state),
                rule=action.rule,
                step=step_word(action.step),
                entity=f"{action.kind}:{action.entity_id}",
                why=reason_word(action.step, str(why)).removeprefix(f"{action.kind}:{action.entity_id}: "),
            )
            report.worsen(1, said)
        more = report.actions[state] - len(named)
        if more > 0:
            report.worsen(1, words.MORE_ACTIONS(count=more, state=state))


def _told(one: KindReading) -> str:
    """How the reading of a kind went, for the log."""
    if one.error is not None:
        return f"left out, {one.error}"
    how = "a quiet baseline" if one.quiet else "news since the last poll"
    return f"{how}, complete" if one.complete else f"{how}, not complete yet"


def _leave_out(report: Report, kind: Kind, error: PortalError) -> None:
    code = 77 if isinstance(error, CredentialsError) else 69
    report.worsen(code, words.LEFT_OUT(kind=word(KINDS, kind.name), why=error))
