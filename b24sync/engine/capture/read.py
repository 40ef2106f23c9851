"""One poll's reading.

The newest pages and the history tails in one request, walks only where they do not suffice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.domain.entity import Key
from b24sync.engine.capture import origins, skew, turned_clock
from b24sync.engine.capture.baseline import Progress, take_baselines
from b24sync.engine.capture.isolation import known, name_no_more, of_a_row, read_apart
from b24sync.engine.capture.paging import NOTHING, PAGE, Chain, advance
from b24sync.engine.capture.refusals import lacks_history, refusal
from b24sync.engine.capture.staging import (
    HistoryPages,
    RowPages,
    Scrub,
    seconds,
    set_aside,
    stage_rows,
    updated_of,
)
from b24sync.errors import PermanentError, PortalError
from b24sync.rest import feeds, history, items
from b24sync.store.walks import Walk

if TYPE_CHECKING:
    from b24sync.calls import Answer, Portal
    from b24sync.engine.capture.allowance import Allowance
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.snapshot import Cursor


DAY_S = 24 * 3600
NO_ANSWERS: Mapping[str, Answer] = MappingProxyType({})


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


@dataclass(slots=True)
class Gathered:
    """A whole poll's reading; ``signpost`` is the portal's time when it began."""

    signpost: datetime
    kinds: list[KindReading] = field(default_factory=list)

    def complete(self) -> list[KindReading]:
        """The kinds that can be applied."""
        return [one for one in self.kinds if one.complete]


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
    return _Poll(portal, store, overlap, scrub, allowance).read(readings)


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
            self._walk(walks, tails, answers, active, signpost)
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
                timed = all(updated_of(row) is not None for row in rows)
                if timed and self.store.snapshot.staged_row(kind.name, number) is None:
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
        check = self._check_row(active)
        if check:
            calls.update(skew.checks(*check, self._skew() or timedelta(0)))
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

    def _check_row(self, active: list[KindReading]) -> skew.Row | None:
        for one in active:
            if feeds.words(one.kind).skewed and one.cursor.steady_id and one.cursor.steady_at:
                return one.kind, one.cursor.steady_id, datetime.fromtimestamp(one.cursor.steady_at, UTC)
        return None

    def _since(self, one: KindReading) -> datetime | None:
        return one.since - self.overlap if one.since else None

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
        times = [saved for row in rows if (saved := updated_of(row)) is not None]
        since = self._since(one)
        if rows and (last := items.id_of(rows[-1])) and (saved := updated_of(rows[-1])):
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
        since = self._since(one)
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
        if error is not None and one.history == "unknown" and lacks_history(error):
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

    # further requests

    def _walk(
        self,
        walks: list[KindReading],
        tails: list[Chain],
        answers: Mapping[str, Answer],
        active: list[KindReading],
        signpost: datetime,
    ) -> None:
        shift, doubt = (
            self._shift(answers, active)
            if any(feeds.words(one.kind).skewed for one in walks)
            else (timedelta(0), None)
        )
        rows = self._row_chains(walks, shift)
        following = partial(self._following, rows, tails)
        for _ in self.allowance.walk([*rows.values(), *tails]):
            if not (walking := following()):
                break
            first = skew.checks(*doubt, shift) if doubt else NOTHING
            # a place that may have been reached with a wrong bound is none to go on from
            keep = self.store.transaction if doubt else partial(self._keeping, active, rows, tails, signpost)
            ahead = following if not doubt else tuple
            answers = advance(self.portal, walking, keep, first=first, following=ahead)
            if doubt:
                found = self._settled(answers, doubt, shift)
                self._begin_anew(rows, {} if found == shift else self._row_chains(walks, found))
                with self._keeping(active, rows, tails, signpost):
                    shift = found
            doubt = None
        for one in walks:
            one.error = one.error or _left_out(rows[one.kind.name])

    def _row_chains(self, walks: list[KindReading], shift: timedelta) -> dict[str, Chain]:
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
    def _keeping(
        self,
        active: Sequence[KindReading],
        rows: Mapping[str, Chain],
        tails: Sequence[Chain],
        signpost: datetime,
    ) -> Iterator[None]:
        """A transaction that also keeps how far the reading of each kind came."""
        behind = {tail.kind: tail for tail in tails}
        with self.store.transaction():
            yield
            for one in active:
                row, tail = rows.get(one.kind.name), behind.get(one.kind.name)
                short = tail is None or tail.short
                if one.error is not None or one.fresh or (row is None and short and one.walk is None):
                    continue  # a kind goes live by a reading of one poll: what came before it is no news
                one.walk = Walk(
                    one.kind.name,
                    one.walk.begun if one.walk is not None else seconds(signpost),
                    row.after if row is not None else 0,
                    row is None or row.short,
                    tail.after if tail is not None else 0,
                )
                self.store.walks.save(one.walk)

    def _following(self, rows: Mapping[str, Chain], tails: Sequence[Chain]) -> list[Chain]:
        """The chains to be read on: rows, and behind them the history, which must not be older."""
        walking = [chain for chain in rows.values() if chain.open]
        behind = [
            tail
            for tail in tails
            if tail.error is None and (tail.open or self._waits_for_rows(tail, walking))
        ]
        return [*walking, *behind] if walking or any(tail.open for tail in behind) else []

    @staticmethod
    def _waits_for_rows(tail: Chain, walking: list[Chain]) -> bool:
        return any(chain.kind == tail.kind for chain in walking)

    def _row_pages(self, one: KindReading, shift: timedelta) -> RowPages:
        since = self._since(one)
        skewed = feeds.words(one.kind).skewed
        bound = since + shift if since is not None and skewed else since
        return RowPages(self.store, one.kind, self.scrub, since, bound, but=one.known)

    def _skew(self) -> timedelta | None:
        text = self.store.meta.get("filter_skew_s")
        return timedelta(seconds=int(text)) if text is not None else None

    def _shift(
        self, answers: Mapping[str, Answer], active: list[KindReading]
    ) -> tuple[timedelta, skew.Row | None]:
        """The shift to ask with, and the row that shows whether it holds.

        The row is given if the first request could not show it: then the walk itself does.
        """
        check = self._check_row(active)
        known = self._skew() or timedelta(0)
        holds = skew.holds(answers, check[2]) if check else None
        if holds:
            return self._keep_skew(known), None
        row = self._steady_row(active)
        if row is None:
            return -skew.WIDEST, None
        return (known, row) if holds is None else (self._measured(row), None)

    def _settled(self, answers: Mapping[str, Answer], row: skew.Row, shift: timedelta) -> timedelta:
        """The shift with which the walk goes on (or begins anew, if it is another)."""
        return self._keep_skew(shift) if skew.holds(answers, row[2]) else self._measured(row)

    def _measured(self, row: skew.Row) -> timedelta:
        """The shift measured with a row; so wide that nothing is missed if the row does not tell."""
        found = skew.measure(self.portal, *row)
        return -skew.WIDEST if found is None else self._keep_skew(found)

    @staticmethod
    def _steady_row(active: list[KindReading]) -> skew.Row | None:
        for one in active:
            if one.steady and feeds.words(one.kind).skewed:
                return one.kind, *one.steady
        return None

    def _keep_skew(self, shift: timedelta) -> timedelta:
        if shift != self._skew():
            with self.store.transaction():
                self.store.meta.put("filter_skew_s", str(int(shift.total_seconds())))
        return shift

    def _finish(self, one: KindReading, tail: Chain | None) -> None:
        if tail is not None:
            one.error = one.error or _left_out(tail)
            one.history_id = max(one.history_id, tail.after)
        one.complete = one.error is None


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
        one.error = _left_out(tail)
        one.complete = one.error is None
        one.history_id = max(one.history_id, tail.after)


def _left_out(chain: Chain) -> PortalError | None:
    return refusal(chain.error, chain.pages.call(0).method) if chain.error else None


def promote(
    store: Store,
    one: KindReading,
    *,
    signpost: datetime,
    overlap: timedelta,
    run: int,
    deferred: int | None = None,
) -> None:
    """Move a kind's cursors past what was applied; within the transaction that applies it.

    Args:
        deferred: The lowest history row that is left to the next poll; ``None`` if none is.
    """
    signpost = one.begun or signpost
    floor = max(
        store.snapshot.remember_history(
            one.kind.name, floor_before=seconds(signpost - overlap - one.widened), now=seconds(signpost)
        ),
        one.cursor.history_floor,
    )
    if deferred is not None:
        floor = min(floor, deferred - 1)
    store.snapshot.save_cursor(_advanced(one, signpost=signpost, floor=floor))
    store.walks.end(one.kind.name)
    store.echoes.forget_writes(one.kind.name, before_run=run)
    store.sweeps.applied(one.kind.name, ended=one.swept)
    if one.fresh:
        store.unjudged.done("reconcile", [Key(one.kind.name, 0)])


def _advanced(one: KindReading, *, signpost: datetime, floor: int) -> Cursor:
    """The kind's cursor after its news were applied."""
    steady = one.steady or (one.cursor.steady_id, None)
    cursor = one.cursor
    if one.probed:
        cursor = replace(cursor, probed_at=seconds(signpost))
    if one.learnt is not None:
        one.history, one.history_id, floor = "yes", one.learnt, one.learnt
    if one.fresh:
        cursor = replace(cursor, state="live", baseline_at=seconds(signpost), reconciled_at=seconds(signpost))
    return replace(
        cursor,
        signpost=seconds(signpost),
        history=one.history,
        history_id=one.history_id,
        history_floor=floor,
        steady_id=steady[0],
        steady_at=seconds(steady[1]) if steady[1] else one.cursor.steady_at,
        entity_type_id=one.kind.entity_type_id,
        api=one.kind.api,
    )
