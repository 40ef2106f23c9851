"""A reconcile that fails, or one entity that it cannot verify, holds back no news (contract.md G13)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox.envelope import Refusal
from tests.support.world import INVOICE, S, World

CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice"]\nreconcile_every = "1h"\n'


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal with three invoices, after the baseline."""
    with World(tmp_path, CONFIG) as world:
        for _ in range(3):
            world.portal.add_item(INVOICE, title="old")
        world.advance(3600)
        world.poll()
        yield world


def _refuse(world: World, wrong: Any, code: str = "INTERNAL_SERVER_ERROR", status: int = 500) -> None:
    inner = world.portal.run_command

    def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
        if wrong(method.lower(), params):
            raise Refusal(code, "broken", status)
        return inner(method, params, watch)

    world.portal.run_command = run_command  # type: ignore[method-assign]


def test_one_entity_that_cannot_be_verified_holds_back_nothing(world: World) -> None:
    hidden, gone, moved = 1, 2, 3
    world.portal.delete_item(INVOICE, hidden)
    world.portal.delete_item(INVOICE, gone)
    world.portal.update_item(INVOICE, moved, stageId=S)
    world.advance(4000)
    calm = world.portal.run_command
    _refuse(world, lambda method, params: method == "crm.item.get" and int(params["id"]) == hidden)
    report = world.poll()
    assert report.exit_code == 0, report.troubles
    assert any(f"invoice:{hidden}" in one for one in report.warnings)
    assert world.story(f"invoice:{gone}") == [("deleted", None, None)]
    assert world.story(f"invoice:{moved}") == [("status_changed", "draft", "sent")]
    assert world.story(f"invoice:{hidden}") == []
    world.portal.run_command = calm  # type: ignore[method-assign]
    world.advance(4000)
    assert world.poll().exit_code == 0
    assert world.story(f"invoice:{hidden}") == [("deleted", None, None)]
    world.advance(600)
    world.quiet()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda method, params: method == "crm.item.list" and len(params["select"]) == 5,
        lambda method, _: method == "crm.item.get",
    ],
)
def test_a_reconcile_that_fails_lets_the_news_of_the_feed_through(world: World, wrong: Any) -> None:
    world.portal.delete_item(INVOICE, 1)
    world.portal.update_item(INVOICE, 3, stageId=S)
    world.advance(4000)
    calm = world.portal.run_command
    _refuse(world, wrong, "OPERATION_TIME_LIMIT", 429)
    assert world.poll().exit_code == 69
    assert world.story("invoice:3") == [("status_changed", "draft", "sent")]
    world.portal.run_command = calm  # type: ignore[method-assign]
    world.advance(1200)
    assert world.poll().exit_code == 0
    assert world.story("invoice:1") == [("deleted", None, None)]
