"""The reconcile of a poll: the kinds compared with the portal, and what is said of it (contract.md §2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from b24sync.domain import mass_loss
from b24sync.engine.capture.reconcile import Reconciler, Sweep
from b24sync.engine.capture.walking import read_tails
from b24sync.errors import PortalError
from b24sync.words import polling as words
from b24sync.words.vocabulary import KINDS, word

if TYPE_CHECKING:
    from b24sync.calls import Portal
    from b24sync.engine.capture import KindReading
    from b24sync.engine.capture.allowance import Allowance
    from b24sync.engine.capture.staging import Scrub
    from b24sync.engine.poll_report import Report
    from b24sync.store import Store

NAMED = 5  # doubtful entities that are named one by one


class Reconciling:
    """Compares kinds for one poll, before its transaction."""

    def __init__(
        self, portal: Portal, store: Store, *, scrub: Scrub, allowance: Allowance, report: Report
    ) -> None:
        self._portal, self._store = portal, store
        self._allowance = allowance
        self._report = report
        self._reconciler = Reconciler(portal, store, scrub, allowance)

    def sweep(self, readings: Sequence[KindReading], *, by_hand: bool, now: int) -> dict[str, int]:
        """Compare kinds with the portal, and read their history again where rows were.

        Args:
            readings: Those whose time has come.
            by_hand: A person said ``--reconcile``.
            now: The portal's time, Unix seconds.

        Returns:
            For rows that only this found (``kind:id``), when the previous one was (Unix seconds).
        """
        before = dict[str, int]()
        reread: list[KindReading] = []
        for one in readings:
            last = one.cursor.reconciled_at
            found = self._sweep(one, by_hand=by_hand, now=now)
            if found.error is None:
                one.swept = True
                one.cursor = replace(one.cursor, reconciled_at=found.begun, guard=found.guard or None)
            before.update({f"{one.kind.name}:{number}": last or 0 for number in found.found_new})
            reread += [one] if found.reread else []
        self._after_rows(reread)
        return before

    def look_again(self, one: KindReading, since: int) -> None:
        """Ask what became of booked entities that a baseline begun anew has not met (contract.md G4).

        Args:
            one: The reading of the kind; left out if the portal cannot be asked.
            since: The run of that baseline.
        """
        ids = self._store.unjudged.unmet(one.kind.name, since)
        try:
            one.error = self._reconciler.look_again(one.kind, ids).error
        except PortalError as error:
            one.error = error
        if one.error is not None:
            one.complete = False
            self._report.leave_out(one.kind.name, one.error)

    def _after_rows(self, readings: Sequence[KindReading]) -> None:
        """Read the history of what was read again; it must not be older than the rows (contract.md G1)."""
        if not readings:
            return
        try:
            read_tails(self._portal, self._store, readings, self._allowance)
        except PortalError as error:
            for one in readings:
                one.error, one.complete = error, False
        for one in readings:
            if one.error is not None:
                self._report.leave_out(one.kind.name, one.error)

    def _sweep(self, one: KindReading, *, by_hand: bool, now: int) -> Sweep:
        try:
            found = self._reconciler.sweep(one.kind, by_hand=by_hand, now=now)
        except PortalError as error:  # it may have staged rows: history is read again
            found = Sweep(one.kind, reread=True, error=error)
        name = word(KINDS, one.kind.name)
        if found.error is not None:  # its rows and history are complete without it
            self._report.unread(found.error, words.NOT_RECONCILED(kind=name, why=found.error))
        if found.doubtful:
            ids = ", ".join(f"{one.kind.name}:{number}" for number in found.doubtful[:NAMED])
            self._report.warnings.append(words.UNVERIFIED(count=len(found.doubtful), ids=ids))
        if found.guard:
            self._report.worsen(1, words.GUARD(kind=name, why=mass_loss.told(found.guard).said()))
        return found
