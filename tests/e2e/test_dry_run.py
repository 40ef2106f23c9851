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


def test_a_trial_tells_all_that_invoices_and_deals_would_cause_and_its_end_makes_up_for_nothing(
    firm: Firm,
) -> None:
    said = 'on = "deal.stage_changed"\n[[rules.steps]]\nuse = "comment"\ntext = "{{ deal.title }}: работаем"'
    with firm.config.open("a", encoding="utf-8") as config:
        config.write(f'\n[[rules]]\nname = "said"\n{said}\n')
    assert firm.poll()["baseline"] is False
    made, mailed, paid = (
        firm.invoice(150_000, due=date(2026, 3, 8)),
        firm.invoice(150_000),
        firm.invoice(150_000),
    )
    deal = firm.company.deals[0]
    contact = (firm.portal.item(DEAL, deal) or {})["contactId"]
    before, tasks = firm.portal.item(CONTACT, contact), len(firm.portal.tasks)
    firm.send(mailed)
    firm.pay(paid)
    firm.move_deal(deal, "EXECUTING")
    firm.run_on()
    _new_invoice(firm, made)
    _mail(firm, mailed)
    _payment(firm, paid)
    _deals_stage(firm, deal)
    assert len(firm.portal.tasks) == tasks
    assert _due(firm, made) == "2026-03-08"
    assert firm.portal.item(CONTACT, contact) == before
    assert not firm.portal.activity_book.comments
    untouched(firm)
    trial(firm, on=False)
    firm.run_on()
    untouched(firm)
    firm.invoice(150_000)
    firm.run_on()
    assert len(firm.told("sales_head")) == 1


def _new_invoice(firm: Firm, invoice: int) -> None:
    """Recipients, texts, amounts and dates."""
    entity, users = f"invoice:{invoice}", firm.company.users
    told = would(firm, "head-knows", entity=entity)
    assert (told["to"], told["names"]) == ([users["sales_head"]], ["Марина Орлова"])
    assert told["text"].startswith(f"Новый счёт № {firm.number(invoice)} на 150\xa0000,00\xa0₽")
    booked = would(firm, "commission-expected", "commission", entity=entity)
    assert [(row["user"], row["name"], row["amount"]) for row in booked["rows"]] == [
        (users["manager"], "Иван Петров", "7500.00"),
        (users["lead"], "Алексей Новиков", "3750.00"),
    ]
    assert (booked["amount"], booked["currency"]) == ("11250.00", "RUB")
    assert [
        (one["name"], one["text"].partition("после оплаты: ")[2].partition(".\n")[0])
        for one in would(firm, "commission-expected", "notify", entity=entity)["texts"]
    ] == [("Иван Петров", "7\xa0500,00\xa0₽"), ("Алексей Новиков", "3\xa0750,00\xa0₽")]
    assert would(firm, "due-on-working-day", entity=entity) == {
        "set": {"due_date": "2026-03-10"},
        "from": "2026-03-08",
        "due_date": "2026-03-10",
    }


def _mail(firm: Firm, invoice: int) -> None:
    """All of the mail; it uses up no number."""
    told = would(firm, "mail-invoice", entity=f"invoice:{invoice}")
    assert (told["to"], told["names"]) == (["anna@romashka.example"], ["Анна Иванова"])
    assert firm.number(invoice) in told["subject"]
    assert "150\xa0000,00\xa0₽" in told["text"]
    assert told["attachment"].endswith(".pdf")


def _payment(firm: Firm, invoice: int) -> None:
    """Stage and tasks."""
    entity = f"invoice:{invoice}"
    moved = would(firm, "paid", "move_deal", entity=entity)
    assert (moved["from_title"], moved["to_title"]) != ("", "")
    assert moved["from_title"] != moved["from"]
    told = would(firm, "paid", "notify", entity=entity)
    assert f"стадия «{moved['to_title']}»" in told["text"]
    made = would(firm, "paid", "create_tasks", entity=entity)
    assert all({"title", "to", "names"} <= task.keys() for task in made.get("tasks", ())) or "skipped" in made
    earned = would(firm, "commission-earned", "commission", entity=entity)
    assert [row["state"] for row in earned["rows"]] == ["earned", "earned"]


def _deals_stage(firm: Firm, deal: int) -> None:
    """The new responsible, invoice and task; a comment with its text and its deal."""
    entity, now = f"deal:{deal}", firm.portal.item(DEAL, deal) or {}
    assigned = would(firm, "execution", "assign", entity=entity)
    assert assigned["names"] == ["Алексей Новиков"]
    assert entity in assigned["targets"] or "contact" in str(assigned["targets"])
    made = would(firm, "execution", "create_invoice", entity=entity)
    assert made["title"].startswith("Аванс по сделке")
    assert made["amount"] == f"{now['opportunity'] / 2:.2f}"
    task = would(firm, "execution", "create_task", entity=entity)
    assert (task["names"], task["title"][:13]) == (["Алексей Новиков"], "Начать работы")
    assert would(firm, "said", entity=entity) == {"entity": entity, "text": f"{now['title']}: работаем"}


def test_what_would_fail_is_told_once_and_what_could_not_be_asked_by_the_next_poll(firm: Firm) -> None:
    """What would fail within the screen."""
    invoice = firm.invoice(deal=2)  # of a client without an address
    firm.run_on()
    firm.send(invoice)
    firm.run_on()
    page = firm.run("actions", "--would", env={"COLUMNS": "100"}).out
    total = page.partition("\nВсего\n")[2]
    named = f"№{firm.number(invoice)} (invoice:{invoice})"
    assert f"  не получится: mail-invoice, {named}: ни у контакта" in total, page
    assert max(map(len, page.splitlines())) <= 100
    firm.invoice(150_000)
    firm.run_on()
    again = firm.invoice(200_000)
    firm.later()
    firm.portal.faults.add(Fault("401", method="batch", after=1))
    assert firm.poll(expect=69)["actions"] == {"skipped": 4}
    firm.run_on()
    assert would(firm, "head-knows", entity=f"invoice:{again}")["names"] == ["Марина Орлова"]


def test_a_rule_tried_by_hand_and_a_dry_poll_say_in_words_what_would_be_done(firm: Firm) -> None:
    trial(firm, on=False)
    invoice = firm.invoice(150_000, due=date(2026, 3, 8))
    ran = firm.run("run-rule", "commission-expected", str(invoice), "--dry-run")
    assert ran.code == 0, ran.said
    assert "Иван Петров: 7\xa0500,00\xa0₽" in ran.out
    assert "уведомление" in ran.out
    untouched(firm)
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
