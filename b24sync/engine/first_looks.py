"""Entities that nobody has seen before, as nearly all news of a large poll are.

What derivation would say of a plain one is said here at once. `domain.derive` stays the word for all others,
and for these too: ``tests/unit/test_first_looks.py`` holds both to the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from b24sync.domain.entity import Key
from b24sync.domain.event import Event, moved_key, moved_name
from b24sync.engine.capture.staging import due_of, seconds, stage_of
from b24sync.engine.looks import moment
from b24sync.rest import authors, items
from b24sync.store.snapshot import Stored

if TYPE_CHECKING:
    from b24sync.domain.derive import Facts
    from b24sync.rest.kinds import Kind
    from b24sync.store.news import News
    from b24sync.store.staged import HistoryRow


class FirstLook(NamedTuple):
    """What comes of an entity that is created: its record and its events, with who did them."""

    stored: Stored
    events: list[Event]


def first_look(kind: Kind, one: News, raw: Mapping[str, Any], facts: Facts) -> FirstLook | None:
    """What comes of a plain entity: of its row, and of one row of its stage history at most.

    Args:
        kind: What it is.
        one: What is staged of it.
        raw: Its row.
        facts: Of this poll, with nothing that is different for this entity.

    Returns:
        ``None`` if it is not plain, and `derive` must say.

    Raises:
        ValueError: Its row has no id. Whatever else goes wrong is its row's fault, too (`looks.MAPPING`).
    """
    if not _may_be_plain(one, raw, facts) or one.row is None:
        return None
    key, stage = Key(kind.name, items.row_id(raw)), stage_of(kind, raw)
    created, updated, moved = items.snapshot_times(raw)
    if created is None or created < facts.fresh_from or facts.made_by(key) is not None:
        return None
    row = one.history[0] if one.history else None
    if stage is None or not _agree(key, stage, row, facts):
        return None
    events = [Event(f"{key}/created", f"{kind.name}.created", key, created, by=authors.creator(raw))]
    if row is not None and not facts.is_first(stage):
        events.append(_moved(key, row, facts, authors.mover(raw, moved, at=moment(row.at))))
    stored = Stored(
        kind=kind.name,
        id=key.id,
        created_at=seconds(created),
        updated_at=one.row.updated_at,
        moved_at=seconds(moved) if moved else None,
        stage=stage,
        stage_at=row.at if row is not None else seconds(moved or updated or created),
        stage_run=facts.run,
        history_id=row.id if row is not None else 0,
        revision=1,
        state="present",
        due_on=due_of(kind, raw),
        data=one.row.data,
    )
    return FirstLook(stored, events)


def _may_be_plain(one: News, raw: Mapping[str, Any], facts: Facts) -> bool:
    """Whether nothing was known, and no history can be missing (a former stage would have its own row)."""
    new = one.stored is None and not one.awaited and not facts.quiet
    return new and len(one.history) <= 1 and not raw.get("previousStageId")


def _agree(key: Key, stage: str, row: HistoryRow | None, facts: Facts) -> bool:
    """Whether the row and its history show one stage, that no step wrote; without history, the first one."""
    if row is None:
        return facts.is_first(stage)
    return row.stage == stage and not facts.wrote(key, "stage_id", stage)


def _moved(key: Key, row: HistoryRow, facts: Facts, by: int | None) -> Event:
    return Event(
        key=moved_key(key, history_row=row.id),
        name=moved_name(key.kind),
        entity=key,
        occurred_at=moment(row.at),
        to=facts.status_of(row.stage),
        to_stage=row.stage,
        changes={"stage_id": [None, row.stage]},
        by=by,
    )
