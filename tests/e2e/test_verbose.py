"""``--verbose`` says what the engine does; without it nothing of that is said."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.support.cli import SENT, Office


def test_a_verbose_poll_says_what_is_read_derived_planned_and_done(polled: Office) -> None:
    invoice = polled.add_invoice()
    polled.move(invoice, SENT)
    ran = polled.run("--verbose", "poll")
    assert ran.code == 0
    for said in (
        r"run 2: reading invoice, deal, task",
        r"run 2: read up to \S+, \d+ rows staged, \d+ requests so far",
        r"invoice: news since the last poll, complete",
        rf"event \d+: invoice\.created invoice:{invoice}",
        rf"action \d+: head-knows/0 notify on invoice:{invoice} is pending",
        rf"action \d+ \(head-knows/0 notify, invoice:{invoice}\): done",
        r"batch: HTTP 200 in",
    ):
        assert re.search(said, ran.err), said
    assert polled.webhook not in ran.err or not polled.webhook


def test_it_says_that_it_waits_and_for_what(polled: Office) -> None:
    from b24sync.sandbox import Fault

    polled.add_invoice()
    polled.portal.faults.add(Fault("503", "batch"))
    ran = polled.run("--verbose", "poll")
    assert ran.code == 0, ran.err
    assert re.search(r"waiting \d+\.\d s before the same request is made again", ran.err)


def test_a_kind_that_is_left_out_is_named_with_the_reason(polled: Office) -> None:
    scopes = ("crm", "im", "user", "department")
    polled.portal.settings = replace(polled.portal.settings, scopes=scopes)
    ran = polled.run("--verbose", "poll")
    assert re.search(r"task: left out, ", ran.err)


def test_without_it_nothing_is_said(polled: Office) -> None:
    polled.add_invoice()
    ran = polled.run("poll")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
