"""What a step is about: the things linked to the event's entity, and the people that it cannot do without."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from b24sync.rules.root_names import links_of
from b24sync.rules.scope import EntityView
from b24sync.steps.outcomes import StepError
from b24sync.words import remedies as words

if TYPE_CHECKING:
    from b24sync.domain.entity import Entity
    from b24sync.ports import Effects
    from b24sync.rest.people import User
    from b24sync.rules.selectors import Found
    from b24sync.steps.context import StepContext


def linked(ctx: StepContext, *kinds: str) -> Effects[dict[str, Entity | None]]:
    """The event's entity and what it is linked to, by kind; ``None`` where there is nothing."""
    own = ctx.event.entity.kind
    wanted = [kind for kind in kinds if kind == own or kind in links_of(own)]
    scope = (yield from ctx.scope(wanted)) if wanted else {}
    views = {kind: scope.get(kind) for kind in kinds}
    return {kind: view.entity if isinstance(view, EntityView) else None for kind, view in views.items()}


def needed_person(ctx: StepContext, selector: str, *, otherwise: str, what: str) -> Effects[User]:
    """The one person that a step cannot do without.

    Args:
        ctx: The action.
        selector: As configured; empty: ``otherwise``.
        otherwise: Who it is if nobody is configured.
        what: What the person is for, as ``"responsible of the task"``.

    Raises:
        StepError: Nobody active is behind the selector.
    """
    found = yield from ctx.people((selector or otherwise,), several=False)
    if found.users:
        return found.users[0]
    raise StepError(words.NOBODY_ACTIVE(what=what, who=selector or otherwise, why=why(found)))


def named(users: Iterable[User]) -> dict[str, list[str]]:
    """The people of an intended action by name (contract.md §4 ``result.would``)."""
    return {"names": [user.name for user in users]}


def why(found: Found) -> str:
    """Who was left out and why, in brackets; empty if nobody was."""
    reasons = (*found.left_out, *found.nobody)
    return f" ({'; '.join(reasons)})" if reasons else ""
