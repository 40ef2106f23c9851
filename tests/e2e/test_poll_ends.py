"""A poll ends after few requests and a short time, whatever the portal answers.

What it could not do comes later.

The faults here never pass by themselves within a poll: a program that tries again at once never stops.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from tests.support.firm import Firm, opened

HEAD = 'language = "en"\ntimezone = "Europe/Moscow"\n'
MAIL = '[[rules]]\nname = "mail"\non = "invoice.sent"\n[[rules.steps]]\nuse = "send_invoice"\n'
MARK = """
[[rules]]
name = "mark"
on = "invoice.created"
[[rules.steps]]
use = "update_fields"
entity = "invoice"
set = { comments = "seen {{ invoice.number }}" }
[[rules.steps]]
use = "notify"
to = ["user:1"]
text = "marked {{ invoice.number }}"
"""
MANY = 1500  # more than any poll here may ask; then the fault is over, so that a failing test ends, too
FEW = 120


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that marks new invoices and mails sent ones, after its baseline."""
    with opened(tmp_path / "firm", head=HEAD, rules=MAIL + MARK) as firm:
        firm.write(sections=firm.mail_section())
        firm.poll()
        yield firm


def polled(firm: Firm, *, codes: tuple[int, ...] = (0,), **given: Any) -> int:
    """Poll a minute later; the number of requests that the portal got."""
    firm.later()
    before = len(firm.portal.requests)
    ran = firm.run("poll", "--json", **given)
    assert ran.code in codes, ran.said
    assert "Traceback" not in ran.said
    return len(firm.portal.requests) - before


def a_while_later(firm: Firm) -> None:
    """Back-off and blocks are over."""
    firm.local_shift += timedelta(hours=7)


REFUSED: list[tuple[Any, Any]] = [
    ("overload", "request"),
    ("503", "request"),
    ("401", "request"),
    ("401", "command"),
    ("502html", "request"),
]


def test_a_write_that_is_refused_for_now_is_tried_once_a_poll(firm: Firm) -> None:
    for number, (kind, where) in enumerate(REFUSED):
        done = {"done": 2 * number} if number else {}
        firm.portal.faults.add(Fault(kind, method="crm.item.update", times=MANY, where=where))
        firm.invoice()
        assert polled(firm, codes=(0, 69, 77), hurried=True) < FEW, (kind, where)
        assert firm.states() == {**done, "pending": 2}, (kind, where)
        assert len(firm.told(1)) == number, (kind, where)
        firm.portal.faults.clear()
        a_while_later(firm)
        polled(firm)
        assert firm.states() == {"done": 2 * number + 2}, (kind, where)
        assert len(firm.told(1)) == number + 1, (kind, where)


def test_a_postponed_write_has_a_minute_before_its_next_try_and_steps_run_one_after_the_other(
    firm: Firm,
) -> None:
    firm.invoice()
    polled(firm)
    assert firm.states() == {"done": 2}  # both steps of the rule in one poll
    firm.portal.faults.add(
        Fault("error", "crm.item.update", code="QUERY_LIMIT_EXCEEDED", http=503, times=MANY)
    )
    firm.invoice()
    polled(firm, codes=(69,), hurried=True)
    asked = firm.portal.requests.methods().count("crm.item.update")
    for _ in range(3):
        polled(firm, codes=(0, 69))
    assert firm.portal.requests.methods().count("crm.item.update") == asked


def test_a_link_to_a_pdf_that_leads_nowhere_is_asked_once_a_poll_and_uses_up_attempts(firm: Firm) -> None:
    firm.portal.faults.add(Fault("404html", method="*getpdf", times=MANY))
    firm.send(firm.invoice())
    assert polled(firm, codes=(0, 1, 69)) < FEW
    assert firm.mailed() == []
    [(state, attempts)] = firm.query("SELECT state, attempts FROM actions WHERE step = 'send_invoice'")
    assert (state, attempts) == ("pending", 1)
    firm.portal.faults.clear()
    a_while_later(firm)
    polled(firm)
    assert len(firm.mailed()) == 1


def test_mails_that_wait_for_their_pdf_share_one_wait(firm: Firm) -> None:
    firm.set(pdf_polls=MANY)
    firm.send(*(firm.invoice() for _ in range(6)))  # one after the other they would wait for 60 s
    polled(firm, hurried=True)
    [(waited_s,)] = firm.query(
        "SELECT duration_s FROM runs ORDER BY id DESC LIMIT 1"
    )  # by the clock that waits
    assert waited_s < 25
    assert firm.mailed() == []
    assert firm.query("SELECT DISTINCT state, attempts FROM actions WHERE step = 'send_invoice'") == [
        ("pending", 0)
    ]
    firm.set(pdf_polls=1)
    firm.local_shift += timedelta(minutes=1)
    polled(firm)
    assert len(firm.mailed()) == 6
