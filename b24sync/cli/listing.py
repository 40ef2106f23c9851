"""``b24sync events`` and ``b24sync actions``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from b24sync.app import App, show_time
from b24sync.cli.entities import did_you_mean, known_entity
from b24sync.cli.intentions import brief, facts, told_lines
from b24sync.cli.layout import say, table, wrapped
from b24sync.cli.times import typed_second
from b24sync.domain.event import event_names
from b24sync.errors import UsageError
from b24sync.log import json_line
from b24sync.rules.formats import money
from b24sync.steps.registry import STEPS, reason_word, step_class, step_word
from b24sync.words import Message, language
from b24sync.words import listing as words
from b24sync.words.explain import WARNING
from b24sync.words.vocabulary import (
    EVENT_WORDS,
    FIELDS,
    event_word,
    word,
)
from b24sync.words.vocabulary import (
    STATES as STATE_WORDS,
)

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.domain.entity import Key
    from b24sync.rules.scope import StageTitles
    from b24sync.store.action_rows import Action
    from b24sync.store.journal import EventRow

STATES = ("pending", "running", "done", "failed", "uncertain", "held", "skipped", "cancelled")
_EVERY = 1_000_000


def events(
    session: Session, *, entity: str | None, since: str | None, name: str | None, limit: int, as_json: bool
) -> int:
    """The newest events that fit, oldest first."""
    with session.app(offline=True) as app:
        store = app.open_store(create=False)
        key = _key(app, entity)
        rows = store.journal.events(
            kind=key.kind if key else None,
            entity_id=key.id if key else None,
            since=typed_second(since, now=app.clock.now(), tz=app.tz),
            name=_event_name(app, name),
            limit=limit,
        )
        if as_json:
            for row in rows:
                print(json_line(event_json(row, app.tz)))
        else:
            say([*event_table(app, rows)] or [words.NO_EVENTS()])
    return 0


def actions(
    session: Session,
    *,
    entity: str | None,
    since: str | None,
    state: str | None,
    limit: int,
    as_json: bool,
    would: bool = False,
) -> int:
    """The newest actions that fit, oldest first; ``would``: those of dry runs with all that they would do."""
    with session.app(offline=True) as app:
        store = app.open_store(create=False)
        key = _key(app, entity)
        rows = store.actions.newest(
            kind=key.kind if key else None,
            entity_id=key.id if key else None,
            since=typed_second(since, now=app.clock.now(), tz=app.tz),
            state="skipped" if would else _state(state),
            limit=_EVERY if would else limit,
        )
        if would:
            rows = [row for row in rows if "would" in row.result][-limit:]
        if as_json:
            for row in rows:
                print(json_line(action_json(row, app.tz)))
        elif would:
            say([*_would_page(app, rows)] or [words.WOULD_NONE()])
        else:
            say([*action_table(app, rows)] or [words.NO_ACTIONS()])
    return 0


# what is asked for


def _key(app: App, entity: str | None) -> Key | None:
    return None if entity is None else known_entity(app, entity)


def _state(text: str | None) -> str | None:
    """A state, in its code or in words.

    Raises:
        UsageError: There is none of this name.
    """
    if text is None or text in STATES:
        return text
    found = _code_of(text, STATE_WORDS)
    if found is None:
        raise UsageError(f"--state: {words.UNKNOWN_STATE(name=text)}", remedy=did_you_mean(text, STATES))
    return found


def _event_name(app: App, text: str | None) -> str | None:
    """The name of an event, in its code or in words.

    Raises:
        UsageError: There is none of this name.
    """
    known = [name for kind in ("invoice", "deal", "task", *app.settings.kinds) for name in event_names(kind)]
    if text is None or text in known:
        return text
    found = _code_of(text, {name: one for name, one in EVENT_WORDS.items() if name in known})
    if found is None and not app.store.journal.events(name=text, limit=1):
        raise UsageError(f"--name: {words.UNKNOWN_EVENT(name=text)}", remedy=did_you_mean(text, known))
    return found or text


def _code_of(text: str, table_of_words: Mapping[str, Message]) -> str | None:
    plain = text.strip().casefold()
    return next((code for code, one in table_of_words.items() if plain in {one.ru, one.en}), None)


# JSON


def event_json(row: EventRow, tz: tzinfo) -> dict[str, Any]:
    """An event as the contract shows it."""
    return {
        "id": row.id,
        "key": row.key,
        "name": row.name,
        "entity": f"{row.kind}:{row.entity_id}",
        "occurred_at": show_time(row.occurred_at, tz),
        "detected_at": show_time(row.detected_at, tz),
        "from": row.from_,
        "to": row.to_,
        "changes": dict(row.changes),
    }


def action_json(row: Action, tz: tzinfo) -> dict[str, Any]:
    """An action as the contract shows it."""
    return {
        "id": row.id,
        "event": row.event_id,
        "rule": row.rule,
        "step": row.step,
        "position": row.position,
        "entity": f"{row.kind}:{row.entity_id}",
        "state": row.state,
        "attempts": row.attempts,
        "next_attempt_at": None if row.next_attempt_at is None else show_time(row.next_attempt_at, tz),
        "error": row.error,
        "result": dict(row.result),
    }


# for people


def clock(moment: int, tz: tzinfo) -> str:
    """A time as people read it, to the minute, in the company's zone."""
    at = datetime.fromtimestamp(moment, UTC).astimezone(tz)
    return f"{at:%d.%m.%Y %H:%M}" if language() == "ru" else f"{at:%Y-%m-%d %H:%M}"


def event_table(app: App, rows: Sequence[EventRow], *, indent: str = "") -> Iterator[str]:
    """Events with a heading."""
    if rows:
        titles = app.workshop().funnels().title
        columns = [words.NUMBER(), words.TIME(), words.EVENT(), words.ENTITY(), words.WHAT()]
        cells = [
            [
                str(row.id),
                clock(row.occurred_at, app.tz),
                event_word(row.name),
                app.store.figures.called(row.kind, row.entity_id),
                what_happened(titles, row),
            ]
            for row in rows
        ]
        yield from table(columns, cells, indent=indent)


def what_happened(titles: StageTitles, row: EventRow) -> str:
    """A move by the portal's titles, else the fields that changed."""
    if row.to_:
        after = _stage(titles(row.kind, row.to_stage or row.to_), row.to_stage, row.to_)
        before = _stage(titles(row.kind, row.from_stage or row.from_ or ""), row.from_stage, row.from_)
        if row.name.endswith(".stuck"):
            return words.STANDS(stage=after)
        return f"«{before}» → «{after}»" if row.from_ else f"→ «{after}»"
    if row.name.endswith("reminder_due"):
        days = (row.changes.get("offset_days") or [None, None])[1]
        return _from_due_date(days) if isinstance(days, int) else ""
    return ", ".join(field_word(name) for name in row.changes)


def _from_due_date(days: int) -> str:
    """When a reminder is due, counted from the due date."""
    if days == 0:
        return words.ON_DUE_DATE()
    message = words.AFTER_DUE_DATE if days > 0 else words.BEFORE_DUE_DATE
    return message(days=words.DAYS(abs(days)))


def _stage(title: str, stage_id: str | None, shown: str | None) -> str:
    return (shown or title) if title == stage_id else title


def field_word(name: str) -> str:
    """A field in words; the portal's own codes stay as they are."""
    return word(FIELDS, name.removeprefix("fields."))


def action_table(app: App, rows: Sequence[Action], *, indent: str = "") -> Iterator[str]:
    """Actions with a heading."""
    if rows:
        columns = [
            words.NUMBER(),
            words.TIME(),
            words.STATE(),
            words.RULE(),
            words.STEP(),
            words.ENTITY(),
            words.RESULT(),
        ]
        cells = [
            [
                str(row.id),
                clock(row.settled_at or row.planned_at, app.tz),
                word(STATE_WORDS, row.state),
                row.rule,
                step_word(row.step),
                app.store.figures.called(row.kind, row.entity_id),
                outcome(row, app.tz),
            ]
            for row in rows
        ]
        yield from table(columns, cells, indent=indent)


def action_lines(app: App, row: Action) -> Iterator[str]:
    """One action of a dry run with all that it would do; of another state, why."""
    would = row.result.get("would")
    first = f"{app.store.figures.called(row.kind, row.entity_id)}  {row.rule}: "
    if would is not None:
        yield from told_lines(first, row.step, would, app.tz, indent="  ")
    else:
        told = f"{step_word(row.step)}, {word(STATE_WORDS, row.state)}: {outcome(row, app.tz)}"
        yield from wrapped(told, first=first, rest="    ")


def outcome(row: Action, tz: tzinfo) -> str:
    """Why an action is in its state, else what it did, in one line."""
    result = row.result
    if "would" in result:
        return brief(row.step, result["would"], tz)
    why = row.error or result.get("message") or reason_word(row.step, str(result.get("reason") or ""))
    if row.state == "pending":
        told = why or (words.WAITS_FOR(what=result["waits_for"]) if "waits_for" in result else "")
        at = words.NEXT_TRY(at=clock(row.next_attempt_at, tz)) if row.next_attempt_at and row.attempts else ""
        return "; ".join(part for part in (told, at) if part)
    if why:
        return str(why)
    if result.get("changed") is False:
        return words.ALREADY_SO()
    told = result.get("intent") or result
    return brief(row.step, told, tz) if told else ""


def warnings_of(row: Action) -> list[str]:
    """What a person should know of an action, besides how it ended."""
    return [f"{WARNING()}: {text}" for text in row.result.get("warnings", ())]


# the summary page of a trial


def _would_page(app: App, rows: Sequence[Action]) -> Iterator[str]:
    """Everything that dry runs would have done, entity by entity, and what it comes to."""
    if not rows:
        return
    by_entity: dict[str, list[Action]] = {}
    for row in rows:
        by_entity.setdefault(app.store.figures.called(row.kind, row.entity_id), []).append(row)
    yield words.WOULD_HEAD(actions=words.ACTIONS(len(rows)), entities=words.ENTITIES(len(by_entity)))
    for entity, own in by_entity.items():
        yield ""
        yield entity
        for row in own:
            before = f"  {clock(row.planned_at, app.tz)}  {row.rule}: "
            yield from told_lines(before, row.step, row.result["would"], app.tz, indent="    ")
    yield ""
    yield words.WOULD_TOTAL()
    yield from _totals(app, rows)


def _booked(rows: Sequence[Action]) -> str:
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update(step_class(row.step).sums(row.result["would"]) if row.step in STEPS else {})
    return ", ".join(
        money(amount, language=language(), currency=currency) for currency, amount in sums.items()
    )


def _totals(app: App, rows: Sequence[Action]) -> Iterator[str]:
    """How many of each step would do something."""
    effective = Counter(
        row.step
        for row in rows
        if not {"failed", "skipped"} & row.result["would"].keys()
        and row.result["would"].get("changed") is not False
    )
    width = max((len(step_word(step)) for step in effective), default=0)
    for step, count in effective.most_common():
        booked = _booked([row for row in rows if row.step == step])
        yield f"  {step_word(step):<{width}}  {count}{f'  {booked}' if booked else ''}"
    failing = [row for row in rows if "failed" in row.result["would"]]
    for row in failing:
        (label, text), *_ = facts(row.step, row.result["would"], app.tz)
        which = f"{row.rule}, {app.store.figures.called(row.kind, row.entity_id)}"
        yield from wrapped(
            f"{label}: {which}: {text.removeprefix(f'{row.kind}:{row.entity_id}: ')}", first="  ", rest="    "
        )
    if not effective and not failing:
        yield f"  {words.NOTHING_TO_DO()}"
