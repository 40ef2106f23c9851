"""What an action would do or did, in words: from ``result.would`` of a dry run, or ``result.intent``.

What a step of its own is called and how its line reads is said by its class (`b24sync.domain.step_settings`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from b24sync.cli.layout import wrapped
from b24sync.steps import telling
from b24sync.steps.registry import STEPS, reason_word, step_class, step_word
from b24sync.words.intents import LABELS, NO_CHANGE

Facts = list[tuple[str, str]]
"""Labels and texts, in the order in which they are shown."""

_BRIEF = 180


def brief(step: str, told: Mapping[str, Any], tz: tzinfo) -> str:
    """One line: whom, what, how much."""
    stopped = _stopped(step, told)
    if stopped:
        return telling.joined(*stopped)
    own = step_class(step).brief(told, tz) if step in STEPS else None
    text = " ".join((telling.line(told) if own is None else own).split("\n"))
    return text if len(text) <= _BRIEF else f"{text[:_BRIEF].rpartition(' ')[0]} …"


def facts(step: str, told: Mapping[str, Any], tz: tzinfo) -> Facts:
    """Everything, label by label; a text may have several lines."""
    stopped = _stopped(step, told)
    if stopped:
        return [stopped]
    if "tasks" in told and len(told["tasks"]) != 1:
        return [pair for task in told["tasks"] for pair in facts(step, task, tz)]
    own = step_class(step).facts(told, tz) if step in STEPS else {}
    shown = {**telling.facts(told, tz), **own}
    return [(LABELS[name](), text) for name, text in shown.items() if text]


def told_lines(
    before: str, step: str, told: Mapping[str, Any], tz: tzinfo, *, indent: str = ""
) -> Iterator[str]:
    """A step and everything that it would do, one thing a line, texts in lines of their own."""
    yield f"{before}{step_word(step)}"
    indent = indent or " " * len(before)
    for label, text in facts(step, told, tz):
        first, *rest = text.splitlines() or [""]
        head = f"{indent}  {label}: " if label else f"{indent}  "
        yield from wrapped(first, first=head, rest=f"{indent}    ")
        for line in rest:
            yield from wrapped(line, first=f"{indent}    ", rest=f"{indent}    ")


def _stopped(step: str, told: Mapping[str, Any]) -> tuple[str, str] | None:
    """How it would end without doing anything; ``None`` if it does something."""
    if "failed" in told:
        return LABELS["failed"](), str(told["failed"])
    if "skipped" in told:
        return LABELS["skipped"](), str(told.get("message") or reason_word(step, str(told["skipped"])))
    if "waits_for" in told:
        return LABELS["waits_for"](), str(told["waits_for"])
    if told.get("changed") is False:
        return "", NO_CHANGE()
    return None
