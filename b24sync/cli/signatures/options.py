"""Options and arguments that several commands share, and how a command finds its body."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="One object for one answer, JSON Lines for lists.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


def body(name: str) -> Any:
    """The module of a command's body, loaded when the command is called: an idle poll loads no other."""
    return import_module(f"b24sync.cli.{name}")


def offers(what: str) -> Callable[[typer.Context, str], list[str]]:
    """What the shell offers for an option, found when the shell asks."""

    def offered(ctx: typer.Context, incomplete: str) -> list[str]:
        found: list[str] = getattr(import_module("b24sync.cli.completing"), what)(ctx, incomplete)
        return found

    return offered
