"""Checks of the rules: their events, moves and names, and what their steps need elsewhere in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.config.faults import Fault, did_you_mean, hint, quoted
from b24sync.config.names import kinds_of
from b24sync.config.sections import invoice_status_fault
from b24sync.config.steps import step_faults
from b24sync.domain.entity import INVOICE, TASK
from b24sync.domain.event import event_names, moved_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.settings import RuleSettings, Settings


def rule_faults(settings: Settings) -> Iterator[Fault]:
    """All faults of the rules, texts and conditions aside."""
    first: dict[str, int] = {}
    for n, rule in enumerate(settings.rules):
        if rule.name and first.setdefault(rule.name, n) != n:
            message = f"rules[{first[rule.name]}] is called {quoted(rule.name)} already (names must differ)"
            yield Fault(("rules", n, "name"), message)
        for fault in _faults_of(rule, settings):
            yield fault.under("rules", n)


def known_kinds(rule: RuleSettings, settings: Settings) -> tuple[str, ...]:
    """The kinds of the rule's events, unknown ones left out."""
    kinds = kinds_of(settings)
    return tuple(dict.fromkeys(trigger.kind for trigger in rule.triggers() if trigger.kind in kinds))


def _faults_of(rule: RuleSettings, settings: Settings) -> Iterator[Fault]:
    if not rule.name.strip() or not rule.name.isprintable():
        yield Fault(("name",), "must be a name in one line")
    if not rule.on:
        yield Fault(("on",), 'is empty (write an event, such as "invoice.created")')
    for n, event in enumerate(rule.on):
        if message := _event_fault(event, settings):
            yield Fault(("on", n), message)
    yield from _move_faults(rule, settings)
    if not rule.steps:
        yield Fault(("steps",), "is empty (write at least one [[rules.steps]])")
    for n, step in enumerate(rule.steps):
        for fault in step_faults(step, rule, settings):
            yield fault.under("steps", n)


def _event_fault(event: str, settings: Settings) -> str:
    kind, _, word = event.partition(".")
    kinds = kinds_of(settings)
    known = [name for each in kinds for name in event_names(each)]
    short = [f"{INVOICE}.{status}" for status in settings.invoice.status_names()]
    if event not in known and event not in short:
        own = [name for name in [*known, *short] if name.startswith(f"{kind}.")]
        return (
            f"no event called {quoted(event)}{hint(event, own or [*known, *short])}"
            if word
            else (f"no event called {quoted(event)}{hint(event + '.', known)}")
        )
    if kind not in settings.poll.watch:
        return f'{kind} is not watched (add "{kind}" to poll.watch)'
    if event == "invoice.tasks_completed" and TASK not in settings.poll.watch:
        return 'needs the tasks, and task is not watched (add "task" to poll.watch)'
    if event == "invoice.reminder_due" and settings.reminders is None:
        return "never happens without [reminders] (add that section)"
    return ""


def _move_faults(rule: RuleSettings, settings: Settings) -> Iterator[Fault]:
    if not rule.from_ and not rule.to:
        return
    for n, event in enumerate(rule.on):
        kind, _, word = event.partition(".")
        short = kind == INVOICE and word in settings.invoice.status_names()
        if rule.to and short:
            message = f'cannot go with "{event}", which says it already (write "{moved_name(kind)}")'
            yield Fault(("to",), message)
        elif event != moved_name(kind) and not short and event in event_names(kind):
            key = "to" if rule.to else "from"
            yield Fault(
                (key,), f'cannot go with on[{n}] "{event}", which is no move (write "{moved_name(kind)}")'
            )
    if all(trigger.kind == INVOICE for trigger in rule.triggers()):
        for key, values in (("from", rule.from_), ("to", rule.to)):
            for n, value in enumerate(values):
                if message := invoice_status_fault(settings, value):
                    yield Fault((key, n), message)
        return
    for key, values in (("from", rule.from_), ("to", rule.to)):
        for n, value in enumerate(values):
            if message := stage_fault(value, settings):
                yield Fault((key, n), message)


def stage_fault(value: str, settings: Settings) -> str:
    """What is wrong with a stage id of a deal or smart process; empty: nothing."""
    if value in settings.invoice.status_names():
        return f"{quoted(value)} is a status of invoices, not a stage (write a stage id, such as C1:WON)"
    if not value or not value.replace(":", "").replace("_", "").isalnum():
        near = did_you_mean(value, ("NEW", "WON", "LOSE"))
        return f"{quoted(value)} is no stage id" + (
            f" (did you mean {near}?)" if near else " (write it as C1:WON)"
        )
    return ""
