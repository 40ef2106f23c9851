"""Moving a kind's cursors past what was applied."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from b24sync.domain.entity import Key
from b24sync.engine.capture.staging import seconds

if TYPE_CHECKING:
    from b24sync.engine.capture.reading import KindReading
    from b24sync.store import Store
    from b24sync.store.snapshot import Cursor


def promote(
    store: Store,
    one: KindReading,
    *,
    signpost: datetime,
    overlap: timedelta,
    run: int,
    deferred: int | None = None,
) -> None:
    """Move a kind's cursors past what was applied; within the transaction that applies it.

    Args:
        deferred: The lowest history row that is left to the next poll; ``None`` if none is.
    """
    signpost = one.begun or signpost
    floor = max(
        store.staged.remember_history(
            one.kind.name, floor_before=seconds(signpost - overlap - one.widened), now=seconds(signpost)
        ),
        one.cursor.history_floor,
    )
    if deferred is not None:
        floor = min(floor, deferred - 1)
    store.snapshot.save_cursor(_advanced(one, signpost=signpost, floor=floor))
    store.walks.end(one.kind.name)
    store.echoes.forget_writes(one.kind.name, before_run=run)
    store.sweeps.applied(one.kind.name, ended=one.swept)
    if one.fresh:
        store.unjudged.done("reconcile", [Key(one.kind.name, 0)])


def _advanced(one: KindReading, *, signpost: datetime, floor: int) -> Cursor:
    """The kind's cursor after its news were applied."""
    steady = one.steady or (one.cursor.steady_id, None)
    cursor = one.cursor
    if one.probed:
        cursor = replace(cursor, probed_at=seconds(signpost))
    if one.learnt is not None:
        one.history, one.history_id, floor = "yes", one.learnt, one.learnt
    if one.fresh:
        cursor = replace(cursor, state="live", baseline_at=seconds(signpost), reconciled_at=seconds(signpost))
    return replace(
        cursor,
        signpost=seconds(signpost),
        history=one.history,
        history_id=one.history_id,
        history_floor=floor,
        steady_id=steady[0],
        steady_at=seconds(steady[1]) if steady[1] else one.cursor.steady_at,
        entity_type_id=one.kind.entity_type_id,
        api=one.kind.api,
    )
