"""By how much the portal's date filters count in another zone than they say, as far as a poll knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from b24sync.engine.capture import skew
from b24sync.rest import feeds

if TYPE_CHECKING:
    from b24sync.calls import Answer, Portal
    from b24sync.engine.capture.reading import KindReading
    from b24sync.store import Store


@dataclass(slots=True)
class FilterShift:
    """The shift of one portal: remembered, checked by every reading, measured if in doubt."""

    portal: Portal
    store: Store

    @staticmethod
    def row(active: Sequence[KindReading]) -> skew.Row | None:
        """A row whose time is known, to check the filter with in the first request."""
        for one in active:
            if feeds.words(one.kind).skewed and one.cursor.steady_id and one.cursor.steady_at:
                return one.kind, one.cursor.steady_id, datetime.fromtimestamp(one.cursor.steady_at, UTC)
        return None

    def known(self) -> timedelta | None:
        """The shift as it was measured last; ``None``: it never was."""
        text = self.store.meta.get("filter_skew_s")
        return timedelta(seconds=int(text)) if text is not None else None

    def found(
        self, answers: Mapping[str, Answer], active: Sequence[KindReading]
    ) -> tuple[timedelta, skew.Row | None]:
        """The shift to ask with, and the row that shows whether it holds.

        The row is given if the first request could not show it: then the walk itself does.
        """
        check = self.row(active)
        kept = self.known() or timedelta(0)
        holds = skew.holds(answers, check[2]) if check else None
        if holds:
            return self._keep(kept), None
        row = self._steady_row(active)
        if row is None:
            return -skew.WIDEST, None
        return (kept, row) if holds is None else (self._measured(row), None)

    def settled(self, answers: Mapping[str, Answer], row: skew.Row, shift: timedelta) -> timedelta:
        """The shift with which the walk goes on (or begins anew, if it is another)."""
        return self._keep(shift) if skew.holds(answers, row[2]) else self._measured(row)

    def _measured(self, row: skew.Row) -> timedelta:
        """The shift measured with a row; so wide that nothing is missed if the row does not tell."""
        found = skew.measure(self.portal, *row)
        return -skew.WIDEST if found is None else self._keep(found)

    @staticmethod
    def _steady_row(active: Sequence[KindReading]) -> skew.Row | None:
        for one in active:
            if one.steady and feeds.words(one.kind).skewed:
                return one.kind, *one.steady
        return None

    def _keep(self, shift: timedelta) -> timedelta:
        if shift != self.known():
            with self.store.transaction():
                self.store.meta.put("filter_skew_s", str(int(shift.total_seconds())))
        return shift
