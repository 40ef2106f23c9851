"""The catalogue of what the program says: complete in both languages, with the same values in both."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

import b24sync.steps
import b24sync.words
from b24sync.steps.registry import STEPS as USES
from b24sync.steps.registry import reason_word, step_class, step_word
from b24sync.words import Counted, Message, language, speak
from b24sync.words.verdicts import verdict
from b24sync.words.vocabulary import EVENT_WORDS, REASONS, STATES, event_word

MODULES = [
    importlib.import_module(found.name)
    for package in (b24sync.words, b24sync.steps)
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


def _said() -> Iterator[tuple[str, Message | Counted]]:
    for module in MODULES:
        for name, value in vars(module).items():
            yield from _in(f"{module.__name__}.{name}", value)
    for name in USES:
        for attribute in ("called", "reasons"):
            yield from _in(f"{name}.{attribute}", getattr(step_class(name), attribute))


def _in(place: str, value: Any) -> Iterator[tuple[str, Message | Counted]]:
    if isinstance(value, Message | Counted):
        yield place, value
    elif isinstance(value, dict | tuple):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _in(f"{place}[{key}]", one)


EVERY = dict(_said())


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = language()
    yield
    speak(before)


def _values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_a_message_is_there_in_both_languages_with_the_same_values() -> None:
    messages = {place: one for place, one in EVERY.items() if isinstance(one, Message)}
    assert len(messages) > 1000
    for place, message in messages.items():
        assert message.ru.strip(), place
        assert message.en.strip(), place
        assert _values(message.ru) == _values(message.en), place
        assert not re.search("[а-яё]", re.sub(r"[«»№]", "", message.en), re.IGNORECASE), place


def test_russian_says_one_word_for_one_thing() -> None:
    for place, one in EVERY.items():
        text = one.ru if isinstance(one, Message) else " ".join(one.ru)
        assert not re.search(r"комисси|ивент|экшен|нотификац|вебхук(?!а|у|ом|е|и|\b)", text), place
        assert not re.search(r"\bоплат\w+ счета\b", text), place


def test_a_counted_noun_follows_its_number() -> None:
    requests = Counted(("запрос", "запроса", "запросов"), ("request", "requests"))
    speak("ru")
    assert [requests(n) for n in (1, 2, 5, 11, 21, 104)] == [
        "1 запрос",
        "2 запроса",
        "5 запросов",
        "11 запросов",
        "21 запрос",
        "104 запроса",
    ]
    speak("en")
    assert [requests(n) for n in (1, 2)] == ["1 request", "2 requests"]


def test_every_code_that_a_result_may_hold_has_a_word() -> None:
    from b24sync.cli.listing import STATES as CODES
    from b24sync.domain.event import event_names

    assert set(CODES) == set(STATES)
    known = {name for kind in ("invoice", "deal", "task") for name in event_names(kind)}
    assert known <= set(EVENT_WORDS)
    speak("ru")
    assert event_word("object.created") == "object: создано"


def test_reasons_of_the_steps_have_words() -> None:
    import ast
    from pathlib import Path

    root = Path(b24sync.words.__path__[0]).parent
    codes = set()
    for path in [*root.glob("steps/*.py"), *root.glob("engine/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Skipped" and node.args:
                first = node.args[0]
                codes |= {first.value} if isinstance(first, ast.Constant) else set()
    own = {code for name in USES for code in step_class(name).reasons}
    assert codes - set(REASONS) - own == set()
    assert own & set(REASONS) == set(), "said twice"


def test_a_step_and_its_reasons_are_said_by_its_class_and_what_is_gone_by_its_name() -> None:
    speak("ru")
    assert (step_word("comment"), step_word("gone_step")) == ("комментарий", "gone_step")
    assert reason_word("move_deal", "backwards") == "сделка уже дальше этой стадии"
    assert reason_word("move_deal", "no_deal") == "нет сделки"
    assert reason_word("gone_step", "backwards") == "backwards"


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("the event fits", "событие подходит"),
        ("the event fits and when held", "событие подходит, условие выполнено"),
        ("to is sent, wanted paid", "стало sent, нужно paid"),
        ("to is C1:NEW, wanted WON or C1:WON", "стало C1:NEW, нужно WON или C1:WON"),
        (
            "when is false: invoice.amount >= 1000; here invoice.amount = 10.00",
            "условие не выполнено: invoice.amount >= 1000; здесь invoice.amount = 10.00",
        ),
        (
            "when is false: deal.id (the rule is gone since)",
            "условие не выполнено: deal.id (правила больше нет)",
        ),
        ("something new", "something new"),
    ],
)
def test_a_recorded_verdict_is_said_in_the_language_of_who_reads_it(recorded: str, said: str) -> None:
    speak("ru")
    assert verdict(recorded) == said
    speak("en")
    assert verdict(recorded) == recorded


def test_stages_that_are_called_alike_are_told_once() -> None:
    speak("ru")
    titles = {"EXECUTING": "«В работе»", "C1:EXECUTING": "«В работе»", "NEW": "«Новая»"}
    said = verdict("to is NEW, wanted EXECUTING or C1:EXECUTING", titled=titles.__getitem__)
    assert said == "стало «Новая», нужно «В работе»"
    assert verdict("from is none, wanted sent") == "было без стадии, нужно sent"
