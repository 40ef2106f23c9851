"""``b24sync poll``."""

from __future__ import annotations

import gc
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from b24sync.app import App, copy_of, show_time
from b24sync.cli.failure import tell
from b24sync.cli.layout import say, wrapped
from b24sync.cli.times import typed_duration, typed_time
from b24sync.engine.poller import Options
from b24sync.errors import AnotherPollError
from b24sync.log import json_line
from b24sync.store import Store
from b24sync.store.lock import poll_lock
from b24sync.words import polling as words
from b24sync.words.vocabulary import KINDS, STATES, word

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.engine.poll_report import Report

log = logging.getLogger(__name__)
_GARBAGE = (50_000, 20, 20)  # the rows of a batch are many objects and no cycles: looking for some takes time
SILENCE_S = 3600  # the same trouble is said at most hourly without a terminal (contract.md §4)


class Wanted(NamedTuple):
    """The options as typed."""

    dry_run: bool = False
    since: str | None = None
    baseline: bool = False
    reconcile: bool = False
    max_time: str | None = None
    as_json: bool = False
    quiet: bool = False


def run(session: Session, wanted: Wanted) -> int:
    """Poll every configuration once; returns the exit code."""
    return session.each(partial(poll_configuration, wanted=wanted), hourly=not wanted.dry_run)


def poll_configuration(app: App, wanted: Wanted) -> int:
    """Poll one configuration once and say what a person must know; returns the exit code."""
    options = _options(app, wanted)
    with _scratch() if wanted.dry_run else nullcontext() as folder:
        if folder is not None:
            app.use_store(Store.open(copy_of(app.settings.store.path, Path(folder))))
        try:
            with nullcontext() if wanted.dry_run else poll_lock(app.settings.store.path):
                report = poll_once(app, options, progress=not (wanted.quiet or wanted.as_json))
        except AnotherPollError as error:
            if (sys.stderr.isatty() and not wanted.quiet) or (error.stuck and not _said_stuck(app)):
                tell([str(error)], label=app.label)
            return error.exit_code
        _show(app, report, wanted)
        _log(report)
        return report.exit_code


def _said_stuck(app: App) -> bool:
    """Whether it was said within the last hour that a poll hangs; from now on it was."""
    mark = app.settings.store.path.with_name(f"{app.settings.store.path.name}.stuck")
    now = app.clock.now().timestamp()
    if mark.exists() and 0 <= now - mark.stat().st_mtime < SILENCE_S:
        return True
    with suppress(OSError):  # said too often is better than not at all
        mark.touch(mode=0o600)
    return False


def _log(report: Report) -> None:
    """One line of the log a poll; a watch shows those that had something to do."""
    counts = ", ".join(f"{state} {count}" for state, count in report.actions.items()) or "none"
    log.log(
        logging.DEBUG if report.quiet else logging.INFO,
        "run %s: events %s, actions: %s, %s requests, exit %s",
        report.run,
        report.events,
        counts,
        report.http_requests,
        report.exit_code,
    )


def _scratch() -> AbstractContextManager[str]:
    """A folder for the copy that a dry run works on."""
    import tempfile

    return tempfile.TemporaryDirectory()


def poll_once(app: App, options: Options, *, progress: bool) -> Report:
    """One poll with everything that belongs to it: the lock is held by the caller."""
    from b24sync.cli.progress import bar

    gc.set_threshold(*_GARBAGE)
    with bar(enabled=progress) as told:
        report = app.poller(progress=told).run(options)
    app.after_poll(report)
    return report


def _options(app: App, wanted: Wanted) -> Options:
    since = typed_time(wanted.since, now=app.clock.now(), tz=app.tz) if wanted.since else None
    max_time = (
        typed_duration(wanted.max_time, option="--max-time").total_seconds() if wanted.max_time else None
    )
    return Options(wanted.dry_run, since, wanted.baseline, wanted.reconcile, max_time)


def _show(app: App, report: Report, wanted: Wanted) -> None:
    if wanted.as_json:
        tz = app.tz
        told = report.as_json(lambda moment: show_time(moment.astimezone(UTC), tz))
        print(json_line({"configuration": app.label, **told} if app.label else told))
    elif not wanted.quiet and (sys.stdout.isatty() or wanted.dry_run):
        lines = [*_summary(report), *(_planned(app, report) if wanted.dry_run else ())]
        say([f"{app.label}: {line}" if app.label and line else line for line in lines])
    tell(_troubles(app, report, wanted), label=app.label, level="warning")


def _summary(report: Report) -> Iterator[str]:
    changes = ", ".join(f"{word(KINDS, kind)} {count}" for kind, count in report.changes.items() if count)
    done = ", ".join(f"{word(STATES, state)} {count}" for state, count in report.actions.items())
    head = [words.BASELINE()] if report.baseline else []
    if report.dry_run:
        head.append(words.DRY_RUN())
    text = words.SUMMARY(
        changes=changes or words.NOTHING(),
        events=report.events,
        actions=done or words.NONE(),
        requests=words.REQUESTS(report.http_requests),
    )
    yield from wrapped(" ".join([*head, text]))


def _planned(app: App, report: Report) -> Iterator[str]:
    """What a dry run saw, and what it would do."""
    from b24sync.cli.listing import action_lines, event_table

    seen = app.store.journal.events(run=report.run)
    if seen:
        yield ""
        yield from event_table(app, seen)
    planned = app.store.actions.newest(run=report.run)
    if planned:
        yield ""
    for action in planned:
        yield from action_lines(app, action)


def _troubles(app: App, report: Report, wanted: Wanted) -> list[str]:
    """What goes to stderr: everything on a terminal.

    Without one nothing on 0, and on 69 and 77 the same trouble at most hourly.
    """
    lines = [*report.troubles, *report.warnings]
    if sys.stderr.isatty():
        return lines
    if report.exit_code == 0 or (
        report.exit_code in {69, 77} and not wanted.dry_run and _said_lately(app, report.troubles)
    ):
        return []
    return lines


def _said_lately(app: App, troubles: list[str]) -> bool:
    now = int(app.clock.now().timestamp())
    known: dict[str, Any] = json.loads(app.store.meta.get("said") or "{}")
    if known.get("what") == sorted(troubles) and 0 <= now - known.get("at", 0) < SILENCE_S:
        return True
    with app.store.transaction():
        app.store.meta.put("said", json.dumps({"what": sorted(troubles), "at": now}, ensure_ascii=False))
    return False
