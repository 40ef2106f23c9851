"""From snapshot, row and history to events: each rule of contract.md §5 "Events" by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24sync.domain.derive import Derived, Facts, Known, Look, Move, derive
from b24sync.domain.entity import DEAL, INVOICE, TASK, Key

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
INVOICE_5 = Key(INVOICE, 5)
NAMES = {"N": "draft", "S": "sent", "P": "paid"}


def facts(**changes: Any) -> Facts:
    known: dict[str, Any] = {
        "run": 7,
        "fresh_from": AT - timedelta(minutes=5),
        "quiet": False,
        "status_of": lambda stage: NAMES.get(stage, stage),
        "is_first": lambda stage: stage == "N",
        "wrote": lambda _key, _name, _value: False,
        "made_by": lambda _key: None,
    }
    return Facts(**{**known, **changes})


def known(stage: str | None = "N", **changes: Any) -> Known:
    return Known(INVOICE_5, {"title": "old"}, stage, AT - timedelta(hours=1), 3, 10, 2)._replace(**changes)


def look(
    stage: str | None = "N",
    *,
    key: Key = INVOICE_5,
    values: Mapping[str, Any] | None = None,
    moved: datetime | None = None,
    created: datetime = AT - timedelta(days=1),
) -> Look:
    return Look(
        key,
        {"title": "old"} if values is None else values,
        stage,
        created,
        AT,
        moved or AT - timedelta(hours=1),
    )


def told(outcome: Derived | None) -> list[tuple[str, str | None, str | None]]:
    assert outcome is not None
    return [(event.name, event.from_, event.to) for event in outcome.events]


def moves(*stages: str, first: int = 11) -> list[Move]:
    return [Move(first + n, 2, AT, stage) for n, stage in enumerate(stages)]


MOVED = "invoice.status_changed"


def test_nothing_comes_of_what_is_as_it_was() -> None:
    outcome = derive(known(), look(), [], facts())
    assert told(outcome) == []
    assert outcome is not None
    assert (outcome.known.revision, outcome.changes) == (2, {})


def test_every_history_row_is_a_move_also_there_and_back() -> None:
    outcome = derive(known(), look("N", moved=AT), moves("S", "N", "S", "N"), facts())
    assert told(outcome) == [
        (MOVED, "draft", "sent"),
        (MOVED, "sent", "draft"),
        (MOVED, "draft", "sent"),
        (MOVED, "sent", "draft"),
    ]


def test_rows_up_to_the_last_one_applied_are_no_news() -> None:
    assert told(derive(known(), look(), moves("S", "P", first=9), facts())) == []


def test_a_row_that_repeats_the_recorded_stage_is_no_move() -> None:
    outcome = derive(known("S"), look("S"), moves("S"), facts())
    assert told(outcome) == []
    assert outcome is not None
    assert outcome.known.history_id == 11


def test_the_row_gives_the_move_that_history_does_not_hold() -> None:
    outcome = derive(known("P"), look("S", moved=AT), [], facts())
    assert told(outcome) == [(MOVED, "paid", "sent")]


def test_a_row_read_before_its_history_is_no_move_back() -> None:
    outcome = derive(known("N"), look("N"), moves("S"), facts())
    assert told(outcome) == [(MOVED, "draft", "sent")]
    assert outcome is not None
    assert outcome.known.stage == "S"


def test_a_row_of_the_second_of_the_last_history_row_is_no_move_back() -> None:
    assert told(derive(known("N"), look("N", moved=AT), moves("S"), facts())) == [(MOVED, "draft", "sent")]


def test_a_row_older_than_the_record_is_not_believed() -> None:
    recorded = known("S", stage_at=AT, stage_run=6)
    assert told(derive(recorded, look("N", moved=AT - timedelta(minutes=1)), [], facts())) == []


def test_in_a_later_poll_a_move_in_the_second_of_the_record_counts() -> None:
    recorded = known("S", stage_at=AT, stage_run=6)
    assert told(derive(recorded, look("P", moved=AT), [], facts())) == [(MOVED, "sent", "paid")]


def test_history_of_what_was_never_seen_is_nothing() -> None:
    assert derive(None, None, moves("S"), facts()) is None


def test_what_is_made_in_the_first_stage_is_only_created() -> None:
    outcome = derive(None, look("N", created=AT), [Move(11, 1, AT, "N")], facts())
    assert told(outcome) == [("invoice.created", None, None)]


def test_what_is_made_elsewhere_comes_from_nowhere() -> None:
    outcome = derive(None, look("P", created=AT), [Move(11, 3, AT, "P")], facts())
    assert told(outcome) == [("invoice.created", None, None), (MOVED, None, "paid")]


def test_what_is_made_elsewhere_on_a_portal_without_history_comes_from_nowhere() -> None:
    assert told(derive(None, look("S", created=AT), [], facts())) == [
        ("invoice.created", None, None),
        (MOVED, None, "sent"),
    ]


@pytest.mark.parametrize(("age", "events"), [(0, 1), (299, 1), (300, 1), (301, 0)])
def test_what_was_made_before_the_last_poll_and_its_overlap_was_revealed(age: int, events: int) -> None:
    outcome = derive(None, look("N", created=AT - timedelta(seconds=age)), [], facts())
    assert outcome is not None
    assert (len(outcome.events), outcome.created, outcome.adopted) == (events, events == 1, events == 0)


def test_a_baseline_is_quiet() -> None:
    for before in (None, known(), known("N", present=False)):
        outcome = derive(
            before, look("P", created=AT, values={"title": "new"}), moves("S", "P"), facts(quiet=True)
        )
        assert told(outcome) == []
        assert outcome is not None
        assert (outcome.known.stage, outcome.known.values) == ("P", {"title": "new"})


def test_what_comes_back_is_taken_over_silently() -> None:
    outcome = derive(
        known("N", present=False), look("S", moved=AT, values={"title": "new"}), moves("S"), facts()
    )
    assert told(outcome) == []
    assert outcome is not None
    assert outcome.known.present
    assert outcome.changes == {"stage_id": ["N", "S"], "title": ["old", "new"]}


def test_moves_come_before_the_update_of_the_same_poll() -> None:
    outcome = derive(known(), look("S", moved=AT, values={"title": "new"}), moves("S"), facts())
    assert told(outcome) == [(MOVED, "draft", "sent"), ("invoice.updated", None, None)]
    assert outcome is not None
    assert outcome.events[1].changes == {"title": ["old", "new"]}
    assert outcome.changes == {"stage_id": ["N", "S"], "title": ["old", "new"]}


def test_a_field_that_comes_or_goes_is_a_change() -> None:
    outcome = derive(known(values={"title": "old"}), look(values={"amount": "1.00"}), [], facts())
    assert outcome is not None
    assert outcome.events[0].changes == {"title": ["old", None], "amount": [None, "1.00"]}


def test_an_event_is_own_only_if_all_of_its_new_values_were_written_by_actions() -> None:
    written = {("title", "new")}
    wrote = facts(wrote=lambda _key, name, value: (name, value) in written)
    mine = derive(known(), look(values={"title": "new"}), [], wrote)
    mixed = derive(known(), look(values={"title": "new", "amount": "1.00"}), [], wrote)
    assert mine is not None
    assert mixed is not None
    assert (mine.events[0].own, mine.events[0].root) == (True, INVOICE_5)
    assert (mixed.events[0].own, mixed.events[0].root) == (False, None)


def test_what_a_step_made_counts_with_the_entity_behind_it() -> None:
    deal = Key(DEAL, 3)
    outcome = derive(None, look("N", created=AT), [], facts(made_by=lambda _key: deal))
    assert outcome is not None
    assert (outcome.events[0].own, outcome.events[0].root) == (True, deal)


# tasks


def _task(status: int, closed: str | None = None) -> dict[str, Any]:
    return {"status": status, **({"closed_at": closed} if closed else {})}


@pytest.mark.parametrize(
    ("before", "after", "completed"),
    [
        (_task(2), _task(5, "2026-03-02T09:00:00+00:00"), True),
        (_task(4), _task(5, "2026-03-02T09:00:00+00:00"), True),
        (_task(2), _task(4), False),
        (_task(5, "2026-03-01T09:00:00+00:00"), _task(5, "2026-03-01T09:00:00+00:00"), False),
        (_task(5, "2026-03-01T09:00:00+00:00"), _task(5, "2026-03-02T09:00:00+00:00"), True),
        (_task(5, "2026-03-01T09:00:00+00:00"), _task(2), False),
    ],
)
def test_a_task_is_completed_by_status_five_and_again_by_another_closing_time(
    before: Mapping[str, Any], after: Mapping[str, Any], *, completed: bool
) -> None:
    task = Key(TASK, 9)
    outcome = derive(known(None, key=task, values=before), look(None, key=task, values=after), [], facts())
    assert ("task.completed" in [name for name, _, _ in told(outcome)]) == completed


def test_a_task_made_and_closed_between_two_polls_is_created_and_completed() -> None:
    task = Key(TASK, 9)
    values = _task(5, "2026-03-02T09:00:00+00:00")
    outcome = derive(None, look(None, key=task, values=values, created=AT), [], facts())
    assert told(outcome) == [("task.created", None, None), ("task.completed", None, None)]


def test_keys_are_those_of_the_portals_rows_and_the_revision() -> None:
    def keys(rows: Sequence[Move]) -> list[str]:
        outcome = derive(known(), look("S", moved=AT, values={"title": "new"}), rows, facts())
        assert outcome is not None
        return [event.key for event in outcome.events]

    assert keys(moves("S")) == ["invoice:5/moved/h11", "invoice:5/updated/r3"]
    assert keys([]) == ["invoice:5/moved/r3", "invoice:5/updated/r3"]
