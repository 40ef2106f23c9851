"""Whether the stage history holds the moves that the rows show (portal.md §4, contract.md G1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from b24sync.doctor.finding import Finding, ok, warn
from b24sync.domain.entity import Key
from b24sync.rest import history, items
from b24sync.words import Both
from b24sync.words import doctor_probes as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from b24sync.doctor.probing import Look, Scene
    from b24sync.domain.move import Move
    from b24sync.rest.kinds import Kind

NAME = "history_lag"
_FIELDS = ("id", "stageId", "createdTime", "movedTime", "isRecurring")
_MOST = 5
_SAME = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Moved:
    """An entity that was moved last."""

    kind: Kind
    key: Key
    stage: str
    at: datetime


def look(scene: Scene) -> Look:
    """Compare the items of each kind that moved last with the newest row of their history."""
    kinds = [kind for kind in scene.item_kinds() if scene.survey.result(f"history.{kind.name}") is not None]
    pages = yield [
        items.list_page(kind, filter={}, order={"movedTime": "DESC", "id": "DESC"}, select=_FIELDS)
        for kind in kinds
    ]
    moved = [
        one
        for kind, answer in zip(kinds, pages, strict=True)
        for one in _moved(kind, items.page_rows(answer.value()))[:_MOST]
    ]
    answers = yield [history.of_owner(one.kind, one.key.id) for one in moved]
    found = list[Finding]()
    for one, answer in zip(moved, answers, strict=True):
        own = [move for owner, move in history.read_rows(answer.value()) if owner == one.key.id]
        if (fault := _fault(one, max(own, key=lambda move: move.id, default=None))) is not None:
            found.append(warn(f"{NAME}.{one.kind.name}", fault, words.POLL_OFTEN.both()))
    return _first_of_each(found) or ([ok(NAME, words.HISTORY_AGREES.both(count=len(moved)))] if moved else [])


def _moved(kind: Kind, page: Sequence[dict[str, Any]]) -> list[_Moved]:
    found = []
    for row in page:
        at, stage = items.snapshot_times(row)[2], items.stage_of(row)
        if at is not None and stage and not items.is_template(row):
            found.append(_Moved(kind, Key(kind.name, items.row_id(row)), stage, at))
    return found


def _fault(one: _Moved, last: Move | None) -> Both | None:
    """What is wrong with the newest row of an entity's history; a later one only shows that it moved on."""
    values = {"entity": one.key, "stage": one.stage, "at": one.at.isoformat(timespec="seconds")}
    if last is None:
        return words.HISTORY_ABSENT.both(**values)
    if last.at > one.at + _SAME:
        return None
    if last.stage != one.stage:
        return words.HISTORY_ELSEWHERE.both(**values, last=last.stage)
    late = one.at - last.at
    return words.HISTORY_EARLIER.both(**values, seconds=round(late.total_seconds())) if late > _SAME else None


def _first_of_each(found: Sequence[Finding]) -> list[Finding]:
    """One finding a kind: the next ones say the same."""
    return list({finding.check: finding for finding in reversed(found)}.values())[::-1]
