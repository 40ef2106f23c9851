"""Stage history that is not there yet: what waits until it comes, and what is told late (contract.md G1).

The portal writes a row and its stage history in transactions that may be seen one after the other. Within the
overlap the history has its chance: a row that shows another stage waits for it, and a history row whose
predecessor is missing waits for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from b24sync.domain.derive import Facts, Known, late_event
from b24sync.domain.event import Event
from b24sync.domain.move import FUNNEL_CHANGED, Move
from b24sync.engine.capture.staging import seconds, stage_of
from b24sync.rest import items

if TYPE_CHECKING:
    from b24sync.engine.capture.reading import KindReading
    from b24sync.engine.funnels import Funnels
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.staged import HistoryRow


@dataclass(slots=True)
class HistoryWaits:
    """What one poll holds back of one kind.

    Attributes:
        held: Ids of the history rows that are left to a later poll.
        settled_before: What moved before this had its chance to be in the history; ``None``: there is none.
    """

    store: Store
    funnels: Funnels
    reading: KindReading
    signpost: datetime
    overlap: timedelta
    held: list[int] = field(default_factory=list)
    settled_before: datetime | None = field(init=False)

    def __post_init__(self) -> None:
        quiet = self.reading.quiet or self.rows_only
        self.settled_before = None if quiet else self.signpost - self.overlap - self.reading.widened

    @property
    def rows_only(self) -> bool:
        """Whether there is no stage history."""
        return self.reading.kind.history_type_id is None or self.reading.history != "yes"

    def defer(self) -> None:
        """Leave to the next poll the history that is younger than its entity's row, or has no entity yet."""
        kind, staged = self.reading.kind, self.store.staged
        self.held += [
            row.id
            for row in staged.young_history(kind.name, seconds(self.signpost))
            if self._stale(kind, row)
        ]
        self.held += staged.orphaned_history(
            kind.name, seconds(self.signpost - self.overlap), seconds(self.signpost + self.overlap)
        )
        staged.drop_history(kind.name, self.held)

    def _stale(self, kind: Kind, row: HistoryRow) -> bool:
        staged = self.store.staged.row(kind.name, row.owner)
        stored = self.store.snapshot.entity(kind.name, row.owner)
        data = staged[1] if staged else stored.data if stored else None
        if data is None:
            return True
        raw = self.store.shapes.row(data)
        moved = items.snapshot_times(raw)[2]
        last = self.store.staged.history(kind.name, row.owner)[-1]
        return stage_of(kind, raw) != last.stage and (moved is None or seconds(moved) < last.at)

    def without_gap(
        self, known: Known | None, raw: dict[str, Any] | None, moves: Sequence[Move]
    ) -> list[Move]:
        """The moves, the last one held back if the row says that there was another before it.

        Rows of a final stage and of another funnel are deleted by the portal, and never come.
        """
        since, name = self.settled_before, self.reading.kind.name
        previous = str((raw or {}).get("previousStageId") or "")
        if since is None or not (previous and raw and moves) or not (known is None or known.present):
            return list(moves)
        last, before = moves[-1], moves[-2].stage if len(moves) > 1 else known.stage if known else None
        complete = previous == before or stage_of(self.reading.kind, raw) != last.stage
        dropped = last.type_id == FUNNEL_CHANGED or self.funnels.semantic(name, previous) in {"S", "F"}
        old = last.at < since or (known is not None and last.id <= known.history_id)
        if complete or dropped or old:
            return list(moves)
        self.held.append(last.id)
        self.store.staged.drop_history(name, [last.id])
        return list(moves[:-1])

    def told_late(self, known: Known | None, moves: Sequence[Move], facts: Facts) -> list[Event]:
        """Events of history rows that came after others of their entity which are younger."""
        since = self.settled_before
        if since is None or known is None or not known.present:
            return []
        late = [move for move in moves if move.id <= known.history_id and move.at >= since]
        found = list[Event]()
        for move in late:
            stage = self.store.journal.stage_left_by(known.key, after_row=move.id)
            event = late_event(known, move, known.stage if stage is None else stage, facts)
            found += [event] if event else []
        return found
