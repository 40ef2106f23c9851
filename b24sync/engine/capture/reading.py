"""What one poll has read, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.errors import PortalError
    from b24sync.rest.kinds import Kind
    from b24sync.store.snapshot import Cursor
    from b24sync.store.walks import Walk

DAY_S = 24 * 3600


@dataclass(slots=True)
class KindReading:
    """What was read of one kind.

    Attributes:
        cursor: As it was before this poll.
        complete: Rows and history were read to their ends.
        error: Why the kind is left out.
        fresh: It has just finished its baseline walk and goes live with this poll.
        opened: With ``--since``: its events begin at this time; else a fresh kind's news are taken over
            without events.
        steady: Id and time of the last row of the newest page, to check the date filter with: of all that
            were read the one that is least likely to change meanwhile.
        history_id: The last history row read.
        walk: A long reading that goes on in the next poll if it is cut off.
        resumed: An earlier poll began it; what has changed since then is still to be read.
        probed: Whether the portal was asked if it keeps stage history by now.
        learnt: The newest history row of a portal that has begun to keep it: what follows is news.
        widened: By how much more than the overlap is read again, for rows may be stamped too early.
        swept: A reconcile of it has come to its end.
        known: Rows that are known not to be readable; pages are asked for without them.
    """

    kind: Kind
    cursor: Cursor
    complete: bool = False
    error: PortalError | None = None
    fresh: bool = False
    opened: datetime | None = None
    steady: tuple[int, datetime] | None = None
    history_id: int = 0
    history: str = "unknown"
    walk: Walk | None = None
    resumed: bool = False
    probed: bool = False
    learnt: int | None = None
    widened: timedelta = timedelta(0)
    known: tuple[int, ...] = ()
    swept: bool = False

    def asks_for_history(self, now: int) -> bool:
        """Whether a day has passed since the portal said that it keeps no stage history of the kind."""
        asked = self.cursor.probed_at
        known = self.kind.history_type_id is not None and self.history == "no"
        return known and (asked is None or abs(now - asked) >= DAY_S)

    @property
    def quiet(self) -> bool:
        """Whether its news are taken over without events."""
        return self.fresh and self.opened is None

    @property
    def begun(self) -> datetime | None:
        """When a reading that goes on was begun, which is its signpost: rows before its place are as old."""
        return datetime.fromtimestamp(self.walk.begun, UTC) if self.walk is not None else None

    @property
    def history_from(self) -> int:
        """The history row behind which to read."""
        return max(self.cursor.history_floor, self.walk.history_after if self.walk is not None else 0)

    @property
    def since(self) -> datetime | None:
        """The signpost of the last complete poll, or earlier if the portal's clock has gone back."""
        if self.cursor.signpost is None:
            return None
        return datetime.fromtimestamp(self.cursor.signpost, UTC) - self.widened

    def reads_from(self, overlap: timedelta) -> datetime | None:
        """The time from which rows are read again; ``None``: all are."""
        return self.since - overlap if self.since else None


@dataclass(slots=True)
class Gathered:
    """A whole poll's reading; ``signpost`` is the portal's time when it began."""

    signpost: datetime
    kinds: list[KindReading] = field(default_factory=list)

    def complete(self) -> list[KindReading]:
        """The kinds that can be applied."""
        return [one for one in self.kinds if one.complete]
