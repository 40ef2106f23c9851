"""``poll``, ``watch``, ``status``: what cron, a service and whoever looks after them call."""

from __future__ import annotations

from typing import Annotated

import typer

from b24sync.cli.signatures.options import Json, body


def poll(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen; change nothing at either end.")
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="First poll only: events from this time on.", show_default=False)
    ] = None,
    baseline: Annotated[bool, typer.Option("--baseline", help="Start quietly from now on again.")] = False,
    reconcile: Annotated[
        bool, typer.Option("--reconcile", help="Compare everything, whatever the guard says.")
    ] = False,
    max_time: Annotated[
        str | None, typer.Option(help="Bounds the running of actions, as 50s.", show_default=False)
    ] = None,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Ask the portal what changed and run what is due: one cycle."""
    wanted = body("poll").Wanted(
        dry_run=dry_run,
        since=since,
        baseline=baseline,
        reconcile=reconcile,
        max_time=max_time,
        as_json=as_json,
        quiet=quiet,
    )
    raise typer.Exit(body("poll").run(context.obj, wanted))


def watch(
    context: typer.Context, interval: Annotated[str, typer.Option(help="Time between polls.")] = "60s"
) -> None:
    """Poll until SIGTERM or SIGINT."""
    raise typer.Exit(body("watch").run(context.obj, interval))


def status(context: typer.Context, as_json: Json = False) -> None:
    """Cursors, lag, last runs, actions by state; exit 1 while anything failed, held or uncertain is open."""
    raise typer.Exit(body("status").run(context.obj, as_json=as_json))


def metrics(context: typer.Context) -> None:
    """Prometheus text, for node_exporter's textfile collector."""
    raise typer.Exit(body("metrics").run(context.obj))
