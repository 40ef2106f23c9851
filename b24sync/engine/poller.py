"""One cycle: read what is new, apply it in one transaction, run what is due (contract.md §3, §7)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from b24sync.engine.capture import Gathered, KindReading, promote, read
from b24sync.engine.capture.allowance import Allowance
from b24sync.engine.capture.staging import Scrub, seconds
from b24sync.engine.checkpoint import Checkpoint, pass_by
from b24sync.engine.poll_end import end
from b24sync.engine.poll_report import Report
from b24sync.errors import CredentialsError, PermanentError, TransientError, UsageError
from b24sync.store.meta import REHEARSED
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.clock import Clock
    from b24sync.domain.settings import Settings
    from b24sync.engine.dispatch import Dispatcher
    from b24sync.engine.workshop import Workshop
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store

log = logging.getLogger(__name__)
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
            report.unread(error, str(error))
            gathered = None
        if gathered is not None:
            self._go_on(gathered, report, options, begun)
        report.http_requests = self.portal.requests - requests
        end(self.store, self.portal, report, duration=self.clock.monotonic() - begun, now=self.clock.now())
        self.checkpoint("poll.finished")
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
            self.store.staged.count(),
            self.portal.requests,
        )
        for one in gathered.kinds:
            log.info("%s: %s", one.kind.name, _told(one))
        report.started_at = gathered.signpost
        report.baseline = report.baseline or any(one.quiet for one in gathered.kinds)
        for one in gathered.kinds:
            if one.error is not None:
                report.leave_out(one.kind.name, one.error)
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
            report.unread(error, str(error))
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
            self.store.staged.count()
            or self.store.held.due([one.kind.name for one in gathered.complete()], seconds(gathered.signpost))
            or self.store.staged.awaited(seconds(gathered.signpost - self.settings.poll.overlap))
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
        for action in self.store.actions.newest(run=run, limit=LOGGED):
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
            self.store.actions.skipped_after(told, reason="dry_run", limit=1)
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
        """Compare with the portal the kinds whose time has come.

        Returns for rows that only this found (``kind:id``), when the previous one was (Unix seconds).
        """
        anew = [(one, run) for one in gathered.complete() if one.quiet and (run := one.cursor.baseline_run)]
        wanted = [
            one
            for one in gathered.complete()
            if not one.quiet and (by_hand or self._is_to_reconcile(one, gathered.signpost))
        ]
        if not (anew or wanted):
            return {}
        from b24sync.engine.reconciling import Reconciling

        work = Reconciling(self.portal, self.store, scrub=self.scrub, allowance=self.allowance, report=report)
        for one, since in anew:
            work.look_again(one, since)
        return work.sweep(wanted, by_hand=by_hand, now=seconds(gathered.signpost))

    def _is_to_reconcile(self, one: KindReading, now: datetime) -> bool:
        """Whether it is time for a kind, or an earlier reconcile has left something to do."""
        every, last, kind = self.settings.poll.reconcile_every, one.cursor.reconciled_at, one.kind.name
        return (
            (bool(every) and last is not None and now - datetime.fromtimestamp(last, UTC) >= every)
            or bool(self.store.unjudged.waiting("reconcile", kind))
            or self.store.sweeps.of(kind) is not None
        )

    def _tell_ends(self, dispatcher: Dispatcher, report: Report) -> None:
        for trouble, code in dispatcher.troubles.items():
            report.worsen(code, trouble)
        report.warnings += dispatcher.warnings


def _told(one: KindReading) -> str:
    """How the reading of a kind went, for the log."""
    if one.error is not None:
        return f"left out, {one.error}"
    how = "a quiet baseline" if one.quiet else "news since the last poll"
    return f"{how}, complete" if one.complete else f"{how}, not complete yet"
