"""The command line: signatures here, one body per command beside it, imported when called."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from b24sync import __version__

app = typer.Typer(
    name="b24sync",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    help="Automations for Bitrix24 from cron: asks the portal what changed and runs the configured steps.",
)
calendar_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Working days and which layer decided."
)
snapshot_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Move and trim the recorded history."
)
app.add_typer(calendar_app, name="calendar")
app.add_typer(snapshot_app, name="snapshot")

Json = Annotated[bool, typer.Option("--json", help="One object for one answer, JSON Lines for lists.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
MailRule = Annotated[str | None, typer.Option("--rule", help="Mail as this rule does.", show_default=False)]


def _offers(what: str) -> Callable[[typer.Context, str], list[str]]:
    """What the shell offers for an option, found when the shell asks."""

    def offered(ctx: typer.Context, incomplete: str) -> list[str]:
        found: list[str] = getattr(import_module("b24sync.cli.completing"), what)(ctx, incomplete)
        return found

    return offered


Ids = Annotated[
    list[int] | None,
    typer.Argument(
        help="Ids of actions (b24sync actions).", show_default=False, autocompletion=_offers("ids")
    ),
]
All = Annotated[bool, typer.Option("--all", help="Every action that the command is for.")]

OfRule = Annotated[
    str | None,
    typer.Option(
        "--rule", help="Only those of this rule.", show_default=False, autocompletion=_offers("rules")
    ),
]
OfEntity = Annotated[
    str | None,
    typer.Option("--entity", help="Only those of it, as invoice:512.", show_default=False),
]
PlannedSince = Annotated[
    str | None, typer.Option("--since", help="Only those planned from this time on.", show_default=False)
]


def _body(name: str) -> Any:
    """The module of a command's body, loaded when the command is called: an idle poll loads no other."""
    return import_module(f"b24sync.cli.{name}")


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


@app.command("poll")
def poll_command(
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
    wanted = _body("poll").Wanted(
        dry_run=dry_run,
        since=since,
        baseline=baseline,
        reconcile=reconcile,
        max_time=max_time,
        as_json=as_json,
        quiet=quiet,
    )
    raise typer.Exit(_body("poll").run(context.obj, wanted))


@app.command("watch")
def watch_command(
    context: typer.Context, interval: Annotated[str, typer.Option(help="Time between polls.")] = "60s"
) -> None:
    """Poll until SIGTERM or SIGINT."""
    raise typer.Exit(_body("watch").run(context.obj, interval))


@app.command("status")
def status_command(context: typer.Context, as_json: Json = False) -> None:
    """Cursors, lag, last runs, actions by state; exit 1 while anything failed, held or uncertain is open."""
    raise typer.Exit(_body("status").run(context.obj, as_json=as_json))


@app.command("events")
def events_command(
    context: typer.Context,
    entity: Annotated[
        str | None, typer.Option(help="As 512, №125 or invoice:512.", show_default=False)
    ] = None,
    since: Annotated[str | None, typer.Option(help="A time.", show_default=False)] = None,
    name: Annotated[
        str | None,
        typer.Option(help="As invoice.created.", show_default=False, autocompletion=_offers("events")),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    as_json: Json = False,
) -> None:
    """What was derived: the newest events, oldest first."""
    raise typer.Exit(
        _body("listing").events(
            context.obj, entity=entity, since=since, name=name, limit=limit, as_json=as_json
        )
    )


@app.command("actions")
def actions_command(
    context: typer.Context,
    entity: Annotated[
        str | None, typer.Option(help="As 512, №125 or invoice:512.", show_default=False)
    ] = None,
    since: Annotated[str | None, typer.Option(help="A time.", show_default=False)] = None,
    state: Annotated[
        str | None, typer.Option(help="As failed.", show_default=False, autocompletion=_offers("states"))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    would: Annotated[
        bool, typer.Option("--would", help="What dry runs would have done, all of it, with totals.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What was done: the newest actions, oldest first."""
    raise typer.Exit(
        _body("listing").actions(
            context.obj, entity=entity, since=since, state=state, limit=limit, as_json=as_json, would=would
        )
    )


@app.command("retry")
def retry_command(
    context: typer.Context,
    ids: Ids = None,
    every: All = False,
    rule: OfRule = None,
    entity: OfEntity = None,
    since: PlannedSince = None,
    yes: Yes = False,
) -> None:
    """Make failed and waiting actions due now; an uncertain one only by its id."""
    wanted = _body("actions").Wanted(ids or [], every, rule, entity, since, yes)
    raise typer.Exit(_body("actions").move(context.obj, _body("actions").RETRY, wanted))


@app.command("cancel")
def cancel_command(
    context: typer.Context,
    ids: Ids = None,
    every: All = False,
    rule: OfRule = None,
    entity: OfEntity = None,
    since: PlannedSince = None,
    yes: Yes = False,
) -> None:
    """Give up failed, held, uncertain (and, by id, pending) actions."""
    wanted = _body("actions").Wanted(ids or [], every, rule, entity, since, yes)
    raise typer.Exit(_body("actions").move(context.obj, _body("actions").CANCEL, wanted))


@app.command("release")
def release_command(
    context: typer.Context,
    ids: Ids = None,
    every: All = False,
    rule: OfRule = None,
    entity: OfEntity = None,
    since: PlannedSince = None,
    yes: Yes = False,
) -> None:
    """Let held actions run."""
    wanted = _body("actions").Wanted(ids or [], every, rule, entity, since, yes)
    raise typer.Exit(_body("actions").move(context.obj, _body("actions").RELEASE, wanted))


@app.command("explain")
def explain_command(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(help="As 512, №125 or invoice:512.")],
    as_json: Json = False,
) -> None:
    """The whole story of one entity: what was seen, what each rule said of it and why, what was done."""
    raise typer.Exit(_body("explain").run(context.obj, entity, as_json=as_json))


@app.command("replay")
def replay_command(
    context: typer.Context,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", help="An exported history (or a copy of a database).", show_default=False),
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Events that occurred from this time on.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Events that occurred before this time.", show_default=False)
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="Another whole configuration, whose rules are tried.", show_default=False),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            help="Sum up against this configuration: firings, mails, recipients, money.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run the recorded events through the rules, offline, and print the actions that they would have made."""
    wanted = _body("replay").Wanted(from_file, since, until, rules, compare, as_json)
    raise typer.Exit(_body("replay").run(context.obj, wanted))


@app.command("test")
def try_rules_command(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(help="A configuration file.  [default: the usual one]", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Try the rules on the [[tests]] of the configuration, with no portal; exit 1 if one differs."""
    raise typer.Exit(_body("rule_tests").run(context.obj, file, as_json=as_json))


@app.command("docs")
def docs_command(
    topic: Annotated[
        list[str] | None, typer.Argument(help="As settings, steps, exit codes.", show_default=False)
    ] = None,
) -> None:
    """The reference, offline; without a topic, which there are."""
    raise typer.Exit(_body("docs").run(topic or []))


@app.command("schema")
def schema_command() -> None:
    """JSON Schema (Draft 4) of the configuration, for editors."""
    raise typer.Exit(_body("docs").schema())


@snapshot_app.command("export")
def snapshot_export(
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
    raise typer.Exit(_body("snapshot").export(context.obj, file, anonymize=anonymize))


@snapshot_app.command("import")
def snapshot_import(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="What snapshot export made.")]
) -> None:
    """Make a new database of an exported history: all of it or nothing."""
    raise typer.Exit(_body("snapshot").take_in(context.obj, file))


@snapshot_app.command("prune")
def snapshot_prune(
    context: typer.Context,
    older_than: Annotated[str, typer.Option(help="As 365d: what is older goes.", show_default=False)],
) -> None:
    """Forget old revisions, events with what came of them, and runs; never open actions or the ledger."""
    raise typer.Exit(_body("snapshot").prune(context.obj, older_than=older_than))


@app.command("metrics")
def metrics_command(context: typer.Context) -> None:
    """Prometheus text, for node_exporter's textfile collector."""
    raise typer.Exit(_body("metrics").run(context.obj))


@app.command("report")
def report_command(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(help="The page; - is stdout.  [default: b24sync-report.html]", show_default=False),
    ] = None,
) -> None:
    """One self-contained page.

    Unpaid invoices by age, reminders, commissions, poll health, what needs a person.
    """
    raise typer.Exit(_body("report").run(context.obj, output))


@app.command("run-rule")
def run_rule_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A rule's name.", autocompletion=_offers("rules"))],
    entity: Annotated[str, typer.Argument(help="As 512, №125 or invoice:512.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done.")] = False,
    yes: Yes = False,
) -> None:
    """Run one rule, by hand, on one entity."""
    raise typer.Exit(_body("operate").run_rule(context.obj, name, entity, dry_run=dry_run, yes=yes))


@app.command("resend-invoice")
def resend_invoice_command(
    context: typer.Context,
    invoice: Annotated[str, typer.Argument(help="Id, or №NUMBER.")],
    to: Annotated[str | None, typer.Option(help="Another address.", show_default=False)] = None,
    rule: MailRule = None,
    yes: Yes = False,
) -> None:
    """Mail an invoice again now; shows address and subject first."""
    raise typer.Exit(_body("operate").resend_invoice(context.obj, invoice, to=to, rule=rule, yes=yes))


@app.command("remind")
def remind_command(
    context: typer.Context,
    invoice: Annotated[str, typer.Argument(help="Id, or №NUMBER.")],
    rule: MailRule = None,
    yes: Yes = False,
) -> None:
    """Mail a reminder of an invoice now; shows address and subject first."""
    raise typer.Exit(_body("operate").remind(context.obj, invoice, rule=rule, yes=yes))


@app.command("init")
def init_command(
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
        _body("init").run(context.obj, _body("init").Wanted(webhook, output, force, language, ca_file))
    )


@app.command("doctor")
def doctor_command(
    context: typer.Context,
    as_json: Json = False,
    offline: Annotated[bool, typer.Option("--offline", help="Without portal and mail server.")] = False,
) -> None:
    """Check everything that a poll depends on; exit 1 if anything fails."""
    raise typer.Exit(_body("doctor").run(context.obj, as_json=as_json, offline=offline))


@app.command("sandbox")
def sandbox_command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
) -> None:
    """Serve a stand-in portal with a small company; prints its webhook URL first."""
    from b24sync.sandbox.serve import run

    raise typer.Exit(run(port))


@app.command("demo")
def demo_command() -> None:
    """Tell the whole story on the sandbox, offline, within seconds."""
    raise typer.Exit(_body("demo").run())


@app.command("commission")
def commission_command(
    context: typer.Context,
    month: Annotated[str | None, typer.Option(help="As 2026-11.", show_default=False)] = None,
    by: Annotated[str | None, typer.Option(help="person or invoice.", show_default=False)] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="For a spreadsheet.")] = False,
    excel: Annotated[
        bool, typer.Option("--excel", help="With --csv: as Russian Excel opens it by a double click.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The commission ledger."""
    raise typer.Exit(
        _body("commission").commission(
            context.obj, month=month, by=by, as_csv=as_csv, as_json=as_json, excel=excel
        )
    )


@calendar_app.command("show")
def calendar_show(
    context: typer.Context, year: Annotated[int, typer.Argument(min=1, max=9999)], as_json: Json = False
) -> None:
    """Every day of a year: working or not, short or not, and which layer decided."""
    raise typer.Exit(_body("working_days").show(context.obj, year, as_json=as_json))


@calendar_app.command("check")
def calendar_check(
    context: typer.Context,
    day: Annotated[str, typer.Argument(metavar="DATE", help="As 2026-12-31.")],
    portal: Annotated[
        bool, typer.Option("--portal", help="Compare with the portal's calendar settings.")
    ] = False,
    as_json: Json = False,
) -> None:
    """One day, which layer decided, and where it would be shifted to."""
    raise typer.Exit(_body("working_days").check(context.obj, day, portal=portal, as_json=as_json))


@calendar_app.command("import")
def calendar_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="xmlcalendar XML or JSON, isdayoff JSON, or CSV.")],
    as_json: Json = False,
) -> None:
    """Take over an official calendar; shows first how it differs from the library."""
    raise typer.Exit(_body("working_days").import_file(context.obj, file, as_json=as_json))


@app.command("units")
def units_command(
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
    raise typer.Exit(_body("units").run(context.obj, kinds, output, user, force=force))


def main() -> None:
    """Run a command; the one place where errors become words and exit codes."""
    verbose = "--verbose" in sys.argv or "-v" in sys.argv
    try:
        code = app(
            prog_name="b24sync", standalone_mode=False
        )  # what a command exits with is returned, not raised
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the error boundary
        code = _failed(error, verbose=verbose)
    sys.exit(_flushed(code if isinstance(code, int) else 0))


def _flushed(code: int) -> int:
    """Flush what is printed; a reader that went away is no error of ours, a full device is one."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            return max(code, _failed(error, verbose=False))
    return code


def _failed(error: BaseException, *, verbose: bool) -> int:
    from b24sync.cli.failure import explain

    if isinstance(error, KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return explain(error, verbose=verbose)
