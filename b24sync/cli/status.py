"""``b24sync status``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from b24sync.app import show_time
from b24sync.cli.layout import say, table, wrapped
from b24sync.cli.listing import clock
from b24sync.domain import mass_loss
from b24sync.domain.action_states import OPEN_TROUBLE
from b24sync.log import json_line
from b24sync.store.lock import held_for_s
from b24sync.store.portal_use import LIMIT_S
from b24sync.words import portal_use as load_words
from b24sync.words import status as words
from b24sync.words.vocabulary import KINDS, STATES, word

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session
    from b24sync.store.portal_use import LoadEstimate

RUNS = 5


def run(session: Session, *, as_json: bool) -> int:
    """Show how things stand; 1 while anything failed, held or uncertain is open."""
    return session.each(lambda app: _status(app, as_json=as_json), offline=True)


def _status(app: App, *, as_json: bool) -> int:
    app.open_store(create=False)
    facts = gather(app)
    if as_json:
        print(json_line(facts))
    else:
        say([*lines(app, facts)])
    return 1 if facts["verdict"] == "attention" else 0


def gather(app: App) -> dict[str, Any]:
    """What ``status --json`` shows."""
    store, now = app.store, int(app.clock.now().timestamp())
    polling = held_for_s(store.path)
    with store.reading():
        load = store.load.estimate(now)
        counts = store.actions.counts()
        quarantined = store.held.counts()
        runs = store.journal.last_runs(RUNS)
        cursors = [_cursor(app, cursor, now) for cursor in store.snapshot.cursors()]
    open_count = sum(counts.get(state, 0) for state in OPEN_TROUBLE)
    verdict = (
        "attention"
        if open_count
        else "no poll yet"
        if not runs
        else "ok"
        if runs[0]["exit_code"] in {0, 75, None}
        else "trouble"
    )
    return {
        "configuration": str(app.loaded.path),
        "database": str(store.path),
        "verdict": verdict,
        "cursors": cursors,
        "runs": [_run(app, row) for row in runs],
        "actions": counts,
        "quarantined": quarantined,
        "load": _load(load),
        "polling_for_s": None if polling is None else int(polling),
    }


def _load(load: LoadEstimate) -> dict[str, Any]:
    return {
        "requests_per_day": load.requests_per_day,
        "limit_s": LIMIT_S,
        "near_limit": load.near,
        "methods": [
            {"method": one.method, "calls": one.calls, "seconds": one.seconds, "share": round(one.share, 3)}
            for one in load.methods
        ],
    }


def _cursor(app: App, cursor: Any, now: int) -> dict[str, Any]:
    signpost = cursor.signpost if cursor.live else None
    return {
        "kind": cursor.kind,
        "state": "live" if cursor.live else "baseline",
        "signpost": None if signpost is None else show_time(signpost, app.tz),
        "lag_s": None if signpost is None else max(now - signpost, 0),
        "baseline_at": None if cursor.baseline_at is None else show_time(cursor.baseline_at, app.tz),
        "history": cursor.history,
        "reconciled_at": None if cursor.reconciled_at is None else show_time(cursor.reconciled_at, app.tz),
        "guard": str(mass_loss.told(cursor.guard)) if cursor.guard else None,
    }


def _run(app: App, row: dict[str, Any]) -> dict[str, Any]:
    report = row["report"]
    return {
        "run": row["id"],
        "started_at": show_time(row["started_at"], app.tz),
        "finished_at": None if row["finished_at"] is None else show_time(row["finished_at"], app.tz),
        "duration_s": row["duration_s"],
        "exit_code": row["exit_code"],
        "events": report.get("events", 0),
        "actions": report.get("actions", {}),
        "troubles": report.get("troubles", []),
    }


def lines(app: App, facts: dict[str, Any]) -> Iterator[str]:
    """What `gather` found, for people."""
    yield from wrapped(
        words.HEAD(configuration=facts["configuration"], verdict=word(words.VERDICTS, facts["verdict"]))
    )
    yield from wrapped(words.DATABASE(path=facts["database"]), first="  ", rest="  ")
    if facts["cursors"]:
        yield ""
        yield from table(
            [words.FEED(), words.FEED_STATE(), words.SEEN(), words.AGO()],
            [_feed(app, cursor) for cursor in facts["cursors"]],
            indent="  ",
        )
    for kind, count in facts["quarantined"].items():
        yield from wrapped(words.QUARANTINED(kind=word(KINDS, kind), count=count), first="  ", rest="    ")
    for cursor in app.store.snapshot.cursors():
        if cursor.guard:
            why = mass_loss.told(cursor.guard).said()
            yield from wrapped(words.STOPPED(kind=word(KINDS, cursor.kind), why=why), first="  ", rest="    ")
    if facts["runs"]:
        yield ""
        yield from table(
            [words.RUN(), words.STARTED(), words.EXIT(), words.EVENTS(), words.TROUBLE()],
            [_run_row(app, run) for run in facts["runs"]],
            indent="  ",
        )
    yield ""
    yield from _load_lines(app)
    counts = ", ".join(f"{word(STATES, state)} {count}" for state, count in facts["actions"].items())
    yield "  " + words.ACTIONS(counts=counts or words.NONE())
    if facts["verdict"] == "attention":
        yield from wrapped(words.LOOK(), first="  ", rest="  ")


def _load_lines(app: App) -> Iterator[str]:
    """The load, and what to do where it comes near the limit."""
    load = app.store.load.estimate(int(app.clock.now().timestamp()))
    if load.methods:
        yield from wrapped(
            load_words.told(load.requests_per_day, load.heaviest, LIMIT_S).said(), first="  ", rest="    "
        )
    if load.near:
        yield from wrapped(load_words.REMEDY(), first="    ", rest="    ")


def _feed(app: App, cursor: dict[str, Any]) -> list[str]:
    lag = cursor["lag_s"]
    return [
        word(KINDS, cursor["kind"]),
        word(words.FEED_STATES, cursor["state"]),
        "-" if cursor["signpost"] is None else _time(app, cursor["signpost"]),
        "" if lag is None else _age(lag),
    ]


def _run_row(app: App, run: dict[str, Any]) -> list[str]:
    troubles = run["troubles"]
    code = "" if run["exit_code"] is None else str(run["exit_code"])
    started = _time(app, run["started_at"])
    return [str(run["run"]), started, code, str(run["events"]), troubles[0] if troubles else ""]


def _time(app: App, text: str) -> str:
    return clock(int(datetime.fromisoformat(text).timestamp()), app.tz)


def _age(seconds: int) -> str:
    """How long ago, in the largest unit that fits."""
    for unit, counted in ((86400, words.DAYS), (3600, words.HOURS), (60, words.MINUTES)):
        if seconds >= 2 * unit:
            return counted(seconds // unit)
    return words.SECONDS(seconds)
