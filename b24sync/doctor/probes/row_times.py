"""Rows that were saved, by their own word, before they were made or moved (portal.md §3.4).

Polls read what was saved since the last one, so such a row is met only by the comparison of everything.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.rest import items
from b24sync.rest.feeds import words as feed_words
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from b24sync.calls import Call
    from b24sync.doctor.probing import Look, Scene
    from b24sync.rest.kinds import Kind

NAME = "row_times"
_FIELDS = ("id", "createdTime", "updatedTime", "movedTime", "isRecurring")
_NONE = timedelta(0)
_SHOWN = 3


def look(scene: Scene) -> Look:
    """Compare the times of the rows of each kind that were made last."""
    kinds = list(scene.app.watched)
    answers = yield [_youngest(kind) for kind in kinds]
    found, seen = list[Finding](), 0
    for kind, answer in zip(kinds, answers, strict=True):
        if answer.refused():  # a kind that cannot be read is told by itself
            continue
        page = [row for row in items.page_rows(answer.value()) if not items.is_template(row)]
        seen += len(page)
        found += _findings(scene, kind, page)
    return found or ([ok(NAME, words.TIMES_AGREE.both(count=seen))] if seen else [])


def _youngest(kind: Kind) -> Call:
    return items.list_page(kind, filter={}, order={feed_words(kind).id: "DESC"}, select=_FIELDS)


def _findings(scene: Scene, kind: Kind, page: Sequence[dict[str, Any]]) -> list[Finding]:
    late = {items.row_id(row): by for row in page if (by := _saved_before(row)) > _NONE}
    if not late:
        return []
    name, overlap = f"{NAME}.{kind.name}", scene.app.settings.poll.overlap
    worst = max(late.values())
    listed = ", ".join(f"{kind.name}:{number}" for number in list(late)[:_SHOWN])
    values = {
        "which": listed + (", …" if len(late) > _SHOWN else ""),
        "seconds": round(worst.total_seconds()),
        "overlap": round(overlap.total_seconds()),
    }
    if worst <= overlap:
        return [ok(name, words.TIMES_WITHIN.both(**values))]
    return [warn(name, words.TIMES_BEFORE.both(**values), words.RECONCILE_OFTEN.both())]


def _saved_before(row: dict[str, Any]) -> timedelta:
    """By how much the row was saved before it was made or moved; zero if it was not."""
    created, saved, moved = items.snapshot_times(row)
    if saved is None:
        return _NONE
    return max((at - saved for at in (created, moved) if at is not None), default=_NONE)
