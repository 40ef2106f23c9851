"""Which commands there are, and what all of them take.

Their signatures are in ``signatures``, their bodies beside this file; both are loaded when they are called.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from b24sync import __version__
from b24sync.cli.on_demand import group_of

COMMANDS = {
    "poll": "polling:poll",
    "watch": "polling:watch",
    "status": "polling:status",
    "events": "looking:events",
    "actions": "looking:actions",
    "retry": "operating:retry",
    "cancel": "operating:cancel",
    "release": "operating:release",
    "explain": "looking:explain",
    "replay": "looking:replay",
    "test": "setting_up:try_rules",
    "docs": "setting_up:docs",
    "schema": "setting_up:schema",
    "metrics": "polling:metrics",
    "report": "looking:report",
    "run-rule": "operating:run_rule",
    "resend-invoice": "operating:resend_invoice",
    "remind": "operating:remind",
    "init": "setting_up:init",
    "doctor": "setting_up:doctor",
    "sandbox": "setting_up:sandbox",
    "demo": "setting_up:demo",
    "commission": "looking:commission",
    "units": "setting_up:units",
    "calendar": "working_days:app",
    "snapshot": "snapshot:app",
}
app = typer.Typer(
    name="b24sync",
    cls=group_of(COMMANDS),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    help="Automations for Bitrix24 from cron: asks the portal what changed and runs the configured steps.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"b24sync {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="Configuration file, or a folder of them.", show_default=False)
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="Of a folder of configurations, the one called so.", show_default=False),
    ] = None,
    log_format: Annotated[str, typer.Option(help="text or json.")] = "text",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log what is done; show tracebacks.")
    ] = False,
    _version_asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    from b24sync.cli.session import Session

    if log_format not in {"text", "json"}:
        raise typer.BadParameter(f"found {log_format!r} (write text or json)", param_hint="--log-format")
    if log_format == "json":
        from b24sync.cli.failure import write_json

        write_json()
    context.obj = Session(config=config, only=only, log_format=log_format, verbose=verbose)
