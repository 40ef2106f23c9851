"""``b24sync explain``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from b24sync.app import App, show_time
from b24sync.cli.entities import known_entity
from b24sync.cli.layout import say
from b24sync.cli.listing import action_json, event_json
from b24sync.domain.entity import INVOICE
from b24sync.engine.entity_story import Chapter, Story, write
from b24sync.errors import UsageError
from b24sync.log import json_line
from b24sync.words import explain as words
from b24sync.words.vocabulary import KINDS, word

if TYPE_CHECKING:
    from b24sync.cli.session import Session


def run(session: Session, entity: str, *, as_json: bool) -> int:
    """Tell the whole story of one entity.

    Raises:
        UsageError: Nothing is known of it.
    """
    with session.app(offline=True) as app:
        app.open_store(create=False)
        key = known_entity(app, entity)
        story = write(app.store, app.settings.rules, key)
        if story is None:
            raise UsageError(words.UNKNOWN(entity=key), remedy=_what_is_known(app, key.kind))
        if as_json:
            print(json_line(story_json(app, story)))
        else:
            from b24sync.cli.told_story import lines

            say(lines(app, story, facts_of(app, story)))
    return 0


def _what_is_known(app: App, kind: str) -> str:
    if kind not in app.settings.poll.watch:
        return words.NOT_WATCHED(kinds=", ".join(app.settings.poll.watch))
    bounds = app.store.snapshot.bounds(kind)
    if bounds is None:
        return words.NONE_SEEN(kind=word(KINDS, kind))
    return words.SEEN_BETWEEN(kind=word(KINDS, kind), first=bounds[0], last=bounds[1])


# JSON


def story_json(app: App, story: Story) -> dict[str, Any]:
    """The one object of ``--json``."""
    stored = story.stored
    return {
        "entity": str(story.key),
        "state": stored.state if stored else None,
        "now": facts_of(app, story),
        "revisions": [_revision_json(app, row) for row in story.revisions],
        "events": [_chapter_json(app, chapter) for chapter in story.chapters],
        "actions_by_operators": [action_json(action, app.tz) for action in story.by_operators],
        "ledger": _ledger_json(app, story),
    }


def facts_of(app: App, story: Story) -> dict[str, Any]:
    """The contract fields as they were last seen, as JSON."""
    from b24sync.engine.looks import known_of

    stored, kind = story.stored, app.kinds.get(story.key.kind)
    if stored is None or kind is None:
        return {}
    known = known_of(kind, stored, app.store.shapes.row(stored.data))
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
