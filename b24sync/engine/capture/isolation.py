"""Reading on around a row for which its page cannot be read (contract.md G13).

A portal that cannot answer for one row (text that is no UTF-8, a handler that fails) refuses every page
with that row, often with a bare HTTP 500, half an answer or none. Its id is found by asking in narrow ranges
of ids, then one by one; it goes into quarantine and the walk goes on behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

from b24sync.calls import Answer
from b24sync.errors import PortalError

if TYPE_CHECKING:
    from b24sync.calls import Call, Portal
    from b24sync.engine.capture.chain import Chain
    from b24sync.store import Store

RANGES: Final = 50  # asked side by side
WIDTH: Final = 50  # ids in a range: never more rows than a page holds
MOST: Final = 10  # so many ranges, and rows in a range, may be bad; more is no matter of rows
MOST_KNOWN: Final = 50  # rows that a page is asked for without
_REFUSED: Final = "filter_without_ids"  # a name in meta
_OF_ROWS: Final = frozenset(
    {"WRONG_ENCODING", "INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"}
    | {"HTTP_500", "HTTP_502", "HTTP_200", "NO_ANSWER"}
)


def known(store: Store, kind: str) -> tuple[int, ...]:
    """Rows of a kind that are known not to be readable: pages are asked for without them.

    They are asked for by themselves when their time has come. Empty where there are too many to name, or the
    portal refused a filter that leaves ids out.
    """
    if store.meta.get(_REFUSED) is not None:
        return ()
    found = store.held.unreadable(kind, MOST_KNOWN + 1)
    return tuple(found) if len(found) <= MOST_KNOWN else ()


def name_no_more(store: Store) -> None:
    """The portal refuses a filter that leaves ids out: read around them as if they were not known.

    Belongs into a transaction of the caller.
    """
    store.meta.put(_REFUSED, "refused")


def of_a_row(error: PortalError | None) -> bool:
    """Whether one row may be the reason why its page cannot be read."""
    return error is not None and error.code in _OF_ROWS


def read_on(portal: Portal, chain: Chain, commit: Callable[[], AbstractContextManager[None]]) -> None:
    """Read around the rows that stop a chain; its error stays if they are not the reason."""
    ranges = [(chain.after + WIDTH * n, chain.after + WIDTH * (n + 1)) for n in range(RANGES)]
    calls = [chain.pages.between(*one) for one in ranges]
    answers = dict(zip(ranges, read_apart(portal, calls), strict=True))
    if all(of_a_row(one.error) for one in answers.values()):  # no matter of rows: it may pass
        answers = dict(zip(ranges, read_apart(portal, calls, patient=True), strict=True))
    bad = [one for one in ranges if answers[one].error is not None]
    if not all(of_a_row(answers[one].error) for one in bad) or len(bad) > MOST:
        return
    ids = [number for first, last in bad for number in range(first, last)]
    singles = dict(
        zip(ids, read_apart(portal, [chain.pages.between(one, one + 1) for one in ids]), strict=True)
    )
    broken = [one for one in ids if singles[one].error is not None]
    if not all(of_a_row(singles[one].error) for one in broken) or len(broken) > MOST * len(bad):
        return
    with commit():
        after = chain.after
        for first, last in ranges:
            whole = (first, last) not in bad
            for part in [answers[first, last]] if whole else [singles[one] for one in range(first, last)]:
                if part.error is None:
                    chain.pages.take(part.result, chain.after)
                    after = max(after, chain.pages.measure(part.result, chain.after)[1])
        for one in broken:
            chain.pages.unreadable(one + 1, str(singles[one].error))
            after = max(after, one + 1)
        chain.error, chain.short = None, after == chain.after
        chain.after = after


def read_apart(portal: Portal, calls: Sequence[Call], *, patient: bool = False) -> list[Answer]:
    """An answer to every call, also where some of them break the whole request.

    Args:
        portal: Whom to ask.
        calls: What to ask.
        patient: Whether to wait for what the portal breaks down over.

    Raises:
        PortalError: The trouble is no row's.
    """
    found: list[Answer] = []
    for start in range(0, len(calls), RANGES):
        portion = calls[start : start + RANGES]
        try:
            found += portal.read(portion, patient=patient)
        except PortalError as error:
            if not of_a_row(error):
                raise
            found += [Answer(call, error=error) for call in portion]
    return found
