"""``calendar …``: working days, and which layer decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from b24sync.cli.signatures.options import Json, body

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    help="Working days and which layer decided.",
)


@app.command("show")
def show(
    context: typer.Context, year: Annotated[int, typer.Argument(min=1, max=9999)], as_json: Json = False
) -> None:
    """Every day of a year: working or not, short or not, and which layer decided."""
    raise typer.Exit(body("working_days").show(context.obj, year, as_json=as_json))


@app.command("check")
def check(
    context: typer.Context,
    day: Annotated[str, typer.Argument(metavar="DATE", help="As 2026-12-31.")],
    portal: Annotated[
        bool, typer.Option("--portal", help="Compare with the portal's calendar settings.")
    ] = False,
    as_json: Json = False,
) -> None:
    """One day, which layer decided, and where it would be shifted to."""
    raise typer.Exit(body("working_days").check(context.obj, day, portal=portal, as_json=as_json))


@app.command("import")
def take_over(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="xmlcalendar XML or JSON, isdayoff JSON, or CSV.")],
    as_json: Json = False,
) -> None:
    """Take over an official calendar; shows first how it differs from the library."""
    raise typer.Exit(body("working_days").import_file(context.obj, file, as_json=as_json))
