"""``b24sync status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from b24sync.app import show_time
from b24sync.log import json_line, printable
from b24sync.store.outbox import OPEN_TROUBLE

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session

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
        for line in _lines(facts):
            print(printable(line))
    return 1 if facts["verdict"] == "attention" else 0


def gather(app: App) -> dict[str, Any]:
    """What ``status --json`` shows."""
    store, now = app.store, int(app.clock.now().timestamp())
    with store.reading():
        counts = store.outbox.counts()
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
        "guard": cursor.guard,
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


def _lines(facts: dict[str, Any]) -> list[str]:
    lines = [f"{facts['configuration']}: {facts['verdict']}  ({facts['database']})"]
    for cursor in facts["cursors"]:
        lag = "" if cursor["lag_s"] is None else f", {cursor['lag_s']} s ago"
        guard = f"; stopped: {cursor['guard']} (b24sync poll --reconcile)" if cursor["guard"] else ""
        lines.append(f"  {cursor['kind']:<12} {cursor['state']:<9} {cursor['signpost'] or '-'}{lag}{guard}")
    for run in facts["runs"]:
        troubles = f"  {run['troubles'][0]}" if run["troubles"] else ""
        lines.append(
            f"  run {run['run']:<6} {run['started_at']}  exit {run['exit_code']}  events "
            f"{run['events']}{troubles}"
        )
    lines.append(
        "  actions: " + (", ".join(f"{state} {count}" for state, count in facts["actions"].items()) or "none")
    )
    if facts["verdict"] == "attention":
        lines.append("  look: b24sync actions --state failed|held|uncertain; then retry, release or cancel")
    return lines
