"""``b24sync metrics``: the text format of Prometheus, for node_exporter's textfile collector.

Write it beside the collector's file and rename it there, as ``b24sync metrics > x.prom.tmp && mv x.prom.tmp
x.prom`` does, so that no half file is read. Every sample has the labels ``config``, the name of its
configuration, and ``file``, its path: installations whose files are all called ``b24sync.toml`` differ by it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync import __version__
from b24sync.cli.listing import STATES

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session

GAUGE, COUNTER = "gauge", "counter"
_HELP = {
    "b24sync_up": (GAUGE, "Whether configuration and database could be read."),
    "b24sync_build_info": (GAUGE, "The program; always 1."),
    "b24sync_last_poll_timestamp_seconds": (GAUGE, "Local time at which the newest finished poll ended."),
    "b24sync_last_poll_duration_seconds": (GAUGE, "How long the newest finished poll took."),
    "b24sync_last_poll_exit_code": (GAUGE, "Exit code of the newest finished poll."),
    "b24sync_last_success_timestamp_seconds": (
        GAUGE,
        "Local time at which the newest poll ended that read everything (exit code 0 or 1).",
    ),
    "b24sync_polls_total": (COUNTER, "Polls ever begun."),
    "b24sync_polls_recorded": (GAUGE, "Polls that are still recorded, by exit code."),
    "b24sync_lag_seconds": (
        GAUGE,
        "Age of what is known of a kind: local time minus the portal's time of its last complete poll.",
    ),
    "b24sync_kind_live": (GAUGE, "Whether the baseline of a kind is complete."),
    "b24sync_entities": (GAUGE, "Entities of a kind that were ever seen."),
    "b24sync_events_total": (COUNTER, "Events ever derived."),
    "b24sync_actions": (GAUGE, "Actions by state."),
    "b24sync_actions_total": (COUNTER, "Actions ever planned."),
    "b24sync_oldest_waiting_action_timestamp_seconds": (
        GAUGE,
        "When the oldest action that is still to be done was planned.",
    ),
    "b24sync_database_size_bytes": (GAUGE, "Size of the database."),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one metric."""

    name: str
    labels: Mapping[str, str]
    value: float


def run(session: Session) -> int:
    """Print the metrics of every configuration, grouped by metric as the format wants."""
    found = dict[Path, list[Sample]]()

    def body(app: App) -> int:
        found[app.loaded.path.absolute()] = list(samples(app))
        return 0

    paths = [source.path.absolute() for source in session.sources()]
    code = session.each(body, offline=True)
    shown = {path: [Sample("b24sync_up", {}, int(path in found)), *found.get(path, ())] for path in paths}
    sys.stdout.writelines(f"{line}\n" for line in exposition(shown))
    return code


def samples(app: App) -> Iterator[Sample]:
    """What one configuration tells."""
    store, now = app.open_store(create=False), app.clock.now().timestamp()
    with store.reading():
        figures, counts = store.figures, store.actions.counts()
        yield Sample("b24sync_build_info", {"version": __version__}, 1)
        yield from _polls(app)
        for cursor in store.snapshot.cursors():
            yield Sample("b24sync_kind_live", {"kind": cursor.kind}, int(cursor.live))
            if cursor.live and cursor.signpost is not None:
                yield Sample("b24sync_lag_seconds", {"kind": cursor.kind}, max(int(now) - cursor.signpost, 0))
        for kind, count in figures.entities_by_kind().items():
            yield Sample("b24sync_entities", {"kind": kind}, count)
        yield Sample("b24sync_events_total", {}, figures.ever("events"))
        for state in STATES:
            yield Sample("b24sync_actions", {"state": state}, counts.get(state, 0))
        yield Sample("b24sync_actions_total", {}, figures.ever("actions"))
        oldest = figures.oldest_waiting()
        if oldest is not None:
            yield Sample("b24sync_oldest_waiting_action_timestamp_seconds", {}, oldest)
        yield Sample("b24sync_database_size_bytes", {}, figures.size())


def _polls(app: App) -> Iterator[Sample]:
    figures = app.store.figures
    last, good = figures.last_run(), figures.last_run((0, 1))
    if last is not None:
        yield Sample("b24sync_last_poll_timestamp_seconds", {}, last.local_started_at + last.duration_s)
        yield Sample("b24sync_last_poll_duration_seconds", {}, last.duration_s)
        yield Sample("b24sync_last_poll_exit_code", {}, last.exit_code)
    if good is not None:
        yield Sample("b24sync_last_success_timestamp_seconds", {}, good.local_started_at + good.duration_s)
    yield Sample("b24sync_polls_total", {}, figures.ever("runs"))
    for code, count in figures.runs_by_exit_code().items():
        yield Sample("b24sync_polls_recorded", {"exit_code": str(code)}, count)


def exposition(found: Mapping[Path, list[Sample]]) -> Iterator[str]:
    """The lines: each metric once with its help and type, then the samples of every configuration."""
    for metric, (kind, words) in _HELP.items():
        lines = [
            _line(path, sample)
            for path, samples_ in found.items()
            for sample in samples_
            if sample.name == metric
        ]
        if lines:
            yield f"# HELP {metric} {words}"
            yield f"# TYPE {metric} {kind}"
            yield from lines


def _line(path: Path, sample: Sample) -> str:
    named = {"config": path.stem, "file": str(path), **sample.labels}
    labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in named.items())
    value = sample.value
    return f"{sample.name}{{{labels}}} {int(value) if value == int(value) else f'{value:.3f}'}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
