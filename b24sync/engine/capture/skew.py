"""How far the portal's date filter is shifted, and how to ask so that nothing is missed (portal.md §3.4).

``crm.item.list`` moves the bound of a date filter by (owner's time zone − server's). A bound that comes out
later than meant loses changes without an error, so the shift is measured: a row seen in the last poll must
pass a filter by its own time and must not pass one a second later. Where it cannot be measured the bound is
set a whole day earlier: more is read, nothing is missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from b24sync.rest import feeds, items

if TYPE_CHECKING:
    from b24sync.calls import Answer, Call, Portal
    from b24sync.rest.kinds import Kind

WIDEST = timedelta(hours=27)  # zones lie between -12 and +14 hours; two of them differ by 26 at most
STEP = timedelta(minutes=15)  # every zone in use is a multiple of this
SECOND = timedelta(seconds=1)
Row: TypeAlias = "tuple[Kind, int, datetime]"  # its kind, id and modification time


def checks(kind: Kind, entity_id: int, saved: datetime, skew: timedelta) -> Mapping[str, Call]:
    """Two commands that show whether the filter is shifted by ``skew``.

    The first must find the row, the second must not.
    """
    return {
        "skew_in": feeds.one_since(kind, entity_id=entity_id, since=saved + skew),
        "skew_out": feeds.one_since(kind, entity_id=entity_id, since=saved + skew + SECOND),
    }


def holds(answers: Mapping[str, Answer], saved: datetime) -> bool | None:
    """Whether the answers to `checks` fit the skew.

    ``None`` if they say nothing (the row has changed or is gone).
    """
    inside, outside = answers.get("skew_in"), answers.get("skew_out")
    if inside is None or outside is None or inside.error or outside.error:
        return None
    within, beyond = items.page_rows(inside.result), items.page_rows(outside.result)
    rows = [*within, *beyond]
    if any(_saved(row) != saved for row in rows):
        return None
    return bool(within) and not beyond


def measure(portal: Portal, kind: Kind, entity_id: int, saved: datetime) -> timedelta | None:
    """The shift of the filter, by asking for one row with many bounds; ``None`` if no bound tells.

    The row passes a bound up to its own time plus the shift, so the largest passing offset is the shift.
    """
    hours = range(-27, 28)
    coarse = _largest(portal, kind, entity_id, saved, [timedelta(hours=hour) for hour in hours])
    if coarse is None or coarse == timedelta(hours=27):
        return None
    return _largest(portal, kind, entity_id, saved, [coarse + STEP * number for number in range(4)])


def _largest(
    portal: Portal, kind: Kind, entity_id: int, saved: datetime, offsets: list[timedelta]
) -> timedelta | None:
    calls = [feeds.one_since(kind, entity_id=entity_id, since=saved + offset) for offset in offsets]
    passing = None
    for offset, answer in zip(offsets, portal.read(calls), strict=True):
        rows = items.page_rows(answer.value())
        if rows and _saved(rows[0]) == saved:
            passing = offset
    return passing


def _saved(row: dict[str, object]) -> datetime | None:
    return items.snapshot_times(row)[1]
