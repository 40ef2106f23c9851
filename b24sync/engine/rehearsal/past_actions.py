"""What recorded events would have come to: the steps of a replay run on the values of their time.

The portal's people, contacts and product rows are not recorded. A user is known by number, a client by the
number in its deal or invoice, and that is how they are named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from b24sync.domain.entity import COMPANY, CONTACT, Entity, Key
from b24sync.engine.rehearsal.people_of_test import mentioned_staff
from b24sync.engine.rehearsal.portal_of_test import Records, StandIn
from b24sync.engine.rehearsal.would import outcome, values_of
from b24sync.errors import B24SyncError
from b24sync.ports import Done, Failed
from b24sync.rules.commissions import commission_view
from b24sync.rules.links import Linker
from b24sync.rules.text_errors import TextError
from b24sync.steps.context import RunnableStep, StepContext

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.step_settings import StepSettings
    from b24sync.engine.as_of import Past
    from b24sync.engine.history_replay import Replay, Would
    from b24sync.engine.rehearsal.people_of_test import Staff

_CLIENT_BOX = "@client.invalid"


@dataclass(frozen=True, slots=True)
class Came:
    """What one planned action came to.

    Attributes:
        state: As the step would have ended.
        recipients: Whom it would have reached: ``user:12``, ``contact:8``, an address, a word of the rule.
        money: Currency → what was booked (``expected``, ``earned``) or ``invoiced``.
    """

    state: str = ""
    recipients: tuple[str, ...] = ()
    money: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Then:
    """Entities as they were after a run; clients, who are not recorded, by their number."""

    past: Past
    run: int

    def get(self, key: Key, /) -> Entity | None:
        """An entity, or a client with an address that says its number."""
        found = self.past.entity(key, self.run)
        if found is not None or key.kind not in {CONTACT, COMPANY}:
            return found
        address = {"typeId": "EMAIL", "valueType": "WORK", "value": f"{key.kind}-{key.id}{_CLIENT_BOX}"}
        return Entity(key, {"id": key.id}, {"id": key.id, "fm": [address]})


@dataclass(frozen=True, slots=True)
class _PastValues:
    """What a stand-in for the portal of the past knows."""

    entities: _Then
    rows: Sequence[Mapping[str, Any]] = ()

    def write(self, key: Key, sets: Mapping[str, Any]) -> None:
        """The past stays as it was."""


@dataclass(slots=True)
class PastActions:
    """Runs the steps of one replay, which book into one ledger."""

    replay: Replay
    calendar: Callable[[], Calendar]
    records: Records = field(default_factory=Records)
    _staff: Staff | None = None

    def came(self, would: Would) -> Came:
        """What an action would have come to; nothing of steps that neither reach people nor move money."""
        step = self._step(would)
        if step is None or not (step.sends or step.moves_money):
            return Came()
        portal = StandIn(
            _PastValues(_Then(self.replay.past, would.event.run)),
            self.staff,
            self.replay.past.kinds,
            self.replay.past.funnels,
            self.records,
        )
        try:
            result = portal.run(cast("RunnableStep", step.offline()).run(self._context(would)))
        except (B24SyncError, TextError) as error:
            result = Failed(str(error))
        if isinstance(result, Done):
            self.records.book(result.ledger, would.event.detected_at)
        values = values_of(portal, result)
        state, _, _ = outcome(result)
        people = [*values.get("to", ()), *values.get("cc", ()), *values.get("bcc", ())] if step.sends else []
        return Came(state, tuple(self._named(one) for one in people), _money(values))

    @property
    def staff(self) -> Staff:
        """Everybody, by number."""
        if self._staff is None:
            self._staff = mentioned_staff(self.replay.settings)
        return self._staff

    def _named(self, person: str) -> str:
        if person.endswith(_CLIENT_BOX):
            return person.removesuffix(_CLIENT_BOX).replace("-", ":")
        return self.staff.word(self.staff.behind(person))

    def _step(self, would: Would) -> StepSettings | None:
        rules = {rule.name: rule for rule in self.replay.settings.rules}
        rule = rules.get(would.action.rule)
        return rule.steps[would.action.position] if rule is not None else None

    def _context(self, would: Would) -> StepContext:
        replay, past, row = self.replay, self.replay.past, would.event
        event = replay.event_of(row)
        now = datetime.fromtimestamp(row.detected_at, UTC)
        planned = past.entity(event.entity, row.run) or Entity(event.entity, {"id": event.entity.id})
        linker = Linker(
            kinds=past.kinds,
            statuses=past.funnels.statuses(),
            base_url=past.base_url,
            tz=replay.tz,
            now=now,
            people=replay.settings.people,
            commission=lambda key: commission_view(self.records.ledger(key)),
            titles=past.funnels.title,
        )
        linker.know(planned)
        subject: Key | Entity = planned if event.name.endswith(".deleted") else event.entity
        return StepContext(
            rule=would.action.rule,
            event=event,
            planned=planned,
            marker=would.action.marker,
            message_id="<replay@b24sync.invalid>",
            now=now,
            tz=replay.tz,
            lang=replay.settings.language,
            settings=replace(replay.settings),
            kinds=past.kinds,
            calendar=self.calendar(),
            funnels=past.funnels,
            records=self.records,
            base_url=past.base_url,
            subject=subject,
            linker=linker,
            language=replay.language,
        )


def _money(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in values.get("rows", ()):
        _count(found, row["currency"], row["state"], row["amount"])
    if "title" in values and "amount" in values:
        _count(found, values.get("currency", ""), "invoiced", values["amount"])
    return found


def _count(found: dict[str, dict[str, str]], currency: str, what: str, amount: str) -> None:
    from decimal import Decimal

    sums = found.setdefault(currency, {})
    sums[what] = f"{Decimal(sums.get(what, '0')) + Decimal(amount):f}"
