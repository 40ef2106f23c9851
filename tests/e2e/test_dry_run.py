"""The trial week: everything is planned and told in words, nothing is done at either end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Fault
from b24sync.sandbox.schema import CONTACT, DEAL, INVOICE
from tests.support.firm import Firm, opened


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    """The example in its trial week on Monday, 2 March 2026, after its baseline."""
    with opened(tmp_path / "firm") as firm:
        trial(firm)
        assert firm.poll()["baseline"]
        yield firm


def trial(firm: Firm, *, on: bool = True) -> None:
    """Switch the trial on or off."""
    firm.use_sample()
    text = firm.config.read_text(encoding="utf-8")
    switched = text.replace("# dry_run               = false", f"dry_run = {'true' if on else 'false'}")
    assert switched != text
    firm.config.write_text(switched, encoding="utf-8")


def would(firm: Firm, rule: str, step: str = "", *, entity: str) -> dict[str, Any]:
    """What the only action of a rule (and step) for an entity would do; it is skipped, and says why."""
    (action,) = (
        one
        for one in firm.actions()
        if (one["rule"], one["entity"]) == (rule, entity) and step in {"", one["step"]}
    )
    assert (action["state"], action["result"]["reason"]) == ("skipped", "dry_run")
    return dict(action["result"]["would"])


def _due(firm: Firm, invoice: int) -> str:
    return str((firm.portal.item(INVOICE, invoice) or {})["closedate"])[:10]


def untouched(firm: Firm) -> None:
    """Nothing left the program but questions."""
    assert not firm.portal.notifications_all
    assert not firm.smtp.arrived
    assert not firm.portal.documents
    assert not firm.query("SELECT * FROM ledger")


def test_a_trial_of_a_new_invoice_tells_recipients_texts_amounts_and_dates(firm: Firm) -> None:
    invoice = firm.invoice(150_000, due=date(2026, 3, 8))
    tasks = len(firm.portal.tasks)
    firm.run_on()
    users = firm.company.users
    told = would(firm, "head-knows")
    assert (told["to"], told["names"]) == ([users["sales_head"]], ["Марина Орлова"])
    assert told["text"].startswith(f"Новый счёт № {firm.number(invoice)} на 150\xa0000,00\xa0₽")
    booked = would(firm, "commission-expected", "commission")
    assert [(row["user"], row["name"], row["amount"]) for row in booked["rows"]] == [
        (users["manager"], "Иван Петров", "7500.00"),
        (users["lead"], "Алексей Новиков", "3750.00"),
    ]
    assert (booked["amount"], booked["currency"]) == ("11250.00", "RUB")
    assert [
        (one["name"], one["text"].partition("после оплаты: ")[2].partition(".\n")[0])
        for one in would(firm, "commission-expected", "notify")["texts"]
    ] == [("Иван Петров", "7\xa0500,00\xa0₽"), ("Алексей Новиков", "3\xa0750,00\xa0₽")]
    assert would(firm, "due-on-working-day") == {
        "set": {"due_date": "2026-03-10"},
        "from": "2026-03-08",
        "due_date": "2026-03-10",
    }
    assert len(firm.portal.tasks) == tasks
    assert _due(firm, invoice) == "2026-03-08"
    untouched(firm)


def test_a_trial_of_the_mail_tells_all_of_it_and_uses_up_no_number(firm: Firm) -> None:
    invoice = firm.invoice(150_000)
    firm.send(invoice)
    firm.run_on()
    told = would(firm, "mail-invoice")
    assert (told["to"], told["names"]) == (["anna@romashka.example"], ["Анна Иванова"])
    assert firm.number(invoice) in told["subject"]
    assert "150\xa0000,00\xa0₽" in told["text"]
    assert told["attachment"].endswith(".pdf")
    untouched(firm)


def test_a_trial_of_a_payment_tells_stage_and_tasks(firm: Firm) -> None:
    invoice = firm.invoice(150_000)
    firm.pay(invoice)
    firm.run_on()
    moved = would(firm, "paid", "move_deal")
    assert (moved["from_title"], moved["to_title"]) != ("", "")
    assert moved["from_title"] != moved["from"]
    told = would(firm, "paid", "notify")
    assert f"стадия «{moved['to_title']}»" in told["text"]
    made = would(firm, "paid", "create_tasks")
    assert all({"title", "to", "names"} <= task.keys() for task in made.get("tasks", ())) or "skipped" in made
    earned = would(firm, "commission-earned", "commission")
    assert [row["state"] for row in earned["rows"]] == ["earned", "earned"]
    untouched(firm)


def test_a_trial_of_a_deals_stage_tells_the_new_responsible_invoice_and_task(firm: Firm) -> None:
    deal = firm.company.deals[0]
    contact = (firm.portal.item(DEAL, deal) or {})["contactId"]
    before = firm.portal.item(CONTACT, contact)
    firm.move_deal(deal, "EXECUTING")
    firm.run_on()
    assigned = would(firm, "execution", "assign")
    assert assigned["names"] == ["Алексей Новиков"]
    assert f"deal:{deal}" in assigned["targets"] or "contact" in str(assigned["targets"])
    made = would(firm, "execution", "create_invoice")
    assert made["title"].startswith("Аванс по сделке")
    assert made["amount"] == f"{(firm.portal.item(DEAL, deal) or {})['opportunity'] / 2:.2f}"
    task = would(firm, "execution", "create_task")
    assert (task["names"], task["title"][:13]) == (["Алексей Новиков"], "Начать работы")
    assert firm.portal.item(CONTACT, contact) == before
    untouched(firm)


def test_a_trial_of_a_comment_tells_its_text_and_its_deal_and_writes_none(firm: Firm) -> None:
    said = 'on = "deal.stage_changed"\n[[rules.steps]]\nuse = "comment"\ntext = "{{ deal.title }}: работаем"'
    with firm.config.open("a", encoding="utf-8") as config:
        config.write(f'\n[[rules]]\nname = "said"\n{said}\n')
    assert firm.poll()["baseline"] is False
    deal = firm.company.deals[0]
    firm.move_deal(deal, "EXECUTING")
    firm.run_on()
    text = f"{(firm.portal.item(DEAL, deal) or {})['title']}: работаем"
    assert would(firm, "said") == {"entity": f"deal:{deal}", "text": text}
    assert not firm.portal.activity_book.comments
    untouched(firm)


def test_the_end_of_the_trial_makes_up_for_nothing_and_the_next_invoice_is_done(firm: Firm) -> None:
    firm.invoice(150_000)
    firm.run_on()
    trial(firm, on=False)
    firm.run_on()
    untouched(firm)
    firm.invoice(150_000)
    firm.run_on()
    assert len(firm.told("sales_head")) == 1


def test_what_could_not_be_asked_is_told_by_the_next_poll(firm: Firm) -> None:
    firm.invoice(150_000)
    firm.run_on()
    again = firm.invoice(200_000)
    firm.later()
    firm.portal.faults.add(Fault("401", method="batch", after=1))
    assert firm.poll(expect=69)["actions"] == {"skipped": 4}
    firm.run_on()
    assert would(firm, "head-knows", entity=f"invoice:{again}")["names"] == ["Марина Орлова"]


def test_a_dry_poll_says_in_words_what_would_be_done(firm: Firm) -> None:
    trial(firm, on=False)
    invoice = firm.invoice(150_000, due=date(2026, 3, 8))
    firm.later(90)
    ran = firm.run("poll", "--dry-run")
    assert ran.code == 0, ran.said
    for words in ("Марина Орлова", "Иван Петров", "7\xa0500,00\xa0₽", "08.03.2026 → 10.03.2026"):
        assert words in ran.out
    for jargon in ("crm.", "im.notify", "SaveDueDate", "Intend", "{'"):
        assert jargon not in ran.out
    untouched(firm)
    assert _due(firm, invoice) == "2026-03-08"
    assert firm.poll("--dry-run")["actions"] == {"skipped": 4}


def test_a_rule_tried_by_hand_says_the_same_words(firm: Firm) -> None:
    trial(firm, on=False)
    invoice = firm.invoice(150_000)
    ran = firm.run("run-rule", "commission-expected", str(invoice), "--dry-run")
    assert ran.code == 0, ran.said
    assert "Иван Петров: 7\xa0500,00\xa0₽" in ran.out
    assert "уведомление" in ran.out
    untouched(firm)


def test_what_would_fail_is_told_once_and_within_the_screen(firm: Firm) -> None:
    invoice = firm.invoice(deal=2)  # of a client without an address
    firm.run_on()
    firm.send(invoice)
    firm.run_on()
    page = firm.run("actions", "--would", env={"COLUMNS": "100"}).out
    total = page.partition("\nВсего\n")[2]
    named = f"№{firm.number(invoice)} (invoice:{invoice})"
    assert f"  не получится: mail-invoice, {named}: ни у контакта" in total, page
    assert max(map(len, page.splitlines())) <= 100
