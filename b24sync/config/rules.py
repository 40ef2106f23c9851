"""Checks of the rules: their events, moves and names, and what their steps need elsewhere in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.config.known_names import kinds_of
from b24sync.config.problems import Problem
from b24sync.config.steps import step_faults
from b24sync.domain.entity import INVOICE, TASK
from b24sync.domain.event import STUCK, event_names, moved_name
from b24sync.domain.invoice_statuses import invoice_status_fault
from b24sync.domain.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings


def rule_faults(settings: Settings) -> Iterator[Problem]:
    """All faults of the rules, texts and conditions aside."""
    first: dict[str, int] = {}
    for n, rule in enumerate(settings.rules):
        if rule.name and first.setdefault(rule.name, n) != n:
            message = f"rules[{first[rule.name]}] is called {quoted(rule.name)} already (names must differ)"
            yield Problem(("rules", n, "name"), message)
        for fault in _faults_of(rule, settings):
            yield fault.under("rules", n)


def known_kinds(rule: RuleSettings, settings: Settings) -> tuple[str, ...]:
    """The kinds of the rule's events, unknown ones left out."""
    kinds = kinds_of(settings)
    return tuple(dict.fromkeys(trigger.kind for trigger in rule.triggers() if trigger.kind in kinds))


def _faults_of(rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    if not rule.name.strip() or not rule.name.isprintable():
        yield Problem(("name",), "must be a name in one line")
    if not rule.on:
        yield Problem(("on",), 'is empty (write an event, such as "invoice.created")')
    for n, event in enumerate(rule.on):
        if message := event_fault(event, settings):
            yield Problem(("on", n), message)
    yield from _move_faults(rule, settings)
    if not rule.steps:
        yield Problem(("steps",), "is empty (write at least one [[rules.steps]])")
    for n, step in enumerate(rule.steps):
        for fault in step_faults(step, rule, settings):
            yield fault.under("steps", n)


def event_fault(event: str, settings: Settings) -> str:
    """What is wrong with an event's name; empty: nothing."""
    kind, _, word = event.partition(".")
    if word not in _words_of(kind, settings):
        return f"no event called {quoted(event)}{_event_hint(event, settings)}"
    if not _is_watched(kind, settings):
        return f'{kind} is not watched (add "{kind}" to poll.watch)'
    if event == "invoice.tasks_completed" and TASK not in settings.poll.watch:
        return 'needs the tasks, and task is not watched (add "task" to poll.watch)'
    if event == "invoice.reminder_due" and settings.reminders is None:
        return "never happens without [reminders] (add that section)"
    return ""


def _is_watched(kind: str, settings: Settings) -> bool:
    """Whether a kind is in ``poll.watch``; a misspelt one there counts, it is a fault of its own."""
    kinds = kinds_of(settings)
    return any(
        kind in {word, did_you_mean(word, kinds) if word not in kinds else ""} for word in settings.poll.watch
    )


def _words_of(kind: str, settings: Settings) -> tuple[str, ...]:
    """What may follow ``kind.`` in ``on``: its events, for invoices also the statuses."""
    if kind not in kinds_of(settings):
        return ()
    words = tuple(name.partition(".")[2] for name in event_names(kind))
    return (*words, *settings.invoice.status_names()) if kind == INVOICE else words


def _event_hint(event: str, settings: Settings) -> str:
    kind, _, word = event.partition(".")
    kinds = kinds_of(settings)
    meant = kind if kind in kinds else did_you_mean(kind, kinds)
    known = _words_of(meant, settings)
    near = word if word in known else did_you_mean(word, known)
    if meant and near:
        return f" (did you mean {meant}.{near}?)"
    names = [f"{each}.{word}" for each in ([meant] if meant else kinds) for word in _words_of(each, settings)]
    return f" (known: {', '.join(names)})"


def _move_faults(rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    """``from`` and ``to`` go with moves only, and name what one of the kinds can be in."""
    if rule.from_ or rule.to:
        yield from _no_move_faults(rule, settings)
    kinds = known_kinds(rule, settings)
    yield from _stay_faults(rule)
    for key, values in (("from", rule.from_), ("to", rule.to), ("stage", rule.stage)):
        for n, value in enumerate(values):
            messages = [place_fault(value, kind, settings) for kind in kinds]
            if messages and all(messages):
                yield Problem((key, n), messages[0])


def _stay_faults(rule: RuleSettings) -> Iterator[Problem]:
    """``after`` and ``stage`` go with ``*.stuck`` only, which needs the first of them."""
    stuck = [name for name in rule.on if name.endswith(f".{STUCK}")]
    if stuck and rule.after is None:
        yield Problem(("after",), f'is required with "{stuck[0]}" (write "3wd" for working days, or "5d")')
    for key, value in (("after", rule.after), ("stage", rule.stage)):
        if value and not stuck:
            yield Problem((key,), 'goes with "invoice.stuck" and "deal.stuck" only (remove it)')


def _no_move_faults(rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    for event in rule.on:
        kind, _, word = event.partition(".")
        if word not in _words_of(kind, settings):
            continue
        if event not in event_names(kind):
            if rule.to:
                message = f'cannot go with "{event}", which says it already (write "{moved_name(kind)}")'
                yield Problem(("to",), message)
        elif event != moved_name(kind):
            key = "to" if rule.to else "from"
            advice = f' (write "{moved_name(kind)}")' if moved_name(kind) in event_names(kind) else ""
            advice = ' (write stage = ["…"])' if event.endswith(f".{STUCK}") else advice
            yield Problem((key,), f'cannot go with "{event}", which is no move{advice}')


def place_fault(value: str, kind: str, settings: Settings) -> str:
    """What is wrong with a status name or stage id of a kind; empty: nothing."""
    if kind == INVOICE:
        return invoice_status_fault(settings, value)
    if value in settings.invoice.status_names():
        return f"{quoted(value)} is a status of invoices, not a stage (write a stage id, such as C1:WON)"
    if not value.replace(":", "").replace("_", "").isalnum():
        return f"{quoted(value)} is no stage id (write it as C1:WON)"
    return ""
