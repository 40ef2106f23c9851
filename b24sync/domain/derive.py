"""From what was known and what is seen now to events; the heart of G1 and G2, with no I/O.

The recorded stage of an entity follows the portal's stage history: each history row that differs from it is
one move. Only where history cannot say (old portals, rows that the portal deletes on leaving a final stage)
the row itself gives the move, and only if its ``movedTime`` is later than the record: a row read a moment
before the history was must not look like a move back. Where there is history it has its chance first: the row
speaks when the overlap has passed since its ``movedTime``, for history rows may come late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from b24sync.domain.entity import TASK, Key
from b24sync.domain.event import Event, moved_key, moved_name
from b24sync.domain.move import Move

COMPLETED = 5  # portal.md §9: a task under control goes 4 → 5; only 5 is completed


class Known(NamedTuple):
    """The snapshot's side of one entity.

    Attributes:
        values: Comparable fields (contract names and ``fields.CODE``), JSON values.
        stage: Recorded stage id; ``None`` for kinds without stages.
        stage_at: When the recorded stage was entered, by the portal.
        stage_run: The run that recorded it.
        history_id: The last history row applied or passed over; rows up to it are not news.
        revision: Number of the last revision.
        present: False if it was vanished or deleted.
    """

    key: Key
    values: Mapping[str, Any]
    stage: str | None
    stage_at: datetime | None
    stage_run: int
    history_id: int
    revision: int
    present: bool = True


class Look(NamedTuple):
    """The portal's side of one entity, as read in this poll.

    Attributes:
        previous: The stage before this one; ``None`` if the row does not say.
    """

    key: Key
    values: Mapping[str, Any]
    stage: str | None
    created_at: datetime
    updated_at: datetime
    moved_at: datetime | None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What derivation must know besides the entity.

    Attributes:
        run: This run's number.
        fresh_from: An unknown entity created at or after this is *created*, else it was revealed and is
            adopted silently.
        quiet: A baseline: states are taken over, no events.
        status_of: Stage id → what ``from``/``to`` show (a status name for invoices where one is known).
        is_first: Whether a stage is the first of its funnel.
        wrote: Whether an action wrote this value to this entity since the previous poll: ``(key, field,
            value)``.
        made_by: The entity that one made by a step counts with; ``None`` if people made it.
        settled_before: A move made before this had its chance to be in the stage history; ``None`` where
            there is no history that could still come.
        remembered: The row was read in an earlier poll and no news of it have come since.
        rows_only: The portal keeps no stage history: whatever stage the row shows is true.
        is_final: Whether a stage is one that the portal deletes the history row of when it is left.
        swept: A comparison of everything has found this row, although it is the one that was known.
    """

    run: int
    fresh_from: datetime
    quiet: bool
    status_of: Callable[[str], str]
    is_first: Callable[[str], bool]
    wrote: Callable[[Key, str, Any], bool]
    made_by: Callable[[Key], Key | None]
    settled_before: datetime | None = None
    is_final: Callable[[str], bool] = lambda _stage: False
    remembered: bool = False
    rows_only: bool = False
    swept: bool = False


class Derived(NamedTuple):
    """What one entity's news come to.

    Attributes:
        known: The new state of the snapshot.
        events: In order of occurrence.
        changes: Field → ``[old, new]``, for the revision; empty if nothing changed.
        created: First seen and new.
        adopted: First seen (or seen again) without an event.
        awaits: When the row says that it moved to a stage of which the history says nothing yet.
    """

    known: Known
    events: tuple[Event, ...]
    changes: Mapping[str, Any]
    created: bool = False
    adopted: bool = False
    awaits: datetime | None = None


def derive(known: Known | None, look: Look | None, moves: Sequence[Move], facts: Facts) -> Derived | None:
    """Compare one entity's snapshot with what was read of it.

    Args:
        known: The snapshot; ``None`` if it was never seen.
        look: The row read in this poll; ``None`` if only history rows were.
        moves: History rows of this entity read in this poll, by id; rows that are no news may be among them.
        facts: Of this poll.

    Returns:
        ``None`` if there is nothing to derive from (history of an entity that cannot be seen).
    """
    if known is None:
        return _first_seen(look, moves, facts) if look else None
    news = [move for move in moves if move.id > known.history_id]
    if facts.quiet or not known.present:
        return _taken_over(known, look, news, facts)
    return _changed(known, look, news, facts)


def _first_seen(look: Look, moves: Sequence[Move], facts: Facts) -> Derived:
    created = not facts.quiet and look.created_at >= facts.fresh_from
    facts = facts if created else replace(facts, settled_before=None)
    blank = Known(
        key=look.key,
        values=look.values,
        stage=None,
        stage_at=None,
        stage_run=facts.run,
        history_id=0,
        revision=1,
    )
    if not created:
        return Derived(_recorded(blank, look, moves, facts), (), {}, adopted=True)
    root = facts.made_by(look.key)
    event = Event(
        f"{look.key}/created",
        f"{look.key.kind}.created",
        look.key,
        look.created_at,
        own=root is not None,
        root=root,
    )
    after, steps, awaits = _walk(blank, look, moves, facts)
    completed = _completed(None, look, facts, 1)
    return Derived(after, (event, *steps, *completed), {}, created=True, awaits=awaits)


def _taken_over(known: Known, look: Look | None, moves: Sequence[Move], facts: Facts) -> Derived:
    after = _recorded(known, look, moves, replace(facts, settled_before=None))
    changes = _differences(known, look)
    if after.stage != known.stage:
        changes["stage_id"] = [known.stage, after.stage]
    revision = known.revision + 1 if changes else known.revision
    return Derived(
        after._replace(revision=revision, present=known.present or look is not None),
        (),
        changes,
        adopted=True,
    )


def _changed(known: Known, look: Look | None, moves: Sequence[Move], facts: Facts) -> Derived:
    number = known.revision + 1
    after, steps, awaits = _walk(known._replace(revision=number), look, moves, facts)
    updates = _differences(known, look)
    events = [*steps, *_completed(known, look, facts, number)]
    if updates and look:
        events.append(_updated(look, updates, facts, number))
    changes = dict(updates)
    if after.stage != known.stage:
        changes = {"stage_id": [known.stage, after.stage], **changes}
    after = after._replace(revision=number if changes or events else known.revision)
    return Derived(after, tuple(events), changes, awaits=awaits)


def _differences(known: Known, look: Look | None) -> dict[str, Any]:
    if look is None:
        return {}
    old, new = known.values, look.values
    if old == new:
        return {}
    names = [*old, *(name for name in new if name not in old)]
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def _updated(look: Look, updates: Mapping[str, Any], facts: Facts, number: int) -> Event:
    own = all(facts.wrote(look.key, name, values[1]) for name, values in updates.items())
    root = (facts.made_by(look.key) or look.key) if own else None
    key = f"{look.key}/updated/r{number}"
    return Event(
        key, f"{look.key.kind}.updated", look.key, look.updated_at, changes=updates, own=own, root=root
    )


def _completed(known: Known | None, look: Look | None, facts: Facts, number: int) -> tuple[Event, ...]:
    """A task's completion.

    Status 5 where it was not, or another closing time (reopened and closed between polls).
    """
    if look is None or look.key.kind != TASK or look.values.get("status") != COMPLETED:
        return ()
    closed = look.values.get("closed_at")
    if known and known.values.get("status") == COMPLETED and known.values.get("closed_at") == closed:
        return ()
    own = facts.wrote(look.key, "status", COMPLETED)
    at = datetime.fromisoformat(closed) if closed else look.updated_at
    changes = {"status": [known.values.get("status") if known else None, COMPLETED]}
    root = (facts.made_by(look.key) or look.key) if own else None
    return (
        Event(
            f"{look.key}/completed/r{number}",
            "task.completed",
            look.key,
            at,
            changes=changes,
            own=own,
            root=root,
        ),
    )


def _recorded(known: Known, look: Look | None, moves: Sequence[Move], facts: Facts) -> Known:
    """The state to take over silently: as `_walk`, without its events."""
    return _walk(known, look, moves, facts)[0]


def _walk(
    known: Known, look: Look | None, moves: Sequence[Move], facts: Facts
) -> tuple[Known, list[Event], datetime | None]:
    """Follow the history rows, then let the row itself speak where history is silent.

    Or wait for it: then the third value says since when the row shows what history does not.
    """
    after, events, awaits = known, list[Event](), None
    for move in moves:
        event = _move_event(after, move, facts)
        if event:
            events.append(event)
        after = _after_move(after, move, facts)
    if look is not None:
        event = _diff_event(after, look, facts)
        if event and _may_still_come(after, look, facts):
            awaits = look.moved_at or look.updated_at
        elif look.stage is not None and _row_is_later(after, look, facts):
            events += [event] if event else []
            after = after._replace(
                stage=look.stage, stage_at=look.moved_at or look.updated_at, stage_run=facts.run
            )
        if after.values is not look.values:
            after = after._replace(values=look.values)
    return after, events, awaits


def late_event(known: Known, move: Move, left: str | None, facts: Facts) -> Event | None:
    """The move of a history row that came after a younger one of its entity.

    The recorded stage stays.

    Args:
        known: The snapshot.
        move: The row.
        left: The stage that the younger move left, as far as was known then.
        facts: Of this poll.
    """
    return _move_event(known._replace(stage=left), move, facts)


def _after_move(known: Known, move: Move, facts: Facts) -> Known:
    return Known(
        key=known.key,
        values=known.values,
        stage=move.stage,
        stage_at=move.at,
        stage_run=facts.run,
        history_id=move.id,
        revision=known.revision,
        present=known.present,
    )


def _move_event(known: Known, move: Move, facts: Facts) -> Event | None:
    if move.stage == known.stage:
        return None
    if known.stage is None and facts.is_first(move.stage):
        return None  # the row that records the creation itself
    return _stage_event(known, move.stage, move.at, moved_key(known.key, history_row=move.id), facts)


def _diff_event(known: Known, look: Look, facts: Facts) -> Event | None:
    stage = look.stage
    if stage is None or stage == known.stage or (known.stage is None and facts.is_first(stage)):
        return None
    key = moved_key(known.key, revision=known.revision)
    return _stage_event(known, stage, look.moved_at or look.updated_at, key, facts)


def _stage_event(known: Known, stage: str, at: datetime, key: str, facts: Facts) -> Event:
    own = facts.wrote(known.key, "stage_id", stage)
    return Event(
        key=key,
        name=moved_name(known.key.kind),
        entity=known.key,
        occurred_at=at,
        from_=None if known.stage is None else facts.status_of(known.stage),
        to=facts.status_of(stage),
        from_stage=known.stage,
        to_stage=stage,
        changes={"stage_id": [known.stage, stage]},
        own=own,
        root=(facts.made_by(known.key) or known.key) if own else None,
    )


def _may_still_come(known: Known, look: Look, facts: Facts) -> bool:
    """Whether the history may yet tell what the row shows.

    In the second of the record too: history is read after the rows, and one second holds several moves.
    A final stage that was left for the one that the row shows is told at once: its row is deleted, and a new
    one need not come.
    """
    if known.stage is not None and facts.is_final(known.stage) and look.previous in {None, known.stage}:
        return False
    moved = look.moved_at or look.updated_at
    if facts.settled_before is None or moved < facts.settled_before:
        return False
    return known.stage is None or known.stage_at is None or moved >= known.stage_at


def _row_is_later(known: Known, look: Look, facts: Facts) -> bool:
    """Whether the row shows a move that the recorded stage does not know of.

    Rows are read before history. A stage recorded in this very run may therefore be newer than the row, so
    the row's ``movedTime`` must be strictly later; a stage recorded in an earlier run is older than the row,
    so the same second is enough.
    """
    if look.stage == known.stage:
        return False
    if facts.rows_only:
        return True
    if known.stage is None or known.stage_at is None or look.moved_at is None:
        return True
    if facts.swept and known.stage_run < facts.run:
        return True
    if known.stage_run < facts.run and not facts.remembered:
        return look.moved_at >= known.stage_at
    return look.moved_at > known.stage_at
