"""Texts and conditions: what they see, show and refuse."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from b24sync.domain.entity import Entity, Key
from b24sync.domain.event import Event
from b24sync.rest.people import User
from b24sync.rest.rows import read_rows
from b24sync.rules.language import Language
from b24sync.rules.root_names import OPEN, ROW, roots_for
from b24sync.rules.scope import (
    CommissionView,
    EntityView,
    EventView,
    PeopleView,
    RecordView,
    RowsView,
    RowView,
    UserView,
    view_of,
)
from b24sync.rules.text_errors import TextError
from b24sync.rules.text_values import MISSING, Money
from b24sync.words import speak
from tests.support.russian import foreign

MOSCOW = ZoneInfo("Europe/Moscow")
INVOICE = Entity(
    Key("invoice", 512),
    {
        "id": 512,
        "number": "17",
        "title": "<b>{{ 7 * 7 }}</b> [URL=x]\nнова",
        "status": "sent",
        "amount": Decimal("1234.50"),
        "currency": "RUB",
        "due_date": date(2026, 3, 10),
        "issued_date": None,
        "created_at": datetime(2026, 3, 1, 22, 30, tzinfo=UTC),
        "contact_id": None,
        "url": "https://p/crm/type/31/details/512/",
    },
    {
        "UF_CRM_X": "12",
        "UF_CRM_RATE": 0.1,
        "UF_CRM_MONEY": "100.5|USD",
        "UF_CRM_DAY": "2026-03-05T03:00:00+03:00",
        "tags": ["a"],
    },
)


class Weekdays:
    """A calendar in which Saturdays and Sundays are off."""

    def add_working_days(self, day, count):
        while count:
            day = date.fromordinal(day.toordinal() + 1)
            count -= day.weekday() < 5
        return day


@pytest.fixture
def ru():
    return Language("ru", MOSCOW, Weekdays())


@pytest.fixture
def scope():
    event = Event(
        "k",
        "invoice.status_changed",
        Key("invoice", 512),
        datetime(2026, 3, 1, 21, 30, tzinfo=UTC),
        "draft",
        "sent",
        changes={"amount": ["100", "200"]},
    )
    rows = [
        {"productName": "A", "price": 0.1, "quantity": 3, "productId": 1},
        {"productName": "B", "price": 2, "quantity": 1},
    ]
    return {
        "invoice": EntityView(INVOICE, MOSCOW),
        "deal": MISSING,
        "contact": MISSING,
        "event": EventView(event, MOSCOW),
        "responsible": UserView(User(7, "Иван", "i@x")),
        "people": PeopleView({"boss": User(1, "Босс"), "nobody": None}),
        "rows": RowsView([RowView(row, "RUB", 5) for row in read_rows(rows)], "RUB"),
        "commission": CommissionView(
            Money("10.00", "RUB"), lambda role: Money("3.00" if role == "boss" else 0, "RUB"), [{"user": 7}]
        ),
        "now": datetime(2026, 3, 6, 12, 0, tzinfo=MOSCOW),
    }


def render(language, scope, source, mode="plain"):
    return language.compile_text(source, mode).render(scope)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("", True),
        ("invoice.amount >= 1234.5", True),
        ("invoice.amount * 0.05 == 61.725", True),
        ("0.1 + 0.2 == 0.3", True),
        ("7 / 2 == 3.5 and invoice.id / 2 == 256", True),
        ("1000 < invoice.amount < 2000", True),
        ("1000 < invoice.amount < 1100", False),
        ("invoice.status in ['sent', 'paid']", True),
        ("invoice.status not in ['sent', 'paid']", False),
        ("'нова' in invoice.title", True),
        ("invoice.fields.UF_CRM_X == 12", True),
        ("invoice.fields['UF_CRM_X'] > 11.5", True),
        ("invoice.fields.UF_CRM_RATE == 0.1", True),
        ("'a' in invoice.fields.tags", True),
        ("invoice.due_date > now", True),
        ("invoice.due_date >= '2026-03-10'", True),
        ("invoice.created_at < '2026-03-02'", False),
        ("invoice.due_date - now == 4", True),
        ("invoice.due_date + 3 == '2026-03-13'", True),
        ("invoice.created_at.hour == 1", True),
        ("event.from == 'draft' and event.to == 'sent'", True),
        ("event.changes.amount[1] > event.changes.amount[0]", True),
        ("event.changes.title is none", True),
        ("responsible.id == 7", True),
        ("people.boss.id == 1", True),
        ("people.nobody", False),
        ("rows | length == 2 and rows.total == 2.30", True),
        ("rows | selectattr('sum', 'gt', 1) | list | length == 1", True),
        ("commission.of('boss') == 3", True),
        ("invoice.issued_date < now", False),
        ("invoice.issued_date > now", False),
        ("invoice.issued_date is none", True),
        ("invoice.issued_date == none", True),
        ("invoice.contact_id != 5", True),
        ("'x' in invoice.issued_date", False),
        ("invoice.fields.UF_CRM_DAY < now", True),
        ("invoice.fields.UF_CRM_DAY == '2026-03-05T03:00:00+03:00'", True),
        ("invoice.due_date > invoice.fields.UF_CRM_DAY", True),
        ("now == '2026-03-06'", True),
        ("now >= 'soonish'", None),
        ("invoice.due_date - 3 < '2026-03-08'", True),
        ("invoice.due_date - invoice.due_date == 0", True),
        ("invoice.amount / invoice.amount == 1", True),
        ("+invoice.amount == -(-invoice.amount)", True),
        ("invoice.amount % 1000 == 234.5 and 7 // 2 == 3 and 2 ** 3 == 8", True),
        ("'a' + 'b' == 'ab'", True),
        ("rows[1.0].name == 'B' and rows['total'] > 0", True),
        ("(commission.rows | first).user == 7", True),
        ("deal.title is undefined and invoice.title is defined", True),
    ],
)
def test_conditions_judge_exactly(ru, scope, condition, holds):
    if holds is None:
        with pytest.raises(TextError):
            ru.compile_condition(condition).holds(scope)
        return
    assert ru.compile_condition(condition).holds(scope) is holds


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("deal.amount > 100", False),
        ("deal.amount < 100", False),
        ("deal.amount != 100", False),
        ("deal.stage_id not in ['WON']", False),
        ("deal.fields.UF_CRM_X == 'x'", False),
        ("deal.amount * 2 >= 0", False),
        ("deal", False),
        ("deal.contact.name", False),
        ("deal is none", True),
        ("deal == none and deal.title == none", True),
        ("not deal", True),
        ("deal != none", False),
        ("deal.amount > 100 or invoice.amount > 100", True),
        ("-deal.amount < 5", False),
        ("deal[0] == 1", False),
    ],
)
def test_a_missing_link_makes_every_comparison_false(ru, scope, condition, holds):
    assert ru.compile_condition(condition).holds(scope) is holds


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ invoice.amount | money }}", "1\u00a0234,50\u00a0₽"),
        ("{{ (invoice.amount * 0.05) | money }}", "61,73\u00a0₽"),
        ("{{ (invoice.amount / 3) | round(1) | money }}", "411,50\u00a0₽"),
        ("{{ 1234567.891 | money('USD') }}", "1\u00a0234\u00a0567,89\u00a0$"),
        ("{{ -5 | money }}", "-5,00"),
        ("{{ invoice.fields.UF_CRM_MONEY | money }}", "100,50\u00a0$"),
        ("{{ invoice.amount }}", "1234.50"),
        ("{{ invoice.due_date | date }}", "10.03.2026"),
        ("{{ invoice.due_date }}", "2026-03-10"),
        ("{{ invoice.created_at | date }}", "02.03.2026"),
        ("{{ invoice.created_at | date('%H:%M') }}", "01:30"),
        ("{{ invoice.created_at }}", "2026-03-02T01:30:00+03:00"),
        ("{{ invoice.fields.UF_CRM_DAY | date }}", "05.03.2026"),
        ("{{ now | workdays(1) | date }}", "09.03.2026"),
        ("{{ deal.title }}|{{ deal.amount | money }}|{{ deal.x | date }}|{{ deal.y | workdays(1) }}", "|||"),
        ("{{ deal.title | default('—') }}{{ invoice.issued_date | d('?') }}", "—?"),
        ("{{ invoice.issued_date }}", ""),
        ("{% for row in rows %}{{ row.name }}={{ row.sum }};{% endfor %}", "A=0.30;B=2.00;"),
        ("{{ rows[0].name }}{{ rows | map(attribute='name') | join('+') }}", "AA+B"),
        ("{{ rows | sum('price') | money }}", "2,10\u00a0₽"),
        ("{{ responsible }} {{ people.boss.name }} {{ event.entity }}", "Иван Босс invoice:512"),
        ("{{ commission.total | money }}", "10,00\u00a0₽"),
        ("{{ 2.5 | round }} {{ 1.21 | round(1, 'ceil') }} {{ 1 | round(2) }}", "3 1.3 1.00"),
        ("{{ '12,5' | decimal + 1 }}", "13.5"),
        ("{% if deal %}x{% else %}no deal{% endif %}", "no deal"),
        ("no braces at all", "no braces at all"),
        ("{{ invoice.fields.NOT_THERE }}", ""),
        ("{{ deal.amount | round }}{{ deal | list | length }}{{ deal.of('x') }}", "0"),
        ("{{ 'none' | decimal }} {{ rows | map(attribute='quantity') | sum }}", "0 4"),
        ("{% set t %}a{{ invoice.id }}{% endset %}{{ t }}", "a512"),
        ("{% for r in rows if r.price > 1 %}{{ r.name }}{% else %}none{% endfor %}", "B"),
        ("{% for a, b in [(1, 2)] %}{{ a + b }}{% endfor %}", "3"),
        ("{{ invoice.fields.tags }}", "a"),
    ],
)
def test_texts_show_values_as_people_read_them(ru, scope, source, text):
    assert render(ru, scope, source) == text


def test_english_money_and_dates(scope):
    en = Language("en", MOSCOW)
    assert (
        render(en, scope, "{{ invoice.amount | money }} {{ invoice.due_date | date }}")
        == "1,234.50 RUB 2026-03-10"
    )


def test_crm_text_is_data_in_every_mode(ru, scope):
    source = "[B]{{ invoice.title }}[/B] <i>"
    assert "{{ 7 * 7 }}" in render(ru, scope, source)
    assert "&lt;b&gt;{{ 7 * 7 }}&lt;/b&gt;" in render(ru, scope, source, "html")
    assert render(ru, scope, source, "html").endswith("<i>")
    message = render(ru, scope, source, "bbcode")
    assert "[URL" not in message
    assert message.startswith("[B]")


def test_a_subject_is_one_line(ru, scope):
    scope = {"invoice": EntityView(Entity(Key("invoice", 1), {"title": "a\r\nBcc: x@y\n"}), MOSCOW)}
    assert render(ru, scope, "Счёт {{ invoice.title }}", "line") == "Счёт a Bcc: x@y"


NOT_WORKED_OUT = [
    ("{{ invioce.amount }}", "invioce"),
    ("{{ invoice.ammount }}", "did you mean amount?"),
    ("{{ invoice.__class__ }}", "__class__"),
    ("{{ invoice.title.upper() }}", "a text has no upper"),
    ("{{ ''.__class__.__mro__ }}", "a text has no __class__"),
    ("{{ invoice.entity }}", "has no entity"),
    ("{{ invoice.title + 5 }}", "join texts with ~"),
    ("{{ 'x' * 1000000000 }}", "two numbers"),
    ("{{ '%1000000d' % 1 }}", "two numbers"),
    ("{{ 1 / 0 }}", "no result"),
    ("{{ 9 ** 9999999 }}", "above 100"),
    ("{% for i in range(100000) %}x{% endfor %}", "1000 numbers"),
    (
        "{% for i in range(1000) %}{% for j in range(1000) %}xxxxxxxxxx{% endfor %}{% endfor %}",
        "100000 characters",
    ),
    ("{{ invoice.title | money }}", "no amount of money"),
    ("{{ invoice.number | date }}", "no date"),
    ("{% if invoice.title > 5 %}x{% endif %}", "cannot be compared"),
    ("{% if nothing == 5 %}x{% endif %}", "nothing"),
    ("{{ invoice.amount + commission.of('boss') + invoice.fields.UF_CRM_X }}", "two numbers"),
    ("{{ rows[7].name }}", "no item 7"),
    ("{{ range.__globals__ }}", "has no __globals__"),
    ("{{ invoice.due_date.century }}", "a date has no century"),
    ("{{ invoice.id.real }}", "a number has no real"),
    ("{{ now | round }}", "is no number"),
    ("{{ 1 | round(1, 'up') }}", "none of common"),
    ("{{ (10 ** 40) | money }}", "too large"),
    ("{{ invoice.due_date * 2 }}", "a date takes a number of days"),
    ("{{ invoice.due_date + 9999999 }}", "there is no such date"),
    ("{{ invoice.title in 5 }}", "is no list or text"),
    ("{{ event.too }}", "did you mean to?"),
    ("{{ responsible.nam }}", "did you mean name?"),
    ("{{ people.bos }}", "did you mean boss?"),
    ("{{ rows.totl }}", "did you mean total?"),
    ("{{ rows[0].nam }}", "did you mean name?"),
    ("{{ commission.totl }}", "did you mean total?"),
    ("{{ invoice | mony }}", "mony"),
    ("{{ unheard_of + 1 }}", "unheard_of"),
    ("{{ -unheard_of }}", "unheard_of"),
    ("{% for x in invoice.amount %}{{ x }}{% endfor %}", "'Money' object is not iterable"),
    ("{{ [1] | join(5, 6, 7, 8) }}", "positional arguments"),
    ("{{ rows | map(attribute='x', default=1, z=2) | list }}", "Unexpected keyword argument"),
]


@pytest.mark.parametrize(("source", "said"), NOT_WORKED_OUT)
def test_what_cannot_be_evaluated_is_said_in_plain_words(ru, scope, source, said):
    with pytest.raises(TextError) as caught:
        render(ru, scope, source)
    assert said in caught.value.message
    assert source[:50] in caught.value.message
    assert "Traceback" not in caught.value.message


@pytest.mark.parametrize("source", [source for source, _ in NOT_WORKED_OUT])
def test_what_cannot_be_evaluated_is_said_in_russian_too(ru, scope, source):
    speak("ru")
    with pytest.raises(TextError) as caught:
        render(ru, scope, source)
    told = caught.value.told
    shown = source if len(source) <= 60 else source[:50]
    before, inside, _ = told.ru.replace("(в '", "(в ").partition(f" (в {shown}")
    assert inside
    assert re.search("[а-яё]", before), told.ru
    assert foreign(re.sub(r"\(\w+Error: .*\)", "", before)) == []


def test_amounts_of_two_currencies_do_not_add_up(ru, scope):
    scope["deal"] = EntityView(Entity(Key("deal", 1), {"amount": Decimal(1), "currency": "USD"}), MOSCOW)
    with pytest.raises(TextError, match="two currencies"):
        ru.compile_condition("deal.amount + invoice.amount > 0").holds(scope)


def test_a_condition_says_what_it_uses(ru):
    condition = ru.compile_condition(
        "invoice.amount > 5 and deal.fields.UF_X == 'a' or people.boss.id in rows"
    )
    assert condition.names == {
        ("invoice", "amount"),
        ("deal", "fields", "UF_X"),
        ("people", "boss", "id"),
        ("rows",),
    }


def test_a_text_says_what_it_uses_through_loops_and_variables(ru):
    text = ru.compile_text(
        "{% set d = deal %}{% for row in rows %}{{ row.name }}{{ loop.index }}{% endfor %}{{ d.title }}"
    )
    assert text.names == {("deal",), ("rows",), ("rows", "*"), ("rows", "*", "name"), ("deal", "title")}


def test_sections_are_wanted_only_where_they_are_mentioned(ru):
    assert ("rows", "*", "section_id") in ru.compile_text(
        "{% for r in rows %}{{ r.section_id }}{% endfor %}"
    ).names
    assert ("rows", "*", "section_id") in ru.compile_text(
        "{{ rows | map(attribute='section_id') | join }}"
    ).names
    assert ("rows", "*", "section_id") not in ru.compile_text("{{ rows | length }}").names


ROOTS = roots_for("invoice", people=["boss"], extra={"row": ROW, "object": OPEN})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ invoice.ammount }}", "invoice has no ammount (did you mean amount?)"),
        ("{{ invioce.amount }}", "unknown name invioce (did you mean invoice?)"),
        ("{{ task.title }}", "task is not known here"),
        ("{{ deal.status }}", "deal has no status"),
        ("{{ people.bos.name }}", "people has no bos (did you mean boss?)"),
        ("{{ invoice.amount | mony }}", "unknown filter mony (did you mean money?)"),
        ("{{ invoice.title.upper() }}", "invoice.title has no upper"),
        ("{% for r in rows %}{{ r.cost }}{% endfor %}", "rows has no cost"),
        ("{% for r in invoice %}{% endfor %}", "invoice is no list"),
        ("{% include 'x' %}", "include is not available"),
        ("{% if invoice.id is oddish %}{% endif %}", "unknown test oddish"),
        ("a\n{{ invoice. }}", "line 2"),
        ("{{ invoice.amount", "unexpected"),
        (
            "{% for a in rows %}{% for b in rows %}{% for c in rows %}{% for d in rows %}x"
            + "{% endfor %}" * 4,
            "more than 3 loops",
        ),
        ("{{ rows | selectattr('price') | first.nme }}", "first.nme"),
    ],
)
def test_faults_are_found_before_anything_is_evaluated(ru, source, said):
    assert any(said in str(fault) for fault in ru.faults(source, mode="plain", roots=ROOTS)), ru.faults(
        source, mode="plain", roots=ROOTS
    )


@pytest.mark.parametrize(
    "source",
    [
        "{{ invoice.fields.UF_CRM_ANY }} {{ invoice.fields['UF_CRM_ANY'] }} {{ object.PROPERTY_5.x }}",
        "{% for r in rows %}{{ loop.index }} {{ r.name }} {{ row.sum }}{% endfor %}{{ rows.total | money }}",
        "{{ invoice.due_date.year }} {{ event.changes.amount[0] }} {{ contact.emails[0] }}",
        "{% set ns = namespace(n=0) %}{% for r in rows %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
        "{{ commission.of('boss') | money }} {% for c in commission.rows %}{{ c.user }}{% endfor %}",
        "{% with d = deal %}{{ d.title }}{% endwith %}{{ now | workdays(3) | date }}",
        "no { template",
        "{% for f in invoice.fields %}{{ f }}{% endfor %}{% for a, b in [(1, 2)] %}{{ a }}{% endfor %}",
        "{% set t %}{{ deal.id }}{% endset %}{{ t }}{{ (rows | first).name }}{{ rows[invoice.id].name }}",
        "{% for r in rows if r.price > 1 %}{{ r.name }}{% else %}none{% endfor %}",
        "",
    ],
)
def test_what_the_contract_allows_has_no_faults(ru, source):
    assert ru.faults(source, mode="html", roots=ROOTS) == []


def test_conditions_are_checked_like_texts(ru):
    assert ru.faults("invoice.amount >= 100000", mode="condition", roots=ROOTS) == []
    (fault,) = ru.faults("invoice.amont > 5", mode="condition", roots=ROOTS)
    assert "did you mean amount?" in fault.en
    assert "возможно, amount?" in fault.ru
    assert ru.faults("invoice.amount => 5", mode="condition", roots=ROOTS)
    assert ru.faults("a b", mode="condition", roots=ROOTS)
    with pytest.raises(TextError):
        ru.compile_condition("invoice.amount >")


def test_other_kinds_have_their_own_names(ru):
    assert (
        ru.faults("task.deadline < now and invoice.amount > 5", mode="condition", roots=roots_for("task"))
        == []
    )
    assert ru.faults("object.semantic == 'S' and deal.id", mode="condition", roots=roots_for("object")) == []
    assert ru.faults("invoice.id", mode="condition", roots=roots_for("deal"))


def test_a_path_gives_its_typed_value(ru, scope):
    assert ru.compile_expression("invoice.due_date").value(scope) == date(2026, 3, 10)
    assert ru.compile_expression("deal.title").value(scope) is None
    assert ru.compile_expression("invoice.fields.UF_CRM_X").value(scope) == "12"


def test_nothing_is_equal_to_nothing_only():
    assert (str(MISSING), repr(MISSING), len(MISSING), list(MISSING), bool(MISSING)) == (
        "",
        "none",
        0,
        [],
        False,
    )
    assert MISSING == None  # noqa: E711 - the comparison that templates make
    assert MISSING != 0
    assert hash(MISSING) == hash(None)
    assert MISSING("x") is MISSING


def test_views_name_what_they_have(scope):
    seen = {
        name: set(scope[name].names())
        for name in ("invoice", "event", "responsible", "people", "rows", "commission")
    }
    assert {"amount", "fields"} < seen["invoice"]
    assert seen["people"] == {"boss", "nobody"}
    assert set(scope["rows"][0].names()) == {"product_id", "name", "price", "quantity", "sum", "section_id"}
    assert set(scope["event"].attribute("changes").names()) == {"amount"}
    assert set(RecordView({"a": 1}).names()) == {"a"}
    for view in (scope["responsible"], scope["rows"], scope["rows"][0], scope["commission"], scope["event"]):
        with pytest.raises(KeyError):
            view.attribute("nonsense")


def test_namespaces_count_and_records_are_open(ru, scope):
    source = (
        "{% set ns = namespace(n=0) %}{% for r in rows %}{% set ns.n = ns.n + r.quantity %}{% endfor %}{{ "
        "ns.n }}"
    )
    assert render(ru, scope, source) == "4"
    scope["object"] = RecordView({"name": "O", "PROPERTY_5": {"x": 1.5}, "list": [1, 2]})
    assert render(ru, scope, "{{ object }} {{ object.PROPERTY_5.x }} {{ object.list }}") == "O 1.5 1, 2"


def test_views_show_themselves(ru, scope):
    scope["deal"] = view_of(Entity(Key("deal", 5), {}), tz=MOSCOW)
    assert render(ru, scope, "{{ deal }} {{ event }} {{ rows[0] }}") == "deal:5 invoice.status_changed A"


def test_a_text_without_braces_needs_no_template_engine():
    code = (
        "import sys; from datetime import UTC; from b24sync.rules.language import Language;"
        "l = Language('ru', UTC); assert l.compile_text('hi').render({}) == 'hi';"
        "l.compile_condition('').holds({}); assert l.faults('hi', mode='plain', roots={}) == [];"
        "sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_was_compiled_is_kept(ru):
    assert ru.compile_condition("1 == 1") is ru.compile_condition("1 == 1")
    assert ru.compile_text("{{ 1 }}", "html") is ru.compile_text("{{ 1 }}", "html")
    with pytest.raises(ValueError, match="no such mode"):
        ru.compile_text("{{ 1 }}", "nonsense")


def test_workdays_needs_a_calendar_and_asks_for_it_once(scope):
    asked = []

    def calendar():
        asked.append(1)
        return Weekdays()

    language = Language("ru", MOSCOW, calendar)
    assert (
        render(language, scope, "{{ now | workdays(1) }} {{ now | workdays(2) }}") == "2026-03-09 2026-03-10"
    )
    assert asked == [1]
    with pytest.raises(TextError, match="no calendar"):
        render(Language("ru", MOSCOW), scope, "{{ now | workdays(1) }}")


@pytest.mark.parametrize(
    "value", [Decimal("1E999999"), Decimal("1E999999999"), Decimal("NaN"), "1E999999", "x"]
)
def test_a_number_that_is_none_becomes_the_default_at_once(value) -> None:
    text = Language("ru", MOSCOW, Weekdays()).compile_text("{{ invoice.amount | int }}")
    assert text.render({"invoice": {"amount": value}}) == "0"


def test_what_cannot_be_compared_is_shown_as_a_rule_would_write_it(ru, scope):
    with pytest.raises(TextError, match=r"1234\.50 >= 'сто': these cannot be compared"):
        ru.compile_condition("invoice.amount >= 'сто'").holds(scope)
    speak("ru")
    try:
        with pytest.raises(TextError, match=r"1234\.50 >= 'сто': это нельзя сравнить"):
            ru.compile_condition("invoice.amount >= 'сто'").holds(scope)
    finally:
        speak("en")
