"""``explain``: the whole story of one entity, from the database alone."""

from __future__ import annotations

import re

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import PAID, SENT, TELL_HEAD, TELL_LEAD, Office, no_traceback, notify_rule
from tests.support.together import together

RULES = (
    TELL_HEAD
    + TELL_LEAD
    + notify_rule("big-only", "invoice.created", more='when = "invoice.amount >= 1000000"')
    + notify_rule("paid-only", "invoice.paid", text="money")
)

LISTS = ("events", "actions")


@pytest.fixture
def told(office: Office) -> tuple[Office, int]:
    """A company with an invoice that was made, sent, renamed and paid."""
    office.write(rules=RULES)
    office.poll()
    invoice = office.add_invoice(title="Окна <b>", opportunity="5000")
    office.poll()
    office.move(invoice, SENT, PAID)
    office.portal.update_item(INVOICE, invoice, title="Окна и двери")
    office.poll()
    return office, invoice


def said(event: dict, rule: str) -> tuple[bool, str]:
    found = next(one for one in event["rules"] if one["rule"] == rule)
    assert set(found) == {"rule", "matched", "reason"}
    return found["matched"], found["reason"]


def test_the_story_tells_revisions_events_actions_and_why_rules_matched_and_keeps_to_it_when_they_go(
    told: tuple[Office, int],
) -> None:
    office, invoice = told
    entity = f"invoice:{invoice}"
    number = office.portal.items.get(INVOICE, invoice)["accountNumber"]
    spelt = (entity, f"№{number}", f"№ {number}", f"#{number}")
    found = together(office, *(("explain", typed, "--json") for typed in spelt))
    for ran in found:
        assert (ran.code, ran.err, ran.json["entity"]) == (0, "", entity), ran.args
    story = found[0].json
    assert (story["entity"], story["state"]) == (entity, "present")
    assert story["now"]["title"] == "Окна и двери"
    assert story["now"]["status"] == "paid"
    assert [revision["what"] for revision in story["revisions"]] == ["created", "changed"]
    assert story["revisions"][1]["changes"]["title"] == ["Окна <b>", "Окна и двери"]
    events = story["events"]
    assert [event["name"].partition(".")[2] for event in events] == [
        "created",
        "status_changed",
        "status_changed",
        "updated",
    ]
    plain, acted = [
        ran.rows for ran in together(office, *((name, "--entity", entity, "--json") for name in LISTS))
    ]
    assert [{name: event[name] for name in row} for event, row in zip(events, plain, strict=True)] == plain
    assert [action for event in events for action in event["actions"]] == acted
    assert story["actions_by_operators"] == []
    created, sent, paid, _ = events
    assert said(created, "head-knows") == (True, "the event fits")
    assert said(created, "big-only") == (
        False,
        "when is false: invoice.amount >= 1000000; here invoice.amount = 5000",
    )
    assert said(created, "lead-knows") == (False, "listens to invoice.status_changed")
    assert said(sent, "lead-knows") == (True, "the event fits and when held")
    assert said(sent, "paid-only") == (False, "to is sent, wanted paid")
    assert said(paid, "paid-only")[0] is True
    assert [action["rule"] for action in created["actions"]] == ["head-knows"]
    office.write(rules=TELL_HEAD + notify_rule("young", "invoice.created"))  # what was said stays
    created = office.run("explain", entity, "--json").json["events"][0]
    matched, reason = said(created, "young")
    assert (matched, "newer than the event" in reason) == (False, True)
    matched, reason = said(created, "big-only")
    assert (matched, "gone since" in reason) == (False, True)


def test_people_read_it_as_text_with_the_names_of_stages_statuses_and_links(
    told: tuple[Office, int],
) -> None:
    office, invoice = told
    ran = office.run("explain", f"invoice:{invoice}")
    assert ran.code == 0
    assert ran.out.startswith(f"invoice:{invoice}: invoice №")
    assert "title: Окна <b> → Окна и двери" in ran.out
    assert re.search(r"✓ head-knows: the event fits\n", ran.out)
    assert "✗ big-only: when is false: invoice.amount >= 1000000" in ran.out
    assert "listen to other events: head-knows, big-only" in ran.out
    assert re.search(r"done  paid-only: notice\n +to: Сергей Волков\n +text: money\n", ran.out)
    assert "✗ paid-only: to is «Отправлен клиенту», wanted «Оплачен»\n" in ran.out
    assert re.search(r"  deal +Ремонт офиса на Тверской \(deal:1\)\n", ran.out)
    assert re.search(r"  responsible +Иван Петров \(user:3\)\n", ran.out), ran.out
    office.move_deal(1, "EXECUTING")
    office.write(rules=notify_rule("won", "deal.stage_changed", more='to = "WON"'))
    office.portal.update_item(INVOICE, invoice, title="bad\x1b[31m\u202ename")
    office.poll()
    office.portal.update_item(INVOICE, invoice, title="worse\x1b]0;x\x07")
    office.poll()
    deal, evil = together(office, ("explain", "deal:1"), ("explain", f"invoice:{invoice}"))
    assert "✗ won: to is «В работе», wanted «Сделка успешна»\n" in deal.out
    assert "worse" in evil.out
    assert not re.search(r"[\x1b\x07\u202e]", evil.out)  # none of the CRM's reaches the terminal


def test_an_operators_action_is_told_apart_and_a_deleted_invoice_is_still_told_of_by_its_number(
    told: tuple[Office, int],
) -> None:
    office, invoice = told
    number = office.portal.items.get(INVOICE, invoice)["accountNumber"]
    assert office.run("run-rule", "paid-only", f"invoice:{invoice}", "--yes").code == 0
    story, text = together(
        office, ("explain", f"invoice:{invoice}", "--json"), ("explain", f"invoice:{invoice}")
    )
    assert [action["rule"] for action in story.json["actions_by_operators"]] == ["paid-only"]
    assert "By operators" in text.out
    office.portal.delete_item(INVOICE, invoice)
    office.poll("--reconcile")
    gone = office.run("explain", f"№{number}", "--json").json
    assert (gone["entity"], gone["state"]) == (f"invoice:{invoice}", "deleted")
    assert gone["revisions"][-1]["what"] == "deleted"


def test_what_is_not_known_ends_with_2_and_says_what_is(polled: Office) -> None:
    words = {
        "invoice:99999": "ids that were seen lie between 1 and",
        "№99999": "no known invoice has №99999",
        "lead:5": "there is no kind 'lead' (known: company, contact, deal, invoice, task)",
        "dael:5": "did you mean deal?",
        "contact:1": "watched are invoice, deal, task",
        "512": "nothing is known of invoice:512",
        "invoice:x": "write kind:id",
        "invoice:0": "write kind:id",
        "№": "write kind:id",
    }
    for ran in together(polled, *(("explain", entity, "--json") for entity in words)):
        no_traceback(ran)
        assert (ran.code, ran.out) == (2, ""), ran
        assert words[ran.args[1]] in ran.err


def test_it_needs_no_secret_and_makes_no_database(office: Office) -> None:
    office.write(webhook="env:NOT_SET_HERE")
    ran = office.run("explain", "invoice:1")
    assert "there is no database yet" in ran.err
    assert not office.database.exists()
