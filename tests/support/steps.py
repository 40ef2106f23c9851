"""Runs one step against the stand-in portal, with the real classification of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from b24sync.domain.calendar.working_calendar import Calendar
from b24sync.domain.entity import Entity, Key
from b24sync.domain.event import Event
from b24sync.domain.settings import InvoiceSettings, PortalSettings, Settings
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.domain.values import Secret
from b24sync.engine import funnels as stages
from b24sync.engine.desk import ActionDesk
from b24sync.errors import B24SyncError, InDoubtError
from b24sync.portal import error_mapping
from b24sync.ports import Answer, Call, Failed, Intend, Read, SaveMemory, Write, WriteAll
from b24sync.rest import items
from b24sync.rest.kinds import kinds_from
from b24sync.rules.language import Language
from b24sync.rules.links import Linker
from b24sync.rules.scope import CommissionView
from b24sync.rules.text_values import Money
from b24sync.sandbox import ConnectionCutError, Fault, Sandbox, SandboxClock, SandboxSettings, seed_company
from b24sync.steps.context import StepContext

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
"""2026-03-02 12:00 in Moscow; 2026-03-09 is a day off (moved from 8 March)."""


class LostAnswerError(Exception):
    """A write was executed and its answer lost.

    The engine would try the action again, or call it uncertain.
    """


def settings_for_tests(**changes: Any) -> Settings:
    """The least configuration."""
    portal = PortalSettings(webhook=Secret("https://sandbox.invalid/rest/1/secret/"))
    return Settings(**{"portal": portal, "kinds": {}, **changes})


@dataclass
class Bench:
    """A seeded portal and what is needed to run steps on its events."""

    settings: Settings = field(default_factory=settings_for_tests)
    sandbox_settings: SandboxSettings = field(default_factory=SandboxSettings)
    custom: Mapping[str, int] = field(default_factory=lambda: {"object": 1046})
    asked: list[list[Call]] = field(default_factory=list)
    told: list[Write] = field(default_factory=list)
    intended: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
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

        ``event`` fields and ``marker``, ``lang``, ``attempt`` may be given.
        """
        kind = name.partition(".")[0]
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
        return StepContext(
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
            records=None,  # type: ignore[arg-type]
            base_url="https://sandbox.invalid",
            desk=ActionDesk(linker, language, subject, event),
            attempt=attempt,
        )

    def run(self, step: Any, name: str, entity_id: int, **given: Any) -> Any:
        """Run a step to its result, as the engine does; a lost answer ends it with `LostAnswerError`."""
        return self.drive(step.run(self.context(name, entity_id, **given)))

    def drive(self, effects: Any) -> Any:
        """Run a generator to its result."""
        try:
            effect = next(effects)
            while True:
                effect = effects.send(self.granted(effect))
        except StopIteration as stop:
            return stop.value
        except B24SyncError as error:
            return Failed(str(error))

    def granted(self, effect: Any) -> Any:
        """What a generator is sent."""
        return (
            self.intended.append(dict(effect.would)) if isinstance(effect, Intend) else self._granted(effect)
        )

    def _granted(self, effect: Any) -> Any:
        match effect:
            case Read():
                assert effect.calls, "an empty question"
                self.asked.append(list(effect.calls))
                return [self.call(call, write=False) for call in effect.calls]
            case Write():
                return self._written(effect)
            case WriteAll():
                answers, lost = [], False
                for write in effect.writes:
                    try:
                        answers.append(self._written(write))
                    except LostAnswerError:
                        lost = True
                if lost:
                    raise LostAnswerError("some of several writes")
                return answers
            case SaveMemory():
                return None
        raise TypeError(f"unknown wish {effect}")

    def _written(self, write: Write) -> Answer:
        self.told.append(write)
        answer = self.call(write.call, write=True)
        if isinstance(answer.error, InDoubtError):
            raise LostAnswerError(write.call.method)
        return answer


def legacy_settings() -> Settings:
    """The old invoices."""
    return settings_for_tests(invoice=InvoiceSettings(api="legacy"))


def _commission(_: Key) -> CommissionView:
    return CommissionView(Money("500", "RUB"), lambda _role: Money("500", "RUB"))
