"""Runs one step against the stand-in portal, with the real classification of errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from b24sync.domain.calendar.working_calendar import Calendar
from b24sync.domain.entity import Entity, Key
from b24sync.domain.event import Event
from b24sync.domain.settings import InvoiceSettings, PortalSettings, Settings
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.domain.values import Secret
from b24sync.engine import funnels as stages
from b24sync.engine.runner import run_together
from b24sync.engine.running_action import RunningAction
from b24sync.engine.turn_ends import Postponed, Uncertain
from b24sync.errors import B24SyncError, InDoubtError, PermanentError
from b24sync.portal import error_mapping
from b24sync.ports import Answer, Call, Intend, Mail, MailReceipt, Read, Write, WriteAll
from b24sync.rest import items
from b24sync.rest.kinds import kinds_from
from b24sync.rules.language import Language
from b24sync.rules.links import Linker
from b24sync.rules.scope import CommissionView
from b24sync.rules.text_values import Money
from b24sync.sandbox import ConnectionCutError, Fault, Sandbox, SandboxClock, SandboxSettings, seed_company
from b24sync.steps.context import StepContext
from b24sync.store import Store
from b24sync.store.action_rows import Action, Planned

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
"""2026-03-02 12:00 in Moscow; 2026-03-09 is a day off (moved from 8 March)."""


class LostAnswerError(Exception):
    """A write was executed and its answer lost.

    The engine would try the action again, or call it uncertain.
    """


class KilledError(BaseException):
    """The process is gone."""


def settings_for_tests(**changes: Any) -> Settings:
    """The least configuration."""
    portal = PortalSettings(webhook=Secret("https://sandbox.invalid/rest/1/secret/"))
    return Settings(**{"portal": portal, "kinds": {}, **changes})


@cache
def _migrated() -> bytes:
    """An empty database of today's schema; to bring one up to date takes most of the time of a bench."""
    with closing(Store.in_memory()) as store:
        return store.connection.serialize()


def _empty_store() -> Store:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.deserialize(_migrated())
    return Store(connection, Path(":memory:"))


@dataclass(repr=False)
class Bench:
    """A seeded portal, a database, and the engine's own runner between them and a step.

    Attributes:
        asked: The calls of each `Read`; ``told``: each write; ``intended``: what was said before the first.
        letters: The mails that left.
        memory: What the action kept; handed to the next try (see `again`).
        wishes: The names of all effects in order.
        fetched: The links that were downloaded.
        fetch_error: What the next downloads end with; ``fetch_content``: what they give.
        die_at: The name of the effect at which the process is killed.
    """

    settings: Settings = field(default_factory=settings_for_tests)
    sandbox_settings: SandboxSettings = field(default_factory=SandboxSettings)
    custom: Mapping[str, int] = field(default_factory=lambda: {"object": 1046})
    asked: list[list[Call]] = field(default_factory=list)
    told: list[Write] = field(default_factory=list)
    intended: list[dict[str, Any]] = field(default_factory=list)
    letters: list[Mail] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    wishes: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    fetch_error: PermanentError | None = None
    fetch_content: bytes | None = None
    die_at: str = ""
    _actions: int = 0

    def __post_init__(self) -> None:
        self.store = _empty_store()
        self.portal = Sandbox(self.sandbox_settings, clock=SandboxClock(MONDAY))
        self.company = seed_company(self.portal)
        self.kinds = kinds_from(self.settings.invoice.api, self.custom)

    def read(self, calls: Any) -> list[Answer]:
        """A portal's ``ask`` for the funnels."""
        return [self.call(call, write=False) for call in calls]

    def call(self, call: Call, *, write: bool) -> Answer:
        """One call, judged as the client judges a command of a batch."""
        try:
            _, body = self.portal.call(call.method, dict(call.params))
        except ConnectionCutError:
            raise LostAnswerError(call.method) from None
        if "error" not in body:
            return Answer(call, body.get("result"))
        fault = error_mapping.trouble_of_command(
            {"error": body["error"], "error_description": body.get("error_description")}
        )
        return Answer(call, error=error_mapping.error_of(fault, call.method, write=write))

    def lose_answer_of(self, method: str, *, after: int = 0) -> None:
        """Let the next call of a method be executed and its answer be lost."""
        self.portal.faults.add(Fault("drop_after", method=method, after=after))

    def funnels(self) -> stages.Funnels:
        """The stages, freshly read."""
        found = stages.Funnels(self.settings.invoice)
        found.by_kind.update(stages.fetch(self, list(self.kinds.values())))  # type: ignore[arg-type]
        return found

    def entity(self, kind: str, entity_id: int) -> Entity:
        """An entity as the poll saw it."""
        row = items.row_of(self.call(items.get(self.kinds[kind], entity_id), write=False).value())
        assert row is not None
        statuses = self.funnels().statuses() if kind == "invoice" else {}
        return items.entity(self.kinds[kind], row, statuses=statuses, base_url="https://sandbox.invalid")

    def context(self, name: str, entity_id: int, **given: Any) -> StepContext:
        """The context of an action for an event of this name.

        ``event`` fields and ``marker``, ``lang``, ``attempt``, ``now``, ``operator`` and
        ``calendar`` may be given.
        """
        kind = name.partition(".")[0]
        own = {key: given.pop(key) for key in ("now", "operator", "calendar") if key in given}
        marker, lang, attempt = (
            given.pop("marker", "b24sync:a1"),
            given.pop("lang", "ru"),
            given.pop("attempt", 1),
        )
        planned = given.pop("planned", None) or self.entity(kind, entity_id)
        event = Event(f"{name}:{entity_id}", name, Key(kind, entity_id), MONDAY, **given)
        funnels = self.funnels()
        calendar = Calendar(CalendarSettings())
        language = Language(lang, MOSCOW, calendar)
        linker = Linker(
            kinds=self.kinds,
            statuses=funnels.statuses(),
            base_url="https://sandbox.invalid",
            tz=MOSCOW,
            now=MONDAY,
            people=self.settings.people,
            commission=_commission if self.settings.commission else None,
        )
        subject = planned if name.endswith(".deleted") else event.entity
        context = StepContext(
            rule="rule",
            event=event,
            planned=planned,
            marker=marker,
            message_id="<a@b>",
            now=MONDAY,
            tz=MOSCOW,
            lang=lang,
            settings=self.settings,
            kinds=self.kinds,
            calendar=calendar,
            funnels=funnels,
            records=self.store.records,
            memory=dict(self.memory),
            base_url="https://sandbox.invalid",
            subject=subject,
            linker=linker,
            language=language,
            attempt=attempt,
        )
        return replace(context, **own)

    def again(self) -> None:
        """Begin a new action: nothing is kept of the former one."""
        self.memory = {}

    def run(self, step: Any, name: str, entity_id: int, **given: Any) -> Any:
        """Run a step to its result in the engine's runner; a lost answer ends it with `LostAnswerError`."""
        return self.drive(step.run(self.context(name, entity_id, **given)))

    def drive(self, effects: Any) -> Any:
        """Run a generator to its result, as the one action of a poll."""
        action = self._planned()
        (outcome,) = run_together([RunningAction(action, self._observed(effects))], _Around(self, self.store))
        kept = self.store.actions.one(action.id)
        assert kept is not None
        self.memory = dict(kept.memory)
        if isinstance(outcome.result, Postponed | Uncertain):
            raise LostAnswerError(outcome.result.error)
        return outcome.result

    def _planned(self) -> Action:
        """A new row of the outbox, with the memory of the former try."""
        self._actions += 1
        planned = Planned(f"bench/{self._actions}", None, "rule", "step", 0, "invoice", 1)
        with self.store.transaction():
            number = self.store.outbox.plan(planned, run=1, at=0, due_at=0)
            assert number is not None
            self.store.outbox.remember(number, self.memory)
        action = self.store.actions.one(number)
        assert action is not None
        return action

    def _observed(self, effects: Any) -> Any:
        """The same generator, with what it yields noted."""
        send, given = effects.send, None
        try:
            while True:
                effect = send(given)
                self._note(effect)
                try:
                    given, send = (yield effect), effects.send
                except B24SyncError as error:
                    given, send = error, effects.throw
        except StopIteration as stop:
            return stop.value

    def _note(self, effect: Any) -> None:
        self.wishes.append(type(effect).__name__)
        if self.wishes[-1] == self.die_at:
            raise KilledError
        match effect:
            case Read():
                assert effect.calls, "an empty question"
                self.asked.append(list(effect.calls))
            case Write():
                self.told.append(effect)
            case WriteAll():
                self.told.extend(effect.writes)
            case Intend():
                self.intended.append(dict(effect.would))


@dataclass
class _Around:
    """What the runner has in a poll: the database, the portal, and a way for mails."""

    bench: Bench
    store: Store
    mailer: Any = None
    post: Any = None

    def __post_init__(self) -> None:
        self.portal, self.mailer = self, self

    @staticmethod
    def checkpoint(_name: str) -> None:
        """Nobody is killed here."""

    def read(self, calls: Sequence[Call]) -> list[Answer]:
        """See `Portal.read`."""
        return [self.bench.call(call, write=False) for call in calls]

    def write(self, calls: Sequence[Call]) -> list[Answer]:
        """See `Portal.write`; a lost answer is in doubt."""
        return [self._written(call) for call in calls]

    def _written(self, call: Call) -> Answer:
        try:
            return self.bench.call(call, write=True)
        except LostAnswerError:
            return Answer(call, error=InDoubtError("no answer", method=call.method))

    def download(self, url: str, *, limit_bytes: int) -> bytes:
        """See `Portal.download`."""
        self.bench.fetched.append(url)
        if self.bench.fetch_error is not None:
            raise self.bench.fetch_error
        if self.bench.fetch_content is not None:
            return self.bench.fetch_content
        asked = dict(parse_qsl(urlsplit(url).query))
        method = urlsplit(url).path.rpartition("document.")[2].removesuffix(".json")
        content = self.bench.portal.document_book.file(asked, method)
        return content or b'{"error":"ACCESS_DENIED","error_description":"Access denied"}'

    def send(self, mail: Mail) -> MailReceipt:
        """See `Mailer.send`."""
        self.bench.letters.append(mail)
        return MailReceipt("250 ok", mail.to)


def legacy_settings() -> Settings:
    """The old invoices."""
    return settings_for_tests(invoice=InvoiceSettings(api="legacy"))


def _commission(_: Key) -> CommissionView:
    return CommissionView(Money("500", "RUB"), lambda _role: Money("500", "RUB"))
