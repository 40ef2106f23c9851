"""Chains of pages.

Several pages of several feeds in one batch, each command beginning where the one before it ended.

After a short page the chained commands are void whatever they answer (an error, or the first rows again):
that is the end of the feed and no failure. A page that was full and a next one that fails is a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from b24sync.engine.capture.chain import Chain
from b24sync.engine.capture.isolation import of_a_row, read_apart, read_on
from b24sync.errors import PortalError, SlowError, TransientError
from b24sync.words import connection as said

if TYPE_CHECKING:
    from b24sync.calls import Answer, Call, Portal

__all__ = ["BATCH", "NOTHING", "PAGE", "Chain", "advance", "share"]
BATCH = 50
PAGE = 50
NOTHING: Mapping[str, Call] = MappingProxyType({})


def share(chains: Sequence[Chain], size: int = BATCH) -> dict[str, int]:
    """How many commands of a batch each chain gets.

    One for those that are only read again at its end, the rest in equal parts.
    """
    walking = [chain for chain in chains if chain.open]
    closing = [chain for chain in chains if not chain.open]
    each, over = divmod(max(size - len(closing), len(walking)), max(len(walking), 1))
    shares = {chain.name: each + (1 if number < over else 0) for number, chain in enumerate(walking)}
    return {**shares, **{chain.name: 1 for chain in closing}}


def advance(
    portal: Portal,
    chains: Sequence[Chain],
    commit: Callable[[], AbstractContextManager[None]],
    *,
    first: Mapping[str, Call] = NOTHING,
    following: Callable[[], Sequence[Chain]] = lambda: (),
) -> Mapping[str, Answer]:
    """Read the next pages of all chains in one batch and stage them.

    Fewer pages if the portal takes too long over them. The batch after it is sent before they are staged, so
    that the portal and this program work at the same time.

    Args:
        portal: Whom to ask.
        chains: Feeds in the order in which they must be read: rows before their history.
        commit: Called as a context manager around the staging of this batch.
        first: Further commands, at the head of the batch.
        following: Which chains are asked for next; asked when it is known how far this batch led.

    Returns:
        The answers, also those to ``first``.
    """
    shares, answers = _asked(portal, chains, first)
    pages = [(chain, list(_led(chain, answers, shares[chain.name]))) for chain in chains]
    if not any(chain.error for chain in chains) and (coming := following()):
        portal.ahead(_calls(coming, share(coming, portal.batch_size)))
    with commit():
        for chain, read in pages:
            for result, after in read:
                chain.pages.take(result, after)
    for chain in chains:
        if of_a_row(chain.error):
            read_on(portal, chain, commit)
    return answers


def _asked(
    portal: Portal, chains: Sequence[Chain], first: Mapping[str, Call]
) -> tuple[dict[str, int], dict[str, Answer]]:
    """The shares of a batch that the portal answered, and its answers."""
    while True:
        size = portal.batch_size
        shares = share(chains, size - len(first))
        try:
            return shares, portal.chain({**first, **_calls(chains, shares)}, patient=False)[0]
        except SlowError:
            if portal.batch_size >= size or sum(shares.values()) <= len(chains):
                raise
        except PortalError as error:
            if not of_a_row(error):
                raise
            return _apart(portal, chains, first)


def _apart(
    portal: Portal, chains: Sequence[Chain], first: Mapping[str, Call]
) -> tuple[dict[str, int], dict[str, Answer]]:
    """One page of every chain, each by itself, where one row spoils the whole answer."""
    calls = {**first, **{f"{chain.name}_0": chain.pages.call(chain.after) for chain in chains}}
    answers = dict(zip(calls, read_apart(portal, list(calls.values())), strict=True))
    return {chain.name: 1 for chain in chains}, answers


def _calls(chains: Sequence[Chain], shares: Mapping[str, int]) -> dict[str, Call]:
    """The commands of a batch by name, each page behind the one before it."""
    calls: dict[str, Call] = {}
    for chain in chains:
        after: int | str = chain.after
        for number in range(shares[chain.name]):
            name = f"{chain.name}_{number}"
            calls[name] = chain.pages.call(after)
            after = chain.pages.reference(name)
    return calls


def _led(chain: Chain, answers: Mapping[str, Answer], count: int) -> Iterator[tuple[Any, int]]:
    """The pages that a batch has of a chain, each with the id behind which it is; the chain goes on."""
    chain.short = False
    for number in range(count):
        answer = answers.get(f"{chain.name}_{number}")
        if answer is None or answer.error is not None:
            chain.error = answer.error if answer and answer.error else _silent(chain)
            return
        rows, last = chain.pages.measure(answer.result, chain.after)
        yield answer.result, chain.after
        if rows >= PAGE and last <= chain.after and number:
            return  # the page before ended in a row without an id: go on behind its last one, in a new batch
        if rows >= PAGE and last <= chain.after:
            chain.error = TransientError(said.SAME_PAGE(), method=chain.pages.call(0).method)
            return
        chain.after = max(chain.after, last)
        if rows < PAGE:
            chain.short = True
            return


def _silent(chain: Chain) -> PortalError:
    return TransientError(said.NEITHER(), method=chain.pages.call(0).method)
