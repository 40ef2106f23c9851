"""Several reading generators side by side, so that what they ask on one level is one question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from b24sync.calls import Answer, Call, identity
from b24sync.ports import Effects, Read


def together(generators: Sequence[Effects[Any]]) -> Effects[list[Any]]:
    """Run generators that only ask, in step; equal calls of one level are asked once.

    Returns:
        Their results, in their order. An error of one ends all.

    Raises:
        TypeError: One of them wants to do more than ask.
    """
    results = list[Any]([None] * len(generators))
    answers = dict[int, Any].fromkeys(range(len(generators)))
    try:
        while answers:
            asked = _next(generators, answers, results)
            heard = (yield from _asked(asked)) if asked else {}
            answers = {n: [heard[identity(call)] for call in effect.calls] for n, effect in asked.items()}
    finally:
        for effects in generators:
            effects.close()
    return results


def _next(generators: Sequence[Effects[Any]], answers: dict[int, Any], results: list[Any]) -> dict[int, Read]:
    """What each generator asks next; the results of those that are through."""
    asked = dict[int, Read]()
    for n, answer in answers.items():
        try:
            effect = generators[n].send(answer)
        except StopIteration as stop:
            results[n] = stop.value
            continue
        if not isinstance(effect, Read):
            raise TypeError(f"a reading generator wants to {type(effect).__name__.lower()}")
        asked[n] = effect
    return asked


def _asked(asked: dict[int, Read]) -> Effects[dict[str, Answer]]:
    calls: dict[str, Call] = {identity(call): call for effect in asked.values() for call in effect.calls}
    if not calls:
        return {}
    answers: list[Answer] = yield Read(tuple(calls.values()))
    return dict(zip(calls, answers, strict=True))
