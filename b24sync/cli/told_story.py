"""The story of one entity as people read it: names for numbers, titles for stages, what comes next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from b24sync.cli.intentions import told_lines
from b24sync.cli.layout import wrapped
from b24sync.cli.listing import clock, field_word, outcome, warnings_of, what_happened
from b24sync.domain.action_states import STOPPING
from b24sync.domain.entity import DEAL, INVOICE, Key
from b24sync.reporting.names import learnt, told_of
from b24sync.rules.formats import money
from b24sync.steps.registry import step_word
from b24sync.words import explain as words
from b24sync.words import language
from b24sync.words.verdicts import OR, verdict
from b24sync.words.vocabulary import KINDS, LEDGER, STATES, event_word, person_word, word

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.engine.entity_story import Chapter, Said, Story
    from b24sync.store.action_rows import Action
    from b24sync.store.journal import EventRow

_LONGEST = 200
_COMMANDS = {"failed": "retry, cancel", "held": "release, cancel", "uncertain": "retry, cancel"}
_LATER_S = 60  # what is settled at once needs no time of its own
_ISO_DAY = len("2026-11-24")
_LINKS = {"deal_id": "deal", "contact_id": "contact", "company_id": "company", "responsible_id": "user"}
_HIDDEN = ("id", "currency", "semantic", "category_id")


def lines(app: App, story: Story, facts: Mapping[str, Any]) -> Iterator[str]:
    """Everything, part by part."""
    names = learnt(app.store) | _names(story)
    yield from _head(app, story, facts, names)
    yield ""
    yield from _revisions(app, story, names)
    yield ""
    yield words.EVENTS() if story.chapters else words.NO_EVENTS()
    for chapter in story.chapters:
        yield from _chapter(app, chapter)
    if story.by_operators:
        yield ""
        yield words.BY_OPERATORS()
        for action in story.by_operators:
            yield from _action(app, action)
    if story.booked:
        yield ""
        yield words.COMMISSIONS()
        yield from _booked(app, story)
    yield ""
    yield from _what_comes_next(app, story)


# what it is


def _head(app: App, story: Story, facts: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    state = story.stored.state if story.stored else ""
    number = facts.get("number")
    title = f"{word(KINDS, story.key.kind)}{f' №{number}' if number else ''}"
    yield f"{story.key}: {title}, {word(words.HEAD_STATES, state)}"
    maker = app.store.actions.maker_of(story.key.kind, story.key.id)
    if maker is not None:
        entity = Key(maker.kind, maker.entity_id)
        yield "  " + words.MADE_BY(id=maker.id, rule=maker.rule, step=step_word(maker.step), entity=entity)
    shown = [
        (
            field_word(name),
            _value(app=app, kind=story.key.kind, name=name, value=value, facts=facts, names=names),
        )
        for name, value in facts.items()
        if name not in _HIDDEN
        and value not in (None, "", [])
        and not (name == "stage_id" and "status" in facts)
    ]
    width = max((len(label) for label, _ in shown), default=0)
    for label, value in shown:
        first = f"  {label:<{width}}  "
        yield from wrapped(value, first=first, rest=" " * len(first))


def _names(story: Story) -> dict[str, str]:
    """``user:5`` → name, as far as actions and bookings tell it."""
    actions = [action for chapter in story.chapters for action in chapter.actions]
    return told_of([*actions, *story.by_operators]) | {
        f"user:{one.row.user}": one.row.user_name for one in story.booked if one.row.user_name
    }


def _value(
    app: App, kind: str, name: str, value: Any, facts: Mapping[str, Any], names: Mapping[str, str]
) -> str:
    """A value as people know it: a name, a title, an amount with its currency, a date."""
    if name in {"stage_id", "status"} and isinstance(value, str):
        stage = str(facts.get("stage_id") or value)
        return app.workshop().funnels().title(kind, stage if name == "status" else value)
    if name in _LINKS:
        return _linked(app, f"{_LINKS[name]}:{value}", names)
    if name == "amount":
        return _amount(value, str(facts.get("currency") or ""))
    return _plain(app, value)


def _linked(app: App, key: str, names: Mapping[str, str]) -> str:
    """Something else by its name, as far as it is known."""
    kind, _, number = key.partition(":")
    name = names.get(key) or (_title(app, int(number)) if kind == DEAL and number.isdigit() else "")
    return f"{name} ({key})" if name else key


def _title(app: App, deal: int) -> str:
    """The title of a deal that was seen; else empty."""
    row = app.store.figures.row_of(DEAL, deal)
    return "" if row is None else str(row.get("title") or "")


def _amount(value: Any, currency: str) -> str:
    from decimal import Decimal, InvalidOperation

    try:
        return money(Decimal(str(value)), language=language(), currency=currency)
    except InvalidOperation:
        return str(value)


def _plain(app: App, value: Any) -> str:
    if value is None or value == "":
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(_moment(app, text).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _moment(app: App, text: str) -> str:
    """Dates and times as people write them; any other text as it is."""
    try:
        if len(text) == _ISO_DAY:
            day = date.fromisoformat(text)
            return f"{day:%d.%m.%Y}" if language() == "ru" else text
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return clock(int(moment.timestamp()), app.tz) if moment.tzinfo is not None else text


# what was seen


def _revisions(app: App, story: Story, names: Mapping[str, str]) -> Iterator[str]:
    yield words.REVISIONS() if story.revisions else words.NO_REVISIONS()
    kind = story.key.kind
    for row in story.revisions:
        what = word(words.REVISION_WORDS, row["what"])
        yield f"  {row['number']:>4}  {clock(row['observed_at'], app.tz)}  {what}"
        for name, (old, new) in row["changes"].items():
            before, after = (
                _value(app=app, kind=kind, name=name, value=one, facts={}, names=names)
                if one not in (None, "")
                else "-"
                for one in (old, new)
            )
            yield from wrapped(f"{field_word(name)}: {before} → {after}", first=" " * 8, rest=" " * 10)


def _chapter(app: App, chapter: Chapter) -> Iterator[str]:
    row = chapter.event
    what = what_happened(app.workshop().funnels().title, row)
    head = f"{row.id:>6}  {clock(row.occurred_at, app.tz)}  {event_word(row.name)}"
    yield from wrapped(f"{head}{f'  {what}' if what else ''}", rest=" " * 8)
    for said in chapter.said:
        if said.listens:
            yield from _said(app, row, said)
    deaf = [said.rule for said in chapter.said if not said.listens]
    if deaf:
        yield from wrapped(words.OTHER_EVENTS(rules=", ".join(deaf)), first=" " * 8 + "- ", rest=" " * 10)
    for action in chapter.actions:
        yield from _action(app, action)


def _said(app: App, row: EventRow, said: Said) -> Iterator[str]:
    """What one rule said; stages and statuses by the portal's titles."""
    funnels = app.workshop().funnels()

    def titled(name: str) -> str:
        if name in {row.to_, row.from_}:  # where the event came from or to is one stage, not all of a status
            stage = row.to_stage if name == row.to_ else row.from_stage
            return f"«{funnels.title(row.kind, stage or name)}»"
        known = [one for each in funnels.stage_ids(name) if (one := funnels.stage(row.kind, each))]
        return OR().join(dict.fromkeys(f"«{one.name}»" for one in known)) or name

    mark = "✓" if said.matched else "✗"
    told = verdict(said.reason, titled=titled)
    yield from wrapped(f"{said.rule}: {told}", first=f"        {mark} ", rest=" " * 12)


def _action(app: App, action: Action) -> Iterator[str]:
    """One action: how it ended, what it said and to whom, what a person should know of it."""
    told = action.result.get("would") or action.result.get("intent")
    head = f"№{action.id} {word(STATES, action.state)}  {action.rule}:"
    ended = outcome(action, app.tz) if action.state != "done" or told is None else ""
    first = " " * 8 + f"{head} "
    if told is None or action.state not in {"done", "skipped"}:
        yield from wrapped(
            f"{step_word(action.step)}{f': {ended}' if ended else ''}", first=first, rest=" " * 12
        )
    if told is not None:
        start = first if action.state in {"done", "skipped"} else " " * 12
        yield from told_lines(start, action.step, told, app.tz, indent=" " * 10)
    times = []
    if action.attempts > 1:
        times.append(words.ATTEMPTS(action.attempts))
    if action.settled_at is not None and action.settled_at - action.planned_at >= _LATER_S:
        times.append(words.SETTLED(at=clock(action.settled_at, app.tz)))
    for text in [*warnings_of(action), "; ".join(times)]:
        if text:
            yield from wrapped(text, first=" " * 12, rest=" " * 14)


def _booked(app: App, story: Story) -> Iterator[str]:
    for one in story.booked:
        row = one.row
        amount = money(row.amount, language=language(), currency=row.currency)
        who = row.user_name or f"user:{row.user}"
        role = person_word(row.role)
        yield f"  {clock(one.at, app.tz)}  {who} ({role}): {amount}, {word(LEDGER, row.state)}"


# what comes next


def _what_comes_next(app: App, story: Story) -> Iterator[str]:
    found = [*_waiting(app, story), *_reminders(app, story)]
    yield words.NEXT() if found else words.NOTHING_NEXT()
    for text in found:
        yield from wrapped(text, first="  ", rest="    ")


def _waiting(app: App, story: Story) -> Iterator[str]:
    actions = [action for chapter in story.chapters for action in chapter.actions] + list(story.by_operators)
    now = int(app.clock.now().timestamp())
    for action in actions:
        if action.state not in STOPPING:
            continue
        step = step_word(action.step)
        if action.state in _COMMANDS:
            state = word(STATES, action.state)
            when = words.NEEDS_PERSON(state=state, commands=_COMMANDS[action.state])
        elif _waits_for_another(action, actions):
            when = words.AFTER_EARLIER()
        elif action.next_attempt_at is not None and action.next_attempt_at > now:
            when = words.AT(at=clock(action.next_attempt_at, app.tz))
        else:
            when = words.DUE_NOW()
        yield words.WAITING(id=action.id, step=step, when=when)


def _waits_for_another(action: Action, actions: list[Action]) -> bool:
    return any(
        one.event_id == action.event_id
        and one.rule == action.rule
        and one.position < action.position
        and one.state in STOPPING
        for one in actions
    )


def _reminders(app: App, story: Story) -> Iterator[str]:
    """When the invoice's next reminder comes, as things stand."""
    if story.key.kind != INVOICE or story.stored is None or app.settings.reminders is None:
        return
    from b24sync.engine.entity_story import next_reminder

    at = next_reminder(app.workshop(), story.stored, app.settings.reminders)
    if at is not None:
        yield words.REMINDER(at=clock(int(at.timestamp()), app.tz))
