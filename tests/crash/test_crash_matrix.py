"""A poll is killed at every named point, with every step; what follows is as if it had not been."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.crash.plays import PLAYS, Begun, Play, begun, poll_here
from tests.support.cli import LONG, Office, open_office
from tests.support.zygote import KILLED, Zygote

READING = ("poll.begun", "poll.read", "poll.before_commit", "poll.applied")
RUNNING = (
    "dispatch.claimed",
    "dispatch.before_write",
    "dispatch.after_write",
    "dispatch.before_settle",
    "dispatch.settled",
)
AGAIN = (("dispatch.before_write", 2), ("dispatch.after_write", 2))
AROUND = ("dispatch.before_write", "dispatch.after_write")
WHOLE = ("notify", "commission")  # what happens far from the write is the same for all: tried with these two
HOURS_7 = 7 * 3600

_reference: dict[str, tuple[Any, Any, Any]] = {}


def polls_until_quiet(office: Office, *, times: int = 8, codes: Sequence[int] = (0, 1)) -> None:
    """Poll, each time hours later by the local clock, until nothing happens and nothing waits."""
    for number in range(times):
        before = office.query("SELECT count(*), max(id) FROM events")
        code = poll_here(office, later_s=number * HOURS_7)
        assert code in codes, (code, office.query("SELECT id, state, error FROM actions"))
        open_actions = office.query("SELECT count(*) FROM actions WHERE state IN ('pending', 'running')")
        if (
            number
            and open_actions == [(0,)]
            and office.query("SELECT count(*), max(id) FROM events") == before
        ):
            return
    raise AssertionError(f"it never came to rest: {office.states()}")


def told(office: Office) -> list[tuple[Any, ...]]:
    """The story without what may merge after a crash."""
    return [row for row in office.story() if not row[0].endswith(".updated")]


def outcome(office: Office, play: Play) -> tuple[Any, Any, Any]:
    """What is compared with a run that was not disturbed."""
    return (
        told(office),
        play.effect(office),
        office.query("SELECT step, state FROM actions ORDER BY event_id, position"),
    )


def reference(name: str, start: Begun) -> tuple[Any, Any, Any]:
    """The undisturbed run, made once."""
    if name not in _reference:
        office = start.again()
        PLAYS[name].act(office)
        polls_until_quiet(office)
        found = outcome(office, PLAYS[name])
        results = office.query("SELECT result FROM actions")
        assert any(json.loads(result).get("changed") for (result,) in results), "no effect to lose"
        assert {state for _, state in found[2]} == {"done"}, results
        _reference[name] = found
    return _reference[name]


@pytest.mark.parametrize("name", PLAYS)
def test_a_poll_killed_anywhere_does_its_work_once(name: str, tmp_path: Path, zygote: Zygote) -> None:
    everywhere = LONG or name in WHOLE
    points = [(point, 1) for point in RUNNING if everywhere or point in AROUND]
    if PLAYS[name].goes_on and not everywhere:  # else nothing changes between the last answer and this point
        points.append(("dispatch.before_settle", 1))
    points += [(point, 1) for point in (*READING, "poll.finished") if everywhere]
    points = [one for one in points if "write" not in one[0] or PLAYS[name].writings]
    points += AGAIN if PLAYS[name].writings > 1 else ()
    with begun(tmp_path, rules=PLAYS[name].rules()) as start:
        expected = reference(name, start)
        for point, nth in points:
            office = start.again()
            PLAYS[name].act(office)
            code = zygote.poll(office.config, at=point, nth=nth)
            assert code == KILLED, f"{point} {nth} was never passed"
            office.whole()
            polls_until_quiet(office)
            _judge(office, PLAYS[name], expected, where=f"{point} {nth}")


def _judge(office: Office, play: Play, expected: tuple[Any, Any, Any], *, where: str) -> None:
    story, effect, states = outcome(office, play)
    office.whole()
    assert story == expected[0], where
    uncertain = any(state == "uncertain" for _, state in states)
    if uncertain:
        assert play.once, f"{where}: {states}"
        assert (expected[1] - effect).total() <= 1, where
        assert not effect - expected[1], where
    else:
        assert effect == expected[1], where
        assert states == expected[2], where
    assert {count for (count,) in office.query("SELECT count(*) FROM events GROUP BY key")} == {1}, where


def test_a_play_writes_twice() -> None:
    assert [name for name, play in PLAYS.items() if play.writings > 1]


def test_two_kills_in_a_row_change_nothing(tmp_path: Path, zygote: Zygote) -> None:
    for name in ("create_task", "create_invoice"):
        with begun(tmp_path / name, rules=PLAYS[name].rules()) as start:
            expected = reference(name, start)
            for first, second in (
                ("dispatch.after_write", "dispatch.after_write"),
                ("poll.before_commit", "dispatch.before_settle"),
            ):
                office = start.again()
                PLAYS[name].act(office)
                assert zygote.poll(office.config, at=first) == KILLED
                zygote.poll(office.config, at=second)
                polls_until_quiet(office)
                _judge(office, PLAYS[name], expected, where=f"{name} {first} {second}")


def test_a_baseline_killed_halfway_is_taken_up_and_fires_nothing(tmp_path: Path, zygote: Zygote) -> None:
    for point in READING:
        place = tmp_path / point
        place.mkdir()
        for office in open_office(place, rules=PLAYS["notify"].rules()):
            assert zygote.poll(office.config, at=point) == KILLED
            office.whole()
            assert poll_here(office) == 0
            assert office.query("SELECT count(*) FROM events") == [(0,)]
            PLAYS["notify"].act(office)
            polls_until_quiet(office)
            assert len(office.portal.notifications_all) == 2
