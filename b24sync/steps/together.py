"""Several reading talks side by side, so that what they ask on one level is one question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24sync.calls import Answer, Call
from b24sync.ports import Ask, Talk
from b24sync.rules.lookup import identity


def together(talks: Sequence[Talk[Any]]) -> Talk[list[Any]]:
    """Run talks that only ask, in step; equal calls of one level are asked once.

    Returns:
        Their results, in their order. An error of one ends all.

    Raises:
        TypeError: One of them wants to do more than ask.
    """
    results = list[Any]([None] * len(talks))
    answers = dict[int, Any].fromkeys(range(len(talks)))
    try:
        while answers:
            asked = _next(talks, answers, results)
            heard = (yield from _asked(asked)) if asked else {}
            answers = {n: [heard[identity(call)] for call in wish.calls] for n, wish in asked.items()}
    finally:
        for talk in talks:
            talk.close()
    return results


def _next(talks: Sequence[Talk[Any]], answers: dict[int, Any], results: list[Any]) -> dict[int, Ask]:
    """What each talk asks next; the results of those that are through."""
    asked = dict[int, Ask]()
    for n, answer in answers.items():
        try:
            wish = talks[n].send(answer)
        except StopIteration as stop:
            results[n] = stop.value
            continue
        if not isinstance(wish, Ask):
            raise TypeError(f"a reading talk wants to {type(wish).__name__.lower()}")
        asked[n] = wish
    return asked


def _asked(asked: dict[int, Ask]) -> Talk[dict[str, Answer]]:
    calls: dict[str, Call] = {identity(call): call for wish in asked.values() for call in wish.calls}
    if not calls:
        return {}
    answers: list[Answer] = yield Ask(tuple(calls.values()))
    return dict(zip(calls, answers, strict=True))
