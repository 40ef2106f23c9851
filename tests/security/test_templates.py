"""Templates of a hostile author: what reaches out of the sandbox, and what would eat time or memory."""

from __future__ import annotations

import re
import time

from b24sync.sandbox.schema import INVOICE
from tests.support.cli import Office, no_traceback, notify_rule

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ invoice.__init__.__globals__ }}",
    "{{ invoice['__class__'] }}",
    "{{ invoice|attr('__class__') }}",
    "{{ invoice.fields.__class__ }}",
    "{{ invoice.title.__class__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner() }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% from 'os' import system %}",
    "{{ get_flashed_messages }}",
    "{{ config }}",
    "{{ '{0.__class__}'.format(invoice) }}",
    "{{ '%c' % 65 }}{{ ''['__cla' ~ 'ss__'] }}",
    "{{ ''|map('__class__')|list }}",
    "{{ [1]|map(attribute='__class__')|list }}",
    "{{ dict.__base__ }}",
    "{{ invoice.title.format_map }}",
    "{{ open('/etc/passwd').read() }}",
    "{{ environ }}",
    "{{ event._asdict }}",
    "{{ namespace.__init__.__globals__ }}",
    "{% set x = ''.__class__ %}{{ x }}",
    "{% for x in [].__class__.__mro__ %}{{ x }}{% endfor %}",
    "{{ (invoice.title ~ '')['__class__'] }}",
    "{{ invoice['__' ~ 'class__'] }}",
    "{{ invoice.fields['__class__'] }}",
    "{{ event|attr('__class__')|attr('__mro__') }}",
    "{{ [''.join]|map('__globals__')|list }}",
    "{{ [invoice]|map(attribute='__class__.__mro__')|list }}",
    "{{ [invoice]|groupby('__class__') }}",
    "{{ [invoice]|sort(attribute='__class__') }}",
    "{{ [invoice]|sum(attribute='__class__') }}",
    "{{ [invoice]|selectattr('__class__')|list }}",
    "{{ '%s' % invoice.__class__ }}",
    "{{ '{0.__init__.__globals__}'.format(now) }}",
    "{{ now.__class__.fromtimestamp(0) }}",
    "{{ now.tzinfo.__class__ }}",
    "{{ money.__globals__ }}",
    "{{ (1).__class__ }}",
    "{{ 1.0.as_integer_ratio() }}",
    "{{ (invoice.amount).__reduce__() }}",
    "{{ caller }}{{ varargs }}{{ kwargs }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{{ m() }}",
    "{% call x() %}{% endcall %}",
    "{% filter attr('__class__') %}x{% endfilter %}",
    "{{ url_for.__globals__ }}{{ request }}{{ g }}",
    "{{ loop }}",
    "{% debug %}",
    "{% do [].append(1) %}",
    "{% autoescape false %}{{ invoice.title.__class__ }}{% endautoescape %}",
]
BOMBS = [
    "{{ 'a' * 10**9 }}",
    "{% for a in range(10**9) %}x{% endfor %}",
    "{{ range(10**9)|list }}",
    "{{ 'x'.center(10**9) }}",
    "{{ 'x'|center(10**9) }}",
    "{{ '%999999999d' % 1 }}",
    "{{ ('a' * 9999) * 9999 * 99 }}",
    "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor "
    "%}{% endfor %}",
    "{{ lipsum(n=100000) }}",
    "{{ 'x'|indent(10**9) }}",
    "{{ 1|round(10**9) }}",
    "{{ ('x' * 5000)|wordwrap(1) * 5000 }}",
    "{{ 9 ** (9 ** 9) }}",
    "{{ 10 ** 100000000 }}",
    "{{ 2 ** (2 ** 40) }}",
    "{{ (10 ** 999999) * (10 ** 999999) }}",
    "{{ 1e999999999 * 10 }}{{ 'x' * (10 ** 9) }}",
    "{{ 'x'|replace('', 'y' * 9999)|replace('y', 'z' * 9999) }}",
    "{{ [1]|batch(10**9, 0)|list }}",
    "{{ range(3)|slice(10**9)|list }}",
    "{{ ([0] * 10**9)|length }}",
    "{{ ['x' * 9999] * 9999 * 99 }}",
    "{% set ns = namespace(x='x')%}{% for i in range(60)%}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    "{% macro m(n) %}{{ m(n + 1) }}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
    "{{ ('a' * 9999 ~ '!')|urlize * 999 }}",
    "{{ 'x'|truncate(10**9)|indent(10**9, true) }}",
    "{{ ('%' ~ '9' * 9 ~ 'd')|format(1) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ 'x'.ljust(10**9) }}{{ 'x'.zfill(10**9) }}",
    "{{ ('\\t' * 9999).expandtabs(99999) }}",
    "{{ 'x'.join(range(10**8)|map('string')) }}",
]
ENDED = "SELECT rule, state, error FROM actions"


def test_texts_that_reach_out_of_their_sandbox_are_refused_when_they_are_loaded(office: Office) -> None:
    """All in one configuration, whose faults come at once.

    What is let through renders nothing of the program.
    """
    office.write(rules="".join(_text_rule(number, text) for number, text in enumerate(ESCAPES)))
    ran = office.run("poll")
    no_traceback(ran)
    assert ran.code == 2
    refused = {int(number) for number in re.findall(r"rules\[(\d+)\]\.steps\[0\]\.text", ran.err)}
    left = [text for number, text in enumerate(ESCAPES) if number not in refused]
    assert len(left) <= 13, left  # those that only build such a name while they are rendered
    office.write(rules="".join(_text_rule(number, text) for number, text in enumerate(left)))
    office.poll()
    invoice = office.add_invoice()
    office.run("poll")
    for said in [*office.told(1), *(action["error"] or "" for action in office.actions())]:
        assert not re.search(r"<class|<function|<built-in|root:|uid=|module|object at 0x", said), said
    assert {action["state"] for action in office.actions()} <= {"failed", "skipped", "done"}
    said = {text for text in office.told(1) if text not in {"[]", "[\u200b]"}}
    assert said <= {office.portal.item(INVOICE, invoice)["title"]}, said  # the invoice itself, as text


def _text_rule(number: int, text: str) -> str:
    steps = f"[[rules.steps]]\nuse = \"notify\"\nto = [\"user:1\"]\ntext = '''{text}'''\n"
    return f'[[rules]]\nname = "r{number}"\non = "invoice.created"\n{steps}'


def test_texts_that_would_eat_time_or_memory_are_stopped(office: Office) -> None:
    """All in one configuration: some are refused when it is loaded, each other one fails its own action."""
    office.write(rules="".join(_text_rule(number, text) for number, text in enumerate(BOMBS)))
    begun = time.monotonic()
    ran = office.run("poll", memory=1_500_000_000)
    no_traceback(ran)
    assert ran.code == 2, ran.err
    refused = {int(number) for number in re.findall(r"rules\[(\d+)\]\.steps\[0\]\.text", ran.err)}
    left = [text for number, text in enumerate(BOMBS) if number not in refused]
    assert 0 < len(left) < len(BOMBS), ran.err
    office.write(rules="".join(_text_rule(number, text) for number, text in enumerate(left)))
    assert office.poll(memory=1_500_000_000)["baseline"]
    office.add_invoice()
    after = office.run("poll", memory=1_500_000_000)
    no_traceback(after)
    assert after.code == 1, after.err
    ended = {rule: (state, error) for rule, state, error in office.query(ENDED)}
    for number, text in enumerate(left):
        state, error = ended.pop(f"r{number}")
        assert state == "failed", (text, state, error)
        assert "fault of the program" not in error, (text, error)
    assert not ended
    assert time.monotonic() - begun < 25


def test_a_condition_cannot_reach_out_either(office: Office) -> None:
    for condition in (
        "''.__class__",
        "invoice.__class__",
        "invoice|attr('x')",
        "lipsum.__globals__",
        "(1).__class__.__mro__",
    ):
        office.write(rules=notify_rule("r", "invoice.created", more=f'when = "{condition}"'))
        ran = office.run("poll")
        no_traceback(ran)
        assert ran.code == 2, condition
        assert "rules[0].when" in ran.err
