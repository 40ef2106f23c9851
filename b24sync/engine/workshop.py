"""Makes the parts of a poll and of operators' commands from what it is handed, each when first needed.

An idle poll needs none of them and loads none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from b24sync.engine.checkpoint import Checkpoint, pass_by
from b24sync.steps.registry import MAIL_STEPS

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.clock import Clock
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.entity import Entity, Key
    from b24sync.domain.event import Event
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.engine.apply import Applied
    from b24sync.engine.contexts import ContextMaker
    from b24sync.engine.dispatch import Dispatcher
    from b24sync.engine.dry_runs import Trial
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.plan import Judge, Planner, Verdict
    from b24sync.mail.transports import Transport
    from b24sync.ports import Effects, Mail, Mailer, MailReceipt
    from b24sync.rest.kinds import Kind
    from b24sync.rules.language import Language
    from b24sync.rules.links import Linker
    from b24sync.rules.loader import Loader
    from b24sync.rules.scope import View
    from b24sync.steps.context import Records
    from b24sync.store import Store


@dataclass(slots=True)
class Workshop:
    """What parts are made of.

    Attributes:
        base_url: ``https://HOST`` of the portal.
        portal: Makes the portal's client, or gives the one that is there.
        zone: The company's zone as it is known by now.
        language: How texts are compiled and values shown.
        calendar: The production calendar.
        transport: The way mail goes out; ``None`` without ``[mail]``.
        config_digest: Changes with the configuration.
        stop: Whether a signal asked to end.
    """

    store: Store
    settings: Settings
    kinds: Mapping[str, Kind]
    clock: Clock
    base_url: Callable[[], str]
    config_digest: str
    portal: Callable[[], Portal]
    zone: Callable[[], tzinfo]
    language: Callable[[], Language]
    calendar: Callable[[], Calendar]
    transport: Callable[[], Transport | None]
    checkpoint: Checkpoint = pass_by
    stop: Callable[[], bool] = field(default=lambda: False)

    def reader(self) -> Portal:
        """The portal for what rules and steps ask; names that the report wants are asked along with it."""
        from b24sync.engine.names_along import NamesAlong

        return NamesAlong(self.portal(), self.store, self.kinds, funnels=self.funnels, now=self.clock.now)

    def funnels(self) -> Funnels:
        """The stages that the database remembers."""
        from b24sync.engine.funnels import load as load_funnels

        return load_funnels(self.store.meta, list(self.kinds.values()), self.settings.invoice)

    def linker(
        self,
        funnels: Funnels,
        now: datetime,
        *,
        records: Records | None = None,
        loader: Loader | None = None,
    ) -> Linker:
        """Loads linked entities for one action or event; see `linkers`."""
        return self.linkers(funnels, now, records=records, loader=loader)()

    def linkers(
        self,
        funnels: Funnels,
        now: datetime,
        *,
        records: Records | None = None,
        loader: Loader | None = None,
    ) -> Callable[[], Linker]:
        """Makes linkers, each of which loads linked entities for one action or event.

        Args:
            funnels: The stages that are known.
            now: The portal's time.
            records: What is looked at instead of the database's own.
            loader: Answers that are shared; ``None``: all is asked anew.
        """
        from b24sync.rules.links import Linker

        return partial(
            Linker,
            kinds=self.kinds,
            statuses=funnels.statuses(),
            base_url=self.base_url(),
            tz=self.zone(),
            now=now,
            people=self.settings.people,
            commission=partial(_commission, records or self.store.records)
            if self.settings.commission is not None
            else None,
            titles=funnels.title,
            loader=loader,
        )

    def judge(self, loader: Loader, funnels: Funnels, now: datetime) -> Judge:
        """Decides conditions from the answers of a loader."""
        return _LateJudge(lambda: self._rule_judge(loader, funnels, now))

    def _rule_judge(self, loader: Loader, funnels: Funnels, now: datetime) -> Judge:
        from b24sync.engine.conditions import RuleJudge

        return RuleJudge(self.language(), self.linkers(funnels, now, loader=loader), loader)

    def contexts(
        self,
        funnels: Funnels,
        now: datetime,
        *,
        records: Records | None = None,
        imagined: Mapping[Key, Mapping[str, Any]] | None = None,
    ) -> ContextMaker:
        """Opens actions.

        Args:
            funnels: The stages.
            now: The portal's time.
            records: What steps look at instead of the database's own.
            imagined: What entities are taken to hold instead of what the portal shows.
        """
        from b24sync.engine.contexts import ContextMaker

        return ContextMaker(
            store=self.store,
            settings=self.settings,
            kinds=self.kinds,
            funnels=funnels,
            language=self.language(),
            linker=lambda: self.linker(funnels, now, records=records),
            calendar=self.calendar,
            tz=self.zone(),
            now=now,
            base_url=self.base_url(),
            operator_steps=_OperatorSteps(),
            records=records,
            imagined={} if imagined is None else imagined,
        )

    def trial(self, *, funnels: Funnels, now: datetime, deadline: float | None) -> Trial:
        """Runs actions dry: what they would do, and nothing of it."""
        from b24sync.engine.dry_runs import DryRecords, Trial

        records = DryRecords(self.store.records)
        return Trial(
            store=self.store,
            open=self.contexts(funnels, now, records=records, imagined=records.moved).open,
            around=_Reading(self.store, self.portal()),
            records=records,
            at=int(now.timestamp()),
            time_left=lambda: not self.stop() and (deadline is None or self.clock.monotonic() < deadline),
        )

    def dispatcher(self, *, funnels: Funnels, run: int, now: datetime, deadline: float | None) -> Dispatcher:
        """Runs the outbox."""
        from b24sync.engine.dispatch import Dispatcher
        from b24sync.mail.portal_transport import PortalTransport

        transport = self.transport()
        post = transport.send_talk if isinstance(transport, PortalTransport) else None
        return Dispatcher(
            store=self.store,
            portal=self.reader(),
            mailer=None if isinstance(transport, PortalTransport) else transport,
            open=self.contexts(funnels, now).open,
            clock=self.clock,
            attempts=self.settings.retry.attempts,
            mail_steps=MAIL_STEPS,
            run=run,
            at=int(now.timestamp()),
            deadline=deadline,
            post=post,
            checkpoint=self.checkpoint,
            stop=self.stop,
        )

    def follow_up_due(self, now: datetime) -> bool:
        """Whether reminders may be due, or a task-making action has ended since the last look."""
        keep = self.store.meta
        if self._configured_anew():
            return True
        judged = int(keep.get("tasks_judged_run") or 0)
        if self.store.actions.task_action_settled_since(judged) or self.store.unjudged.judgeable():
            return True
        if self._stays_due(now):
            return True
        return self.settings.reminders is not None and now.timestamp() >= float(
            keep.get("reminders_next") or 0
        )

    def _configured_anew(self) -> bool:
        """Whether the configuration is another than the last poll's."""
        return self.store.meta.get("config_digest") != self.config_digest

    def _stays_due(self, now: datetime) -> bool:
        """Whether something may have stood still for long enough."""
        kept = self.store.meta.get("stuck_next")
        if not kept:
            return False
        from b24sync.engine.standing_still import stuck_due

        return stuck_due(kept, now)

    def follow_up(self, applied: Applied, planner: Planner, funnels: Funnels) -> None:
        """What follows from the news of a poll."""
        from b24sync.engine.follow_up import FollowUp

        FollowUp(
            store=self.store,
            settings=self.settings,
            kinds=self.kinds,
            funnels=funnels,
            planner=planner,
            base_url=self.base_url(),
            tz=self.zone(),
            calendar=self.calendar,
            run=applied.run,
            anew=self._configured_anew(),
        ).follow(applied)


@dataclass(slots=True)
class _Reading:
    """What actions need that only read."""

    store: Store
    portal: Portal
    mailer: Mailer | None = None
    post: Callable[[Mail], Effects[MailReceipt]] | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """None is passed."""
        return pass_by


def _commission(records: Records, key: Key) -> View:
    """What texts see as ``commission``: the booked rows of an entity and what they come to."""
    from b24sync.rules.commissions import commission_view

    return commission_view(records.ledger(key))


class _LateJudge:
    """A judge that is made when the first condition is to be judged."""

    def __init__(self, make: Callable[[], Judge]) -> None:
        self._make = make
        self._judge: Judge | None = None

    def holds(self, rule: RuleSettings, event: Event, entity: Entity) -> Verdict:
        """Whether the condition holds; see `RuleJudge.holds`."""
        if self._judge is None:
            self._judge = self._make()
        return self._judge.holds(rule, event, entity)


_OPERATOR_USES = {"resend-invoice": "send_invoice", "remind": "send_reminder"}


class _OperatorSteps(dict[str, "StepSettings"]):
    """The steps of the operator's commands, made when asked for."""

    def __contains__(self, name: object) -> bool:
        return name in _OPERATOR_USES

    def __missing__(self, name: str) -> StepSettings:
        from b24sync.steps.registry import step_class

        made: StepSettings = step_class(_OPERATOR_USES[name])()
        return made
