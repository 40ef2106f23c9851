"""For any history of a portal and any poll times.

Its events are the portal's stage history, in order, once (contract.md G1, G2).
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from b24sync.sandbox import SandboxSettings
from tests.support.oracle import OLD, STAGES, Oracle
from tests.support.world import DEAL, INVOICE, MONDAY, OBJECT, World

LONG = os.environ.get("B24SYNC_LONG") == "1"
PHASES = [Phase.generate] if os.environ.get("B24SYNC_NO_SHRINK") else list(Phase)
EXAMPLES = int(os.environ.get("B24SYNC_EXAMPLES", "300" if LONG else "1"))
LEAST, MOST = (
    (1, 60) if LONG else (40, 60)
)  # one history shall hold much: what each begins and ends with costs most
LEAST_ROUNDS, MOST_ROUNDS = (1, 6) if LONG else (6, 8)

SUMMER_BERLIN = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)  # ten minutes before the clocks go forward
WINTER_BERLIN = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
SUMMER_NEW_YORK = datetime(2026, 3, 8, 6, 50, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """A kind on a kind of portal."""

    kind: str
    etid: int
    config: str = ""
    start: datetime = MONDAY
    settings: dict[str, Any] = field(default_factory=dict)
    history: bool = True


INVOICES = '[poll]\nwatch = ["invoice"]\nreconcile_every = "0s"\n'
SCENES = {
    "invoices": Scene("invoice", INVOICE, INVOICES),
    "invoices, history kept whole": Scene(
        "invoice", INVOICE, INVOICES, settings={"history_drops_final": False}
    ),
    "invoices, no history": Scene(
        "invoice", INVOICE, INVOICES, settings={"stagehistory31": False}, history=False
    ),
    "invoices, owner far west": Scene(
        "invoice", INVOICE, INVOICES, settings={"owner_tz": "America/Los_Angeles"}
    ),
    "invoices, owner far east": Scene(
        "invoice", INVOICE, INVOICES, settings={"owner_tz": "Asia/Vladivostok"}
    ),
    "invoices, clocks go forward": Scene(
        "invoice",
        INVOICE,
        INVOICES,
        SUMMER_BERLIN,
        {"server_tz": "Europe/Berlin", "owner_tz": "America/Sao_Paulo"},
    ),
    "invoices, clocks go back": Scene(
        "invoice",
        INVOICE,
        INVOICES,
        WINTER_BERLIN,
        {"server_tz": "Europe/Berlin", "owner_tz": "Europe/Berlin"},
    ),
    "invoices, clocks go forward west of Greenwich": Scene(
        "invoice",
        INVOICE,
        INVOICES,
        SUMMER_NEW_YORK,
        {"server_tz": "America/New_York", "owner_tz": "Pacific/Honolulu"},
    ),
    "deals of two funnels": Scene("deal", DEAL, '[poll]\nwatch = ["deal"]\nreconcile_every = "0s"\n'),
    "deals, history kept whole": Scene(
        "deal",
        DEAL,
        '[poll]\nwatch = ["deal"]\nreconcile_every = "0s"\n',
        settings={"deal_history_drops_final": False, "funnel_change_drops_history": False},
    ),
    "a smart process": Scene(
        "object",
        OBJECT,
        '[poll]\nwatch = ["object"]\nreconcile_every = "0s"\n[kinds.object]\nentity_type_id = 1046\n',
    ),
    "old invoices": Scene(
        "invoice", OLD, INVOICES + '[invoice]\napi = "legacy"\n', settings={"old_invoices": True}
    ),
}

number = st.integers(0, 7)
operation = st.one_of(
    st.tuples(st.just("create"), number),
    st.tuples(st.just("move"), number, number),
    st.tuples(st.just("move"), number, number),
    st.tuples(st.just("move"), number, number),
    st.tuples(st.just("title"), number, st.integers(0, 2)),
    st.tuples(st.just("amount"), number, st.integers(1, 3)),
    st.tuples(st.just("delete"), number),
    st.tuples(st.just("hide"), number),
    st.tuples(st.just("reveal"), number),
    st.tuples(st.just("wait"), st.sampled_from([1, 1, 2, 60, 299, 300, 301, 1800, 7200, 90000])),
    st.tuples(st.just("poll")),
    st.tuples(st.just("poll")),
)
histories = st.tuples(
    st.lists(operation, max_size=6),
    st.lists(operation, min_size=LEAST, max_size=MOST),
)


class People:
    """Does at the portal what the operations say."""

    def __init__(self, world: World, scene: Scene) -> None:
        self.world, self.scene = world, scene

    def _one(self, number: int) -> int | None:
        portal = self.world.portal
        ids = list(portal.old_invoices.all) if self.scene.etid == OLD else portal.item_ids(self.scene.etid)
        return ids[number % len(ids)] if ids else None

    def do(self, name: str, *values: int) -> None:
        """One operation; one that has nothing to work on does nothing."""
        if name == "create":
            self._create(values[0])
        elif name == "wait":
            self.world.advance(values[0])
        elif (chosen := self._one(values[0])) is not None:
            getattr(self, f"_{name}")(chosen, *values[1:])

    def _stage(self, number: int) -> str:
        stages = STAGES[self.scene.etid]
        return stages[number % len(stages)]

    def _create(self, number: int) -> None:
        stage, portal = self._stage(number), self.world.portal
        if self.scene.etid == OLD:
            portal.add_legacy_invoice(STATUS_ID=stage)
        else:
            portal.add_item(self.scene.etid, title="new", stageId=stage, **self._funnel(stage))

    def _funnel(self, stage: str) -> dict[str, Any]:
        return {"categoryId": int(stage.startswith("C1:"))} if self.scene.etid == DEAL else {}

    def _save(self, chosen: int, **fields: Any) -> None:
        if self.scene.etid == OLD:
            names = {"title": "ORDER_TOPIC", "opportunity": "PRICE", "stageId": "STATUS_ID"}
            self.world.portal.update_legacy_invoice(
                chosen, **{names[name]: value for name, value in fields.items()}
            )
        else:
            self.world.portal.update_item(self.scene.etid, chosen, **fields)

    def _move(self, chosen: int, number: int) -> None:
        stage = self._stage(number)
        self._save(chosen, stageId=stage, **self._funnel(stage))

    def _title(self, chosen: int, number: int) -> None:
        self._save(chosen, title=f"title {number}")

    def _amount(self, chosen: int, number: int) -> None:
        self._save(chosen, opportunity=100 * number)

    def _delete(self, chosen: int) -> None:
        if self.scene.etid == OLD:
            self.world.portal.delete_legacy_invoice(chosen)
        else:
            self.world.portal.delete_item(self.scene.etid, chosen)

    def _hide(self, chosen: int) -> None:
        if self.scene.etid != OLD:
            self.world.portal.hide(self.scene.etid, chosen)

    def _reveal(self, chosen: int) -> None:
        if self.scene.etid != OLD:
            self.world.portal.reveal(self.scene.etid, chosen)


@pytest.mark.parametrize("name", SCENES)
def test_events_are_the_history_of_the_portal(name: str) -> None:
    scene = SCENES[name]

    @given(histories)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    def holds(history: tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]) -> None:
        assume(LONG or len({one[0] for one in history[1]}) > 2)  # the first is always the dullest of all
        with tempfile.TemporaryDirectory() as folder:
            _lived_through(scene, *history, folder=Path(folder))

    holds()


def _lived_through(
    scene: Scene, before: list[tuple[Any, ...]], after: list[tuple[Any, ...]], *, folder: Path
) -> None:
    with World(folder, scene.config, settings=SandboxSettings(**scene.settings), start=scene.start) as world:
        people, oracle = People(world, scene), Oracle(world, scene.kind, scene.etid, scene.history)
        for one in before:
            if one[0] != "poll":
                people.do(*one)
        _poll(world, oracle, baseline=True)
        for one in after:
            if one[0] == "poll":
                _poll(world, oracle)
            else:
                people.do(*one)
        _poll(world, oracle)
        world.advance(301)
        _poll(world, oracle)
        world.idle()
        world.advance(600)
        _poll(world, oracle)
        world.idle()
        _reconcile(world, oracle)
        world.check_database()


def _poll(world: World, oracle: Oracle, *, baseline: bool = False) -> None:
    report = world.poll()
    turned = not baseline and oracle.clock_has_turned()
    guarded = turned and report.exit_code == 1  # everything is gone at once: a person is asked
    assert (report.exit_code, report.baseline) == (int(guarded), baseline), report.troubles
    oracle.polled(baseline=baseline)
    if turned and not guarded and oracle.etid != OLD:
        oracle.swept()  # summer time has come or gone: everything is compared
    note(f"told: {[(row['entity_id'], row['name'], row['from_'], row['to_']) for row in world.events()]}")
    oracle.check()


def _reconcile(world: World, oracle: Oracle) -> None:
    """Finds what was deleted and nothing else; then the snapshot is the portal."""
    report = world.poll(reconcile=True)
    assert report.exit_code == 0, report.troubles
    if oracle.etid != OLD:
        oracle.swept()
    oracle.check()
    hidden = oracle.hidden()
    stored = world.rows("SELECT id, stage FROM entities WHERE kind = ? AND state = 'present'", oracle.kind)
    portal = {
        one: str(oracle.raw(one)["STATUS_ID" if oracle.etid == OLD else "stageId"]) for one in oracle.ids()
    }
    assert {row["id"]: row["stage"] for row in stored} == {
        one: stage for one, stage in portal.items() if one not in hidden
    }
    world.idle()


# changes while the poll reads

WHOLE = {
    "history_drops_final": False,
    "deal_history_drops_final": False,
    "funnel_change_drops_history": False,
}
LIVING = {
    "invoices": Scene("invoice", INVOICE, INVOICES, settings=WHOLE),
    "invoices, final rows dropped": Scene("invoice", INVOICE, INVOICES),
    "invoices, no history": Scene(
        "invoice", INVOICE, INVOICES, settings={"stagehistory31": False}, history=False
    ),
    "deals": Scene("deal", DEAL, SCENES["deals of two funnels"].config, settings=WHOLE),
    "old invoices": Scene(
        "invoice", OLD, SCENES["old invoices"].config, settings={"old_invoices": True, **WHOLE}
    ),
}
change = st.one_of(
    st.tuples(st.just("create"), number),
    st.tuples(st.just("move"), number, number),
    st.tuples(st.just("move"), number, number),
    st.tuples(st.just("title"), number, st.integers(0, 2)),
    st.tuples(st.just("delete"), number),
    st.tuples(st.just("wait"), st.sampled_from([1, 1, 2, 400])),
)
rounds = st.lists(
    st.tuples(
        st.lists(change, max_size=4),  # before the poll
        st.lists(st.tuples(st.integers(0, 8), change), max_size=6),  # before its n-th command
        st.sampled_from(["poll", "poll", "poll", "reconcile"]),
    ),
    min_size=LEAST_ROUNDS,
    max_size=MOST_ROUNDS,
)


@pytest.mark.parametrize("name", LIVING)
def test_changes_between_the_commands_of_a_poll_are_neither_lost_nor_told_twice(name: str) -> None:
    scene = LIVING[name]

    @given(st.lists(change, max_size=4), rounds)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    def holds(before: list[Any], lived: list[Any]) -> None:
        assume(LONG or any(inside for _, inside, _ in lived))  # the first is always the dullest of all
        with tempfile.TemporaryDirectory() as folder:
            _changing_while_read(scene, before, lived, folder=Path(folder))

    holds()


def _changing_while_read(scene: Scene, before: list[Any], lived: list[Any], *, folder: Path) -> None:
    with World(folder, scene.config, settings=SandboxSettings(**scene.settings)) as world:
        people, truth = People(world, scene), Truth(world, scene)
        for one in before:
            people.do(*one)
        world.poll()
        truth.begin()
        for outside, inside, kind in lived:
            for one in outside:
                people.do(*one)
                truth.note()
            _interleaved(world, people, truth, inside)
            report = world.poll(reconcile=kind == "reconcile")
            world.portal.before_command = lambda _method, _params: None
            assert report.exit_code == 0, report.troubles
            told = [(row["entity_id"], row["name"], row["from_"], row["to_"]) for row in world.events()]
            note(f"told: {told}")
        world.poll()
        world.advance(301)  # what history does not tell is told by the rows
        world.poll()
        world.idle()
        world.poll(reconcile=True)
        truth.check()
        world.check_database()


def _interleaved(
    world: World, people: People, truth: Truth, inside: list[tuple[int, tuple[Any, ...]]]
) -> None:
    left, count = list(inside), 0

    def before_command(_method: str, _params: dict[str, Any]) -> None:
        nonlocal count
        for place, one in [entry for entry in left if entry[0] == count]:
            left.remove((place, one))
            people.do(*one)
            truth.note()
        count += 1

    world.portal.before_command = before_command


class Truth:
    """Every stage that an entity had since the baseline, noted as it came, and its titles at the ends."""

    def __init__(self, world: World, scene: Scene) -> None:
        self.oracle = Oracle(world, scene.kind, scene.etid, scene.history)
        self.world, self.scene = world, scene
        self.stages: dict[int, list[str]] = {}
        self.old: set[int] = set()
        self.titles: dict[int, Any] = {}

    def begin(self) -> None:
        """The baseline is complete."""
        self.note()
        self.old = set(self.stages)

    def note(self) -> None:
        """Look at the portal after one change."""
        for one in self.oracle.ids():
            raw = self.oracle.raw(one)
            stage = str(raw["STATUS_ID" if self.scene.etid == OLD else "stageId"])
            passed = self.stages.setdefault(one, [])
            if not passed or passed[-1] != stage:
                passed.append(stage)
            self.titles.setdefault(one, raw["ORDER_TOPIC" if self.scene.etid == OLD else "title"])

    def check(self) -> None:
        """The moves told lead through the stages passed, from the first to the last.

        With history, through each of them.
        """
        import json

        present = set(self.oracle.ids())
        for one, passed in self.stages.items():
            rows = self.world.events(f"{self.scene.kind}:{one}")
            names = [row["name"].partition(".")[2] for row in rows]
            if one not in present:
                self._check_gone(one, passed, rows, names)
                continue
            assert names.count("created") == (one not in self.old), f"{one}: {names}"
            assert not {"created", "deleted"} & set(names[1:]), f"{one}: {names}"
            moves = [row for row in rows if row["name"].endswith("_changed")]
            told = [row["to_stage"] for row in moves]
            walked = self._walked(one, passed)
            if self.scene.history and self.scene.settings.get("history_drops_final") is False:
                assert told == walked, f"{one}: told {told}, passed {passed}"
            else:
                assert not walked or told == [] or told[-1] == walked[-1], (
                    f"{one}: told {told}, passed {passed}"
                )
            before = passed[0] if one in self.old else None
            for row in moves:
                assert row["from_stage"] == before or (before is None and row["from_stage"] in _FIRST)
                before = row["to_stage"]
            assert [row["occurred_at"] for row in moves] == sorted(row["occurred_at"] for row in moves)
            stored = self.world.rows(
                "SELECT stage FROM entities WHERE kind = ? AND id = ?", self.scene.kind, one
            )
            assert stored == [{"stage": passed[-1]}]
            self._check_titles(
                one, [json.loads(row["changes"]) for row in rows if row["name"].endswith(".updated")]
            )

    def _walked(self, one: int, passed: list[str]) -> list[str]:
        return passed[1:] if one in self.old or passed[0] in _FIRST else passed

    def _check_gone(self, one: int, passed: list[str], rows: list[dict[str, Any]], names: list[str]) -> None:
        """Of what is deleted its beginning was told, as far as it was seen, and its end."""
        if not rows:
            return
        assert names.count("created") <= (one not in self.old)
        assert "created" not in names[1:]
        if self.scene.etid == OLD:
            assert "deleted" not in names
        else:
            assert names[-1] == "deleted"
            assert names.count("deleted") == 1
        told = [row["to_stage"] for row in rows if row["name"].endswith("_changed")]
        if self.scene.history and self.scene.settings.get("history_drops_final") is False:
            rest = iter(
                self._walked(one, passed)
            )  # what the portal deleted before its history was read is told by its row
            assert all(stage in rest for stage in told), f"{one}: told {told}, passed {passed}"

    def _check_titles(self, one: int, changes: list[dict[str, Any]]) -> None:
        titles = [change["title"] for change in changes if "title" in change]
        if one in self.old and titles:
            assert titles[0][0] == self.titles[one]
        for (_, new), (old, _) in pairwise(titles):
            assert new == old
        if titles:
            assert titles[-1][1] == self.oracle.raw(one)["ORDER_TOPIC" if self.scene.etid == OLD else "title"]


_FIRST = {"DT31_1:N", "NEW", "C1:NEW", "N"}
