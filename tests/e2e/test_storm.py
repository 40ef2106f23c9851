"""A bulk edit of thousands of invoices asks a person once (contract.md G11)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import LONG, Office, open_office

MANY, MOST = (5000, 500) if LONG else (220, 200)
"""Invoices, and how many actions a poll may have: 500 where nothing else is said."""
RULE = """
[[rules]]
name = "edited"
on = "invoice.updated"
[[rules.steps]]
use = "notify"
to = ["user:5"]
text = "edited {{ invoice.id }}"
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A company with many invoices, after its baseline."""
    for office in open_office(tmp_path, rules=RULE):
        safety = "" if LONG else f"[safety]\nmax_actions_per_poll = {MOST}\n"
        office.write(sections=f'[alerts]\nto = ["user:1"]\n{safety}')
        for number in range(MANY):
            office.portal.add_item(INVOICE, title=f"Счёт {number}", opportunity=100)
        office.poll()
        yield office


def notices(office: Office, user: int) -> list[str]:
    """What one person was told."""
    return [notice["MESSAGE"] for notice in office.portal.notifications_all if notice["USER_ID"] == user]


def test_a_bulk_edit_of_many_invoices_asks_a_person_once(office: Office) -> None:
    for invoice in office.portal.item_ids(INVOICE)[-MANY:]:
        office.portal.update_item(INVOICE, invoice, comments="bulk")
    first = office.run("poll", "--json")
    assert first.code == 1
    assert first.json["events"] == MANY
    assert first.json["actions"] == {"held": MANY}
    assert len(notices(office, 1)) == 1
    assert notices(office, 5) == []
    assert office.run("poll", "--json").code == 0
    assert len(notices(office, 1)) == 1  # nobody is asked again

    assert office.run("release", "--all").out == f"{MANY} actions released\n"
    office.portal.requests.clear()
    released = office.run("poll", "--json")
    assert (released.code, released.json["actions"]) == (0, {"done": MANY})
    assert len(notices(office, 5)) == MANY
    assert len(set(notices(office, 5))) == MANY
    assert released.json["http_requests"] <= 1 + 3 * MANY // 50 + 2 * (
        MANY // 50 // 50 + 2
    )  # who, what, telling; the feed once more
