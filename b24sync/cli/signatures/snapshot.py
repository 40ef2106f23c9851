"""``snapshot …``: the recorded history as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from b24sync.cli.signatures.options import body

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Move and trim the recorded history.",
)


@app.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON Lines; gzipped if the name ends in .gz.")],
    anonymize: Annotated[
        bool,
        typer.Option(
            "--anonymize",
            help="Replace names, addresses, phones and texts; ids, amounts, dates and stages stay.",
        ),
    ] = False,
) -> None:
    """Write the recorded history into a file, without secrets."""
    raise typer.Exit(body("snapshot").export(context.obj, file, anonymize=anonymize))


@app.command("import")
def take_in(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="What snapshot export made.")]
) -> None:
    """Make a new database of an exported history: all of it or nothing."""
    raise typer.Exit(body("snapshot").take_in(context.obj, file))


@app.command("prune")
def prune(
    context: typer.Context,
    older_than: Annotated[str, typer.Option(help="As 365d: what is older goes.", show_default=False)],
) -> None:
    """Forget old revisions, events with what came of them, and runs; never open actions or the ledger."""
    raise typer.Exit(body("snapshot").prune(context.obj, older_than=older_than))
