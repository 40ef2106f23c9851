"""The portal's clock set back, or its offset changed: nothing that is stamped too early is lost (G1, G6).

In the hour that summer time repeats a portal stores the same wall times twice, so rows of the second time
look an hour older than they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from b24sync.domain.entity import Key
from b24sync.engine.capture.staging import seconds

if TYPE_CHECKING:
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.snapshot import Cursor

JITTER_S = 5  # servers of one portal may differ by this much; the overlap covers it
_OFFSET, _TURNED = "server_utc_offset", "clock_turned"


class Window(Protocol):
    """One kind's reading, as far as the clock matters."""

    kind: Kind
    cursor: Cursor
    fresh: bool
    widened: timedelta


def look(
    store: Store,
    readings: Sequence[Window],
    *,
    signpost: datetime,
    offset: str | None,
    overlap: timedelta,
) -> None:
    """Widen the windows of the kinds for which the clock went back, and let everything be compared soon.

    Args:
        store: Remembers until when, and which kinds are still to be compared.
        readings: Of this poll.
        signpost: The portal's time.
        offset: The offset of its server, as ``+03:00``; ``None`` if it does not say.
        overlap: Of the windows.
    """
    before, now = store.meta.get(_OFFSET), seconds(signpost)
    changed = bool(offset and before and _minutes(offset) != _minutes(before))
    if changed and offset and before:
        by = abs(_minutes(offset) - _minutes(before)) * 60
        with store.transaction():
            store.meta.put(_TURNED, f"{by} {now + by + seconds_of(overlap)}")
            store.meta.put(_OFFSET, offset)
            store.unjudged.add("reconcile", [Key(one.kind.name, 0) for one in readings])
    turned = _turned(store, now)
    for one in readings:
        back = 0 if one.fresh else max((one.cursor.signpost or 0) - now, 0)
        if back > JITTER_S:
            with store.transaction():
                store.unjudged.add("reconcile", [Key(one.kind.name, 0)])
        one.widened = timedelta(seconds=turned + 2 * (back if back > JITTER_S else 0))


def seconds_of(duration: timedelta) -> int:
    """Whole seconds."""
    return int(duration.total_seconds())


def _turned(store: Store, now: int) -> int:
    """By how much rows may be stamped too early for now, seconds."""
    by, _, until = (store.meta.get(_TURNED) or "0 0").partition(" ")
    return int(by) if now < int(until) else 0


def _minutes(offset: str) -> int:
    found = re.fullmatch(r"([+-])(\d\d):?(\d\d)", offset)
    if found is None:
        return 0
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes
