"""What stands still: ``invoice.stuck`` and ``deal.stuck`` (contract.md §5 "Events").

A stay is one entity in one stage since one moment. Each ``after`` of the rules gives one event for a stay,
when that much time has passed. Stays whose time came before the kind's baseline, or before the rule was
there, give none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from b24sync.domain.entity import Key
from b24sync.domain.event import STUCK, Event, stuck_name
from b24sync.domain.working_time import due, earliest_start

if TYPE_CHECKING:
    from b24sync.domain.calendar import Calendar
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.values import Stay
    from b24sync.engine.funnels import Funnels
    from b24sync.store import Store
    from b24sync.store.snapshot import Stored

CONFIGURED = "stuck_configured"
LOOKED = "stuck_looked"
NEXT = "stuck_next"
_DAY = timedelta(days=1)


@dataclass(slots=True)
class StandingStill:
    """Looks for stays whose time has come, for one poll.

    Attributes:
        now: The portal's time of the poll.
    """

    store: Store
    rules: Sequence[RuleSettings]
    funnels: Funnels
    calendar: Callable[[], Calendar]
    tz: tzinfo
    now: datetime
    run: int
    waiting: Collection[Key] = frozenset()  # their events wait for links: looked at again in the next poll

    def look(self, kinds: Iterable[str], touched: Iterable[Key]) -> Iterator[tuple[Event, Stored]]:
        """The events of these kinds, and remember when to look again.

        Args:
            kinds: Those that were read completely.
            touched: Entities with news.
        """
        since = self._configured()
        upcoming = dict(json.loads(self.store.meta.get(NEXT) or "{}"))
        looked = dict(json.loads(self.store.meta.get(LOOKED) or "{}"))
        changed = list(touched)
        for kind in kinds:
            rules = [rule for rule in self.rules if stuck_name(kind) in rule.on]
            if not rules:
                upcoming.pop(kind, None)
                looked.pop(kind, None)
                continue
            news = [key.id for key in changed if key.kind == kind]
            if not news and self.now.timestamp() < upcoming.get(kind, 0):
                continue
            if kind not in looked:
                self.store.snapshot.index_stays()
            before = looked.get(kind, self.now.timestamp())
            later = False
            for event, stored in self._news(kind, rules, since, before, news):
                if event.entity in self.waiting:
                    later = True
                else:
                    yield event, stored
            upcoming[kind] = 0 if later else int(self._next(kind, rules).timestamp())
            looked[kind] = before if later else int(self.now.timestamp())
        self._keep(NEXT, upcoming)
        self._keep(LOOKED, looked)

    def _keep(self, name: str, value: Mapping[str, float]) -> None:
        text = json.dumps(value, sort_keys=True)
        if text != (self.store.meta.get(name) or "{}"):
            self.store.meta.put(name, text)

    def _configured(self) -> dict[str, float]:
        """Since when each rule has been there; another ``after`` or other stages count as a new one."""
        now = int(self.now.timestamp())
        known = dict(json.loads(self.store.meta.get(CONFIGURED) or "{}"))
        found = {_shape(rule): known.get(_shape(rule), now) for rule in self.rules if _is_stuck(rule)}
        self._keep(CONFIGURED, found)
        return found

    def _news(
        self,
        kind: str,
        rules: Sequence[RuleSettings],
        since: Mapping[str, float],
        before: float,
        touched: Sequence[int],
    ) -> Iterator[tuple[Event, Stored]]:
        baseline = self.store.snapshot.cursor(kind).baseline_at
        if baseline is None:
            return
        for after in dict.fromkeys(rule.after for rule in rules if rule.after is not None):
            group = [rule for rule in rules if rule.after == after]
            for stored, came in self._over(kind, after, before, touched):
                waiting = [rule for rule in group if self._concerns(rule, stored)]
                fresh = [rule.name for rule in waiting if came.timestamp() <= since[_shape(rule)]]
                if came.timestamp() > baseline and len(fresh) < len(waiting):
                    yield self._event(stored, after, came, fresh), stored

    def _over(
        self, kind: str, after: Stay, before: float, touched: Sequence[int]
    ) -> Iterator[tuple[Stored, datetime]]:
        """Stays whose time came since the last look, or earlier if only this run recorded them."""
        looked = datetime.fromtimestamp(before, UTC)
        first = int(earliest_start(looked, after, self.calendar, self.tz).timestamp())
        last = int((self.now - after.days * _DAY).timestamp())
        over = {
            entity_id
            for entity_id, since in self.store.snapshot.standing(kind, first, last)
            if looked < self._due(since, after) <= self.now
        }
        for entity_id in sorted(over | set(touched)):
            stored = self.store.snapshot.entity(kind, entity_id)
            if stored is None or stored.state != "present" or stored.stage_at is None or not stored.stage:
                continue
            came = self._due(stored.stage_at, after)
            if came <= self.now and (entity_id in over or stored.stage_run == self.run):
                yield stored, came

    def _due(self, since: int, after: Stay) -> datetime:
        return due(datetime.fromtimestamp(since, UTC), after, self.calendar, self.tz)

    def _concerns(self, rule: RuleSettings, stored: Stored) -> bool:
        """Whether a rule is about this stage: those it names, else every one that is not final."""
        stage = stored.stage or ""
        if rule.stage:
            return stage in rule.stage or self.funnels.status(stored.kind, stage) in rule.stage
        return self.funnels.semantic(stored.kind, stage) == "P"

    def _event(self, stored: Stored, after: Stay, came: datetime, fresh: Sequence[str]) -> Event:
        key, stage = Key(stored.kind, stored.id), stored.stage or ""
        return Event(
            f"{key}/{STUCK}/{after}/{stage}/{stored.stage_at}",
            stuck_name(stored.kind),
            key,
            came,
            to=self.funnels.status(stored.kind, stage),
            to_stage=stage,
            spared=frozenset(fresh),
        )

    def _next(self, kind: str, rules: Sequence[RuleSettings]) -> datetime:
        """When to look again: at the next stay's time, at the latest tomorrow (calendars change)."""
        local = self.now.astimezone(self.tz)
        soonest = datetime.combine(local.date() + _DAY, time(0), tzinfo=self.tz)
        for after in {rule.after for rule in rules if rule.after is not None}:
            first = int(earliest_start(self.now, after, self.calendar, self.tz).timestamp())
            last = int((soonest - after.days * _DAY).timestamp())
            for _, since in self.store.snapshot.standing(kind, first, last):
                came = self._due(since, after)
                if came > self.now:
                    soonest = min(soonest, came)
        return soonest


def _is_stuck(rule: RuleSettings) -> bool:
    return any(name.endswith(f".{STUCK}") for name in rule.on)


def _shape(rule: RuleSettings) -> str:
    return f"{rule.name}/{rule.after}/{','.join(sorted(rule.stage))}"


def stuck_due(kept: str | None, now: datetime) -> bool:
    """Whether it is time to look again, by what the last look kept."""
    upcoming = json.loads(kept) if kept else {}
    return any(now.timestamp() >= at for at in upcoming.values())
