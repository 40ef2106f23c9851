"""Writing down how an action's turn ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from b24sync.domain.backoff import delay_s, uncounted_delay_s
from b24sync.domain.entity import Key
from b24sync.engine.turn_ends import Outcome, Postponed, Uncertain
from b24sync.ports import Done, Failed, Skipped, Waiting
from b24sync.words import outside as words
from b24sync.words.explain import ATTEMPTS

if TYPE_CHECKING:
    from b24sync.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settling:
    """Where and when actions are settled; ``now`` is local, ``at`` the portal's time, both Unix seconds."""

    store: Store
    run: int
    at: int
    now: int
    attempts: int


def settle(into: Settling, outcome: Outcome) -> None:
    """Write an outcome down; within a transaction of the caller."""
    result, action = outcome.result, outcome.action
    log.info(
        "action %s (%s/%s %s, %s:%s): %s",
        *(action.id, action.rule, action.position, action.step, action.kind, action.entity_id),
        type(result).__name__.lower(),
    )
    match result:
        case Done():
            _made(into, outcome, result)
            extra = {"warnings": list(result.warnings)} if result.warnings else {}
            told = {"changed": result.changed, **result.details, **extra, **_intent(outcome)}
            _end(into, action.id, "done", None, told)
        case Skipped():
            _end(into, action.id, "skipped", None, {"reason": result.reason, **result.details})
        case Failed():
            _end(into, action.id, "failed", result.message, {**result.details, **_intent(outcome)})
        case Uncertain():
            _end(into, action.id, "uncertain", result.error, _intent(outcome))
        case Waiting():
            into.store.outbox.remember(action.id, result.memory)
            into.store.outbox.postpone(
                action.id,
                next_attempt_at=into.now,
                error=None,
                counts=False,
                result={"waits_for": result.reason},
            )
        case Postponed():
            _postpone(into, outcome, result)


def _intent(outcome: Outcome) -> dict[str, Any]:
    """What the action was about to do, in its own words, for people who ask later."""
    return {} if outcome.intent is None else {"intent": dict(outcome.intent)}


def _end(into: Settling, action_id: int, state: str, error: str | None, result: dict[str, Any]) -> None:
    into.store.outbox.settle(action_id, state, run=into.run, at=into.at, error=error, result=result)


def _made(into: Settling, outcome: Outcome, done: Done) -> None:
    action = outcome.action
    parent = Key(action.kind, action.entity_id)
    root = into.store.echoes.root_of(parent) or parent
    for key in done.made:
        into.store.echoes.made(key, action.id, root)
    if done.ledger:
        into.store.ledger.add(done.ledger, action_id=action.id, run=into.run, at=into.at)


def _postpone(into: Settling, outcome: Outcome, postponed: Postponed) -> None:
    action = outcome.action
    if postponed.counts and action.attempts >= into.attempts:
        _end(
            into,
            action.id,
            "failed",
            words.GIVEN_UP(why=postponed.error, attempts=ATTEMPTS(action.attempts)),
            dict(action.result),
        )
        return
    until = postponed.until if postponed.until is not None else into.now + _wait_s(action.attempts, postponed)
    into.store.outbox.postpone(
        action.id, next_attempt_at=until, error=postponed.error or None, counts=postponed.counts
    )


def _wait_s(attempts: int, postponed: Postponed) -> int:
    """Seconds until the next try; none where portal or mail server are away: the next poll will see."""
    if postponed.away:
        return 0
    least = uncounted_delay_s(postponed.wait_s)
    return max(least, delay_s(attempts)) if postponed.counts else least
