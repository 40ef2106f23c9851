"""The portal does what it was told and its answer is lost: nothing is done twice, nothing is left undone."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.crash.plays import PLAYS, Begun, begun
from tests.crash.test_crash_matrix import polls_until_quiet, told
from tests.support.cli import LONG, Office

LOSSES = {"alone": (1, "drop_after", 0), "the last of a batch": (2, "drop_after", 1)}
if LONG:
    LOSSES |= {
        "the first of a batch": (2, "drop_after", 0),
        "alone, thrice": (1, "drop_after", 0),
        "before it was done": (2, "drop_before", 1),
    }

_expected: dict[tuple[str, int], Any] = {}


def undisturbed(name: str, acts: int, start: Begun) -> Any:
    """What comes of it without a loss."""
    if (name, acts) not in _expected:
        office = start.again()
        _play(office, name, acts)
        _expected[name, acts] = told(office), PLAYS[name].effect(office)
    return _expected[name, acts]


def _play(office: Office, name: str, acts: int) -> None:
    for number in range(acts):
        PLAYS[name].act(office, number)
    polls_until_quiet(office)


def test_the_plays_write_to_the_portal() -> None:
    assert sum(len(play.methods) for play in PLAYS.values()) >= len(PLAYS)


@pytest.mark.parametrize("name", PLAYS)
def test_a_lost_answer_makes_nothing_twice_and_loses_nothing(name: str, tmp_path: Path) -> None:
    writes = PLAYS[name].methods  # none, where a step writes to the database only
    with begun(tmp_path, rules=PLAYS[name].rules()) as start:
        for method, (what, (acts, kind, after)) in product(writes, LOSSES.items()):
            expected = undisturbed(name, acts, start)
            office = start.again()
            office.portal.faults.add(
                Fault(kind, method=method, where="command", after=after, times=3 if "thrice" in what else 1)
            )  # type: ignore[arg-type]
            _play(office, name, acts)
            assert len(office.portal.faults) == 0 or "thrice" in what, "the fault never struck"
            _judge(office, name, expected, f"{method}, {what}")


def _judge(office: Office, name: str, expected: Any, what: str) -> None:
    play = PLAYS[name]
    assert told(office) == expected[0], what
    if play.once:
        assert office.states().get("uncertain"), what
        assert not play.effect(office) - expected[1], what
        assert (expected[1] - play.effect(office)).total() <= office.states()["uncertain"], what
    else:
        assert play.effect(office) == expected[1], what
        assert set(office.states()) == {"done"}, (what, office.actions())


def test_an_uncertain_action_is_repeated_only_by_its_id(tmp_path: Path) -> None:
    with begun(tmp_path, rules=PLAYS["create_activity-2"].rules()) as start:
        office = start.office
        office.portal.faults.add(Fault("drop_after", method="crm.activity.todo.add", where="command"))
        _play(office, "create_activity-2", 1)
        assert office.states() == {"uncertain": 1}
        before = len(office.portal.activities)
        assert office.run("retry", "--all").out == "there is nothing to retry\n"
        polls_until_quiet(office)
        assert len(office.portal.activities) == before
        [(number,)] = office.query("SELECT id FROM actions")
        assert office.run("retry", str(number)).code == 0
        polls_until_quiet(office)
        assert office.states() == {"done": 1}
        assert len(office.portal.activities) == before + 1
