"""``b24sync events`` and ``b24sync actions``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from b24sync.app import App, show_time
from b24sync.cli.times import typed_time
from b24sync.domain.entity import Key
from b24sync.errors import UsageError
from b24sync.log import json_line, printable

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.store.journal import EventRow
    from b24sync.store.outbox import Action

STATES = ("pending", "running", "done", "failed", "uncertain", "held", "skipped", "cancelled")


def typed_entity(text: str | None) -> Key | None:
    """An entity as typed.

    Raises:
        UsageError: It is none.
    """
    if text is None:
        return None
    try:
        return Key.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from None


def events(
    session: Session, *, entity: str | None, since: str | None, name: str | None, limit: int, as_json: bool
) -> int:
    """The newest events that fit, oldest first."""
    key = typed_entity(entity)
    with session.app(offline=True) as app:
        rows = app.open_store(create=False).journal.events(
            kind=key.kind if key else None,
            entity_id=key.id if key else None,
            since=_since(app, since),
            name=name,
            limit=limit,
        )
        _print(rows, as_json, lambda row: event_json(row, app.tz), lambda row: event_line(app, row))
    return 0


def actions(
    session: Session, *, entity: str | None, since: str | None, state: str | None, limit: int, as_json: bool
) -> int:
    """The newest actions that fit, oldest first."""
    key = typed_entity(entity)
    if state is not None and state not in STATES:
        raise UsageError(f"--state: found {state!r} (write one of {', '.join(STATES)})")
    with session.app(offline=True) as app:
        rows = app.open_store(create=False).outbox.actions(
            kind=key.kind if key else None,
            entity_id=key.id if key else None,
            since=_since(app, since),
            state=state,
            limit=limit,
        )
        _print(rows, as_json, lambda row: action_json(row, app.tz), action_line)
    return 0


def _since(app: App, text: str | None) -> int | None:
    return None if text is None else int(typed_time(text, now=app.clock.now(), tz=app.tz).timestamp())


def _print(
    rows: list[Any], as_json: bool, to_json: Callable[[Any], dict[str, Any]], to_line: Callable[[Any], str]
) -> None:
    for row in rows:
        print(json_line(to_json(row)) if as_json else to_line(row))


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


def event_line(app: App, row: EventRow) -> str:
    """An event for people."""
    move = f" {row.from_ or '-'} → {row.to_}" if row.to_ else ""
    changed = "" if row.to_ or not row.changes else " " + ", ".join(row.changes)
    return printable(
        f"{row.id:>6}  {show_time(row.occurred_at, app.tz)}  {row.name}  "
        f"{row.kind}:{row.entity_id}{move}{changed}"
    )


def action_line(row: Action) -> str:
    """An action for people."""
    reason = row.error or row.result.get("message") or row.result.get("reason") or ""
    return printable(
        f"{row.id:>6}  {row.state:<9}  {row.rule}/{row.position} {row.step}  "
        f"{row.kind}:{row.entity_id}  {reason}".rstrip()
    )
