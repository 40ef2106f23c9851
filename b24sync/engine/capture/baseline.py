"""The baseline.

All rows of a kind into the snapshot, silently, in chunks that survive a kill (contract.md G4, G10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from b24sync.calls import Call
from b24sync.engine.capture.paging import Chain, advance
from b24sync.engine.capture.refusals import keeps_none, refusal
from b24sync.engine.capture.staging import BaselinePages, Scrub, seconds
from b24sync.errors import PortalError
from b24sync.rest import history

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.calls import Answer, Portal
    from b24sync.engine.capture.allowance import Allowance
    from b24sync.rest.kinds import Kind
    from b24sync.store import Store


Progress = Callable[[str, int], None]


def take_baselines(
    portal: Portal,
    store: Store,
    kinds: Sequence[Kind],
    *,
    scrub: Scrub,
    run: int,
    opened: Mapping[str, datetime],
    progress: Progress,
    allowance: Allowance,
    origin: str = "",
) -> dict[str, PortalError]:
    """Walk every row of the kinds into the snapshot.

    They go live when the reading that follows is applied, quietly.

    A kind's history cursor is set before its rows are read, so that moves during the walk are found by the
    reading that follows.

    Args:
        opened: Kind → the time of ``--since``: entities made from this time on are left to the reading that
            follows, and history is read from its start.
        progress: Told the kind and how many rows its snapshot has.
        allowance: Of the poll.
        origin: The portal that the database belongs to from now on.

    Returns:
        The errors of the kinds that could not be finished; they go on in the next poll where they stopped.
    """
    errors = _begin(portal=portal, store=store, kinds=kinds, opened=opened, run=run, origin=origin)
    chains = {
        kind.name: Chain(
            f"b{kind.name}",
            BaselinePages(store, kind, scrub, run, opened.get(kind.name)),
            store.snapshot.cursor(kind.name).walked_id,
            kind.name,
        )
        for kind in kinds
        if kind.name not in errors
    }
    still_open = partial(_open_of, chains)
    for _ in allowance.walk([*chains.values()]):
        if not (walking := still_open()):
            break
        advance(portal, walking, partial(_Chunk, store, walking), following=still_open)
        for chain in walking:
            progress(chain.kind, chain.pages.taken)  # type: ignore[attr-defined]
    for name, chain in chains.items():
        if chain.error is not None:
            errors[name] = chain.error
    with store.transaction():
        for name in chains:
            if name not in errors:
                cursor = store.snapshot.cursor(name)
                store.snapshot.save_cursor(replace(cursor, state="walked"))
    return errors


def _open_of(chains: Mapping[str, Chain]) -> list[Chain]:
    return [chain for chain in chains.values() if chain.open]


class _Chunk:
    """A transaction that also keeps how far the walk came."""

    def __init__(self, store: Store, chains: Sequence[Chain]) -> None:
        self._store, self._chains, self._inner = store, chains, store.transaction()

    def __enter__(self) -> None:
        self._inner.__enter__()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for chain in self._chains:
                cursor = self._store.snapshot.cursor(chain.kind)
                self._store.snapshot.save_cursor(replace(cursor, walked_id=chain.after))
        self._inner.__exit__(kind, error, trace)  # type: ignore[arg-type]


def _begin(
    portal: Portal,
    store: Store,
    kinds: Sequence[Kind],
    opened: Mapping[str, datetime],
    run: int,
    origin: str,
) -> dict[str, PortalError]:
    """Set each new kind's signpost and history cursor, unless an earlier, killed baseline did."""
    fresh = [kind for kind in kinds if store.snapshot.cursor(kind.name).signpost is None]
    if not fresh:
        return {}
    errors = dict[str, PortalError]()
    calls = {f"h{kind.name}": history.newest(kind) for kind in fresh if kind.history_type_id is not None}
    answers, at = portal.chain(calls or {"time": _server_time()})
    refused = {kind.name for kind in fresh if _keeps_no_history(portal, kind, answers)}
    with store.transaction():
        if origin and store.meta.get("origin") is None:
            store.meta.put("origin", origin)
        for kind in fresh:
            again = run if store.snapshot.has(kind.name) else None
            cursor = replace(
                store.snapshot.cursor(kind.name),
                signpost=seconds(opened.get(kind.name, at)),
                baseline_run=again,
                entity_type_id=kind.entity_type_id,
                api=kind.api,
            )
            answer = answers.get(f"h{kind.name}")
            if answer is not None and answer.error is None:
                newest = (
                    0
                    if kind.name in opened
                    else max((move.id for _, move in history.read_rows(answer.result)), default=0)
                )
                cursor = replace(cursor, history="yes", history_id=newest, history_floor=newest)
            elif kind.name in refused:
                cursor = replace(cursor, history="no", probed_at=seconds(at))
            elif kind.history_type_id is not None:
                errors[kind.name] = refusal(answer.error if answer else None, "crm.stagehistory.list")
                continue
            store.snapshot.save_cursor(cursor)
    return errors


def _keeps_no_history(portal: Portal, kind: Kind, answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(f"h{kind.name}")
    return answer is not None and answer.error is not None and keeps_none(portal, kind, answer.error)


def _server_time() -> Call:
    return Call("server.time")
