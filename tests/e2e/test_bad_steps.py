"""Steps that cannot be done as configured: clear words, nothing half done, everything else goes on.

Steps with ``use`` alone are here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.firm import Firm, opened

FINE = (
    '[[rules]]\nname = "fine"\non = "deal.created"\n[[rules.steps]]\nuse = "notify"\nto = ["user:1"]\ntext = '
    '"ok"\n'
)
LOOKUP = '[[rules.steps.lookups]]\nname = "b"\nfrom = "{source}"\nid = "deal.fields.UF_CRM_BUILDING"'
ADDRESS = 'use = "fill_fields"\nset = {{ UF_CRM_ADDRESS = "{{{{ b.PROPERTY_61 }}}}" }}\n' + LOOKUP
BAD = {
    "a field that is not there": (
        'use = "update_fields"\nset = { UF_CRM_NOTE = "1", UF_CRM_ADDRESS = "x" }',
        "deal has no field UF_CRM_NOTE (did you mean UF_CRM_NOTES?)",
    ),
    "an amount with a comma": (
        'use = "update_fields"\nset = { opportunity = "1 234,50" }',
        "'1 234,50' is no number (write 1234.50)",
    ),
    "an invoice over words": ('use = "create_invoice"\namount = "сто"', "amount: 'сто' is no number"),
    "an invoice over a comma": (
        'use = "create_invoice"\namount = "1 234,50"',
        "'1 234,50' is no number (write 1234.50)",
    ),
    "a stage that is not there": (
        'use = "move_deal"\nstage = "NOSUCH"',
        "no stage NOSUCH in its funnel (known: NEW, PREPARATION",
    ),
    "a dismissed person": (
        'use = "create_task"\nresponsible = "user:8"',
        "Глеб Захаров (user:8) is dismissed",
    ),
    "nobody": ('use = "create_task"\nresponsible = "user:77"', "user:77"),
    "a list that is not there": (
        ADDRESS.format(source="list:99"),
        "correct the number of the list in the rule",
    ),
    "a field that the list has not": (
        'use = "fill_fields"\nset = { UF_CRM_ADDRESS = "{{ b.PROPERTY_61 }}" }\n'
        '[[rules.steps.lookups]]\nname = "b"\nfrom = "list:40"\nmatch = { PROPERTY_611 = "x" }',
        "the list has no field PROPERTY_611 (did you mean PROPERTY_61?)",
    ),
}


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """A company after its baseline."""
    with opened(tmp_path / "firm", head='language = "ru"\ntimezone = "Europe/Moscow"\n', rules=FINE) as firm:
        firm.poll()
        yield firm


def bad_rule(step: str) -> str:
    """A rule of a bad step and a good one behind it."""
    after = '[[rules.steps]]\nuse = "notify"\nto = ["user:1"]\ntext = "after"\n'
    return f'[[rules]]\nname = "bad"\non = "deal.created"\n[[rules.steps]]\n{step}\n{after}'


def new_deal(firm: Firm, **fields: object) -> int:
    """A deal that a manager makes, and the program sees."""
    deal = firm.portal.add_deal(
        "Новая", contactId=1, assignedById=3, opportunity=5000.0, isManualOpportunity="Y", **fields
    )
    firm.later()
    return deal


@pytest.mark.parametrize("what", BAD)
def test_a_step_that_cannot_be_done_says_why_and_holds_up_only_what_comes_after_it(
    firm: Firm, what: str
) -> None:
    firm.in_english()
    step, words = BAD[what]
    firm.write(rules=bad_rule(step) + FINE)
    deal = new_deal(firm, UF_CRM_BUILDING=701)
    before = firm.portal.item(DEAL, deal)
    invoices = firm.portal.item_ids(INVOICE)
    firm.poll(expect=1)
    first, second = firm.of_rule("bad")
    assert (first["state"], second["state"]) == ("failed", "pending")
    assert words in first["error"]
    assert "Traceback" not in first["error"]
    assert "fault of the program" not in first["error"]
    assert firm.told("director") == ["ok"]
    assert firm.portal.item(DEAL, deal) == before
    assert firm.portal.item_ids(INVOICE) == invoices
    firm.quiet()
    assert firm.run("cancel", str(first["id"])).code == 0
    firm.run_on()
    assert firm.told("director") == ["ok", "after"]


def test_a_deleted_row_of_a_list_fills_nothing_and_says_so(firm: Firm) -> None:
    firm.write(rules=bad_rule(ADDRESS.format(source="list:40")))
    deal = new_deal(firm, UF_CRM_BUILDING=799)
    firm.poll()
    first, second = firm.of_rule("bad")
    assert (first["state"], first["result"]["changed"], first["result"]["not_found"]) == (
        "done",
        False,
        ["b"],
    )
    assert second["state"] == "done"
    assert not (firm.portal.item(DEAL, deal) or {})["UF_CRM_ADDRESS"]


def test_a_stage_of_another_funnel_is_left_alone(firm: Firm) -> None:
    firm.write(rules=bad_rule('use = "move_deal"\nstage = "C1:EXECUTING"'))
    deal = new_deal(firm)
    firm.poll()
    assert firm.of_rule("bad")[0]["result"]["reason"] == "other_funnel"
    assert (firm.portal.item(DEAL, deal) or {})["stageId"] == "NEW"


def test_a_condition_that_cannot_be_judged_is_told(firm: Firm) -> None:
    firm.write(
        rules=bad_rule('use = "notify"\nto = ["user:1"]').replace(
            'on = "deal.created"', 'on = "deal.created"\nwhen = "deal.title > 5"'
        )
    )
    deal = new_deal(firm)
    ran = firm.run("poll")  # as cron does: what did not run must be news
    assert ran.code == 1
    assert f"правило bad, deal:{deal}: " in ran.err
    assert "правило не сработало" in ran.err
    assert not firm.actions()
    assert "нельзя сравнить" in firm.run("explain", f"deal:{deal}").out


TEXTS = {
    "ru": (
        "Создан счёт № {n} на 1\xa0000,00\xa0₽ по сделке «{d}», ответственный Иван Петров.",
        "Изменён счёт № {n} на 2\xa0000,00\xa0₽ по сделке «{d}» (сумма, срок оплаты).",
        "Счёт отправлен: № {n} на 2\xa0000,00\xa0₽ по сделке «{d}».",
        "Не оплачен счёт № {n} на 2\xa0000,00\xa0₽ по сделке «{d}», срок оплаты 05.03.2026, ответственный "
        "Иван Петров.",
        "Счёт оплачен: № {n} на 2\xa0000,00\xa0₽ по сделке «{d}», ответственный Иван Петров. "
        "Ваше вознаграждение: 100,00\xa0₽.",
    ),
    "en": (
        "New invoice no. {n} for 1,000.00 RUB, deal “{d}”, responsible Иван Петров.",
        "Invoice changed: no. {n} for 2,000.00 RUB, deal “{d}” (amount, due date).",
        "Invoice sent: no. {n} for 2,000.00 RUB, deal “{d}”.",
        "Unpaid invoice no. {n} for 2,000.00 RUB, deal “{d}”, due 2026-03-05, responsible Иван Петров.",
        "Invoice paid: no. {n} for 2,000.00 RUB, deal “{d}”, responsible Иван Петров. "
        "Your commission: 100.00 RUB.",
    ),
}
ALONE = """
[[rules]]
name = "tell"
on = ["invoice.created", "invoice.updated", "invoice.status_changed", "invoice.reminder_due"]
[[rules.steps]]
use = "notify"
to = ["user:6"]
[[rules]]
name = "book"
on = "invoice.paid"
[[rules.steps]]
use = "commission"
[[rules.steps]]
use = "notify"
to = ["user:3", "user:5"]
"""
SECTIONS = '[reminders]\n[commission]\n[[commission.rates]]\nfor = "invoice.responsible"\npercent = "5"\n'


@pytest.mark.parametrize("language", TEXTS)
def test_notices_without_a_text_read_well(tmp_path: Path, language: str) -> None:
    head = f'language = "{language}"\ntimezone = "Europe/Moscow"\n'
    with opened(tmp_path / "firm", head=head, rules=ALONE, sections=SECTIONS) as firm:
        for one in firm.company.invoices:
            firm.portal.delete_item(INVOICE, one)
        firm.poll()
        invoice = firm.invoice(1000, due=date(2026, 4, 1))
        firm.run_on()
        firm.portal.update_item(INVOICE, invoice, 3, opportunity=2000.0, closedate=date(2026, 3, 5))
        firm.run_on()
        firm.send(invoice)
        firm.run_on()
        firm.at(datetime(2026, 3, 5, 7, 0, tzinfo=UTC))
        firm.poll()
        firm.pay(invoice)
        firm.run_on()
        created, updated, sent, reminded, paid = (
            text.format(n=firm.number(invoice), d="Ремонт офиса на Тверской") for text in TEXTS[language]
        )
        first_lines = [text.partition("\n")[0] for text in firm.told("lawyer")]
        assert first_lines[:4] == [created, updated, sent, reminded]
        assert firm.told("manager")[-1].partition("\n")[0] == paid
        assert paid.startswith(firm.told("lead")[-1].partition("\n")[0])  # who gets nothing is told no amount
        assert "100" not in firm.told("lead")[-1].partition("Петров")[2].partition("\n")[0]
        assert firm.told("manager")[-1].partition("\n")[2].endswith(f"/crm/type/31/details/{invoice}/")
