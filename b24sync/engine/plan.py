"""From events to actions: rules are matched and their steps planned, inside the poll's transaction.

Nothing here asks the portal. A condition that needs a linked entity which was not asked for yet raises
`PendingError`; the poll rolls back, asks, and begins again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from b24sync.calls import identity
from b24sync.domain.event import Event
from b24sync.engine.planned_step import marks
from b24sync.errors import PortalError, TransientError
from b24sync.rules.loader import PendingError
from b24sync.rules.match import Listener, listeners
from b24sync.store.action_rows import Planned
from b24sync.store.outbox import STEP_MARK
from b24sync.words import polling as words

if TYPE_CHECKING:
    from b24sync.calls import Call
    from b24sync.domain.entity import Entity, Key
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import SafetySettings
    from b24sync.domain.step_settings import StepSettings
    from b24sync.store import Store


MOST_VERDICTS = 5_000  # kept until they are written


def marker(installation: str, action: str) -> str:
    """What an action puts on the things it creates, to find them before a second try.

    Unique among all databases and facts.
    """
    return "b24sync:" + hashlib.sha256(f"{installation}/{action}".encode()).hexdigest()[:24]


class Verdict(NamedTuple):
    """What a rule says of an event.

    ``seen`` holds the portal's answers that its condition used, for replay.
    """

    matched: bool
    reason: str
    seen: Mapping[str, Any] = MappingProxyType({})
    fault: str = ""


class _Judged(NamedTuple):
    """What the rules say of an event before it is written; ``place``: where it stands among those at hand."""

    place: int
    event: Event
    verdicts: list[tuple[RuleSettings, Verdict]]

    @property
    def seen(self) -> dict[str, Any]:
        """The portal's answers that the conditions used."""
        return {name: value for _, verdict in self.verdicts for name, value in verdict.seen.items()}


class Judge(Protocol):
    """Decides a rule's ``when``."""

    def holds(self, rule: RuleSettings, event: Event, entity: Entity) -> Verdict:
        """Whether the condition holds on this poll's state.

        Raises:
            PendingError: A linked entity must be asked for first.
            TransientError: A linked entity was asked for in vain.
        """
        ...


@dataclass(slots=True)
class Planner:
    """Plans the actions of one poll.

    Attributes:
        now: The poll's portal time.
        due_at: Local time from which the actions may run, Unix seconds.
        wanted: Calls that conditions need and that were not asked for yet, by identity.
        given_up: Entities that have waited long enough: what still cannot be read is a fault now.
        waiting: Entities whose events wait for links.
        blocked: Entities that must wait, as was found out now.
    """

    store: Store
    rules: Sequence[RuleSettings]
    safety: SafetySettings
    judge: Judge
    run: int
    now: datetime
    due_at: int
    installation: str
    planned: list[int] = field(default_factory=list)
    mails: list[int] = field(default_factory=list)
    too_old: int = 0
    held_loops: list[str] = field(default_factory=list)
    wanted: dict[str, Call] = field(default_factory=dict)
    given_up: Collection[Key] = frozenset()
    waiting: Collection[Key] = frozenset()
    blocked: dict[Key, TransientError] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _listening: dict[str, list[Listener]] = field(default_factory=dict)
    _origins: dict[str, str | None] = field(default_factory=dict)
    _marks: dict[str, list[str]] = field(default_factory=dict)

    def plan(self, event: Event, entity: Callable[[], Entity]) -> int | None:
        """As `plan_all`, of one event: its id, ``None`` if it was recorded before."""
        return self.plan_all([(event, entity)])[0]

    def plan_all(self, occurred: Sequence[tuple[Event, Callable[[], Entity]]]) -> list[int | None]:
        """Record events, judge every rule on each and write the actions of those that match.

        Args:
            occurred: Events, in their order (some hundreds at most); each with what makes its entity as this
                poll sees it, if a condition wants it.

        Returns:
            The events' ids; ``None`` for what was recorded before.
        """
        told = [(self._told_apart(event), entity) for event, entity in occurred]
        new = self.store.journal.unrecorded(event.key for event, _ in told)
        found: list[int | None] = [None] * len(told)
        judged = list[_Judged]()
        verdicts = 0
        for place, (event, entity) in enumerate(told):
            if event.key in new:
                new.discard(event.key)
                judged.append(self._judged(place, event, entity))
                verdicts += len(judged[-1].verdicts)
            if verdicts >= MOST_VERDICTS:
                self._record(judged, found)
                judged, verdicts = [], 0
        self._record(judged, found)
        return found

    def _record(self, judged: Sequence[_Judged], found: list[int | None]) -> None:
        ids = self.store.journal.add_events(
            [(one.event, one.seen) for one in judged], run=self.run, detected_at=int(self.now.timestamp())
        )
        self.store.journal.add_verdicts(
            (event_id, rule.name, said.matched, said.reason)
            for event_id, one in zip(ids, judged, strict=True)
            for rule, said in one.verdicts
        )
        for event_id, one in zip(ids, judged, strict=True):
            found[one.place] = event_id
            for rule, said in one.verdicts:
                if said.matched:
                    self._write(rule, one.event, event_id)

    def _judged(self, place: int, event: Event, entity: Callable[[], Entity]) -> _Judged:
        rules = self._listening.get(event.name)
        if rules is None:
            rules = self._listening[event.name] = listeners(self.rules, event.name)
        if len(rules) > 1:
            entity = cache(entity)
        return _Judged(place, event, [(one.rule, self._verdict(one, event, entity)) for one in rules])

    def _told_apart(self, event: Event) -> Event:
        """The event with a key that no other entity of the same id can have had (contract.md G15)."""
        kind = event.entity.kind
        if kind not in self._origins:
            self._origins[kind] = self.store.meta.get(f"origin_run:{kind}")
        since = self._origins[kind]
        return event._replace(key=f"{event.key}@{since}") if since else event

    def _verdict(self, listener: Listener, event: Event, entity: Callable[[], Entity]) -> Verdict:
        rule, reason = listener.rule, listener.mismatch(event)
        if reason:
            return Verdict(False, reason)
        if not rule.when:
            return Verdict(True, "")
        try:
            verdict = self.judge.holds(rule, event, entity())
        except PendingError as pending:
            self.wanted.update((identity(call), call) for call in pending.calls)
            return Verdict(False, "waits")
        except TransientError as failed:
            if event.entity not in self.given_up:
                self.blocked[event.entity] = _bare(failed)
                return Verdict(False, "waits")
            verdict = Verdict(False, words.UNJUDGED(why=failed), fault=words.UNJUDGED(why=failed))
        except PortalError as error:
            verdict = Verdict(False, f"a link was refused: {error}", fault=str(error))
        if verdict.fault:
            named = self.store.figures.called(event.entity.kind, event.entity.id)
            self.faults.append(words.RULE_ON(rule=rule.name, entity=named, why=verdict.fault))
        return verdict

    def _write(self, rule: RuleSettings, event: Event, event_id: int) -> None:
        state, result = self._start(rule, event)
        # not the event's number, which a restored backup gives to another
        fact = f"{event.key}@{int(event.occurred_at.timestamp())}"
        seen = Counter[str]()
        if rule.name not in self._marks:
            self._marks[rule.name] = marks(rule.steps)
        for position, step in enumerate(rule.steps):
            seen[step.name] += 1
            own_state, own_result = self._aged(step, event) if state == "pending" else (state, result)
            planned = Planned(
                key=f"{event_id}/{rule.name}/{position}",
                event_id=event_id,
                rule=rule.name,
                step=step.name,
                position=position,
                kind=event.entity.kind,
                entity_id=event.entity.id,
                state=own_state,
                result=own_result,
                options={STEP_MARK: self._marks[rule.name][position]},
                # not the step's position, which an edited configuration gives to another
                marker=marker(self.installation, f"{fact}/{rule.name}/{step.name}.{seen[step.name]}"),
            )
            action_id = self.store.outbox.plan(
                planned, run=self.run, at=int(self.now.timestamp()), due_at=self.due_at
            )
            if action_id is not None:
                self._note(action_id, step, planned)

    def _note(self, action_id: int, step: StepSettings, planned: Planned) -> None:
        if planned.state != "pending":
            return
        self.planned.append(action_id)
        if step.sends == "mail":
            self.mails.append(action_id)
            self._replace_waiting(action_id, planned)

    def _start(self, rule: RuleSettings, event: Event) -> tuple[str, dict[str, Any]]:
        if self.safety.dry_run:
            return "skipped", {"reason": "dry_run"}
        if event.own and event.root is not None:
            at = int(self.now.timestamp())
            count = self.store.echoes.count_run(rule.name, event.root, at=at)
            if count > self.safety.max_own_runs_per_hour:
                names = ", ".join(self.store.echoes.rules_running(event.root))
                said = words.LOOP(entity=event.root, rules=names, count=count)
                self.held_loops.append(said)
                return "held", {"reason": "loop", "message": said}
        return "pending", {}

    def _aged(self, step: StepSettings, event: Event) -> tuple[str, dict[str, Any]]:
        if step.sends and self.now - event.occurred_at > self.safety.max_event_age:
            self.too_old += 1
            return "skipped", {"reason": "too_old", "occurred_at": event.occurred_at.isoformat()}
        return "pending", {}

    def _replace_waiting(self, action_id: int, planned: Planned) -> None:
        """A newer mail of the same step and entity replaces one that waits (contract.md §6)."""
        at = int(self.now.timestamp())
        gone = self.store.outbox.supersede(
            action_id, planned, standing=self._marks[planned.rule], run=self.run, at=at
        )
        self.planned = [one for one in self.planned if one not in gone]
        self.mails = [one for one in self.mails if one not in gone]

    def close(self) -> None:
        """The storm valves (contract.md G11).

        Too many mails hold this poll's mails, too many actions hold all of its actions.
        """
        if len(self.planned) > self.safety.max_actions_per_poll:
            self._hold(
                self.planned,
                words.STORM_ACTIONS(count=len(self.planned), limit=self.safety.max_actions_per_poll),
            )
        elif len(self.mails) > self.safety.max_emails_per_poll:
            self._hold(
                self.mails,
                words.STORM_MAILS(count=len(self.mails), limit=self.safety.max_emails_per_poll),
            )

    def _hold(self, actions: list[int], message: str) -> None:
        for action_id in actions:
            self.store.outbox.hold(action_id, {"reason": "storm", "message": message})


def _bare(error: TransientError) -> TransientError:
    """An error that is kept: without its traceback, which holds all that was in hand when it was raised."""
    error.__context__ = None
    return error.with_traceback(None)
