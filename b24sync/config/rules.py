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
from b24sync.words import advice
from b24sync.words import config_rules as words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.settings import Settings
    from b24sync.words import Both


def rule_faults(settings: Settings) -> Iterator[Problem]:
    """All faults of the rules, texts and conditions aside."""
    first: dict[str, int] = {}
    for n, rule in enumerate(settings.rules):
        if rule.name and first.setdefault(rule.name, n) != n:
            told = words.SAME_NAME.both(other=first[rule.name], name=quoted(rule.name))
            yield Problem(("rules", n, "name"), told)
        for fault in _faults_of(rule, settings):
            yield fault.under("rules", n)


def known_kinds(rule: RuleSettings, settings: Settings) -> tuple[str, ...]:
    """The kinds of the rule's events, unknown ones left out."""
    kinds = kinds_of(settings)
    return tuple(dict.fromkeys(trigger.kind for trigger in rule.triggers() if trigger.kind in kinds))


def _faults_of(rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    if not rule.name.strip() or not rule.name.isprintable():
        yield Problem(("name",), words.NO_NAME.both())
    if not rule.on:
        yield Problem(("on",), words.NO_EVENTS.both())
    for n, event in enumerate(rule.on):
        if message := event_fault(event, settings):
            yield Problem(("on", n), message)
    yield from _move_faults(rule, settings)
    if not rule.steps:
        yield Problem(("steps",), words.NO_STEPS.both())
    for n, step in enumerate(rule.steps):
        for fault in step_faults(step, rule, settings):
            yield fault.under("steps", n)


def event_fault(event: str, settings: Settings) -> Both | None:
    """What is wrong with an event's name; ``None``: nothing."""
    kind, _, word = event.partition(".")
    if word not in _words_of(kind, settings):
        return words.NO_EVENT.both(event=quoted(event), hint=_event_hint(event, settings))
    if not _is_watched(kind, settings):
        return words.NOT_WATCHED.both(kind=kind)
    if event == "invoice.tasks_completed" and TASK not in settings.poll.watch:
        return words.NEEDS_TASKS.both()
    if event == "invoice.reminder_due" and settings.reminders is None:
        return words.NEEDS_REMINDERS.both()
    return None


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


def _event_hint(event: str, settings: Settings) -> Both:
    kind, _, word = event.partition(".")
    kinds = kinds_of(settings)
    meant = kind if kind in kinds else did_you_mean(kind, kinds)
    known = _words_of(meant, settings)
    near = word if word in known else did_you_mean(word, known)
    if meant and near:
        return advice.meant(f"{meant}.{near}")
    names = [f"{each}.{word}" for each in ([meant] if meant else kinds) for word in _words_of(each, settings)]
    return advice.known(names)


def _move_faults(rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    """``from`` and ``to`` go with moves only, and name what one of the kinds can be in."""
    if rule.from_ or rule.to:
        yield from _no_move_faults(rule, settings)
    if len(set(rule.from_)) == 1 and set(rule.from_) == set(rule.to):
        yield Problem(("to",), words.SAME_PLACE.both())
    kinds = known_kinds(rule, settings)
    yield from _stay_faults(rule)
    for key, values in (("from", rule.from_), ("to", rule.to), ("stage", rule.stage)):
        for n, value in enumerate(values):
            found = [place_fault(value, kind, settings) for kind in kinds]
            messages = [message for message in found if message is not None]
            if messages and len(messages) == len(found):
                yield Problem((key, n), messages[0])


def _stay_faults(rule: RuleSettings) -> Iterator[Problem]:
    """``after`` and ``stage`` go with ``*.stuck`` only, which needs the first of them."""
    stuck = [name for name in rule.on if name.endswith(f".{STUCK}")]
    if stuck and rule.after is None:
        yield Problem(("after",), words.NEEDS_AFTER.both(event=stuck[0]))
    for key, value in (("after", rule.after), ("stage", rule.stage)):
        if value and not stuck:
            yield Problem((key,), words.ONLY_STUCK.both())


def _no_move_faults(rule: RuleSettings, settings: Settings) -> Iterator[Problem]:
    for event in rule.on:
        kind, _, word = event.partition(".")
        if word not in _words_of(kind, settings):
            continue
        if event not in event_names(kind):
            if rule.to:
                yield Problem(("to",), words.SAYS_IT.both(event=event, moved=moved_name(kind)))
        elif event != moved_name(kind):
            key = "to" if rule.to else "from"
            told = words.NO_MOVE.both(event=event, hint=advice.in_brackets(_instead(event)))
            yield Problem((key,), told)


def _instead(event: str) -> Both:
    """What to write for an event that is no move."""
    kind = event.partition(".")[0]
    if event.endswith(f".{STUCK}"):
        return words.WRITE_STAGE.both()
    known = moved_name(kind) in event_names(kind)
    return words.WRITE_EVENT.both(event=moved_name(kind)) if known else words.REMOVE_IT.both()


def place_fault(value: str, kind: str, settings: Settings) -> Both | None:
    """What is wrong with a status name or stage id of a kind; ``None``: nothing."""
    if kind == INVOICE:
        return invoice_status_fault(settings, value)
    if value in settings.invoice.status_names():
        return words.A_STATUS.both(text=quoted(value))
    if not value.replace(":", "").replace("_", "").isalnum():
        return words.NO_STAGE.both(text=quoted(value))
    return None
