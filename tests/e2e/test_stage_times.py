"""Time in stages, in the report: working time, and the money that waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from b24sync.sandbox.schema import DEAL, INVOICE
from tests.e2e.test_report import plain, report
from tests.support.cli import PAID, SENT
from tests.support.firm import Firm, opened

FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    start = FRIDAY.astimezone(UTC) - timedelta(hours=1)
    with opened(tmp_path / "firm", at=start, head='language = "en"\ntimezone = "Europe/Moscow"\n') as firm:
        for one in firm.company.invoices:
            firm.portal.delete_item(INVOICE, one)
        for one in firm.company.deals[1:]:
            firm.portal.delete_item(DEAL, one)
        firm.write(rules='[[rules]]\nname = "x"\non = "deal.created"\n[[rules.steps]]\nuse = "move_deal"\n')
        firm.poll()
        yield firm


def row(text: str, stage: str) -> str:
    """What the page says of a stage, up to the next words of letters."""
    part = text.split("Time in stages")[1].split("Working time:", maxsplit=1)[0]
    return part.split(f"{stage} ")[1][:60]


def test_the_report_shows_median_and_longest_working_time_and_what_waits(firm: Firm) -> None:
    first, second = firm.invoice(100), firm.invoice(250)
    firm.run_on()
    firm.at(FRIDAY + timedelta(days=3))  # Monday: one working day later
    firm.send(first)
    firm.poll()
    firm.at(FRIDAY + timedelta(days=5))  # Wednesday: two more
    firm.move(first, PAID)
    firm.poll()
    text = plain(report(firm))
    assert "Time in stages" in text
    draft = firm.query("SELECT stage_title FROM v_entities WHERE id = ? AND kind = 'invoice'", second)[0][0]
    assert row(text, draft).startswith("1 250.00 RUB 1.0 wd 3.0 wd")
    sent = next(title for (title,) in firm.query("SELECT stage_title FROM v_moves WHERE stage = ?", SENT))
    assert row(text, sent).startswith("– – 2.0 wd 2.0 wd")


def test_what_is_deleted_waits_no_more(firm: Firm) -> None:
    title = firm.query("SELECT stage_title FROM v_entities WHERE kind = 'deal' AND state = 'present'")[0][0]
    assert row(plain(report(firm)), title).startswith("1 ")
    firm.portal.delete_item(DEAL, firm.company.deals[0])
    firm.later()
    firm.poll("--reconcile")
    assert row(plain(report(firm)), title).startswith("– – ")
