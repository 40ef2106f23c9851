"""Steps that cannot be done as configured: clear words, nothing half done, everything else goes on.

Steps with ``use`` alone are here too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

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


def bad_rule(step: str, *, name: str = "bad", when: str = "") -> str:
    """A rule of a bad step and a good one behind it."""
    after = f'[[rules.steps]]\nuse = "notify"\nto = ["user:1"]\ntext = "after {name}"\n'
    return f'[[rules]]\nname = "{name}"\non = "deal.created"\n{when}\n[[rules.steps]]\n{step}\n{after}'


def new_deal(firm: Firm, title: str = "Новая", **fields: object) -> int:
    """A deal that a manager makes, and the program sees."""
    deal = firm.portal.add_deal(
        title, contactId=1, assignedById=3, opportunity=5000.0, isManualOpportunity="Y", **fields
    )
    firm.later()
    return deal


def steps_of(firm: Firm, rule: str) -> list[tuple[int, str, str | None, dict[str, Any]]]:
    """Id, state, error and result of a rule's actions, read behind the program's back."""
    found = firm.query("SELECT id, state, error, result FROM actions WHERE rule = ? ORDER BY id", rule)
    return [(*row, json.loads(result)) for *row, result in found]


def test_a_step_that_cannot_be_done_says_why_and_holds_up_only_what_comes_after_it(firm: Firm) -> None:
    firm.in_english()
    rules = {what: f"bad-{number}" for number, what in enumerate(BAD)}
    firm.write(
        rules=FINE
        + "".join(
            bad_rule(BAD[what][0], name=name, when=f"when = \"deal.title == '{what}'\"")
            for what, name in rules.items()
        )
    )
    deals = {what: new_deal(firm, what, UF_CRM_BUILDING=701) for what in BAD}
    before = {what: firm.portal.item(DEAL, deal) for what, deal in deals.items()}
    invoices = firm.portal.item_ids(INVOICE)
    firm.poll(expect=1)
    failed = list[str]()
    for what, name in rules.items():
        first, second = steps_of(firm, name)
        number, state, error, _ = first
        assert (state, second[1]) == ("failed", "pending"), what
        assert BAD[what][1] in (error or ""), what
        assert "Traceback" not in (error or ""), what
        assert "fault of the program" not in (error or ""), what
        assert firm.portal.item(DEAL, deals[what]) == before[what], what
        failed.append(str(number))
    assert firm.told("director") == ["ok"] * len(BAD)
    assert firm.portal.item_ids(INVOICE) == invoices
    firm.quiet()
    assert firm.run("cancel", *failed).code == 0
    firm.run_on()
    assert sorted(firm.told("director")) == sorted(
        ["ok"] * len(BAD) + [f"after {name}" for name in rules.values()]
    )


def test_a_condition_that_cannot_be_judged_is_told_and_a_row_that_was_deleted_fills_nothing(
    firm: Firm,
) -> None:
    """And a stage of another funnel is left alone."""
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
    assert firm.states() == {}
    assert "нельзя сравнить" in firm.run("explain", f"deal:{deal}").out
    firm.write(
        rules=bad_rule(ADDRESS.format(source="list:40"), name="row", when="when = \"deal.title == 'row'\"")
        + bad_rule(
            'use = "move_deal"\nstage = "C1:EXECUTING"',
            name="funnel",
            when="when = \"deal.title == 'funnel'\"",
        )
    )
    row, funnel = new_deal(firm, "row", UF_CRM_BUILDING=799), new_deal(firm, "funnel")
    firm.poll()
    (_, state, _, result), second = steps_of(firm, "row")
    assert (state, result["changed"], result["not_found"]) == ("done", False, ["b"])
    assert second[1] == "done"
    assert not (firm.portal.item(DEAL, row) or {})["UF_CRM_ADDRESS"]
    assert steps_of(firm, "funnel")[0][3]["reason"] == "other_funnel"
    assert (firm.portal.item(DEAL, funnel) or {})["stageId"] == "NEW"


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
