"""Due dates and the production calendar through the whole command.

Shifted from what people meant, again when the calendar changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.firm import Firm, opened
from tests.support.together import together

RULE = (
    '[[rules]]\nname = "shift"\non = ["invoice.created", "invoice.updated"]\n[[rules.steps]]\nuse = '
    '"shift_due_date"\n'
)


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company that moves due dates, after its baseline."""
    with opened(tmp_path / "firm", rules=RULE) as firm:
        firm.poll()
        yield firm


def due(firm: Firm, invoice: int) -> str:
    """The due date at the portal."""
    return str((firm.portal.item(INVOICE, invoice) or {})["closedate"])[:10]


def shifted(firm: Firm, invoice: int) -> dict[str, Any]:
    """What the newest action of an invoice came to, read behind the program's back."""
    [(result,)] = firm.query(
        "SELECT result FROM actions WHERE entity_id = ? ORDER BY id DESC LIMIT 1", invoice
    )
    return dict(json.loads(result))


def test_a_persons_later_date_is_a_new_original_and_one_that_is_put_back_is_shifted_again(firm: Firm) -> None:
    later, back = firm.invoice(due=date(2026, 5, 9)), firm.invoice(due=date(2026, 5, 9))
    firm.run_on()
    assert (due(firm, later), due(firm, back)) == ("2026-05-12", "2026-05-12")
    firm.settle()
    firm.portal.update_item(INVOICE, later, 3, closedate=date(2026, 6, 13))  # a Saturday
    firm.portal.update_item(INVOICE, back, 3, closedate=date(2026, 5, 9))
    firm.run_on()
    assert due(firm, later) == "2026-06-15"
    assert shifted(firm, later)["original"] == "2026-06-13"
    assert due(firm, back) == "2026-05-12"
    firm.quiet()
    assert (due(firm, later), due(firm, back)) == ("2026-06-15", "2026-05-12")


DIRECTIONS = {
    "next": {date(2026, 5, 9): "2026-05-12", date(2026, 12, 31): "2027-01-11"},
    "previous": {date(2026, 5, 9): "2026-05-08", date(2027, 1, 5): "2026-12-30"},
    "nearest": {
        date(2026, 5, 9): "2026-05-08",
        date(2026, 5, 10): "2026-05-12",
        date(2026, 4, 5): "2026-04-06",
    },
}


def test_each_direction_and_that_of_the_step_goes_over_that_of_the_calendar_and_own_days_count(
    firm: Firm,
) -> None:
    """A paid invoice and a year without a calendar are left alone."""
    for direction, goals in DIRECTIONS.items():
        firm.write(sections=f'[calendar]\ndirection = "{direction}"\n')
        invoices = {firm.invoice(due=day): goal for day, goal in goals.items()}
        firm.run_on()
        assert {one: due(firm, one) for one in invoices} == invoices, direction
    firm.write(sections="", rules=RULE + 'direction = "previous"\n')
    invoice = firm.invoice(due=date(2026, 5, 9))
    firm.run_on()
    assert due(firm, invoice) == "2026-05-08"
    firm.write(
        rules=RULE,
        sections='[calendar]\ndays_off = ["2026-04-15..2026-04-17"]\nworking_days = ["2026-04-18"]\n',
    )
    own, paid = firm.invoice(due=date(2026, 4, 15)), firm.invoice(due=date(2026, 5, 9), stage="DT31_1:P")
    unpublished = firm.invoice(due=date(2028, 1, 8))
    firm.later()
    ran = firm.run("poll")
    assert ran.code == 0
    assert due(firm, own) == "2026-04-18"
    assert due(firm, paid) == "2026-05-09"
    assert shifted(firm, paid)["reason"] == "closed"
    assert due(firm, unpublished) == "2028-01-08"
    result = shifted(firm, unpublished)
    assert "2028" in " ".join(result["warnings"])
    assert (result["calendar_status"], result["changed"]) == ("unpublished", False)
    firm.quiet()


def test_an_imported_calendar_changes_the_answer_and_the_shift_begins_at_the_original(firm: Firm) -> None:
    invoice = firm.invoice(due=date(2026, 6, 13))
    firm.run_on()
    assert due(firm, invoice) == "2026-06-15"
    firm.settle()
    check = ("calendar", "check", "2026-06-15")
    checked, _, shown = together(firm, check, (*check, "--json"), ("calendar", "show", "2026", "--json"))
    assert checked.out.lower().count("working") >= 1
    days = [row["date"] for row in shown.rows if not row["working"]]
    csv = firm.folder / "2026.csv"
    csv.write_text(
        "date;kind\n" + "".join(f"{day};off\n" for day in sorted({*days, "2026-06-15"})), encoding="utf-8"
    )
    imported = firm.run("calendar", "import", str(csv))
    assert imported.code == 0, imported.said
    day = next(
        row for row in firm.run("calendar", "show", "2026", "--json").rows if row["date"] == "2026-06-15"
    )
    assert (day["working"], day["layer"]) == (False, "file")
    firm.portal.update_item(INVOICE, invoice, 3, comments="ещё раз")
    firm.run_on()
    assert due(firm, invoice) == "2026-06-16"
    assert shifted(firm, invoice)["original"] == "2026-06-13"
    firm.quiet()
