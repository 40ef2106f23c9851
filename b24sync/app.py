"""The composition root: from one configuration to everything that works together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.clock import Clock, SystemClock, fixed_zone
from b24sync.engine.checkpoint import Checkpoint, pass_by
from b24sync.errors import UsageError
from b24sync.log import register_secret
from b24sync.portal.webhook import Webhook
from b24sync.rest.kinds import Kind, kinds_from
from b24sync.secrecy import scrub_json
from b24sync.store import Store
from b24sync.words import outside, speak

if TYPE_CHECKING:
    from b24sync.config.load import Loaded
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.settings import Settings
    from b24sync.engine.poll_report import Report
    from b24sync.engine.poller import Poller
    from b24sync.engine.workshop import Workshop
    from b24sync.mail.transports import Transport
    from b24sync.portal.client import PortalClient
    from b24sync.rules.language import Language

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
        self.label = ""  # how lines name this configuration among several
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
        """The portal, paced together with all processes that share the database.

        Raises:
            UsageError: The database belongs to another one.
        """
        from b24sync.domain.rate import RATES
        from b24sync.portal.client import PortalClient
        from b24sync.store.bucket import SqliteBucket

        check_origin(self.store, self.webhook)
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
        """JSON of the portal's once more without secrets; answers are scrubbed where they enter."""
        return scrub_json(text) if any(secret in text for secret in self.loaded.secrets) else text

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
        return fixed_zone(offset or self.store.meta.get("server_utc_offset") or "+00:00")

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
            "origin": self.webhook.portal,
        }
        with self.store.transaction():
            for name, value in found.items():
                if value and value != self.store.meta.get(name):
                    self.store.meta.put(name, value)
        after_poll(self.settings, self.workshop(), report, now=self.portal_now())

    # the engine

    def workshop(self) -> Workshop:
        """What makes the parts of polls and commands, from what this configuration gives."""
        from b24sync.engine.workshop import Workshop

        return Workshop(
            store=self.store,
            settings=self.settings,
            kinds=self.kinds,
            clock=self.clock,
            base_url=lambda: self.base_url,
            config_digest=self.loaded.digest,
            portal=lambda: self.portal,
            zone=lambda: self.tz,
            language=lambda: self.language,
            calendar=self.calendar,
            transport=lambda: self.transport,
            checkpoint=self.checkpoint,
            stop=self.stop,
        )

    def poller(self, *, progress: Callable[[str, int], None] | None = None) -> Poller:
        """What polls."""
        from b24sync.engine.poller import Poller

        return Poller(
            store=self.store,
            portal=self.portal,
            kinds=self.watched,
            settings=self.settings,
            clock=self.clock,
            workshop=self.workshop(),
            base_url=self.base_url,
            scrub=self.scrub,
            origin=self.webhook.portal,
            checkpoint=self.checkpoint,
            progress=progress or (lambda _what, _count: None),
        )


def check_origin(store: Store, webhook: Webhook) -> None:
    """See that a database is used with the portal that it came from (contract.md G15).

    Raises:
        UsageError: It belongs to another one.
    """
    origin, earlier = store.meta.get("origin"), store.meta.get("portal")
    if origin is None and earlier is not None and earlier.partition("://")[2] != _host_of(webhook):
        origin = earlier.partition("://")[2]
    if origin is not None and origin != webhook.portal:
        raise UsageError(
            outside.OTHER_PORTAL(path=store.path, origin=origin, portal=webhook.portal),
            remedy=outside.OWN_DATABASE(portal=webhook.portal),
        )


def _host_of(webhook: Webhook) -> str:
    return webhook.origin.partition("://")[2]


class _PortalTime:
    """The local clock that tells the portal's time, for the dates of mails (contract.md G6)."""

    def __init__(self, local: Clock, now: Callable[[], datetime]) -> None:
        self.now, self.monotonic, self.sleep = now, local.monotonic, local.sleep


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
