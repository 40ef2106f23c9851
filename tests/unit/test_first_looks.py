"""What is said of plain new entities at once is what derivation says of them (contract.md G1, G13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24sync.domain.entity import Key
from b24sync.domain.settings import InvoiceSettings, SafetySettings
from b24sync.engine import apply
from b24sync.engine.apply import Applied, Applier
from b24sync.engine.capture.reading import KindReading
from b24sync.engine.capture.staging import seconds, stage_rows
from b24sync.engine.first_looks import first_look
from b24sync.engine.funnels import Funnels
from b24sync.engine.plan import Planner, Verdict
from b24sync.rest.kinds import STANDARD, kinds_from
from b24sync.rest.stages import Stage
from b24sync.store import Store
from b24sync.store.snapshot import Cursor
from b24sync.store.staged import HistoryRow

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BEFORE, OVERLAP = NOW - timedelta(minutes=30), timedelta(minutes=10)
OLD = BEFORE - timedelta(days=9)
KINDS = {**STANDARD, "old invoice": kinds_from("legacy")["invoice"]}
FUNNELS = (Stage("N", "New", 10, "P"), Stage("S", "Sent", 20, "P"), Stage("D", "Lost", 30, "F"))
STAGES = st.sampled_from(["N", "S", "S", "D", "DT31_1:NEW", "", None])
TIMES = st.sampled_from([OLD, BEFORE, NOW - timedelta(minutes=5), NOW])
MARKER = "b24sync:of a step"

classic = st.fixed_dictionaries(
    {"DATE_INSERT": TIMES, "DATE_UPDATE": TIMES, "STATUS_ID": STAGES, "DATE_PAY_BEFORE": TIMES}
)
smart = st.fixed_dictionaries(
    {"createdTime": TIMES, "updatedTime": TIMES},
    optional={
        "movedTime": TIMES,
        "stageId": STAGES,
        "previousStageId": st.sampled_from([None, "", "N", "S", "D"]),
        "xmlId": st.sampled_from([None, "other", MARKER, f"{MARKER} not"]),
        "createdBy": st.sampled_from([1, "2", None]),
        "movedBy": st.sampled_from([3, "x"]),
        "closedate": st.sampled_from(["2026-03-09", "2026-03-09T03:00:00+03:00", "soon", None, 7]),
        "opportunity": st.sampled_from([1, "12.50", "1E999999999", {"a": 1}]),
        "accountNumber": st.one_of(st.none(), st.text(max_size=3), st.lists(st.integers(), max_size=2)),
        "isRecurring": st.sampled_from(["N", "Y"]),
        "id": st.sampled_from([None, "7", -1]),
    },
)
moves = st.lists(st.tuples(st.sampled_from(["N", "S", "S", "D", "DT31_1:NEW"]), TIMES), max_size=2)
news = st.lists(st.tuples(st.one_of(smart, smart, classic, st.none()), moves), min_size=1, max_size=4)
MARKS = ("made", "wrote", "held", "fresh", "swept", "known", "awaited")


@dataclass(frozen=True)
class Circumstances:
    """What else is so in a poll; ``marked``: entity → what is different about it."""

    kind: str
    history: str = "yes"
    fresh: bool = False
    widened: int = 0
    marked: Mapping[int, str] = field(default_factory=dict)

    def of(self, mark: str) -> list[int]:
        """The entities that are marked so."""
        return [number for number, one in self.marked.items() if one == mark]


circumstances = st.builds(
    Circumstances,
    kind=st.sampled_from(["invoice", "invoice", "deal", "contact", "task", "old invoice"]),
    history=st.sampled_from(["yes", "yes", "no"]),
    fresh=st.sampled_from([False, False, True]),
    widened=st.sampled_from([0, 0, 3600]),
    marked=st.dictionaries(st.integers(1, 6), st.sampled_from(MARKS)),
)


def written(raw: dict[str, Any] | None, number: int) -> dict[str, Any] | None:
    """A row as the portal writes it."""
    if raw is None:
        return None
    return {
        "id" if "createdTime" in raw else "ID": number,
        **{code: one.isoformat() if isinstance(one, datetime) else one for code, one in raw.items()},
    }


def prepare(store: Store, given: Circumstances) -> None:
    """What earlier polls and steps left."""
    kind, at = KINDS[given.kind], seconds(BEFORE) - 86_400
    for number in given.of("wrote"):
        for stage in ("S", "D"):
            store.echoes.wrote(Key(kind.name, number), "stage_id", stage)
    for number in given.of("made"):
        store.echoes.made(Key(kind.name, number), 1, Key("deal", 77))
    for number in given.of("held"):
        store.held.note(kind.name, number, "row", "odd", at=at, fresh_from=None)
    for number in given.of("fresh"):
        store.held.note(kind.name, number, "row", "odd", at=at, fresh_from=at)
    store.staged.await_history([(kind.name, number, seconds(NOW)) for number in given.of("awaited")])
    store.snapshot.add_baseline(
        kind.name, [(number, 1, 1, None, "N", None, "{}") for number in given.of("known")], 1
    )


def staged(store: Store, given: Circumstances, found: Sequence[tuple[Any, Any]]) -> None:
    """What this poll has read."""
    kind, number = KINDS[given.kind], 0
    for owner, (raw, told) in enumerate(found, 1):
        row = written(raw, owner)
        if row is not None:
            stage_rows(store, kind, [row], since=None, scrub=str)
        for stage, at in told:
            number += 1
            store.staged.add_history(kind.name, [HistoryRow(number, owner, 2, seconds(at), stage)])


def applied(store: Store, given: Circumstances, found: Sequence[tuple[Any, Any]]) -> Applied:
    """Apply it all."""
    kind = KINDS[given.kind]
    funnels = Funnels(InvoiceSettings(), {"invoice": FUNNELS, "deal": FUNNELS[:2]})
    reading = KindReading(
        kind,
        Cursor(kind.name, state="live", signpost=seconds(BEFORE)),
        fresh=given.fresh,
        history=given.history,
        history_id=99,
        widened=timedelta(seconds=given.widened),
    )
    planner = Planner(
        store=store,
        rules=(),
        safety=SafetySettings(),
        judge=Nobody(),
        run=5,
        now=NOW,
        due_at=0,
        installation="test",
    )
    applier = Applier(
        store=store,
        funnels=funnels,
        planner=planner,
        base_url="https://portal.test",
        overlap=OVERLAP,
        run=5,
        signpost=NOW,
        swept_before={f"{kind.name}:{one}": seconds(BEFORE) - 10 * 86_400 for one in given.of("swept")},
    )
    prepare(store, given)
    staged(store, given, found)
    return applier.apply([reading])


class Nobody:
    """Judges nothing."""

    def holds(self, *_: Any) -> Verdict:
        raise AssertionError("there is no rule")


class UndoneError(Exception):
    """Nothing of a transaction is to stay."""


@contextmanager
def undone(store: Store) -> Iterator[None]:
    """A transaction of which nothing stays."""
    with suppress(UndoneError), store.transaction():
        yield
        raise UndoneError


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that a database holds."""
    tables = store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: [tuple(row) for row in store.connection.execute(f"SELECT * FROM {name}")] for (name,) in tables
    }


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """An empty database."""
    with closing(Store.in_memory()) as opened:
        yield opened


def compare(store: Store, given: Circumstances, found: Sequence[tuple[Any, Any]]) -> None:
    """Apply the same news by both ways."""
    with undone(store):
        at_once, left = applied(store, given, found), everything(store)
    with undone(store), pytest.MonkeyPatch.context() as patch:
        patch.setattr(apply, "first_look", lambda *_: None)
        derived, right = applied(store, given, found), everything(store)
    assert left == right
    assert at_once == derived


@given(circumstances, news)
def test_any_first_look_comes_to_what_derivation_comes_to(
    store: Store, given: Circumstances, found: list[tuple[Any, Any]]
) -> None:
    compare(store, given, found)


@pytest.mark.parametrize("kind", ["invoice", "deal", "contact"])
@pytest.mark.parametrize("history", ["yes", "no"])
@pytest.mark.parametrize("fresh", [False, True])
def test_every_plain_first_look_comes_to_what_derivation_comes_to(
    store: Store, kind: str, history: str, fresh: bool
) -> None:
    found, marked = list[tuple[Any, Any]](), dict[int, str]()
    for stage, told, made, previous, mark in product(
        ("N", "S", "D", ""), ("", "-", "S", "N-"), (OLD, NOW), (None, "N", "S", "D"), (None, *MARKS)
    ):
        row = {"createdTime": made, "updatedTime": NOW, "movedTime": NOW, "stageId": stage}
        stages = [one.replace("-", stage) for one in told]  # the history; -: the stage of the row
        found.append(({**row, "previousStageId": previous}, [(one, NOW) for one in stages if one]))
        marked.update({len(found): mark} if mark else {})
    compare(store, Circumstances(kind, history, fresh, marked=marked), found)


def test_an_invoice_in_its_second_stage_is_told_of_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[Any]()
    monkeypatch.setattr(apply, "first_look", lambda *all_: looks.append(first_look(*all_)) or looks[-1])
    made = {"createdTime": NOW, "updatedTime": NOW, "movedTime": NOW, "stageId": "S", "movedBy": 3}
    with undone(store):
        applied(store, Circumstances("invoice"), [(made, [("S", NOW)]), ({**made, "stageId": "N"}, [])])
        told = [(one.name, one.entity_id, one.to_stage, one.by_user) for one in store.journal.events()]
    assert [one is not None for one in looks] == [True, True]
    assert told == [
        ("invoice.created", 1, None, None),
        ("invoice.status_changed", 1, "S", 3),
        ("invoice.created", 2, None, None),
    ]
