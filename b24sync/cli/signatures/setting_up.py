"""From nothing to a running configuration: to write, check, try and schedule it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from b24sync.cli.signatures.options import Json, body, offers


def init(
    context: typer.Context,
    webhook: Annotated[
        str | None,
        typer.Option(
            help="The incoming webhook: - (standard input), file:PATH, env:NAME, or the URL itself.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("b24sync.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    language: Annotated[
        str | None, typer.Option(help="Of built-in texts: ru or en.", show_default=False)
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(help="Certificates of a self-hosted portal.", show_default=False)
    ] = None,
) -> None:
    """Ask the portal and write a commented configuration for it."""
    raise typer.Exit(
        body("init").run(context.obj, body("init").Wanted(webhook, output, force, language, ca_file))
    )


def doctor(
    context: typer.Context,
    as_json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Without portal and mail server.")] = False,
) -> None:
    """Check everything that a poll depends on; exit 1 if anything fails."""
    raise typer.Exit(body("doctor").run(context.obj, as_json=as_json, offline=offline))


def try_rules(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help="A configuration file.  [default: the usual one]", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Try the rules on the [[tests]] of the configuration, with no portal; exit 1 if one differs."""
    raise typer.Exit(body("rule_tests").run(context.obj, file, as_json=as_json))


def units(
    context: typer.Context,
    systemd: Annotated[bool, typer.Option("--systemd", help="A hardened service and its timer.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="A file for /etc/cron.d.")] = False,
    kubernetes: Annotated[
        bool, typer.Option("--kubernetes", help="A CronJob with a volume for each portal.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="The folder to write into; else they are shown.", show_default=False)
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Whom polls run as.  [default: the file's owner]", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files.")] = False,
) -> None:
    """Write ready files that poll: service and timer, crontab or CronJob for this configuration or folder."""
    wanted = {"systemd": systemd, "cron": cron, "kubernetes": kubernetes}
    kinds = [name for name, asked in wanted.items() if asked]
    raise typer.Exit(body("units").run(context.obj, kinds, output, user, force=force))


def docs(
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            help="As settings, steps, exit codes.", show_default=False, autocompletion=offers("topics")
        ),
    ] = None,
) -> None:
    """The reference, offline; without a topic, which there are."""
    raise typer.Exit(body("docs").run(topic or []))


def schema() -> None:
    """JSON Schema (Draft 4) of the configuration, for editors."""
    raise typer.Exit(body("docs").schema())


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
) -> None:
    """Serve a stand-in portal with a small company; prints its webhook URL first."""
    from b24sync.sandbox.serve import run

    raise typer.Exit(run(port))


def demo() -> None:
    """Tell the whole story on the sandbox, offline, within seconds."""
    raise typer.Exit(body("demo").run())
