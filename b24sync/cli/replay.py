"""``b24sync replay``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.app import App
from b24sync.calendars import make_calendar
from b24sync.cli.layout import say, wrapped
from b24sync.cli.listing import action_json, clock
from b24sync.cli.times import typed_second
from b24sync.config.find import Source
from b24sync.engine.as_of import Past
from b24sync.engine.history_replay import Replay, Would
from b24sync.errors import UsageError
from b24sync.log import json_line, printable, redact
from b24sync.reporting.names import learnt, told_of
from b24sync.rules.language import Language
from b24sync.steps.registry import reason_word, step_word
from b24sync.store import Store
from b24sync.words import commands as said
from b24sync.words import replay as words
from b24sync.words.vocabulary import STATES, event_word, word

if TYPE_CHECKING:
    from b24sync.cli.session import Session


_NAMING = 500
"""Actions, the newest, that tell the names of users."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the command."""

    from_file: Path | None
    since: str | None
    until: str | None
    rules: Path | None
    compare: Path | None
    as_json: bool


def run(session: Session, wanted: Wanted) -> int:
    """Print what the recorded events would come to; what cannot be judged is told on stderr.

    Raises:
        UsageError: An option is wrong.
    """
    with ExitStack() as stack:
        app = stack.enter_context(_configured(session, wanted))
        app.use_store(stack.enter_context(_history(session, app, wanted)))
        scratch = Store.in_memory()
        stack.callback(scratch.close)
        since, until = (
            typed_second(text, now=app.clock.now(), tz=app.tz) for text in (wanted.since, wanted.until)
        )
        if since is not None and until is not None and since > until:
            raise UsageError(said.SINCE_AFTER_UNTIL())
        if wanted.compare is not None:
            _compare(session, app, scratch, wanted, since=since, until=until)
            return 0
        for would in _replay(app, scratch).run(since=since, until=until):
            if wanted.as_json:
                print(json_line(action_json(would.action, app.tz)))
            else:
                say(_lines(app, would))
    return 0


@contextmanager
def _configured(session: Session, wanted: Wanted) -> Iterator[App]:
    """The configuration whose rules are tried; it needs no secrets."""
    if wanted.rules is None:
        with session.app(offline=True) as app:
            yield app
        return
    with _other(session, wanted.rules, "--rules") as app:
        yield app


@contextmanager
def _other(session: Session, path: Path, option: str) -> Iterator[App]:
    """Another whole configuration, which an option names."""
    if path.is_dir():
        raise UsageError(said.IS_FOLDER(path=f"{option} {path}"), remedy=said.NAME_A_FILE())
    app = App(session.load(Source(path), offline=True))
    try:
        yield app
    finally:
        app.close()


def _compare(
    session: Session, app: App, scratch: Store, wanted: Wanted, *, since: int | None, until: int | None
) -> None:
    """Sum up what the events come to under the one configuration and under the other."""
    from b24sync.cli import replay_compare

    if wanted.compare is None:
        return
    with _other(session, wanted.compare, "--compare") as other, closing(Store.in_memory()) as second:
        other.use_store(Shared(app.store.connection, app.store.path))
        sums = []
        for one, kept in ((app, scratch), (other, second)):
            replay = _replay(replay_compare.awake(one), kept)
            replay.say = partial(_say_of, one.loaded.path)
            calendar = partial(make_calendar, one.settings, kept, one.clock)
            sums.append(replay_compare.sums(one, replay, calendar, since=since, until=until))
        names = learnt(app.store) | told_of(app.store.actions.newest(limit=_NAMING))
        replay_compare.show(sums[0], sums[1], names=names, as_json=wanted.as_json)


class Shared(Store):
    """A database that somebody else opened, and closes."""

    def close(self) -> None:
        """Leave it open."""


@contextmanager
def _history(session: Session, app: App, wanted: Wanted) -> Iterator[Store]:
    """What was recorded: in a file, or in the database of the configuration that the command line names."""
    if wanted.from_file is not None:
        from b24sync.store.history_import import opened

        with opened(wanted.from_file) as store:
            yield store
    elif wanted.rules is None:
        yield from _closing(Store.read_only(app.settings.store.path))
    else:
        with session.app(offline=True) as own:
            path = own.settings.store.path
        yield from _closing(Store.read_only(path))


def _closing(store: Store) -> Iterator[Store]:
    try:
        yield store
    finally:
        store.close()


def _replay(app: App, scratch: Store) -> Replay:
    """The parts of a replay; what they want to remember goes into the scratch database."""
    for country, year, text in app.store.meta.calendars():
        scratch.meta.put_calendar(country, year, text, at=0)
    language = Language(
        app.settings.language, app.tz, lambda: make_calendar(app.settings, scratch, app.clock)
    )
    past = Past(app.store, app.kinds, app.workshop().funnels(), app.store.meta.get("portal") or "")
    return Replay(
        history=app.store,
        scratch=scratch,
        settings=app.settings,
        past=past,
        language=language,
        tz=app.tz,
        say=_say,
    )


def _say_of(path: Path, text: str) -> None:
    """What could not be judged under one of two configurations."""
    _say(f"{path}: {text}")


def _say(text: str) -> None:
    print(printable(redact(text)), file=sys.stderr)


def _lines(app: App, would: Would) -> Iterator[str]:
    action, event = would.action, would.event
    told = action.result.get("message") or reason_word(action.step, str(action.result.get("reason") or ""))
    line = words.LINE(
        id=action.id,
        state=words.PLANNED() if action.state == "pending" else word(STATES, action.state),
        rule=action.rule,
        step=step_word(action.step),
        entity=f"{action.kind}:{action.entity_id}",
        event=event.id,
        what=event_word(event.name),
        when=clock(event.occurred_at, app.tz),
        why=told,
    )
    yield from wrapped(line.rstrip(), rest=" " * 8)
