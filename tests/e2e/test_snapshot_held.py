"""What is left out for a time moves with the history: nothing that waits is lost (contract.md G1, G13)."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from b24sync.domain.pseudonyms import Pseudonyms
from b24sync.sandbox import Fault
from b24sync.store.anonymize import Anonymizer
from b24sync.store.history_export import export
from b24sync.store.history_import import take_in
from tests.support.cli import notify_rule
from tests.support.world import DEAL, INVOICE, S, World

CONFIG = 'language = "en"\n[poll]\nwatch = ["invoice", "deal"]\nreconcile_every = "0s"\n' + notify_rule(
    "sent", "invoice.sent", to="user:2", text="x", more="when = \"deal.title != ''\""
)
SECRET = "Ремонт у Тайной И. И., +7 916 123-45-67"


@pytest.fixture
def waiting(tmp_path: Path) -> World:
    """An invoice waits for its deal, which cannot be read; another is in quarantine."""
    world = World(tmp_path, CONFIG)
    deal = world.portal.add_item(DEAL, title="deal")
    world.portal.add_item(INVOICE, title="old", parentId2=deal)
    world.advance(3600)
    world.poll()
    world.advance(600)
    number = world.portal.add_item(INVOICE, title=SECRET, parentId2=deal)
    world.portal.update_item(INVOICE, number, 2, stageId=S)
    world.portal.faults.add(Fault("500", "crm.item.get", where="command", times=999))
    for _ in range(2):  # the second is no more within the overlap: only what is kept knows of it
        assert world.poll().exit_code == 69
        world.advance(3600)
    with closing(world.store()) as store, store.transaction():
        at = int(world.clock.now().timestamp()) + 3600
        store.held.note("deal", 77, "row", f"a row with {SECRET}", at=at, fresh_from=None)
    return world


def test_what_waits_for_a_link_goes_on_from_an_import(waiting: World, tmp_path: Path) -> None:
    with waiting as world:
        with closing(world.store()) as store:
            export(store, tmp_path / "h.gz", at=world.clock.now())
        world.database.rename(tmp_path / "old.db")
        take_in(tmp_path / "h.gz", world.database)
        world.portal.faults.clear()
        world.advance(600)
        assert world.poll().exit_code == 0
        assert [one[0] for one in world.story("invoice:2")] == ["created", "status_changed"]
        assert [row["rule"] for row in world.actions()] == ["sent"]
        assert [row["id"] for row in world.rows("SELECT id FROM held")] == [77]


def test_nothing_personal_of_it_is_in_an_anonymized_file(waiting: World, tmp_path: Path) -> None:
    with waiting as world, closing(world.store()) as store:
        target = tmp_path / "h.jsonl"
        export(store, target, at=world.clock.now(), anonymize=Anonymizer(Pseudonyms(b"key")))
        lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
        tables = {line[0] for line in lines[1:-1]}
        assert {"held", "held_rows", "held_history"} <= tables
        text = target.read_text(encoding="utf-8")
        assert "Тайной" not in text
        assert "916" not in text
