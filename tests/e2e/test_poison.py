"""No value, row or page that cannot be read stops its neighbours (contract.md G13)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import notify_rule
from tests.support.poison import VALUES
from tests.support.world import DEAL, INVOICE, N, S, World

CONFIG = (
    '[poll]\nwatch = ["invoice", "deal", "task"]\nreconcile_every = "0s"\n'
    + notify_rule("made", "invoice.created", to="user:2", text="new {{ invoice.id }}")
    + notify_rule("moved", "invoice.status_changed", to="user:2", text="moved {{ invoice.id }}")
    + notify_rule("edited", "invoice.updated", to="user:2", text="edited {{ invoice.id }}")
)


FIELDS = [
    *("title", "closedate", "begindate", "opportunity", "currencyId", "parentId2", "contactId", "companyId"),
    *("assignedById", "accountNumber", "movedTime", "createdBy", "comments", "UF_CRM_TEXT", "fm"),
]


class Poisoned:
    """Puts values into rows as the portal answers them."""

    def __init__(self, world: World) -> None:
        self.values: dict[int, dict[str, Any]] = {}
        inner = world.portal.run_command

        def run_command(method: str, params: dict[str, Any], watch: Any = None) -> Any:
            answer, time = inner(method, params, watch)
            if method.lower() in {"crm.item.list", "crm.item.get"} and int(params["entityTypeId"]) == INVOICE:
                self._poison(answer.result)
            return answer, time

        world.portal.run_command = run_command  # type: ignore[method-assign]

    def _poison(self, result: Any) -> None:
        rows = result["items"] if "items" in result else [result["item"]]
        for row in rows:
            row.update(self.values.get(int(row["id"]), {}))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal with an invoice and a deal, after the baseline."""
    with World(tmp_path, CONFIG) as world:
        world.portal.add_item(INVOICE, title="old")
        world.portal.add_item(DEAL, title="deal")
        world.advance(3600)
        world.poll()
        world.advance(600)
        yield world


@pytest.mark.parametrize("first", range(0, len(VALUES), 3))
def test_a_value_that_cannot_be_read_stops_nobody(world: World, first: int) -> None:
    poisoned = Poisoned(world)
    few = list(VALUES)[first : first + 3]  # as many as a page has room for
    bad = {case: world.portal.add_item(INVOICE, title=case[1]) for case in product(few, FIELDS)}
    for (what, field), number in bad.items():
        poisoned.values[number] = {field: VALUES[what]}
    good = world.portal.add_item(INVOICE, title="good")
    deal = world.portal.add_item(DEAL, title="another")
    report = world.poll()
    assert report.exit_code == 0, report.troubles
    assert world.story(f"invoice:{good}") == [("created", None, None)]
    assert world.story(f"deal:{deal}") == [("created", None, None)]
    for case, number in bad.items():
        assert world.story(f"invoice:{number}") == [("created", None, None)], case
    world.advance(600)
    world.quiet()
    poisoned.values.clear()
    world.portal.update_item(INVOICE, good, 2, stageId=S)
    for number in bad.values():
        world.portal.update_item(INVOICE, number, 2, stageId=S)
    world.advance(600)
    assert world.poll().exit_code == 0
    for case, number in (*bad.items(), ("good", good)):
        moves = [one for one in world.story(f"invoice:{number}") if one[0] == "status_changed"]
        assert moves == [("status_changed", "draft", "sent")], case


@pytest.mark.parametrize("bad", [None, 10**30, float("inf"), "x", "0"])
def test_a_row_without_an_id_is_left_out_with_one_warning(world: World, bad: Any) -> None:
    poisoned = Poisoned(world)
    number = world.portal.add_item(INVOICE, title="bad")
    good = world.portal.add_item(INVOICE, title="good")
    poisoned.values[number] = {"id": bad}
    report = world.poll()
    assert (report.exit_code, len(report.warnings)) == (0, 1), (report.troubles, report.warnings)
    assert world.story(f"invoice:{good}") == [("created", None, None)]
    assert world.poll().warnings == []


def test_a_row_that_cannot_be_mapped_is_set_aside_once_and_comes_back_with_its_whole_story(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.portal.add_item(INVOICE, title="bad")
    good = world.portal.add_item(INVOICE, title="good")
    from b24sync.engine import apply

    real, real_first = apply.look_of, apply.first_look

    def refuse(kind: Any, raw: dict[str, Any], *, compared: bool) -> Any:
        if raw.get("title") == "bad":
            raise ValueError("a value that nobody foresaw")
        return real(kind, raw, compared=compared)

    def refuse_first(kind: Any, one: Any, raw: dict[str, Any], facts: Any) -> Any:
        refuse(kind, raw, compared=False)
        return real_first(kind, one, raw, facts)

    monkeypatch.setattr(apply, "look_of", refuse)
    monkeypatch.setattr(apply, "first_look", refuse_first)
    report = world.poll()
    assert report.exit_code == 0, report.troubles
    assert [one for one in report.warnings if f"invoice:{number}" in one], report.warnings
    assert world.story(f"invoice:{good}") == [("created", None, None)]
    assert world.story(f"invoice:{number}") == []
    app = world.app()
    app.open_store(create=False)
    from b24sync.cli.status import gather

    assert gather(app)["quarantined"] == {"invoice": 1}
    app.close()
    world.advance(600)
    world.portal.update_item(INVOICE, number, 2, stageId=S)
    world.portal.update_item(INVOICE, number, 2, stageId=N)
    world.advance(600)
    assert world.poll().warnings == []
    monkeypatch.setattr(apply, "look_of", real)
    monkeypatch.setattr(apply, "first_look", real_first)
    world.advance(25 * 3600)
    world.poll()
    assert world.story(f"invoice:{number}") == [
        ("created", None, None),
        ("status_changed", "draft", "sent"),
        ("status_changed", "sent", "draft"),
    ]
    assert world.rows("SELECT * FROM held") == []
    world.advance(600)
    world.quiet()


def test_the_staged_text_of_a_row_is_json_that_everybody_reads(world: World) -> None:
    poisoned = Poisoned(world)
    number = world.portal.add_item(INVOICE, title="bad")
    poisoned.values[number] = {"opportunity": float("nan"), "comments": float("-inf")}
    world.poll()
    (row,) = world.rows("SELECT data FROM entities WHERE kind = 'invoice' AND id = ?", number)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert "nan" in json.loads(row["data"], parse_constant=refuse)
