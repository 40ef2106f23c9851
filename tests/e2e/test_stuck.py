"""Things that stand still: once per stay, by working days, quiet at first; and who made a move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from b24sync.sandbox.planned_faults import Fault
from b24sync.sandbox.schema import INVOICE
from tests.support.cli import DRAFT, PAID, SENT, notify_rule
from tests.support.config import faults
from tests.support.firm import Firm, opened

MOSCOW = ZoneInfo("Europe/Moscow")
FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=MOSCOW)  # three working days later: Wednesday 25, 12:00
HEAD = 'language = "en"\ntimezone = "Europe/Moscow"\n'
TEXT = "{{ invoice.number }} stands in {{ event.to }}"


def stuck(name: str = "stands", on: str = "invoice.stuck", after: str = "3wd", more: str = "") -> str:
    text = TEXT if on == "invoice.stuck" else "{{ deal.title }}"
    return notify_rule(name, on, text=text, more=f'after = "{after}"\n{more}')


@contextmanager
def watched(folder: Path, rules: str) -> Iterator[Firm]:
    """A company with these rules after its baseline on a Friday."""
    seeded = FRIDAY.astimezone(UTC) - timedelta(hours=1)  # the company is an hour old
    with opened(folder / "firm", at=seeded, head=HEAD, rules=rules) as firm:
        for one in firm.company.invoices:
            firm.portal.delete_item(INVOICE, one)
        firm.poll()
        yield firm


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company with one rule after its baseline on a Friday."""
    with watched(tmp_path, stuck()) as firm:
        yield firm


def at(firm: Firm, day: int, hour: int = 12, minute: int = 1) -> dict:
    """Poll at a moment of November 2026, company time."""
    firm.at(datetime(2026, 11, day, hour, minute, tzinfo=MOSCOW))
    return firm.poll()


def events(firm: Firm, invoice: int | None = None, name: str = "invoice.stuck") -> list[dict]:
    """The events of this name, of one invoice if it is named."""
    found = [event for event in firm.events() if event["name"] == name]
    return [event for event in found if invoice is None or event["entity"] == f"invoice:{invoice}"]


def rules_of(firm: Firm, invoice: int) -> list[str]:
    """The rules that an invoice set off, in order."""
    return [action["rule"] for action in firm.actions() if action["entity"] == f"invoice:{invoice}"]


def test_an_invoice_gives_one_event_for_each_stay_of_three_working_days_and_none_if_it_moved(
    firm: Firm,
) -> None:
    """And none for what stood still before the baseline was taken again."""
    sent, draft, paid = (firm.invoice() for _ in range(3))
    firm.send(sent)
    firm.run_on()
    at(firm, 24)
    firm.move(paid, SENT, PAID)
    at(firm, 25, 11, 59)
    assert events(firm) == []
    at(firm, 25)
    (event,) = events(firm, sent)
    assert (event["entity"], event["from"], event["to"]) == (f"invoice:{sent}", None, "sent")
    assert event["occurred_at"].startswith("2026-11-25T12:0")
    assert [text for text in firm.told(1) if text.endswith("stands in sent")] == [
        f"{firm.number(sent)} stands in sent"
    ]
    assert [event["to"] for event in events(firm, draft)] == ["draft"]
    firm.send(draft)  # another stage is another stay
    at(firm, 25, 13)
    firm.settle()
    assert at(firm, 25, 14)["http_requests"] == 1  # an idle poll does not look who stands still
    at(firm, 30, 12, 30)  # Monday; Wednesday 12:00 and three working days: Monday 12:00
    assert [event["to"] for event in events(firm, draft)] == ["draft", "sent"]
    assert len(events(firm, sent)) == 1
    assert events(firm, paid) == []  # paid is final: nobody waits for it to move
    # the baseline taken again is quiet
    late = firm.invoice()
    firm.run_on()
    firm.at(datetime(2026, 12, 4, 12, 0, tzinfo=MOSCOW))
    before = len(events(firm))
    firm.poll("--baseline")
    firm.at(datetime(2026, 12, 8, 12, 1, tzinfo=MOSCOW))
    firm.poll()
    assert events(firm, late) == []
    assert len(events(firm)) == before


def test_what_stood_still_before_the_baseline_is_quiet_and_what_was_not_over_the_limit_comes(
    tmp_path: Path,
) -> None:
    start = FRIDAY.astimezone(UTC)
    with opened(tmp_path / "firm", at=start - timedelta(days=9), head=HEAD, rules=stuck()) as firm:
        for one in firm.company.invoices:
            firm.portal.delete_item(INVOICE, one)
        old = firm.invoice()
        firm.at(start - timedelta(days=1))
        young = firm.invoice()
        firm.at(start)
        assert firm.poll()["baseline"]
        at(firm, 30)
        assert [event["entity"] for event in events(firm)] == [f"invoice:{young}"]
        assert old != young


def test_a_new_rule_is_quiet_about_what_stood_still_already(firm: Firm) -> None:
    firm.write(rules=notify_rule("other", "deal.created"))
    firm.poll()
    invoice = firm.invoice()
    firm.run_on()
    firm.write(rules=stuck())
    at(firm, 26, 13)
    at(firm, 30)
    assert events(firm) == []
    firm.write(rules=stuck(after="20d"))
    at(firm, 30, 13)
    firm.at(datetime(2026, 12, 11, 12, 0, tzinfo=MOSCOW))
    firm.poll()
    assert [event["entity"] for event in events(firm)] == [f"invoice:{invoice}"]


def test_a_poll_after_an_outage_catches_up_and_fires_no_rule_that_is_newer_than_the_stay(firm: Firm) -> None:
    invoice = firm.invoice()
    firm.run_on()
    firm.write(rules=stuck() + stuck("second"))
    at(firm, 27)
    (event,) = events(firm)
    assert event["occurred_at"].startswith("2026-11-25T12:0")
    assert rules_of(firm, invoice) == ["stands"]
    another = firm.invoice()
    firm.run_on()
    firm.write(rules=stuck("third", more='stage = ["draft"]'))  # newer than the stay, and the only one
    firm.at(datetime(2026, 12, 3, 12, 0, tzinfo=MOSCOW))
    firm.poll()
    assert events(firm, another) == []


def test_two_limits_give_two_events_each_for_its_rule_and_deals_stand_still_too_where_stage_narrows(
    tmp_path: Path,
) -> None:
    deals = stuck("deals", "deal.stuck", "2d", 'stage = ["EXECUTING"]')
    with watched(tmp_path, stuck() + stuck("days", after="4d") + deals) as firm:
        first, second = firm.company.deals[:2]
        firm.move_deal(first, "PREPARATION")
        firm.move_deal(second, "EXECUTING")
        invoice = firm.invoice()
        firm.run_on()
        at(firm, 24)
        assert rules_of(firm, invoice) == ["days"]
        at(firm, 25)
        assert rules_of(firm, invoice) == ["days", "stands"]
        assert len(events(firm)) == 2
        assert [(event["entity"], event["to"]) for event in events(firm, name="deal.stuck")] == [
            (f"deal:{second}", "EXECUTING")
        ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (stuck().replace('after = "3wd"', ""), 'after: is required with "invoice.stuck"'),
        (stuck(after="soon"), "after: found"),
        (stuck(more='to = ["paid"]'), 'to: cannot go with "invoice.stuck"'),
        (stuck(more='stage = ["sennt"]'), "stage[0]: no invoice status called"),
        (notify_rule("x", "invoice.created", more='after = "3wd"'), "after: goes with"),
        (stuck(on="task.stuck"), "no event called"),
    ],
)
def test_a_rule_says_how_long_and_nothing_that_does_not_fit(tmp_path: Path, rule: str, said: str) -> None:
    assert any(said in fault for fault in faults(tmp_path, rule)), faults(tmp_path, rule)


def test_texts_and_conditions_know_who_created_moved_and_changed(firm: Firm) -> None:
    manager = firm.company.users["manager"]
    lead = firm.company.users["lead"]
    text = "{{ event.name }} {{ event.by or 'nobody' }}"
    names = ["invoice.created", "invoice.status_changed", "invoice.updated", "invoice.deleted"]
    rules = "".join(notify_rule(name.replace(".", "-"), name, text=text) for name in names)
    firm.write(
        rules=rules
        + notify_rule("mine", "invoice.created", more=f'when = "event.by == {manager}"', text="mine")
    )
    firm.poll()
    invoice = firm.invoice()
    firm.run_on()
    firm.later()
    firm.move(invoice, SENT, DRAFT)
    firm.later()
    firm.portal.update_item(INVOICE, invoice, lead, title="x")
    firm.poll()
    firm.later()
    told = firm.told(1)
    assert f"invoice.created {manager}" in told
    assert "mine" in told
    moves = [line for line in told if "status_changed" in line]
    assert (
        sorted(moves) == sorted(["invoice.status_changed nobody", f"invoice.status_changed {manager}"])
        or moves == [f"invoice.status_changed {manager}"] * 2
    )  # both in one second
    assert f"invoice.updated {lead}" in told


def test_a_condition_on_a_link_that_cannot_be_read_now_loses_no_event(tmp_path: Path) -> None:
    with watched(tmp_path, stuck(more="when = \"deal.title != 'x'\"")) as firm:
        invoice = firm.invoice()
        firm.run_on()
        firm.portal.faults.add(Fault("500", method="crm.item.get", times=1000, where="inside"))
        firm.at(datetime(2026, 11, 25, 12, 1, tzinfo=MOSCOW))
        assert firm.run("poll", hurried=True).code == 69
        assert events(firm) == []
        firm.portal.faults.clear()
        at(firm, 25, 13)
        at(firm, 25, 14)
        assert [event["entity"] for event in events(firm)] == [f"invoice:{invoice}"]
