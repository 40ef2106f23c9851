"""The composition root: from one configuration to everything that works together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.clock import Clock, SystemClock
from b24sync.engine.checkpoint import Checkpoint, pass_by
from b24sync.log import register_secret
from b24sync.portal.webhook import Webhook
from b24sync.rest.kinds import Kind, kinds_from
from b24sync.steps.registry import MAIL_STEPS
from b24sync.store import Store
from b24sync.words import speak

if TYPE_CHECKING:
    from b24sync.config.load import Loaded
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.entity import Entity, Key
    from b24sync.domain.event import Event
    from b24sync.domain.settings import RuleSettings, Settings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.engine.apply import Applied
    from b24sync.engine.contexts import ContextMaker
    from b24sync.engine.dispatch import Dispatcher
    from b24sync.engine.funnels import Funnels
    from b24sync.engine.plan import Judge, Planner, Verdict
    from b24sync.engine.poll_report import Report
    from b24sync.engine.poller import Poller
    from b24sync.engine.remembered import Remembered
    from b24sync.engine.trial import Trial
    from b24sync.mail.transports import Transport
    from b24sync.portal.client import PortalClient
    from b24sync.ports import Effects, Mail, Mailer, MailReceipt, Portal
    from b24sync.rules.language import Language
    from b24sync.rules.links import Linker
    from b24sync.rules.scope import View
    from b24sync.steps.context import Records

log = logging.getLogger(__name__)


class App:
    """One configuration at work. Parts are made when first used, so that an idle poll loads little."""

    def __init__(
        self, loaded: Loaded, *, clock: Clock | None = None, checkpoint: Checkpoint = pass_by
    ) -> None:
        self.loaded = loaded
        self.settings: Settings = loaded.settings
        self.clock = clock or SystemClock()
        self.checkpoint = checkpoint
        self.stop: Callable[[], bool] = lambda: False
        for secret in loaded.secrets:
            register_secret(secret)
        speak(self.settings.language)
        kinds = kinds_from(
            self.settings.invoice.api,
            {name: kind.entity_type_id for name, kind in self.settings.kinds.items()},
        )
        self.kinds = kinds
        self.watched: Sequence[Kind] = [kinds[name] for name in self.settings.poll.watch]
        self._store: Store | None = None

    # the database

    @property
    def store(self) -> Store:
        """The database, made if it is absent."""
        return self.open_store()

    def open_store(self, *, create: bool = True) -> Store:
        """The database.

        Raises:
            StoreError: It cannot be used, or is absent and not to be made.
        """
        if self._store is None:
            self._store = Store.open(self.settings.store.path, create=create)
        return self._store

    def use_store(self, store: Store) -> None:
        """Work on another database (a copy, for a dry run)."""
        self._store = store

    def close(self) -> None:
        """Close what is open."""
        if "portal" in self.__dict__:
            self.portal.close()
        if self.__dict__.get("transport") is not None:
            self.__dict__["transport"].close()
        if self._store is not None:
            self._store.close()
            self._store = None

    # the portal

    @cached_property
    def webhook(self) -> Webhook:
        """Where the portal is."""
        return Webhook.parse(self.settings.portal.webhook.reveal())

    @cached_property
    def portal(self) -> PortalClient:
        """The portal, paced together with all processes that share the database."""
        from b24sync.domain.rate import RATES
        from b24sync.portal.client import PortalClient
        from b24sync.store.bucket import SqliteBucket

        ca_file = self.settings.portal.ca_file
        return PortalClient(
            self.webhook,
            clock=self.clock,
            bucket=SqliteBucket(self.store.connection, self.webhook.portal, RATES[self.settings.portal.rate]),
            timeout_s=self.settings.portal.timeout.total_seconds(),
            ca_file=str(ca_file) if ca_file else None,
            batch_size=int(self.store.meta.get("batch_size") or 50),
        )

    @property
    def base_url(self) -> str:
        """``https://HOST`` of the portal."""
        return self.webhook.origin

    def scrub(self, text: str) -> str:
        """Portal text without the webhook's secret (files' ``urlMachine`` links hold it)."""
        for secret in self.loaded.secrets:
            if secret in text:
                text = text.replace(secret, "***")
        return text

    def portal_now(self) -> datetime:
        """The portal's time as far as it is known without asking; else the local one."""
        return (self.portal.portal_time if "portal" in self.__dict__ else None) or self.clock.now()

    # time, language, calendar

    @property
    def tz(self) -> tzinfo:
        """The company's zone: as configured, else the portal server's offset, else UTC."""
        if self.settings.timezone:
            from zoneinfo import ZoneInfo

            return ZoneInfo(self.settings.timezone)
        offset = self.portal.server_utc_offset if "portal" in self.__dict__ else None
        return _offset(offset or self.store.meta.get("server_utc_offset") or "+00:00")

    @cached_property
    def language(self) -> Language:
        """How texts are compiled and values shown."""
        from b24sync.rules.language import Language

        return Language(self.settings.language, self.tz, self.calendar)

    def calendar(self) -> Calendar:
        """The production calendar with its layers."""
        return self._calendar

    @cached_property
    def _calendar(self) -> Calendar:
        from b24sync.calendars import make_calendar

        return make_calendar(self.settings, self.store, self.clock)

    # mail

    @cached_property
    def transport(self) -> Transport | None:
        """The way mail goes out; ``None`` without ``[mail]``."""
        from b24sync.mail.transports import from_settings

        if self.settings.mail is None:
            return None
        ca_file = self.settings.portal.ca_file
        return from_settings(
            self.settings.mail,
            clock=_PortalTime(self.clock, self.portal_now),
            ca_file=str(ca_file) if ca_file else "",
        )

    def after_poll(self, report: Report) -> None:
        """What belongs to the end of a poll: remember what need not be found out again, tell people, ping."""
        from b24sync.engine.alerts import after_poll

        if "_calendar" in self.__dict__:
            report.warnings += [text for text in self._calendar.warnings if text not in report.warnings]
        found = {
            "config_digest": self.loaded.digest,
            "server_utc_offset": self.portal.server_utc_offset,
            "batch_size": str(self.portal.batch_size),
            "portal": self.base_url,
        }
        with self.store.transaction():
            for name, value in found.items():
                if value and value != self.store.meta.get(name):
                    self.store.meta.put(name, value)
        after_poll(self, report)

    # the engine

    def poller(self, *, progress: Callable[[str, int], None] | None = None) -> Poller:
        """What polls."""
        from b24sync.engine.poller import Poller

        return Poller(
            self.store,
            self.portal,
            self.watched,
            self.settings,
            self.clock,
            self,
            self.base_url,
            self.scrub,
            self.checkpoint,
            progress or (lambda _what, _count: None),
        )

    def funnels(self) -> Funnels:
        """The stages that the database remembers."""
        from b24sync.engine.funnels import load as load_funnels

        return load_funnels(self.store.meta, list(self.kinds.values()), self.settings.invoice)

    def linker(self, funnels: Funnels, now: datetime, *, records: Records | None = None) -> Linker:
        """Loads linked entities for one action or event; ``records``: instead of the database's own."""
        from b24sync.rules.links import Linker

        return Linker(
            kinds=self.kinds,
            statuses=funnels.statuses(),
            base_url=self.base_url,
            tz=self.tz,
            now=now,
            people=self.settings.people,
            commission=partial(_commission, records or self.store.records)
            if self.settings.commission is not None
            else None,
            titles=funnels.title,
        )

    def judge(self, remembered: Remembered, funnels: Funnels, now: datetime) -> Judge:
        """Decides conditions from remembered answers."""
        return _LateJudge(lambda: self._rule_judge(remembered, funnels, now))

    def _rule_judge(self, remembered: Remembered, funnels: Funnels, now: datetime) -> Judge:
        from b24sync.engine.conditions import RuleJudge

        return RuleJudge(self.language, lambda: self.linker(funnels, now), remembered)

    def contexts(self, funnels: Funnels, now: datetime, *, records: Records | None = None) -> ContextMaker:
        """Opens actions; ``records``: what steps look at instead of the database's own."""
        from b24sync.engine.contexts import ContextMaker

        return ContextMaker(
            self.store,
            self.settings,
            self.kinds,
            funnels,
            self.language,
            lambda: self.linker(funnels, now, records=records),
            self.calendar,
            self.tz,
            now,
            self.base_url,
            _OperatorSteps(),
            records,
        )

    def trial(self, *, funnels: Funnels, now: datetime, deadline: float | None) -> Trial:
        """Runs actions dry: what they would do, and nothing of it."""
        from b24sync.engine.trial import DryRecords, Trial

        records = DryRecords(self.store.records)
        return Trial(
            self.store,
            self.contexts(funnels, now, records=records).open,
            _Reading(self.store, self.portal),
            records,
            int(now.timestamp()),
            lambda: not self.stop() and (deadline is None or self.clock.monotonic() < deadline),
        )

    def dispatcher(self, *, funnels: Funnels, run: int, now: datetime, deadline: float | None) -> Dispatcher:
        """Runs the outbox."""
        from b24sync.engine.dispatch import Dispatcher
        from b24sync.mail.portal_transport import PortalTransport

        transport = self.transport
        post = transport.send_talk if isinstance(transport, PortalTransport) else None
        return Dispatcher(
            store=self.store,
            portal=self.portal,
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
        if keep.get("config_digest") != self.loaded.digest:
            return True
        judged = int(keep.get("tasks_judged_run") or 0)
        if self.store.outbox.task_action_settled_since(judged) or self.store.unjudged.judgeable():
            return True
        if self._stays_due(now):
            return True
        return self.settings.reminders is not None and now.timestamp() >= float(
            keep.get("reminders_next") or 0
        )

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
            self.store,
            self.settings,
            self.kinds,
            funnels,
            planner,
            self.base_url,
            self.tz,
            self.calendar,
            applied.run,
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


class _PortalTime:
    """The local clock that tells the portal's time, for the dates of mails (contract.md G6)."""

    def __init__(self, local: Clock, now: Callable[[], datetime]) -> None:
        self.now, self.monotonic, self.sleep = now, local.monotonic, local.sleep


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


class _OperatorSteps(dict[str, "StepSettings"]):
    """The steps of the operator's commands, made when asked for."""

    _USES = {"resend-invoice": "send_invoice", "remind": "send_reminder"}  # noqa: RUF012 - a constant

    def __contains__(self, name: object) -> bool:
        return name in self._USES

    def __missing__(self, name: str) -> StepSettings:
        from b24sync.steps.registry import step_class

        made: StepSettings = step_class(self._USES[name])()
        return made


def _offset(text: str) -> tzinfo:
    sign = -1 if text.startswith("-") else 1
    hours, _, minutes = text[1:].partition(":")
    return timezone(sign * timedelta(hours=int(hours), minutes=int(minutes or 0)))


def show_time(moment: datetime | int, tz: tzinfo) -> str:
    """A time as the program shows it: ISO 8601 with the company's offset."""
    aware = datetime.fromtimestamp(moment, UTC) if isinstance(moment, int) else moment
    return aware.astimezone(tz).isoformat(timespec="seconds")


def copy_of(store_path: Path, folder: Path) -> Path:
    """A private copy of a database (online), for a dry run."""
    import sqlite3

    target = folder / "dry-run.db"
    if store_path.exists():
        source, copy = sqlite3.connect(store_path), sqlite3.connect(target)
        try:
            source.backup(copy)
        finally:
            source.close()
            copy.close()
    return target
