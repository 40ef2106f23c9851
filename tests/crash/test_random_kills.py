"""SIGKILL at some random instants (many more with B24SYNC_LONG=1), then peace.

Everything happened, everything once.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from b24sync.sandbox.schema import INVOICE
from tests.crash.test_crash_matrix import polls_until_quiet
from tests.support.cli import DRAFT, LONG, SENT, Office, open_office
from tests.support.zygote import KILLED, Zygote

KILLS = 1500 if LONG else 8
RULES = """
[safety]
max_actions_per_poll = 1000000  # polls that are killed again and again leave much to the one that lives
[[rules]]
name = "made"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["department_head"]
text = "made {{ invoice.id }}"
[[rules.steps]]
use = "create_task"
title = "check {{ invoice.id }}"
responsible = "user:7"
[[rules]]
name = "moved"
on = "invoice.status_changed"
[[rules.steps]]
use = "notify"
to = ["user:5"]
text = "{{ invoice.id }}: {{ event.from }} > {{ event.to }}"
"""


def test_kills_at_random_instants_lose_nothing_and_repeat_nothing(tmp_path: Path, zygote: Zygote) -> None:
    chance = random.Random(20261124)
    for office in open_office(tmp_path, rules=RULES):
        assert zygote.poll(office.config) == 0
        made, moves = _storm(office, zygote, chance)
        polls_until_quiet(office, times=30)
        _judge(office, made, moves)


def _storm(office: Office, zygote: Zygote, chance: random.Random) -> tuple[list[int], Counter[int]]:
    made: list[int] = []
    moves: Counter[int] = Counter()
    kills = 0
    while kills < KILLS:
        made += [office.add_invoice(deal=chance.randrange(5)) for _ in range(chance.randrange(3))]
        for invoice in chance.sample(made, min(len(made), 2)):
            stage = (office.portal.item(INVOICE, invoice) or {})["stageId"]
            office.move(invoice, SENT if stage == DRAFT else DRAFT)
            moves[invoice] += 1
        kills += (
            zygote.poll(office.config, kill_after_s=chance.uniform(0.01, 0.3) + len(made) / 2000) == KILLED
        )
        office.whole()
    return made, moves


def _judge(office: Office, made: list[int], moves: Counter[int]) -> None:
    office.whole()
    created = [row[2] for row in office.story() if row[0] == "invoice.created"]
    assert sorted(created) == sorted(made)
    moved = Counter(row[2] for row in office.story() if row[0] == "invoice.status_changed")
    assert moved == moves
    tasks = [
        task["TITLE"] for task in office.portal.tasks if str(task.get("XML_ID") or "").startswith("b24sync:")
    ]
    assert sorted(tasks) == sorted(f"check {invoice}" for invoice in made)
    shown = Counter(notice["TAG"] for notice in office.portal.notifications)
    assert set(shown.values()) <= {1}
    assert len(shown) == len(made) + moves.total()
    assert set(office.states()) == {"done"}
