"""How the report and the tables put numbers, days and ends into words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from b24sync.cli.listing import what_happened
from b24sync.domain.settings import InvoiceSettings
from b24sync.engine.funnels import Funnels
from b24sync.reporting.charts import nice_top
from b24sync.reporting.phrases import Words
from b24sync.reporting.stays import _in_order, _Stage
from b24sync.rest.stages import Stage
from b24sync.store.journal import EventRow


def event(name: str, **parts: object) -> EventRow:
    """A row of the journal."""
    plain = dict.fromkeys(EventRow.__dataclass_fields__)
    return EventRow(**{**plain, "kind": "invoice", "name": name, "changes": {}, **parts})


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "on the due date"), (3, "3 days after the due date"), (-1, "1 day before the due date")],
)
def test_a_reminder_is_told_by_its_distance_from_the_due_date(days: int, said: str) -> None:
    row = event("invoice.reminder_due", changes={"offset_days": [None, days]})
    assert what_happened(lambda _kind, stage: stage, row) == said


def test_what_stands_still_is_no_move() -> None:
    row = event("invoice.stuck", to_="sent", to_stage="DT31_1:S")
    assert what_happened(lambda _kind, _stage: "Отправлен", row) == "stands in “Отправлен”"


@pytest.mark.parametrize(("value", "top"), [(0, 4), (6, 8), (13, 16), (40, 40), (41, 60), (900, 1000)])
def test_an_axis_of_counts_has_whole_steps(value: float, top: float) -> None:
    assert nice_top(value) >= value
    assert value > 40 or nice_top(value) == top
    assert value > 40 or nice_top(value) / 4 == nice_top(value) // 4


def test_short_times_and_ends_of_polls_are_told_in_words() -> None:
    words = Words("ru")
    assert words.working(timedelta(minutes=2)) == "меньше часа"
    assert words.working(timedelta(hours=5)) == "5 ч"
    assert words.ended(69) == "портал или почта недоступны"
    assert words.ended(75) == "С ошибкой"
    assert words.state("held") == "задержано"


def test_stages_of_two_funnels_that_are_called_alike_show_their_funnel() -> None:
    funnels = Funnels(InvoiceSettings())
    funnels.by_kind["deal"] = (
        Stage("NEW", "Новая", 10, "P", 0),
        Stage("WORK", "В работе", 20, "P", 0),
        Stage("C1:NEW", "Новая", 10, "P", 1),
    )
    stood = _Stage(lasting=[60.0])
    stood.money["RUB"] = Decimal(1)
    found = _in_order({("deal", stage): stood for stage in ("NEW", "WORK", "C1:NEW")}, funnels)
    assert [one.title for one in found] == ["Новая (funnel 0)", "В работе", "Новая (funnel 1)"]
