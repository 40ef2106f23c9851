"""Tables of events and actions: entities spelt in every way, headings, whole words, both languages."""

from __future__ import annotations

from datetime import date

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import PAID, SENT, TELL_HEAD, Office, notify_rule
from tests.support.together import together

RUSSIAN = 'language = "ru"\ntimezone = "Europe/Moscow"\n'
BIG = notify_rule("big-only", "invoice.created", more='when = "invoice.amount >= 1000000 and deal.title"')
BROKEN = (
    '[[rules]]\nname = "broken"\non = "invoice.paid"\n[[rules.steps]]\nuse = "create_task"\n'
    'responsible = "user:9999"\n'
)


@pytest.fixture
def told(office: Office) -> tuple[Office, int]:
    """A company with an invoice that was made and sent."""
    office.write(rules=TELL_HEAD + BIG)
    office.poll()
    invoice = office.add_invoice(title="Окна и двери для нового здания школы на улице Строителей")
    office.move(invoice, SENT)
    office.poll()
    return office, invoice


def test_an_entity_is_spelt_in_each_way_everywhere_and_what_there_is_not_is_refused_with_a_hint(
    told: tuple[Office, int],
) -> None:
    office, invoice = told
    number = office.portal.items.get(INVOICE, invoice)["accountNumber"]
    spelt = (str(invoice), f"invoice:{invoice}", f"№{number}", f"#{number}", f"invoice:№{number}")
    lists = [(name, "--entity", typed, "--json") for typed in spelt for name in ("events", "actions")]
    for ran in together(office, *lists):
        assert {row["entity"] for row in ran.rows} == {f"invoice:{invoice}"}, ran.args
    for ran in together(office, *(("explain", typed, "--json") for typed in spelt)):
        assert ran.json["entity"] == f"invoice:{invoice}", ran.args
    for ran in together(office, *(("run-rule", "head-knows", typed, "--dry-run") for typed in spelt)):
        assert ran.code == 0, ran.said
    refused = {
        ("events", "--name", "invoice.paied"): "did you mean invoice.",
        ("events", "--name", "invoice.create"): "did you mean invoice.created?",
        ("actions", "--state", "faild"): "did you mean failed?",
        ("actions", "--entity", "deel:4"): "did you mean deal?",
        ("events", "--entity", "№77777"): "no known invoice has №77777",
        ("events", "--entity", "invoice"): "write kind:id",
    }
    for ran in together(office, *refused):
        assert (ran.code, ran.out) == (2, ""), ran
        assert refused[ran.args] in ran.err


def test_states_events_headings_times_and_conditions_are_told_in_words(told: tuple[Office, int]) -> None:
    office, invoice = told
    office.write(head=RUSSIAN)
    done, created, absent, events, actions, story = together(
        office,
        ("actions", "--state", "выполнено", "--json"),
        ("events", "--name", "счёт создан", "--json"),
        ("actions", "--state", "выполнена"),
        ("events",),
        ("actions",),
        ("explain", str(invoice)),
    )
    assert [row["state"] for row in done.rows] == ["done"]
    assert [row["entity"] for row in created.rows] == [f"invoice:{invoice}"]
    assert (absent.code, "состояния «выполнена» нет" in absent.err) == (2, True)
    lines = events.out.splitlines()
    assert lines[0].split() == ["№", "когда", "событие", "объект", "что"]
    assert "счёт создан" in lines[1]
    assert "«Новый» → «Отправлен клиенту»" in lines[2]
    lines = actions.out.splitlines()
    assert lines[0].split() == ["№", "когда", "состояние", "правило", "шаг", "объект", "итог"]
    assert "Марина Орлова: New" in lines[1]
    told_of = "✗ big-only: условие не выполнено: invoice.amount >= 1000000 and deal.title; здесь "
    assert told_of in story.out
    assert "invoice.amount = " in story.out
    assert "deal.title = Ремонт офиса на Тверской" in story.out
    office.write(head=RUSSIAN.replace('"ru"', '"en"'))
    assert office.run("events").out.splitlines()[0].split() == ["id", "when", "event", "entity", "what"]
    target = office.folder / "history.jsonl"
    assert office.run("snapshot", "export", str(target), "--anonymize").code == 0
    text = target.read_text(encoding="utf-8")  # the values of a condition do not leave with it
    assert "when is false: invoice.amount >= 1000000 and deal.title" in text
    assert "Тверской" not in text
    assert "Марина" not in text


def test_no_word_is_broken_and_no_line_is_too_long(told: tuple[Office, int]) -> None:
    office, invoice = told
    commands = (
        ("events",),
        ("actions",),
        ("status",),
        ("explain", str(invoice)),
        ("run-rule", "head-knows", str(invoice), "--dry-run"),
    )
    for head in (RUSSIAN, RUSSIAN.replace('"ru"', '"en"')):
        office.write(head=head)
        whole = [ran.out for ran in together(office, *commands)]
        for columns in (80, 100):
            narrow = together(office, *commands, env={"COLUMNS": str(columns)})
            for ran, wide in zip(narrow, whole, strict=True):
                case = (head, columns, ran.args)
                assert (ran.code, bool(ran.out)) == (0, True), case
                words = {word for word in wide.split() if not word.isdigit()}  # an age may grow meanwhile
                lines = ran.out.splitlines()
                long = [line for line in lines if len(line) > columns and len(line.split()) > 1]
                assert not [line for line in long if str(office.folder) not in line], (case, long)
                broken = {word for word in ran.out.split() if not word.isdigit()} - words
                assert not broken, (case, broken)


def test_explain_says_what_comes_next_and_a_poll_names_what_failed(office: Office) -> None:
    office.write(head=RUSSIAN, rules=TELL_HEAD + BROKEN, sections="[reminders]\n")
    office.poll()
    invoice = office.add_invoice(closedate=date(2035, 3, 7))
    office.move(invoice, SENT)
    office.poll()
    assert "напоминание об оплате 05.03.2035 10:00" in office.run("explain", str(invoice)).out
    office.move(invoice, PAID)
    ran = office.run("poll")
    assert ran.code == 1
    (failed,) = [action for action in office.actions() if action["state"] == "failed"]
    start = f"действие №{failed['id']} ошибка: правило broken, задача, №{invoice} (invoice:{invoice}): "
    assert start in ran.err
    assert failed["error"] in ran.err
    out = office.run("explain", str(invoice)).out
    assert f"действие №{failed['id']} (задача): ошибка, решает человек: b24sync retry, cancel" in out


def test_explain_says_what_made_an_entity(office: Office) -> None:
    rule = (
        '[[rules]]\nname = "advance"\non = "deal.stage_changed"\n[[rules.steps]]\nuse = "create_invoice"\n'
        'title = "Аванс"\namount = "{{ deal.amount * 0.5 }}"\n'
    )
    office.write(head=RUSSIAN, rules=rule)
    office.poll()
    office.move_deal(office.company.deals[0], "EXECUTING")
    office.poll()
    office.poll()
    (made,) = office.actions()
    out = office.run("explain", str(made["result"]["invoice_id"])).out
    deal = f"deal:{office.company.deals[0]}"
    assert f"сделано действием №{made['id']}: правило advance, новый счёт, из-за {deal}" in out
