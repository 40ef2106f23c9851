"""What a kind was read from: another type or API, or a long time unwatched, is a quiet start (G15, G6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from b24sync.calls import Call
from b24sync.engine.capture.staging import seconds

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.snapshot import Cursor


def settle(portal: Portal, store: Store, kinds: Sequence[Kind], *, overlap: timedelta, run: int) -> None:
    """Begin a new baseline of the kinds whose snapshot is not theirs, or too old to be gone on with.

    A kind that could not be read for a while is another matter: it was watched all the time.

    Raises:
        TransientError: The portal cannot be reached.
        CredentialsError: The portal refuses the webhook.
    """
    cursors = {cursor.kind: cursor for cursor in store.snapshot.cursors()}
    watched = {kind.name: cursors[kind.name] for kind in kinds if kind.name in cursors}
    foreign = [kind for kind in kinds if kind.name in watched and _is_foreign(kind, watched[kind.name])]
    back = [cursor for cursor in watched.values() if cursor.unwatched_since is not None]
    left = [
        cursor
        for cursor in cursors.values()
        if cursor.kind not in watched and cursor.unwatched_since is None and cursor.signpost is not None
    ]
    if not (foreign or back or left):
        return
    now = seconds(portal.chain({"time": Call("server.time")})[1]) if back else 0
    lately = max((cursor.signpost or 0 for cursor in cursors.values()), default=0)
    with store.transaction():
        for cursor in left:
            store.snapshot.save_cursor(replace(cursor, unwatched_since=lately))
        for cursor in back:
            _come_back(store, cursor, away=timedelta(seconds=now - (cursor.unwatched_since or 0)) > overlap)
        for kind in foreign:
            store.snapshot.restart(kind.name, history="unknown")
            store.forget_kind(kind.name, run=run)


def _is_foreign(kind: Kind, cursor: Cursor) -> bool:
    return cursor.api is not None and (cursor.entity_type_id, cursor.api) != (kind.entity_type_id, kind.api)


def _come_back(store: Store, cursor: Cursor, *, away: bool) -> None:
    if away:
        store.snapshot.restart(cursor.kind)
    else:
        store.snapshot.save_cursor(replace(cursor, unwatched_since=None))
