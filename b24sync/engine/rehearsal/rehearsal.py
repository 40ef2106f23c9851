"""Trying the rules of a configuration on one test: matched, judged and run by the parts that a poll uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from b24sync.domain.entity import Entity, Key
from b24sync.domain.rule_test import moment
from b24sync.domain.step_settings import FieldUse
from b24sync.engine.funnels import Funnels
from b24sync.engine.rehearsal.given import Given, event_of, stages_for
from b24sync.engine.rehearsal.people_of_test import Staff, staff_of
from b24sync.engine.rehearsal.portal_of_test import Records, StandIn
from b24sync.engine.rehearsal.would import Tried, outcome, people_in, values_of
from b24sync.errors import B24SyncError
from b24sync.ports import Done, Failed
from b24sync.rules.commissions import commission_view
from b24sync.rules.links import Linker
from b24sync.rules.match import concerns, mismatch
from b24sync.rules.scope import CommissionView, RecordView, UserView
from b24sync.rules.text_errors import TextError
from b24sync.rules.text_values import Money
from b24sync.steps.context import RunnableStep, StepContext

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.event import Event
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.rule_test import RuleTest, Table
    from b24sync.domain.settings import Settings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.ports import Effects, StepResult
    from b24sync.rest.kinds import Kind
    from b24sync.rules.language import Language, Mode
    from b24sync.rules.scope import View
    from b24sync.rules.selectors import Found

_PEOPLE = ("to", "responsible")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a test came to.

    Attributes:
        actions: In the order of rules and steps.
        quiet: Rules that did nothing → why.
    """

    actions: Sequence[Tried]
    quiet: Mapping[str, str]


@dataclass(slots=True)
class Rehearsal:
    """Tries tests of one configuration.

    Attributes:
        now: For tests without ``at``.
    """

    settings: Settings
    kinds: Mapping[str, Kind]
    base_url: str
    tz: tzinfo
    language: Language
    calendar: Callable[[], Calendar]
    now: datetime

    def run(self, test: RuleTest) -> Rehearsed:
        """Give the event to every rule."""
        actions: list[Tried] = []
        quiet: dict[str, str] = {}
        for rule in self.settings.rules:
            stage = _Stage.of(self, test)
            reason = stage.mismatch(rule)
            if reason:
                quiet[rule.name] = reason
            else:
                actions += stage.actions(rule)
        return Rehearsed(actions, quiet)


@dataclass(slots=True)
class _Stage:
    """One rule on one test, with values of its own: rules do not see what others write."""

    rehearsal: Rehearsal
    test: RuleTest
    staff: Staff
    funnels: Funnels
    given: Given
    event: Event
    now: datetime
    records: Records = field(default_factory=Records)
    aliases: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, rehearsal: Rehearsal, test: RuleTest) -> _Stage:
        settings, tz = rehearsal.settings, rehearsal.tz
        staff = staff_of(test, settings)
        funnels = Funnels(settings.invoice, dict(stages_for(settings, test)))
        given = Given(
            test,
            settings=settings,
            kinds=rehearsal.kinds,
            funnels=funnels,
            staff=staff,
            base_url=rehearsal.base_url,
            tz=tz,
        )
        now = (rehearsal.now if test.at is None else moment(test.at, tz)).astimezone(UTC)
        event = event_of(test, given.entities[given.subject], now, funnels)
        return cls(
            rehearsal=rehearsal, test=test, staff=staff, funnels=funnels, given=given, event=event, now=now
        )

    def mismatch(self, rule: RuleSettings) -> str:
        """Why the rule does nothing; empty if it fires."""
        if not concerns(rule, self.event):
            return f"listens to {', '.join(rule.on)}"
        reason = mismatch(rule, self.event)
        if reason or not rule.when:
            return reason
        language = self.rehearsal.language
        try:
            condition = language.compile_condition(rule.when)
            subject = self.given.entities[self.given.subject]
            scope = self._stand_in().run(self._linker().scope(condition.names, subject, event=self.event))
            return "" if condition.holds(scope) else f"when is false: {rule.when}"
        except TextError as error:
            return f"when cannot be judged: {error}"

    def actions(self, rule: RuleSettings) -> Iterator[Tried]:
        """Its steps in order, up to one that would fail."""
        for position, step in enumerate(rule.steps):
            portal = self._stand_in(step)
            result = self._result(rule, step, position, portal)
            state, changed, said = outcome(result)
            values = {**values_of(portal, result), **said}
            self._book(result)
            self._name_people(values)
            yield Tried(
                rule=rule.name,
                step=step.name,
                position=position,
                state=state,
                changed=changed,
                values=values,
                aliases=dict(self.aliases),
            )
            if state == "failed":
                return

    def _result(self, rule: RuleSettings, step: StepSettings, position: int, portal: StandIn) -> StepResult:
        try:
            found: StepResult = portal.run(
                cast("RunnableStep", step.offline()).run(self._context(rule, position))
            )
        except (B24SyncError, TextError) as error:
            return Failed(str(error))
        return found

    def _context(self, rule: RuleSettings, position: int) -> StepContext:
        rehearsal, subject = self.rehearsal, self.given.entities[self.given.subject]
        asked: Key | Entity = subject if self.event.name.endswith(".deleted") else subject.key
        return _TestContext(
            rule=rule.name,
            event=self.event,
            planned=subject,
            marker=f"b24sync:test/{position}",
            message_id="<test@b24sync.invalid>",
            now=self.now,
            tz=rehearsal.tz,
            lang=rehearsal.settings.language,
            settings=replace(rehearsal.settings, people=self.staff.people),
            kinds=rehearsal.kinds,
            calendar=rehearsal.calendar(),
            funnels=self.funnels,
            records=self.records,
            base_url=rehearsal.base_url,
            subject=asked,
            linker=self._linker(),
            language=rehearsal.language,
            lookups=self.test.lookups,
            stage=self,
        )

    def _stand_in(self, step: StepSettings | None = None) -> StandIn:
        used = step.uses((self.event.entity.kind,)) if step is not None else ()
        fields = [one.code for one in used if isinstance(one, FieldUse) and one.purpose == "write"]
        return StandIn(
            given=self.given,
            staff=self.staff,
            kinds=self.rehearsal.kinds,
            funnels=self.funnels,
            records=self.records,
            fields=fields,
        )

    def _linker(self) -> Linker:
        settings = self.rehearsal.settings
        linker = Linker(
            kinds=self.rehearsal.kinds,
            statuses=self.funnels.statuses(),
            base_url=self.rehearsal.base_url,
            tz=self.rehearsal.tz,
            now=self.now,
            people=self.staff.people,
            commission=self._commission if settings.commission or self.test.commission else None,
            titles=self._title,
        )
        linker.know(*self.given.entities.values())
        return linker

    def _commission(self, key: Key) -> View:
        if self.test.commission is None:
            return commission_view(self.records.ledger(key))
        currency = str(self.given.entities[self.given.subject].values.get("currency") or "")
        return self._said_commission(self.test.commission, currency)

    def _said_commission(self, said: Table, currency: str) -> CommissionView:
        """Commissions as the test gives them: by role, for a recipient those of the roles that it has."""
        amounts = {str(name): Money(str(value), currency) for name, value in said.items()}
        others = sum((one for name, one in amounts.items() if name != "total"), Decimal(0))

        def of(who: Any) -> Money:
            if not isinstance(who, UserView):
                return amounts.get(str(who), Money(0, currency))
            person = f"user:{who.user.id}"
            own = [one for role, one in amounts.items() if person in {role, *self.aliases.get(role, ())}]
            return Money(sum(own, Decimal(0)), currency)

        return CommissionView(amounts.get("total", Money(others, currency)), of)

    def _title(self, kind: str, stage_id: str) -> str:
        """The title of a stage: what the test says of the event's entity, else its status name or id."""
        subject = self.given.entities[self.given.subject]
        if kind == subject.key.kind and stage_id == subject.values.get("stage_id"):
            said = subject.values.get("status_title") or subject.values.get("stage_title")
            if said:
                return str(said)
        return self.funnels.title(kind, stage_id)

    def _book(self, result: StepResult) -> None:
        if isinstance(result, Done):
            self.records.book(result.ledger, int(self.now.timestamp()))

    def note(self, selector: str, found: Found) -> None:
        """Remember who is behind a word of the rule."""
        self.aliases[selector] = frozenset(f"user:{user.id}" for user in found.users)

    def _name_people(self, values: Mapping[str, Any]) -> None:
        for person in people_in(values):
            number = person.removeprefix("user:")
            if person.startswith("user:") and number.isdigit():
                user = self.staff.user(int(number))
                for alias in (number, user.get("name"), user.get("email")):
                    if alias:
                        self.aliases.setdefault(str(alias), frozenset((person,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _TestContext(StepContext):
    """An action of a test, which also knows the look-ups that the test gives, and who was meant by whom."""

    lookups: Mapping[str, Table]
    stage: _Stage

    def text(self, source: str, *, mode: Mode, extra: Mapping[str, Any] | None = None) -> Effects[str]:
        return StepContext.text(self, source, mode=mode, extra={**self._found(), **(extra or {})})

    def value(self, value: Any, *, extra: Mapping[str, Any] | None = None) -> Effects[Any]:
        return StepContext.value(self, value, extra={**self._found(), **(extra or {})})

    def people(self, selectors: Sequence[str], *, several: bool) -> Effects[Found]:
        for selector in selectors:
            self.stage.note(selector, (yield from StepContext.people(self, (selector,), several=several)))
        return (yield from StepContext.people(self, selectors, several=several))

    def _found(self) -> dict[str, Any]:
        return {name: RecordView(values) for name, values in self.lookups.items()}
