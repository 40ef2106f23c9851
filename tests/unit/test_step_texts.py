"""The built-in texts: every step works with ``use`` alone, on every kind, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from b24sync.ports import Answer, Call, OnLostAnswer, Read, Write
from b24sync.rest.rows import Row
from b24sync.rules.scope import RowsView, RowView
from b24sync.steps import builtin_texts
from b24sync.steps.side_by_side import together
from tests.support.steps import Bench

EVENTS = (
    "invoice.created",
    "invoice.reminder_due",
    "invoice.tasks_completed",
    "deal.created",
    "deal.stage_changed",
    "task.completed",
    "object.created",
)


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("event", EVENTS)
def test_titles_and_descriptions_come_out_whole(event: str, lang: str) -> None:
    bench, row = Bench(), Row(1, "Окно", 5, 2, 10)  # type: ignore[arg-type]
    company = bench.company
    kinds = {
        "invoice": company.invoices,
        "deal": company.deals,
        "task": company.tasks,
        "object": company.objects,
    }
    ctx = bench.context(event, kinds[event.partition(".")[0]][0], lang=lang)
    names = {"row": RowView(row, "RUB"), "rows": RowsView([RowView(row, "RUB")], "RUB")}
    for what in dict.fromkeys(name.partition("/")[0] for name in builtin_texts.TITLES):
        title = bench.drive(ctx.text(builtin_texts.title(ctx, what), mode="line", extra=names))
        described = bench.drive(ctx.text(builtin_texts.description(ctx, what), mode="bbcode", extra=names))
        for text in (title, described):
            assert isinstance(text, str), text
            assert text.strip()
            assert not re.search("KIND|ABOUT|DETAILS|{|None", text)
        own_words = re.split("[«“:]", title)[0]
        assert bool(re.search("[а-я]{3}", own_words)) is (lang == "ru") or what == "create_tasks.row"


def test_equal_questions_of_talks_side_by_side_are_asked_once() -> None:
    def effects(*names: str) -> Any:
        heard = []
        for name in names:
            answers = yield Read((Call(name),))
            heard.append(answers[0].result)
        return heard

    both = together([effects("a", "b"), effects("a"), effects("a", "b", "c"), effects()])
    asked: list[list[str]] = []

    def answered() -> Any:
        effect = next(both)
        while True:
            asked.append([call.method for call in effect.calls])
            effect = both.send([Answer(call, call.method.upper()) for call in effect.calls])

    with pytest.raises(StopIteration) as stop:
        answered()
    assert stop.value.value == [["A", "B"], ["A"], ["A", "B", "C"], []]
    assert asked == [["a"], ["b"], ["c"]]


def test_a_talk_that_writes_is_no_reading_talk() -> None:
    def effects() -> Any:
        yield Write(Call("x"), OnLostAnswer.ONCE)

    with pytest.raises(TypeError, match="write"):
        next(together([effects()]))
