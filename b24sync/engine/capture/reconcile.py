"""Reconcile: id, modification time and stage of everything against the snapshot (contract.md §2).

It finds deletions and heals any miss.

Both sides are walked by id, a page at a time. What is missing at the portal is asked for one by one:
NOT_FOUND is a deletion, anything else lost rights. If a side is suddenly empty or a fifth smaller nothing is
deleted until a person says ``poll --reconcile``. The place and what was found are kept in the database, so
that a reconcile that is cut off goes on in the next poll (contract.md G14).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.domain import mass_loss
from b24sync.domain.entity import Key
from b24sync.engine.capture.allowance import over
from b24sync.engine.capture.isolation import MOST, known, of_a_row, read_apart
from b24sync.engine.capture.paging import BATCH, PAGE, Chain, advance
from b24sync.engine.capture.staging import (
    Scrub,
    page_end,
    seconds,
    set_aside,
    stage_of,
    stage_rows,
)
from b24sync.errors import NotFoundError, PermanentError, PortalError, TransientError
from b24sync.rest import feeds, items, people
from b24sync.store.sweeps import SweepPlace

if TYPE_CHECKING:
    from b24sync.calls import Answer, Portal
    from b24sync.engine.capture.allowance import Allowance
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store
    from b24sync.store.sweeps import Found

FIFTH = 0.2
FEW = 5  # a handful missing is no mass deletion, however small the portal


@dataclass(slots=True)
class Sweep:
    """What a reconcile of one kind did in this poll.

    Attributes:
        begun: Portal time at its beginning, maybe in an earlier poll, Unix seconds.
        found_new: Ids that only the portal has, whose rows were staged now.
        reread: Whether any row was staged.
        doubtful: What could not be verified: the next reconcile looks at it again.
        guard: Why deletions were not looked into, as `mass_loss.kept` writes it; empty if they were.
        error: It could not be finished; it goes on in the next poll.
    """

    kind: Kind
    begun: int = 0
    found_new: list[int] = field(default_factory=list)
    reread: bool = False
    doubtful: list[int] = field(default_factory=list)
    guard: str = ""
    error: PortalError | None = None


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Compares kinds with the portal."""

    portal: Portal
    store: Store
    scrub: Scrub
    allowance: Allowance

    def sweep(self, kind: Kind, *, by_hand: bool, now: int) -> Sweep:
        """Compare one kind with the portal and stage what differs, from where an earlier poll came to.

        Args:
            kind: What to compare.
            by_hand: A person said ``--reconcile``: the mass-deletion guard does not stop it.
            now: The portal's time, Unix seconds.
        """
        place = self._place(kind, by_hand=by_hand, now=now)
        done = Sweep(kind, begun=place.begun)
        if not place.walked:
            done.error = self._walk(kind, place)
            if done.error is not None:
                return done
        done.guard = (self.store.sweeps.of(kind.name) or place).guard
        _confirm(self, done)
        _reread(self, done)
        return done

    def look_again(self, kind: Kind, ids: list[int]) -> Sweep:
        """Ask for some entities one by one, and stage what became of them."""
        done = Sweep(kind)
        with self.store.transaction():
            self.store.sweeps.look_again(kind.name)
            self.store.sweeps.note(kind.name, "missing", ids)
        _confirm(self, done)
        _reread(self, done)
        return done

    def _place(self, kind: Kind, *, by_hand: bool, now: int) -> SweepPlace:
        """The reconcile that goes on, or one that begins."""
        sweeps = self.store.sweeps
        with self.store.transaction():
            place = sweeps.of(kind.name)
            if place is None or (by_hand and place.guard):
                sweeps.drop(kind.name)
                place = SweepPlace(kind.name, now)
                self.store.unjudged.done("reconcile", [Key(kind.name, 0)])
            sweeps.look_again(kind.name)
            place = replace(place, by_hand=place.by_hand or by_hand)
            sweeps.save(place)
        return place

    def _walk(self, kind: Kind, place: SweepPlace) -> PortalError | None:
        """Compare what is left to compare."""
        unread = known(self.store, kind.name)
        comparison = _Comparison(self.store, kind, place.compared)
        comparison.found["unseen"].extend(unread)
        pages = _SweepPages(kind, comparison, unread, place.seen)
        chain = Chain(f"s{kind.name}", pages, place.rows_after, kind.name)

        @contextmanager
        def keeping() -> Iterator[None]:
            with self.store.transaction():
                yield
                comparison.keep()
                kept = replace(place, rows_after=chain.after, compared=comparison.after, seen=pages.seen)
                self.store.sweeps.save(kept)

        for _ in self.allowance.walk([chain]):
            if not chain.open:
                break
            advance(self.portal, [chain], keeping)
        if chain.error is None:
            with self.store.transaction():
                comparison.finish()
                self._end_walk(kind, replace(place, seen=pages.seen))
        return chain.error

    def _end_walk(self, kind: Kind, place: SweepPlace) -> None:
        """Decide what of the missing is looked into."""
        sweeps = self.store.sweeps
        sweeps.forget(kind.name, "missing", if_also="unseen")
        missing, count = sweeps.count(kind.name, "missing"), self.store.snapshot.count(kind.name)
        many = place.seen == 0 or (missing > FEW and missing > count * FIFTH)
        guard = ""
        if missing and many and not place.by_hand:
            guard = mass_loss.kept(missing, count)
            sweeps.forget(kind.name, "missing")
        sweeps.note(kind.name, "missing", self.store.unjudged.doubtful(kind.name))
        sweeps.forget(kind.name, "missing", if_also="new")
        sweeps.save(replace(place, walked=True, guard=guard))


@dataclass(slots=True)
class _Comparison:
    """Walks the snapshot along with the portal's pages.

    Attributes:
        after: The snapshot is compared up to this id.
        found: What was found since it was last kept; ``unseen``: there, but not to be read.
    """

    store: Store
    kind: Kind
    after: int = 0
    found: dict[Found, list[int]] = field(
        default_factory=lambda: {"new": [], "changed": [], "missing": [], "unseen": []}
    )
    _rest: list[tuple[int, int, str | None]] = field(default_factory=list)

    def _snapshot(self) -> Iterator[tuple[int, int, str | None]]:
        while True:
            if not self._rest:
                self._rest = self.store.snapshot.ids_after(self.kind.name, self.after, 500)
                if not self._rest:
                    return
            yield self._rest[0]
            self.after = self._rest.pop(0)[0]

    def against(self, number: int, raw: dict[str, Any]) -> None:
        """Compare one row of the portal; rows come by id."""
        saved = items.saved_at(raw)
        for entity_id, updated, stage in self._snapshot():
            if entity_id < number:
                self.found["missing"].append(entity_id)
                continue
            if entity_id == number:
                differs = saved is not None and seconds(saved) != updated
                if differs or (self.kind.api != "task" and stage_of(self.kind, raw) != stage):
                    self.found["changed"].append(number)
                self._skip(number)
                return
            break
        self.found["new"].append(number)

    def _skip(self, number: int) -> None:
        self.after = number
        self._rest = [row for row in self._rest if row[0] > number]

    def keep(self) -> None:
        """Write down what was found; within a transaction of the caller."""
        for what, ids in self.found.items():
            self.store.sweeps.note(self.kind.name, what, ids)
            ids.clear()

    def finish(self) -> None:
        """What is left of the snapshot is missing at the portal; within a transaction of the caller."""
        for entity_id, _, _ in self._snapshot():
            self.found["missing"].append(entity_id)
            if len(self.found["missing"]) >= 500:
                self.keep()
        self.keep()


@dataclass(slots=True)
class _SweepPages:
    kind: Kind
    comparison: _Comparison
    but: tuple[int, ...] = ()
    seen: int = 0

    def call(self, after: int | str) -> Call:
        """The page behind an id."""
        return feeds.sweep(self.kind, after=after, but=self.but)

    def between(self, after: int, before: int) -> Call:
        """The rows behind an id up to another."""
        return feeds.sweep(self.kind, after=after, before=before, but=self.but)

    def unreadable(self, number: int, why: str) -> None:
        """A row that the portal cannot answer for is there, and differs from nothing."""
        set_aside(self.comparison.store, self.kind, number, why)
        self.comparison.found["unseen"].append(number)

    def reference(self, name: str) -> str:
        """The last id of a full page."""
        return feeds.next_page(self.kind, name)

    def measure(self, result: Any, after: int) -> tuple[int, int]:
        """Its length and last id."""
        return page_end(result, after)

    def take(self, result: Any, after: int) -> None:
        """Compare a page."""
        rows = items.page_rows(result)
        found = sorted(
            ((number, row) for row in rows if (number := items.id_of(row)) is not None),
            key=lambda one: one[0],
        )
        for number, row in found:
            if number > after:
                self.comparison.against(number, row)
                self.seen += 1


def _confirm(around: Reconciler, done: Sweep) -> None:
    """Ask for each missing one: only NOT_FOUND is a deletion."""
    kind, sweeps, after = done.kind, around.store.sweeps, 0
    for _ in around.allowance.rounds():
        ids = sweeps.missing(kind.name, after, BATCH)
        if not ids:
            return
        answers = around.portal.read([items.get(kind, number) for number in ids])
        tells = kind.api == "task" and _sees_all(around.portal, answers)
        with around.store.transaction():
            for number, answer in zip(ids, answers, strict=True):
                _confirmed(around.store, done, number, answer, tells=tells)
        after = ids[-1]
    done.error = done.error or over()


def _confirmed(store: Store, done: Sweep, number: int, answer: Answer, *, tells: bool) -> None:
    """What one answer says; within a transaction of the caller."""
    kind, state = done.kind, _state_of(answer, tells=tells)
    if state == "deleted" and kind.api == "legacy":
        state = "vanished"  # the old module says so of whatever is wrong with an id
    if state == "unknown" and getattr(answer.error, "unattempted", False):
        done.error = answer.error
        return
    if state == "unknown":
        done.doubtful.append(number)
    elif state == "there":
        store.sweeps.note(kind.name, "changed", [number])
    else:
        store.staged.add_gone(kind.name, number, state)
    store.sweeps.looked(kind.name, ("missing",), [number])


def _sees_all(portal: Portal, answers: list[Answer]) -> bool:
    """Whether no answer means no task: only an administrator may see every task.

    tasks.task.get answers alike for a deleted and a hidden one (portal.md §9).
    """
    if all(answer.error is not None or items.row_of(answer.result) for answer in answers):
        return False
    profile, admin = portal.read([people.profile(), Call("user.admin")])
    row = items.row_of(profile.result) if profile.error is None else None
    said = [row["ADMIN"]] if row and "ADMIN" in row else [admin.result] if admin.error is None else []
    return any(one in {True, "Y", "1"} for one in said)


def _state_of(answer: Answer, *, tells: bool) -> str:
    """What an answer says of an entity; ``tells``: an empty one means that there is none."""
    error = answer.error
    if isinstance(error, TransientError):
        return "unknown"
    if isinstance(error, NotFoundError) or (error is not None and error.code == "NOT_FOUND"):
        return "deleted"
    if error is None:
        row = items.row_of(answer.result)
        return "there" if row else "deleted" if tells else "vanished"
    return "vanished" if isinstance(error, PermanentError) else "unknown"


def _reread(around: Reconciler, done: Sweep) -> None:
    """Stage whole rows of what differs or is new."""
    kind, sweeps, after = done.kind, around.store.sweeps, 0
    for _ in around.allowance.rounds():
        differing = sweeps.differing(kind.name, after, PAGE * BATCH)
        if not differing:
            return
        done.reread = True
        done.found_new += [number for number, new in differing if new]
        wanted = [number for number, _ in differing]
        pages = [wanted[start : start + PAGE] for start in range(0, len(wanted), PAGE)]
        answers = read_apart(around.portal, [items.by_ids(kind, ids) for ids in pages])
        with around.store.transaction():
            for ids, answer in zip(pages, answers, strict=True):
                if answer.error is None:
                    _staged(around, kind, ids, answer)
                elif not of_a_row(answer.error):
                    done.error = answer.error
        for ids, answer in zip(pages, answers, strict=True):
            if of_a_row(answer.error):
                _reread_apart(around, done, ids)
        after = wanted[-1]
    done.error = done.error or over()


def _reread_apart(around: Reconciler, done: Sweep, ids: Sequence[int]) -> None:
    """Stage the rows of a page that cannot be read, one by one, around those that are the reason."""
    kind = done.kind
    answers = read_apart(around.portal, [items.by_ids(kind, [number]) for number in ids])
    if len(ids) > MOST and all(answer.error is not None for answer in answers):
        done.error = answers[0].error  # no matter of rows
        return
    with around.store.transaction():
        for number, answer in zip(ids, answers, strict=True):
            if of_a_row(answer.error):
                set_aside(around.store, kind, number, str(answer.error))
                around.store.sweeps.looked(kind.name, ("changed", "new"), [number])
            elif answer.error is not None:
                done.error = answer.error
            else:
                _staged(around, kind, [number], answer)


def _staged(around: Reconciler, kind: Kind, ids: Sequence[int], answer: Answer) -> None:
    """Stage what was read again; within a transaction of the caller."""
    rows = items.page_rows(answer.result)
    stage_rows(around.store, kind, rows, since=None, scrub=around.scrub, every=True)
    around.store.sweeps.looked(kind.name, ("changed", "new"), ids)
