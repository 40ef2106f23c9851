"""``b24sync explain``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from b24sync.app import App, show_time
from b24sync.cli.listing import action_json, action_line, event_json, event_line, typed_entity
from b24sync.domain.entity import INVOICE, Key
from b24sync.engine.entity_story import Chapter, Story, write
from b24sync.errors import UsageError
from b24sync.log import json_line, printable

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.store.outbox import Action

_LONGEST = 60


def run(session: Session, entity: str, *, as_json: bool) -> int:
    """Tell the whole story of one entity.

    Raises:
        UsageError: Nothing is known of it.
    """
    with session.app(offline=True) as app:
        app.open_store(create=False)
        key = _key(app, entity)
        story = write(app.store, app.settings.rules, key)
        if story is None:
            raise UsageError(f"nothing is known of {key}", remedy=_what_is_known(app, key.kind))
        if as_json:
            print(json_line(story_json(app, story)))
        else:
            for line in _lines(app, story):
                print(printable(line))
    return 0


def _key(app: App, text: str) -> Key:
    text = text.strip()
    if not text.startswith(("№", "#")):
        return typed_entity(text) or Key(INVOICE, 0)
    number = text.lstrip("№#").strip()
    found = app.store.snapshot.invoices_numbered(number)
    if len(found) == 1:
        return Key(INVOICE, found[0])
    if found:
        raise UsageError(
            f"several invoices have №{number}",
            remedy=f"name one: {', '.join(f'{INVOICE}:{one}' for one in found[:20])}",
        )
    raise UsageError(f"no known invoice has №{number}", remedy=_what_is_known(app, INVOICE))


def _what_is_known(app: App, kind: str) -> str:
    if kind not in app.settings.poll.watch:
        return f"watched are {', '.join(app.settings.poll.watch)} (poll.watch)"
    bounds = app.store.snapshot.bounds(kind)
    if bounds is None:
        return f"no {kind} was seen yet; b24sync poll reads them"
    return (
        f"the {kind} ids that were seen lie between {bounds[0]} and {bounds[1]}; b24sync poll reads what is "
        f"new"
    )


# JSON


def story_json(app: App, story: Story) -> dict[str, Any]:
    """The one object of ``--json``."""
    stored = story.stored
    return {
        "entity": str(story.key),
        "state": stored.state if stored else None,
        "now": _facts(app, story),
        "revisions": [_revision_json(app, row) for row in story.revisions],
        "events": [_chapter_json(app, chapter) for chapter in story.chapters],
        "actions_by_operators": [action_json(action, app.tz) for action in story.by_operators],
        "ledger": _ledger_json(app, story),
    }


def _facts(app: App, story: Story) -> dict[str, Any]:
    """The contract fields as they were last seen, as JSON."""
    from b24sync.engine.apply import known_of

    stored, kind = story.stored, app.kinds.get(story.key.kind)
    if stored is None or kind is None:
        return {}
    known = known_of(kind, stored)
    stage = {} if known.stage is None else {"stage_id": known.stage}
    if known.stage is not None and kind.name == INVOICE:
        stage["status"] = app.workshop().funnels().status(INVOICE, known.stage)
    return {
        **stage,
        **{name: value for name, value in known.values.items() if not name.startswith("fields.")},
    }


def _revision_json(app: App, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "what": row["what"],
        "run": row["run"],
        "observed_at": show_time(row["observed_at"], app.tz),
        "updated_at": show_time(row["updated_at"], app.tz),
        "changes": row["changes"],
    }


def _chapter_json(app: App, chapter: Chapter) -> dict[str, Any]:
    return {
        **event_json(chapter.event, app.tz),
        "rules": [
            {"rule": said.rule, "matched": said.matched, "reason": said.reason} for said in chapter.said
        ],
        "actions": [action_json(action, app.tz) for action in chapter.actions],
    }


def _ledger_json(app: App, story: Story) -> list[dict[str, Any]]:
    if not story.booked:
        return []
    from b24sync.cli.commission import row_json

    return [row_json(booked, app.tz) for booked in story.booked]


# for people


def _lines(app: App, story: Story) -> Iterator[str]:
    facts = _facts(app, story)
    state = story.stored.state if story.stored else "not in the snapshot any more"
    yield f"{story.key}: {state}"
    yield from (f"  {name}: {_short(value)}" for name, value in facts.items())
    yield "revisions" if story.revisions else "revisions: none (as it was in the baseline)"
    for row in story.revisions:
        yield f"  {row['number']:>4}  {show_time(row['observed_at'], app.tz)}  {row['what']}"
        yield from (
            f"        {name}: {_short(old)} → {_short(new)}" for name, (old, new) in row["changes"].items()
        )
    yield "events" if story.chapters else "events: none"
    for chapter in story.chapters:
        yield from _chapter_lines(app, chapter)
    if story.by_operators:
        yield "by operators"
        for action in story.by_operators:
            yield from _action_lines(app, action)
    if story.booked:
        yield "commissions"
        yield from (
            f"  {show_time(one.at, app.tz)}  user:{one.row.user} {one.row.role}  {one.row.state}  "
            f"{one.row.amount:f} {one.row.currency}"
            for one in story.booked
        )


def _chapter_lines(app: App, chapter: Chapter) -> Iterator[str]:
    yield event_line(app, chapter.event)
    for said in chapter.said:
        if said.listens:
            yield f"        {'✓' if said.matched else '✗'} {said.rule}: {said.reason}"
    deaf = [said.rule for said in chapter.said if not said.listens]
    if deaf:
        yield f"        - listen to other events: {', '.join(deaf)}"
    for action in chapter.actions:
        yield from _action_lines(app, action)


def _action_lines(app: App, action: Action) -> Iterator[str]:
    yield f"      {action_line(action)}"
    when = (
        f"; next try {show_time(action.next_attempt_at, app.tz)}"
        if action.next_attempt_at is not None
        else ""
    )
    settled = f"; settled {show_time(action.settled_at, app.tz)}" if action.settled_at is not None else ""
    if action.attempts or when or settled:
        yield f"              attempts {action.attempts}{when}{settled}"
    details = {name: value for name, value in action.result.items() if name not in {"message", "reason"}}
    yield from (f"              {name}: {_short(value)}" for name, value in details.items())


def _short(value: Any) -> str:
    text = (
        "-" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    )
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
