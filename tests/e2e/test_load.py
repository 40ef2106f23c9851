"""What polls use of the portal's operating time is measured, and told before it blocks (portal.md §1.4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from b24sync.cli.status import gather, lines
from b24sync.doctor.examination import Examination
from b24sync.sandbox import SandboxSettings
from tests.support.world import INVOICE, World

CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n'


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal that charges every command and tells so; polled each minute for an hour and a half."""
    settings = SandboxSettings(operating_limit_s=480.0, operating_cost_s=1.0)
    with World(tmp_path, CONFIG, settings=settings) as world:
        world.portal.add_item(INVOICE, title="old")
        world.advance(3600)
        yield world


def _polled(world: World, times: int = 30) -> None:
    for _ in range(times):
        world.poll()
        world.advance(60)


def _load(world: World) -> dict[str, Any]:
    app = world.app()
    app.open_store(create=False)
    try:
        found: dict[str, Any] = gather(app)["load"]
        return {**found, "text": "\n".join(lines(app, gather(app)))}
    finally:
        app.close()


def _finding(world: World, *, offline: bool = False) -> Any:
    app = world.app()
    try:
        (found,) = [one for one in Examination(app, offline=offline).findings() if one.check == "load"]
        return found
    finally:
        app.close()


def test_a_modest_load_is_told_and_warns_nobody(world: World) -> None:
    _polled(world, 70)
    load = _load(world)
    assert 1300 <= load["requests_per_day"] <= 1600
    assert load["limit_s"] == 480
    worst = load["methods"][0]
    assert (worst["method"], 15 <= worst["seconds"] <= 40) == ("crm.item.list", True), load
    assert worst["share"] == round(worst["seconds"] / 480, 3)
    assert "crm.item.list" in load["text"]
    found = _finding(world)
    assert found.status == "ok"
    assert "crm.item.list" in str(found.message)


@pytest.mark.parametrize("tells", [True, False])
def test_a_load_near_the_limit_warns_before_the_portal_blocks(
    world: World, tells: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if tells:
        world.set(operating_cost_s=7.0)
    else:  # the portal only says how long each command took
        world.set(operating_limit_s=None, operating_cost_s=0.0)
        inner = world.portal.run_command

        def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
            answer, time = inner(method, params, watch)
            return answer, {**time, "duration": 7.0}

        monkeypatch.setattr(world.portal, "run_command", run_command)
    _polled(world)
    worst = _load(world)["methods"][0]
    assert 0.5 <= worst["share"] < 1.0, worst
    for offline in (False, True):
        found = _finding(world, offline=offline)
        assert found.status == "warn"
        assert "crm.item.list" in str(found.message)
        assert "cron" in str(found.remedy)
    assert "cron" in _load(world)["text"]
    world.configure(CONFIG.replace('"en"', '"ru"'))
    assert "портал даёт методу" in " ".join(_load(world)["text"].split())


def test_what_is_kept_of_it_is_bounded(world: World) -> None:
    for _ in range(12):
        world.poll()
        world.advance(6 * 3600)
    slots = world.rows("SELECT DISTINCT slot FROM method_use")
    assert 4 <= len(slots) <= 10
    assert len(world.rows("SELECT * FROM method_use")) <= 200


def test_before_the_first_poll_there_is_nothing_to_tell(world: World) -> None:
    world.poll()
    load = _load(world)
    assert load["requests_per_day"] is None
    assert _finding(world).status == "ok"
