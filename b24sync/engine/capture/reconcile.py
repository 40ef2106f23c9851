"""Reconcile: id, modification time and stage of everything against the snapshot (contract.md §2).

It finds deletions and heals any miss.

Both sides are walked by id, a page at a time. What is missing at the portal is asked for one by one:
NOT_FOUND is a deletion, anything else lost rights. If a side is suddenly empty or a fifth smaller nothing is
deleted until a person says ``poll --reconcile``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from b24sync.calls import Call
from b24sync.engine.capture.isolation import MOST, known, of_a_row, read_apart
from b24sync.engine.capture.paging import BATCH, PAGE, Chain, advance, bounded
from b24sync.engine.capture.staging import Scrub, seconds, set_aside, stage_of, stage_rows, updated_of
from b24sync.errors import NotFoundError, PermanentError, PortalError, TransientError
from b24sync.rest import feeds, items, people

if TYPE_CHECKING:
    from b24sync.calls import Answer, Portal
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store

FIFTH = 0.2
FEW = 5  # a handful missing is no mass deletion, however small the portal


@dataclass(slots=True)
class Sweep:
    """What a reconcile of one kind found.

    Attributes:
        found_new: Ids that only the portal has.
        missing: How many entities of the snapshot the portal did not show.
        doubtful: What could not be verified: the next reconcile looks at it again.
        guard: Why deletions were not looked into; empty if they were.
        error: The sweep could not be finished.
    """

    kind: Kind
    found_new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    guard: str = ""
    error: PortalError | None = None


def sweep(portal: Portal, store: Store, kind: Kind, *, by_hand: bool, scrub: Scrub) -> Sweep:
    """Compare one kind with the portal and stage what differs.

    Args:
        by_hand: A person said ``--reconcile``: the mass-deletion guard does not stop it.
    """
    done = Sweep(kind)
    unread = known(store, kind.name)
    pages = _SweepPages(kind, _Comparison(store, kind, done, unseen=set(unread)), unread)
    chain = Chain(f"s{kind.name}", pages, 0)
    for _ in bounded([chain]):
        if not chain.open:
            break
        advance(portal, [chain], store.transaction)
    if chain.error is not None:
        done.error = chain.error
        return done
    pages.comparison.finish()
    done.missing = [number for number in done.missing if number not in pages.comparison.unseen]
    count = store.snapshot.count(kind.name)
    if (
        done.missing
        and not by_hand
        and (pages.seen == 0 or (len(done.missing) > FEW and len(done.missing) > count * FIFTH))
    ):
        done.guard = f"{len(done.missing)} of {count} are gone from the portal at once"
        done.missing.clear()
    doubtful = set(store.unjudged.doubtful(kind.name)) - set(done.found_new)
    done.missing = sorted({*done.missing, *doubtful})
    _confirm(portal, store, done)
    _reread(portal, store, done, scrub)
    return done


def look_again(portal: Portal, store: Store, kind: Kind, ids: list[int], *, scrub: Scrub) -> Sweep:
    """Ask for some entities one by one, and stage what became of them."""
    done = Sweep(kind, missing=ids)
    _confirm(portal, store, done)
    _reread(portal, store, done, scrub)
    return done


@dataclass(slots=True)
class _Comparison:
    """Walks the snapshot along with the portal's pages."""

    store: Store
    kind: Kind
    into: Sweep
    after: int = 0
    unseen: set[int] = field(default_factory=set)  # there, but not to be read
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
        saved = updated_of(raw)
        for entity_id, updated, stage in self._snapshot():
            if entity_id < number:
                self.into.missing.append(entity_id)
                continue
            if entity_id == number:
                differs = saved is not None and seconds(saved) != updated
                if differs or (self.kind.api != "task" and stage_of(self.kind, raw) != stage):
                    self.into.changed.append(number)
                self._skip(number)
                return
            break
        self.into.found_new.append(number)

    def _skip(self, number: int) -> None:
        self.after = number
        self._rest = [row for row in self._rest if row[0] > number]

    def finish(self) -> None:
        """What is left of the snapshot is missing at the portal."""
        self.into.missing += [entity_id for entity_id, _, _ in self._snapshot()]


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
        self.comparison.unseen.add(number)

    def reference(self, name: str) -> str:
        """The last id of a full page."""
        return feeds.next_page(self.kind, name)

    def take(self, result: Any, after: int) -> tuple[int, int]:
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
        return len(rows), found[-1][0] if found else after


def _confirm(portal: Portal, store: Store, done: Sweep) -> None:
    """Ask for each missing one: only NOT_FOUND is a deletion."""
    for start in range(0, len(done.missing), BATCH):
        ids = done.missing[start : start + BATCH]
        answers = portal.read([items.get(done.kind, number) for number in ids])
        tells = done.kind.api == "task" and _sees_all(portal, answers)
        with store.transaction():
            for number, answer in zip(ids, answers, strict=True):
                state = _state_of(answer, tells=tells)
                if state == "deleted" and done.kind.api == "legacy":
                    state = "vanished"  # the old module says so of whatever is wrong with an id
                if state == "unknown" and getattr(answer.error, "unattempted", False):
                    done.error = answer.error
                elif state == "unknown":
                    done.doubtful.append(number)
                elif state == "there":
                    done.changed.append(number)
                else:
                    store.snapshot.stage_gone(done.kind.name, number, state)


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


def _reread(portal: Portal, store: Store, done: Sweep, scrub: Scrub) -> None:
    """Stage whole rows of what differs or is new."""
    wanted = sorted({*done.changed, *done.found_new})
    pages = [wanted[start : start + PAGE] for start in range(0, len(wanted), PAGE)]
    for start in range(0, len(pages), BATCH):
        some = pages[start : start + BATCH]
        answers = read_apart(portal, [items.by_ids(done.kind, ids) for ids in some])
        spoiled = [ids for ids, answer in zip(some, answers, strict=True) if of_a_row(answer.error)]
        with store.transaction():
            for answer in answers:
                if answer.error is not None:
                    if not of_a_row(answer.error):
                        done.error = answer.error  # what differs is found by the next sweep again
                    continue
                rows = items.page_rows(answer.result)
                stage_rows(store, done.kind, rows, since=None, scrub=scrub, every=True)
        for ids in spoiled:
            _reread_apart(portal, store, done, ids, scrub)


def _reread_apart(portal: Portal, store: Store, done: Sweep, ids: Sequence[int], scrub: Scrub) -> None:
    """Stage the rows of a page that cannot be read, one by one, around those that are the reason."""
    answers = read_apart(portal, [items.by_ids(done.kind, [number]) for number in ids])
    if len(ids) > MOST and all(answer.error is not None for answer in answers):
        done.error = answers[0].error  # no matter of rows
        return
    with store.transaction():
        for number, answer in zip(ids, answers, strict=True):
            if of_a_row(answer.error):
                set_aside(store, done.kind, number, str(answer.error))
            elif answer.error is not None:
                done.error = answer.error
            else:
                rows = items.page_rows(answer.result)
                stage_rows(store, done.kind, rows, since=None, scrub=scrub, every=True)
