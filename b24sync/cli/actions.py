"""``b24sync retry``, ``cancel``, ``release``: a person's word on actions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from b24sync.errors import UsageError

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session

# which states a command moves by id, and with --all (contract.md §4)
_RETRY = (("failed", "pending", "uncertain"), ("failed", "pending"))
_CANCEL = (("failed", "held", "uncertain", "pending"), ("failed", "held", "uncertain"))
_RELEASE = (("held",), ("held",))


def retry(session: Session, ids: Sequence[int], *, every: bool) -> int:
    """Make actions due now, attempts counted anew."""
    return _move(session, ids, every=every, states=_RETRY, to="pending", word="due now")


def cancel(session: Session, ids: Sequence[int], *, every: bool) -> int:
    """Give actions up."""
    return _move(session, ids, every=every, states=_CANCEL, to="cancelled", word="cancelled")


def release(session: Session, ids: Sequence[int], *, every: bool) -> int:
    """Let held actions run."""
    return _move(session, ids, every=every, states=_RELEASE, to="pending", word="released")


def _move(
    session: Session,
    ids: Sequence[int],
    *,
    every: bool,
    states: tuple[Sequence[str], Sequence[str]],
    to: str,
    word: str,
) -> int:
    if every == bool(ids):
        raise UsageError(
            "name actions by their ids, or say --all" if not every else "say either ids or --all"
        )
    with session.app(offline=True) as app:
        app.open_store(create=False)
        moved = _move_every(app, states[1], to) if every else _move_some(app, ids, states[0], to)
        print(f"{moved} {'action' if moved == 1 else 'actions'} {word}")
        if moved and to == "pending" and sys.stdout.isatty():
            print("they run with the next poll")
    return 0


def _move_every(app: App, states: Sequence[str], to: str) -> int:
    now = int(app.clock.now().timestamp())
    with app.store.transaction():
        ids = app.store.outbox.ids_in(states)
        return sum(
            app.store.outbox.move(action_id, from_=states, to=to, now=now, at=now) for action_id in ids
        )


def _move_some(app: App, ids: Sequence[int], states: Sequence[str], to: str) -> int:
    """All of them or none: an unknown id, or one in another state, is a usage error that changes nothing."""
    now = int(app.clock.now().timestamp())
    wanted = list(dict.fromkeys(ids))
    with app.store.transaction():
        for action_id in wanted:
            action = app.store.outbox.action(action_id)
            if action is None:
                raise UsageError(f"there is no action {action_id}", remedy="b24sync actions shows the ids")
            if not app.store.outbox.move(action_id, from_=states, to=to, now=now, at=now):
                raise UsageError(
                    f"action {action_id} is {action.state}", remedy=f"this command takes {', '.join(states)}"
                )
    return len(wanted)
