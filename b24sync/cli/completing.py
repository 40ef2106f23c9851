"""What the shell offers when an option is completed: states, rules, events, ids of actions.

The shell waits, so this reads the configuration and the database only, and is silent about every trouble.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from b24sync.cli.session import Session

if TYPE_CHECKING:
    import typer

    from b24sync.app import App

_MOST = 200


def _offered(context: typer.Context, begun: str, find: Callable[[App], Iterable[str]]) -> list[str]:
    root = context.find_root()
    session = Session(config=root.params.get("config"), only=root.params.get("only"))
    try:
        with session.app(offline=True) as app:
            return [text for text in find(app) if text.startswith(begun)][:_MOST]
    except Exception:  # noqa: BLE001 - a traceback in the middle of a command line helps nobody
        return []


def states(_ctx: typer.Context, incomplete: str) -> list[str]:
    """States of actions."""
    from b24sync.cli.listing import STATES

    return [state for state in STATES if state.startswith(incomplete)]


def rules(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of the configuration's rules."""
    return _offered(ctx, incomplete, lambda app: [rule.name for rule in app.settings.rules])


def events(ctx: typer.Context, incomplete: str) -> list[str]:
    """Events that the configuration's rules are on."""
    found = _offered(
        ctx,
        incomplete,
        lambda app: [trigger.event for rule in app.settings.rules for trigger in rule.triggers()],
    )
    return list(dict.fromkeys(found))


def ids(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of actions that wait for a person, the newest first."""

    def find(app: App) -> Iterable[str]:
        actions = app.open_store(create=False).actions
        return [str(one) for one in reversed(actions.ids_in(("failed", "held", "uncertain", "pending")))]

    return _offered(ctx, incomplete, find)


def invoices(ctx: typer.Context, incomplete: str) -> list[str]:
    """Ids of invoices, the newest first; shells part a line at a colon, so without their kind."""
    return _offered(
        ctx,
        incomplete,
        lambda app: map(str, app.open_store(create=False).figures.newest_invoices(incomplete, _MOST)),
    )


def topics(_ctx: typer.Context, incomplete: str) -> list[str]:
    """Topics of the reference."""
    from b24sync.cli.docs import topics as known

    return [name for name in sorted(known()) if name.startswith(incomplete)]
