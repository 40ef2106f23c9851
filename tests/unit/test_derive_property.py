"""However a history is cut into polls, the events are the same (contract.md G1, G2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from b24sync.domain.derive import Facts, Known, Look, Move, derive
from b24sync.domain.entity import INVOICE, Key
from b24sync.domain.event import Event

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = Key(INVOICE, 5)
STAGES = ("N", "S", "P", "D")

steps = st.lists(
    st.tuples(st.sampled_from(STAGES), st.sampled_from([0, 0, 1, 400]), st.integers(0, 2)), max_size=12
)
cuts = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 3)), max_size=12)


def facts(run: int, *, fresh_from: datetime = AT) -> Facts:
    return Facts(
        run,
        fresh_from,
        quiet=False,
        status_of=str,
        is_first=lambda stage: stage == "N",
        wrote=lambda *_: False,
        made_by=lambda _: None,
    )


class Past:
    """What an entity went through.

    Its stage, time and title after each change, and the history rows that came of it.
    """

    def __init__(self, changes: Sequence[tuple[str, int, int]]) -> None:
        self.rows: list[Move] = []
        self.looks = [Look(KEY, {"title": 0}, "N", AT, AT, AT)]
        at = AT
        for number, (stage, pause, title) in enumerate(changes, 1):
            at += timedelta(seconds=pause)
            last = self.looks[-1]
            moved = at if stage != last.stage else last.moved_at
            if stage != last.stage:
                self.rows.append(Move(number, 2, at, stage))
            self.looks.append(Look(KEY, {"title": title}, stage, AT, at, moved))

    def upto(self, number: int) -> list[Move]:
        """The rows after so many changes."""
        return [row for row in self.rows if row.id <= number]


@given(steps, cuts)
def test_moves_are_the_history_however_it_is_cut_and_overlapped(
    changes: list[tuple[str, int, int]], polls: list[tuple[int, int, int]]
) -> None:
    past = Past(changes)
    known, events = _first(past.looks[0]), list[Event]()
    done, run = 0, 1
    for forward, behind, again in [*polls, (len(changes), 0, 3), (0, 0, 3)]:
        run += 1
        before, done = done, min(done + forward, len(changes))
        row_at = max(
            done - behind, before
        )  # the row was read some changes before the history, but after the last poll
        rows = [row for row in past.upto(done) if row.id > known.history_id - again]  # the tail is read again
        outcome = derive(known, past.looks[row_at], rows, facts(run))
        assert outcome is not None
        known, events = outcome.known, [*events, *outcome.events]
    moved = [event for event in events if event.name.endswith("_changed")]
    assert [event.to_stage for event in moved] == [row.stage for row in past.rows]
    assert [event.from_stage for event in moved] == ["N", *[row.stage for row in past.rows]][: len(past.rows)]
    assert len({event.key for event in events}) == len(events)
    assert (known.stage, known.values) == (past.looks[-1].stage, past.looks[-1].values)


@given(steps, st.sets(st.integers(1, 12)), st.lists(st.integers(1, 4), max_size=12))
def test_without_some_history_rows_the_moves_still_hang_together_and_end_where_the_row_is(
    changes: list[tuple[str, int, int]], lost: set[int], polls: list[int]
) -> None:
    past = Past(changes)
    known, events = _first(past.looks[0]), list[Event]()
    done, run = 0, 1
    for forward in [*polls, len(changes)]:
        run += 1
        done = min(done + forward, len(changes))
        rows = [row for row in past.upto(done) if row.id > known.history_id and row.id not in lost]
        outcome = derive(known, past.looks[done], rows, facts(run))
        assert outcome is not None
        known, events = outcome.known, [*events, *outcome.events]
    moved = [event for event in events if event.name.endswith("_changed")]
    stages = ["N", *[event.to_stage for event in moved]]
    assert [event.from_stage for event in moved] == stages[:-1]
    assert all(event.from_stage != event.to_stage for event in moved)
    assert len({event.key for event in events}) == len(events)


@given(steps)
def test_an_unchanged_look_again_gives_nothing(changes: list[tuple[str, int, int]]) -> None:
    past = Past(changes)
    outcome = derive(_first(past.looks[0]), past.looks[-1], past.rows, facts(2))
    assert outcome is not None
    again = derive(outcome.known, past.looks[-1], past.rows, facts(3))
    assert again is not None
    assert (again.events, dict(again.changes), again.known.revision) == ((), {}, outcome.known.revision)


@given(steps)
def test_the_first_look_creates_and_then_tells_every_move(changes: list[tuple[str, int, int]]) -> None:
    past = Past(changes)
    birth = [Move(0, 1, AT, "N")]
    outcome = derive(None, past.looks[-1], [*birth, *past.rows], facts(2))
    assert outcome is not None
    names = [event.name for event in outcome.events]
    assert names == ["invoice.created", *["invoice.status_changed"] * len(past.rows)]
    assert [event.to_stage for event in outcome.events[1:]] == [row.stage for row in past.rows]


def _first(look: Look) -> Known:
    return Known(KEY, look.values, look.stage, look.moved_at, 1, 0, 1)
