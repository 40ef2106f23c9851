"""One poll's reading.

The newest pages and the history tails in one request, walks only where they do not suffice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.engine.capture import origins, skew, turned_clock
from b24sync.engine.capture.baseline import Progress, take_baselines
from b24sync.engine.capture.filter_shift import FilterShift
from b24sync.engine.capture.isolation import known, name_no_more, of_a_row, read_apart
from b24sync.engine.capture.paging import PAGE, Chain
from b24sync.engine.capture.reading import Gathered, KindReading
from b24sync.engine.capture.refusals import keeps_none, left_out, refusal
from b24sync.engine.capture.staging import (
    HistoryPages,
    Scrub,
    seconds,
    set_aside,
    stage_rows,
)
from b24sync.errors import PermanentError, PortalError
from b24sync.rest import feeds, history, items

if TYPE_CHECKING:
    from b24sync.calls import Answer, Portal
    from b24sync.engine.capture.allowance import Allowance
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store


NO_ANSWERS: Mapping[str, Answer] = MappingProxyType({})


def read(
    portal: Portal,
    store: Store,
    kinds: Sequence[Kind],
    *,
    overlap: timedelta,
    scrub: Scrub,
    run: int,
    allowance: Allowance,
    since: datetime | None = None,
    progress: Progress = lambda _what, _count: None,
    origin: str = "",
) -> Gathered:
    """Read everything that is new and stage it.

    Kinds without a baseline get it first (straight into the snapshot, in chunks that survive a kill); then
    every kind is read as in any other poll, the fresh ones quietly (or, with ``since``, with the events from
    that time on).

    Raises:
        TransientError: The portal cannot be reached; nothing was moved.
        CredentialsError: The portal refuses the webhook.
    """
    origins.settle(portal, store, kinds, overlap=overlap, run=run)
    with store.transaction():
        store.walks.clear_others()
    new = [kind for kind in kinds if not store.snapshot.cursor(kind.name).live]
    unwalked = [kind for kind in new if store.snapshot.cursor(kind.name).state == "baseline"]
    opened = _opened(store, new, since)
    failed = (
        take_baselines(
            portal,
            store,
            unwalked,
            scrub=scrub,
            run=run,
            opened=opened,
            progress=progress,
            allowance=allowance,
            origin=origin,
        )
        if unwalked
        else {}
    )
    readings = [
        KindReading(kind, store.snapshot.cursor(kind.name), fresh=kind in new, opened=opened.get(kind.name))
        for kind in kinds
    ]
    for reading in readings:
        reading.error = failed.get(reading.kind.name)
        reading.history = reading.cursor.history
        reading.history_id = reading.cursor.history_id
        reading.walk = store.walks.of(reading.kind.name)
        reading.resumed = reading.walk is not None
    shift = FilterShift(portal, store)
    return _Poll(portal, store, overlap, scrub, allowance, shift=shift).read(readings)


def _opened(store: Store, new: Sequence[Kind], since: datetime | None) -> dict[str, datetime]:
    """Kind → the time of ``--since``, remembered until the kind is live.

    A killed first poll goes on with it.
    """
    if since is not None:
        with store.transaction():
            for kind in new:
                store.snapshot.open_since(kind.name, seconds(since))
    kept = {kind.name: store.snapshot.opened_since(kind.name) for kind in new}
    return {name: datetime.fromtimestamp(at, UTC) for name, at in kept.items() if at is not None}


@dataclass(slots=True)
class _Poll:
    portal: Portal
    store: Store
    overlap: timedelta
    scrub: Scrub
    allowance: Allowance
    shift: FilterShift

    def read(self, readings: list[KindReading]) -> Gathered:
        active = [one for one in readings if one.error is None]
        for one in active:
            one.known = known(self.store, one.kind.name)
        answers, signpost = self._probe(self._probe_calls(active))
        answers = {**answers, **self._try_again(active, signpost)}
        turned_clock.look(
            self.store,
            active,
            signpost=signpost,
            offset=self.portal.server_utc_offset,
            overlap=self.overlap,
        )
        answers = {**answers, **self._probe_late(active, signpost)}
        with self.store.transaction():
            walks = [one for one in active if self._take_newest(one, answers)]
            tails = [chain for one in active if (chain := self._take_history(one, answers)) is not None]
        if walks or any(chain.open for chain in tails):
            from b24sync.engine.capture.walking import Walking

            Walking(
                portal=self.portal,
                store=self.store,
                overlap=self.overlap,
                scrub=self.scrub,
                allowance=self.allowance,
                shift=self.shift,
                active=active,
                tails=tails,
                signpost=signpost,
            ).walk(walks, answers)
        for one in active:
            chain = next((tail for tail in tails if tail.kind == one.kind.name), None)
            self._finish(one, chain)
        return Gathered(signpost, readings)

    def _try_again(self, active: list[KindReading], signpost: datetime) -> Mapping[str, Answer]:
        """Ask again for rows that could not be read when their time has come.

        Returns:
            The tails of their histories, read after them (contract.md G1).
        """
        held = self.store.held
        asked = {
            (one.kind, number): items.by_ids(one.kind, [number])
            for one in active
            for number in held.unread(one.kind.name, seconds(signpost), PAGE)
        }
        if not asked:
            return NO_ANSWERS
        answers = zip(asked, read_apart(self.portal, list(asked.values())), strict=True)
        with self.store.transaction():
            for (kind, number), answer in answers:
                if answer.error is not None:
                    set_aside(self.store, kind, number, str(answer.error))
                    continue
                rows = items.page_rows(answer.result)
                stage_rows(self.store, kind, rows, since=None, scrub=self.scrub)
                timed = all(items.saved_at(row) is not None for row in rows)
                if timed and self.store.staged.row(kind.name, number) is None:
                    held.lift(kind.name, number)  # it is gone, or as it was
        reread = {kind.name for kind, _ in asked}
        tails = {
            name: call
            for one in active
            if one.kind.name in reread and one.kind.history_type_id is not None and one.history != "no"
            for name, call in self._history_call(one).items()
        }
        return self._probe(tails)[0] if tails else NO_ANSWERS

    def _probe(self, calls: dict[str, Call]) -> tuple[Mapping[str, Answer], datetime]:
        """The answers to the first request; each by itself where one row spoils the whole answer."""
        try:
            return self.portal.chain(calls, patient=False)
        except PortalError as error:
            if not of_a_row(error):
                raise
        signpost = self.portal.chain({"time": Call("server.time")})[1]
        return dict(zip(calls, read_apart(self.portal, list(calls.values())), strict=True)), signpost

    # the first request

    def _probe_calls(self, active: list[KindReading]) -> dict[str, Call]:
        calls = {f"n{one.kind.name}": feeds.newest(one.kind, but=one.known) for one in active}
        for one in active:
            if (made := self._made_call(one)) is not None:
                calls[f"m{one.kind.name}"] = made
        check = self.shift.row(active)
        if check:
            calls.update(skew.checks(*check, self.shift.known() or timedelta(0)))
        for one in active:
            if one.kind.history_type_id is not None:
                calls.update(self._history_call(one))
        return calls

    @staticmethod
    def _history_call(one: KindReading) -> dict[str, Call]:
        """The tail of the history; where the portal kept none, daily the question whether it does now."""
        if one.history != "no":
            return {f"h{one.kind.name}": history.after(one.kind, one.history_from)}
        one.probed = one.asks_for_history(one.cursor.signpost or 0)
        return {f"p{one.kind.name}": history.newest(one.kind)} if one.probed else {}

    def _probe_late(self, active: list[KindReading], signpost: datetime) -> dict[str, Answer]:
        """The same question where only the portal's time has shown that a day has passed."""
        late = [one for one in active if not one.probed and one.asks_for_history(seconds(signpost))]
        for one in late:
            one.probed = True
        calls = {f"p{one.kind.name}": history.newest(one.kind) for one in late}
        return self.portal.chain(calls)[0] if calls else {}

    def _take_newest(self, one: KindReading, answers: Mapping[str, Answer]) -> bool:
        """Stage the newest page; True if the changes reach behind it."""
        newest = answers.get(f"n{one.kind.name}")
        if newest is not None and one.known and isinstance(newest.error, PermanentError):
            name_no_more(self.store)
            one.known = ()
            return self._has_rows_left(one)
        if newest is not None and of_a_row(newest.error):
            return self._has_rows_left(one)  # the walk reads around it
        rows = self._page(one, f"n{one.kind.name}", answers)
        made = self._page(one, f"m{one.kind.name}", answers) if self._made_call(one) else []
        if rows is None or made is None:
            return False
        times = [saved for row in rows if (saved := items.saved_at(row)) is not None]
        since = one.reads_from(self.overlap)
        if rows and (last := items.id_of(rows[-1])) and (saved := items.saved_at(rows[-1])):
            one.steady = (last, saved)
        if one.walk is not None:
            return self._has_rows_left(
                one
            )  # what has changed since it was begun is the next reading's matter
        if len(made) < PAGE and (len(rows) < PAGE or (since is not None and times and min(times) < since)):
            stage_rows(self.store, one.kind, [*made, *rows], since=since, scrub=self.scrub)
            return False
        return True

    @staticmethod
    def _has_rows_left(one: KindReading) -> bool:
        return one.walk is None or not one.walk.rows_done or bool(one.widened)

    def _made_call(self, one: KindReading) -> Call | None:
        since = one.reads_from(self.overlap)
        return feeds.made_since(one.kind, since, but=one.known) if since is not None else None

    @staticmethod
    def _page(one: KindReading, name: str, answers: Mapping[str, Answer]) -> list[dict[str, Any]] | None:
        """The rows of a command of the first request; ``None``, and the kind is left out, if it failed."""
        answer = answers.get(name)
        if answer is None or answer.error is not None:
            one.error = refusal(answer.error if answer else None, feeds.newest(one.kind).method)
            return None
        return items.page_rows(answer.result)

    def _take_history(self, one: KindReading, answers: Mapping[str, Answer]) -> Chain | None:
        """Stage the first page of the history tail; ``None`` if the kind has no history here."""
        name = f"h{one.kind.name}"
        if one.error or one.kind.history_type_id is None:
            return None
        if one.history == "no":
            probe = answers.get(f"p{one.kind.name}")
            one.learnt = history.last_id(probe.result) if probe and probe.error is None else None
            return None
        pages = HistoryPages(self.store, one.kind)
        chain = Chain(name, pages, one.history_from, one.kind.name, last=True)
        answer = answers.get(name)
        error = answer.error if answer else None
        if error is not None and one.history == "unknown" and keeps_none(self.portal, one.kind, error):
            one.history, one.probed = "no", True
            return None
        if of_a_row(error) and one.history == "yes":
            return chain  # reading on around the row is the walk's matter
        if answer is None or error is not None:
            one.error = refusal(error, "crm.stagehistory.list")
            return None
        one.history = "yes"
        chain.pages.take(answer.result, chain.after)
        rows, last = chain.pages.measure(answer.result, chain.after)
        chain.after, chain.short = last, rows < PAGE
        return chain

    def _finish(self, one: KindReading, tail: Chain | None) -> None:
        if tail is not None:
            one.error = one.error or left_out(tail)
            one.history_id = max(one.history_id, tail.after)
        one.complete = one.error is None
