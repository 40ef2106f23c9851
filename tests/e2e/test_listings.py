"""Tables of events and actions: entities spelt in every way, headings, whole words, both languages."""

from __future__ import annotations

import pytest

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import PAID, SENT, TELL_HEAD, Office, notify_rule

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


def test_an_entity_is_spelt_in_each_way_everywhere_and_shown_in_one(told: tuple[Office, int]) -> None:
    office, invoice = told
    number = office.portal.items.get(INVOICE, invoice)["accountNumber"]
    for typed in (str(invoice), f"invoice:{invoice}", f"№{number}", f"#{number}", f"invoice:№{number}"):
        for command in ("events", "actions"):
            rows = office.run(command, "--entity", typed, "--json").rows
            assert {row["entity"] for row in rows} == {f"invoice:{invoice}"}, (command, typed)
        assert office.run("explain", typed, "--json").json["entity"] == f"invoice:{invoice}"
        tried = office.run("run-rule", "head-knows", typed, "--dry-run")
        assert tried.code == 0, tried.said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["events", "--name", "invoice.paied"], "did you mean invoice."),
        (["events", "--name", "invoice.create"], "did you mean invoice.created?"),
        (["actions", "--state", "faild"], "did you mean failed?"),
        (["actions", "--entity", "deel:4"], "did you mean deal?"),
        (["events", "--entity", "№77777"], "no known invoice has №77777"),
        (["events", "--entity", "invoice"], "write kind:id"),
    ],
)
def test_what_there_is_not_is_refused_with_a_hint(
    told: tuple[Office, int], args: list[str], words: str
) -> None:
    ran = told[0].run(*args)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_states_and_events_may_be_named_in_words(told: tuple[Office, int]) -> None:
    office, invoice = told
    office.write(head=RUSSIAN)
    assert [row["state"] for row in office.run("actions", "--state", "выполнено", "--json").rows] == ["done"]
    assert [row["entity"] for row in office.run("events", "--name", "счёт создан", "--json").rows] == [
        f"invoice:{invoice}"
    ]
    ran = office.run("actions", "--state", "выполнена")
    assert (ran.code, "состояния «выполнена» нет" in ran.err) == (2, True)


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("head", [RUSSIAN, RUSSIAN.replace('"ru"', '"en"')])
def test_no_word_is_broken_and_no_line_is_too_long(told: tuple[Office, int], columns: int, head: str) -> None:
    office, invoice = told
    office.write(head=head)
    for command in (
        ["events"],
        ["actions"],
        ["status"],
        ["explain", str(invoice)],
        ["run-rule", "head-knows", str(invoice), "--dry-run"],
    ):
        whole = office.run(*command).out
        narrow = office.run(*command, env={"COLUMNS": str(columns)}).out
        words = {word for word in whole.split() if not word.isdigit()}  # an age may grow meanwhile
        long = [line for line in narrow.splitlines() if len(line) > columns and len(line.split()) > 1]
        assert not [line for line in long if str(office.folder) not in line], (command, long)
        broken = {word for word in narrow.split() if not word.isdigit()} - words
        assert not broken, (command, broken)


def test_tables_have_headings_and_times_of_the_company(told: tuple[Office, int]) -> None:
    office, _ = told
    office.write(head=RUSSIAN)
    events = office.run("events").out.splitlines()
    assert events[0].split() == ["№", "когда", "событие", "объект", "что"]
    assert "счёт создан" in events[1]
    assert "«Новый» → «Отправлен клиенту»" in events[2]
    actions = office.run("actions").out.splitlines()
    assert actions[0].split() == ["№", "когда", "состояние", "правило", "шаг", "объект", "итог"]
    assert "Марина Орлова: New" in actions[1]
    office.write(head=RUSSIAN.replace('"ru"', '"en"'))
    assert office.run("events").out.splitlines()[0].split() == ["id", "when", "event", "entity", "what"]


def test_explain_tells_the_values_that_made_a_condition_false(told: tuple[Office, int]) -> None:
    office, invoice = told
    office.write(head=RUSSIAN)
    out = office.run("explain", str(invoice)).out
    assert "✗ big-only: условие не выполнено: invoice.amount >= 1000000 and deal.title; здесь " in out
    assert "invoice.amount = " in out
    assert "deal.title = Ремонт офиса на Тверской" in out


def test_the_values_of_a_condition_do_not_leave_with_an_anonymized_history(told: tuple[Office, int]) -> None:
    office, _ = told
    target = office.folder / "history.jsonl"
    assert office.run("snapshot", "export", str(target), "--anonymize").code == 0
    text = target.read_text(encoding="utf-8")
    assert "when is false: invoice.amount >= 1000000 and deal.title" in text
    assert "Тверской" not in text
    assert "Марина" not in text


def test_explain_says_what_comes_next(office: Office) -> None:
    from datetime import date

    office.write(head=RUSSIAN, rules=TELL_HEAD + BROKEN, sections="[reminders]\n")
    office.poll()
    invoice = office.add_invoice(closedate=date(2035, 3, 7))
    office.move(invoice, SENT)
    office.poll()
    assert "напоминание об оплате 05.03.2035 10:00" in office.run("explain", str(invoice)).out
    office.move(invoice, PAID)
    office.poll(expect=1)
    (failed,) = office.actions("--state", "failed")
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


def test_a_poll_names_what_failed(office: Office) -> None:
    office.write(head=RUSSIAN, rules=BROKEN)
    office.poll()
    invoice = office.add_invoice()
    office.move(invoice, PAID)
    ran = office.run("poll")
    assert ran.code == 1
    (failed,) = office.actions("--state", "failed")
    start = f"действие №{failed['id']} ошибка: правило broken, задача, №{invoice} (invoice:{invoice}): "
    assert start in ran.err
    assert failed["error"] in ran.err
