"""shift_due_date on a portal: from the date that people set, to a working day, once."""

from __future__ import annotations

from datetime import date

import pytest

from b24sync.domain.calendar.working_calendar import Calendar
from b24sync.domain.entity import Key
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.ports import Done, Failed, Skipped
from b24sync.steps.shift_due_date import ShiftDueDate
from tests.support.mail_steps import refusing
from tests.support.steps import Bench, KilledError, legacy_settings

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


@pytest.fixture
def bench(tmp_path):
    found = Bench()
    yield found
    found.store.close()


def calendar(**given) -> Calendar:
    return Calendar(CalendarSettings(**given))


def set_due(bench: Bench, day: date | str) -> int:
    number = bench.company.invoices[0]
    bench.portal.update_item(31, number, closedate=day)
    return number


def due(bench: Bench, number: int) -> date:
    return bench.entity("invoice", number)["due_date"]


def run(bench: Bench, number: int, step: ShiftDueDate | None = None, **given):
    return bench.run(step or ShiftDueDate(), "invoice.updated", number, **given)


def test_a_due_date_on_a_day_off_moves_to_the_next_working_day(bench) -> None:
    number = set_due(bench, SUNDAY)
    result = run(bench, number)
    assert due(bench, number) == MONDAY
    assert result == Done(
        True, {"original": "2026-11-22", "due_date": "2026-11-23", "calendar_status": "published"}
    )
    (write,) = bench.told
    assert (write.entity, write.sets) == (Key("invoice", number), {"due_date": "2026-11-23"})
    assert bench.wishes.index("SaveDueDate") < bench.wishes.index("Write")


def test_shifting_twice_writes_once(bench) -> None:
    number = set_due(bench, SUNDAY)
    run(bench, number)
    again = run(bench, number)
    assert (again.changed, len(bench.told), due(bench, number)) == (False, 1, MONDAY)


def test_a_changed_calendar_shifts_from_the_original_again(bench) -> None:
    number = set_due(bench, SUNDAY)
    run(bench, number)
    run(bench, number, calendar=calendar(days_off=("2026-11-23",)))
    assert due(bench, number) == date(2026, 11, 24)
    run(bench, number, calendar=calendar(working_days=("2026-11-22",)))
    assert due(bench, number) == SUNDAY


def test_a_date_that_a_person_sets_is_a_new_original(bench) -> None:
    number = set_due(bench, SUNDAY)
    run(bench, number)
    set_due(bench, date(2026, 11, 27))
    assert not run(bench, number).changed
    kept = bench.store.records.due_date(Key("invoice", number))
    assert (kept.original, kept.shifted) == (date(2026, 11, 27), date(2026, 11, 27))
    run(bench, number, calendar=calendar(days_off=("2026-11-27",)))
    assert due(bench, number) == date(2026, 11, 30)


def test_a_kill_between_keeping_and_writing_changes_nothing_of_the_end(bench) -> None:
    number = set_due(bench, SUNDAY)
    bench.die_at = "Write"
    with pytest.raises(KilledError):
        run(bench, number)
    bench.die_at = ""
    run(bench, number)
    assert due(bench, number) == MONDAY


def test_the_rules_direction_goes_over_the_calendars(bench) -> None:
    number = set_due(bench, SUNDAY)
    run(bench, number, ShiftDueDate(direction="previous"))
    assert due(bench, number) == date(2026, 11, 20)


def test_going_back_does_not_pass_the_day_of_creation(bench) -> None:
    number = bench.portal.add_invoice(
        "Счёт", closedate=date(2026, 3, 8), createdTime="2026-03-08T12:00:00+03:00"
    )
    run(bench, number, ShiftDueDate(direction="previous"))
    assert due(bench, number) == date(2026, 3, 10)


def test_direction_none_leaves_a_moved_date_where_it_is(bench) -> None:
    number = set_due(bench, SUNDAY)
    run(bench, number)
    assert not run(bench, number, ShiftDueDate(direction="none")).changed
    assert due(bench, number) == MONDAY


def test_a_year_without_a_calendar_is_left_and_said(bench) -> None:
    number = set_due(bench, date(2030, 6, 2))
    result = run(bench, number)
    assert (result.changed, result.details["calendar_status"]) == (False, "unpublished")
    assert "calendar RU 2030" in result.warnings[0]
    assert bench.told == []


def test_a_year_without_a_calendar_fails_if_that_is_wanted(bench) -> None:
    number = set_due(bench, date(2030, 6, 2))
    result = run(bench, number, calendar=calendar(on_unpublished="error"))
    assert isinstance(result, Failed)
    assert "2030" in result.message


def test_preliminary_days_shift_with_a_warning(bench) -> None:
    number = set_due(bench, date(2030, 6, 2))
    result = run(bench, number, calendar=calendar(on_unpublished="statutory"))
    assert (due(bench, number), result.details["calendar_status"]) == (date(2030, 6, 3), "preliminary")
    assert result.warnings


@pytest.mark.parametrize("stage", ["DT31_1:P", "DT31_1:D"])
def test_a_closed_invoice_is_left_alone(bench, stage) -> None:
    number = set_due(bench, SUNDAY)
    bench.portal.update_item(31, number, stageId=stage)
    assert run(bench, number).reason == "closed"


def test_an_invoice_without_a_date_or_deleted_is_skipped(bench) -> None:
    number = set_due(bench, SUNDAY)
    planned = bench.entity("invoice", number)
    bench.portal.update_item(31, number, closedate=None)
    assert run(bench, number) == Skipped("no_due_date")
    bench.portal.delete_item(31, number)
    assert run(bench, number, planned=planned) == Skipped("gone")


def test_a_refused_date_fails_with_the_portals_words(bench) -> None:
    number = set_due(bench, SUNDAY)
    with refusing(bench, "crm.item.update", "ACCESS_DENIED", "Доступ запрещён"):
        result = run(bench, number)
    assert isinstance(result, Failed)
    assert "Доступ запрещён" in result.message


def test_an_old_invoice_is_shifted_too(tmp_path) -> None:
    from b24sync.sandbox import SandboxSettings

    bench = Bench(legacy_settings(), SandboxSettings(old_invoices=True))
    number = bench.portal.add_legacy_invoice(
        ORDER_TOPIC="Счёт", STATUS_ID="N", PRICE=100, CURRENCY="RUB", DATE_PAY_BEFORE="2026-11-22"
    )
    assert run(bench, number).changed
    assert due(bench, number) == MONDAY
    bench.store.close()
