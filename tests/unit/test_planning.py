"""Planning many events at once: each once, in their order, judged on what is at hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from b24sync.domain.entity import Entity, Key
from b24sync.domain.event import Event
from b24sync.domain.rule_settings import RuleSettings
from b24sync.domain.settings import SafetySettings
from b24sync.engine import plan
from b24sync.engine.plan import Planner, Verdict
from b24sync.steps.registry import step_class
from b24sync.store import Store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class ByTitle:
    """Holds where the entity's title is the condition; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def holds(self, rule: RuleSettings, event: Event, entity: Entity) -> Verdict:
        self.asked += 1
        return Verdict(entity["title"] == rule.when, "other title", seen={rule.name: str(event.entity)})


def rules(*whens: str) -> list[RuleSettings]:
    notify = step_class("notify")(to=("user:1",), text="x")
    return [
        RuleSettings(name=f"when {when}", on=("deal.created",), when=when, steps=(notify,)) for when in whens
    ]


def planner(store: Store, judge: ByTitle, rules: Sequence[RuleSettings]) -> Planner:
    return Planner(
        store=store,
        rules=rules,
        safety=SafetySettings(),
        judge=judge,
        run=1,
        now=NOW,
        due_at=0,
        installation="test",
    )


def created(number: int) -> Event:
    key = Key("deal", number)
    return Event(f"{key}/created", "deal.created", key, NOW)


def named(title: str):
    return lambda: Entity(Key("deal", 1), {"title": title})


def test_an_event_is_recorded_once_whether_it_comes_twice_at_once_or_again() -> None:
    with closing(Store.in_memory()) as store, store.transaction():
        judge = ByTitle()
        planning = planner(store, judge, rules("a"))
        first, again, other = planning.plan_all([(created(n), named("a")) for n in (1, 1, 2)])
        assert again is None
        assert planning.plan_all([(created(2), named("a")), (created(3), named("a"))]) == [
            None,
            (other or 0) + 1,
        ]
        assert judge.asked == 3
        assert [event.entity_id for event in store.journal.events()] == [1, 2, 3]
        assert [action.event_id for action in store.actions.newest()] == [first, other, (other or 0) + 1]


def test_verdicts_answers_and_actions_go_with_their_events(monkeypatch) -> None:
    monkeypatch.setattr(plan, "MOST_VERDICTS", 3)  # so that several portions are written
    with closing(Store.in_memory()) as store, store.transaction():
        planning = planner(store, ByTitle(), rules("a", "b"))
        ids = planning.plan_all([(created(n), named("ab"[n % 2])) for n in range(1, 8)])
        for number, event_id in enumerate(ids, start=1):
            assert event_id is not None
            event = store.journal.event(event_id)
            assert event is not None
            assert event.entity_id == number
            assert event.seen == {"when a": f"deal:{number}", "when b": f"deal:{number}"}
            holds = "ab"[number % 2]
            assert [(rule, matched) for rule, matched, _ in store.journal.verdicts(event_id)] == [
                ("when a", holds == "a"),
                ("when b", holds == "b"),
            ]
            assert [action.rule for action in store.actions.newest(event_id=event_id)] == [f"when {holds}"]


def test_the_ids_of_events_go_on_after_those_that_were_pruned() -> None:
    with closing(Store.in_memory()) as store, store.transaction():
        planning = planner(store, ByTitle(), [])
        last = planning.plan(created(1), named("a"))
        store.connection.execute("DELETE FROM events")
        assert planning.plan(created(2), named("a")) == (last or 0) + 1
