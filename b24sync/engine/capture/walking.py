"""Reading further than the newest pages: rows page by page, and behind them the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from b24sync.engine.capture import skew
from b24sync.engine.capture.paging import NOTHING, Chain, advance
from b24sync.engine.capture.refusals import left_out
from b24sync.engine.capture.staging import HistoryPages, RowPages, Scrub, seconds
from b24sync.rest import feeds
from b24sync.store.walks import Walk

if TYPE_CHECKING:
    from b24sync.calls import Answer, Portal
    from b24sync.engine.capture.allowance import Allowance
    from b24sync.engine.capture.filter_shift import FilterShift
    from b24sync.engine.capture.reading import KindReading
    from b24sync.store import Store


@dataclass(slots=True)
class Walking:
    """What one poll reads after its first request.

    Attributes:
        shift: What is known of the portal's date filters.
        active: The kinds that are being read.
        tails: Their histories, the first page taken.
        signpost: The portal's time when the poll began.
    """

    portal: Portal
    store: Store
    overlap: timedelta
    scrub: Scrub
    allowance: Allowance
    shift: FilterShift
    active: Sequence[KindReading]
    tails: Sequence[Chain]
    signpost: datetime

    def walk(self, walks: Sequence[KindReading], answers: Mapping[str, Answer]) -> None:
        """Read the rows of some kinds and all open tails to their ends, or as far as the allowance goes.

        Args:
            walks: The kinds whose rows the first request did not cover.
            answers: Of the first request.
        """
        shift, doubt = (
            self.shift.found(answers, self.active)
            if any(feeds.words(one.kind).skewed for one in walks)
            else (timedelta(0), None)
        )
        rows = self._row_chains(walks, shift)
        following = partial(self._following, rows)
        for _ in self.allowance.walk([*rows.values(), *self.tails]):
            if not (walking := following()):
                break
            first = skew.checks(*doubt, shift) if doubt else NOTHING
            # a place that may have been reached with a wrong bound is none to go on from
            keep = self.store.transaction if doubt else partial(self._keeping, rows)
            ahead = following if not doubt else tuple
            answers = advance(self.portal, walking, keep, first=first, following=ahead)
            if doubt:
                found = self.shift.settled(answers, doubt, shift)
                self._begin_anew(rows, {} if found == shift else self._row_chains(walks, found))
                with self._keeping(rows):
                    shift = found
            doubt = None
        for one in walks:
            one.error = one.error or left_out(rows[one.kind.name])

    def _row_chains(self, walks: Sequence[KindReading], shift: timedelta) -> dict[str, Chain]:
        return {
            one.kind.name: Chain(
                f"r{one.kind.name}",
                self._row_pages(one, shift),
                one.walk.rows_after if one.walk is not None and not one.widened else 0,
                one.kind.name,
            )
            for one in walks
        }

    @staticmethod
    def _begin_anew(rows: Mapping[str, Chain], anew: Mapping[str, Chain]) -> None:
        """Walk again with another bound."""
        for name, chain in anew.items():
            rows[name].after, rows[name].pages = chain.after, chain.pages
            rows[name].short, rows[name].error = False, None

    @contextmanager
    def _keeping(self, rows: Mapping[str, Chain]) -> Iterator[None]:
        """A transaction that also keeps how far the reading of each kind came."""
        behind = {tail.kind: tail for tail in self.tails}
        with self.store.transaction():
            yield
            for one in self.active:
                row, tail = rows.get(one.kind.name), behind.get(one.kind.name)
                short = tail is None or tail.short
                if one.error is not None or one.fresh or (row is None and short and one.walk is None):
                    continue  # a kind goes live by a reading of one poll: what came before it is no news
                one.walk = Walk(
                    one.kind.name,
                    one.walk.begun if one.walk is not None else seconds(self.signpost),
                    row.after if row is not None else 0,
                    row is None or row.short,
                    tail.after if tail is not None else 0,
                )
                self.store.walks.save(one.walk)

    def _following(self, rows: Mapping[str, Chain]) -> list[Chain]:
        """The chains to be read on: rows, and behind them the history, which must not be older."""
        walking = [chain for chain in rows.values() if chain.open]
        behind = [
            tail
            for tail in self.tails
            if tail.error is None and (tail.open or self._waits_for_rows(tail, walking))
        ]
        return [*walking, *behind] if walking or any(tail.open for tail in behind) else []

    @staticmethod
    def _waits_for_rows(tail: Chain, walking: list[Chain]) -> bool:
        return any(chain.kind == tail.kind for chain in walking)

    def _row_pages(self, one: KindReading, shift: timedelta) -> RowPages:
        since = one.reads_from(self.overlap)
        skewed = feeds.words(one.kind).skewed
        bound = since + shift if since is not None and skewed else since
        return RowPages(self.store, one.kind, self.scrub, since, bound, but=one.known)


def read_tails(portal: Portal, store: Store, readings: Sequence[KindReading], allowance: Allowance) -> None:
    """Read the history tails again, after rows that were read later than they were.

    Raises:
        TransientError: The portal cannot be reached.
        CredentialsError: The portal refuses the webhook.
    """
    kept = [one for one in readings if one.history == "yes"]
    tails = [
        Chain(
            f"h{one.kind.name}",
            HistoryPages(store, one.kind),
            one.cursor.history_floor,
            one.kind.name,
            last=True,
        )
        for one in kept
    ]
    for _ in allowance.walk(tails):
        if not (walking := [tail for tail in tails if tail.open]):
            break
        advance(portal, walking, store.transaction)
    for one, tail in zip(kept, tails, strict=True):
        one.error = left_out(tail)
        one.complete = one.error is None
        one.history_id = max(one.history_id, tail.after)
