"""What was seen, derived and done, and why; nothing here changes anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from b24sync.cli.signatures.options import Json, body, offers


def events(
    context: typer.Context,
    entity: Annotated[
        str | None,
        typer.Option(
            help="As 512, №125 or invoice:512.", show_default=False, autocompletion=offers("invoices")
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(help="A time.", show_default=False)] = None,
    name: Annotated[
        str | None,
        typer.Option(help="As invoice.created.", show_default=False, autocompletion=offers("events")),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    as_json: Json = False,
) -> None:
    """What was derived: the newest events, oldest first."""
    raise typer.Exit(
        body("listing").events(
            context.obj, entity=entity, since=since, name=name, limit=limit, as_json=as_json
        )
    )


def actions(
    context: typer.Context,
    entity: Annotated[
        str | None,
        typer.Option(
            help="As 512, №125 or invoice:512.", show_default=False, autocompletion=offers("invoices")
        ),
    ] = None,
    since: Annotated[str | None, typer.Option(help="A time.", show_default=False)] = None,
    state: Annotated[
        str | None, typer.Option(help="As failed.", show_default=False, autocompletion=offers("states"))
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    would: Annotated[
        bool, typer.Option("--would", help="What dry runs would have done, all of it, with totals.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What was done: the newest actions, oldest first."""
    raise typer.Exit(
        body("listing").actions(
            context.obj, entity=entity, since=since, state=state, limit=limit, as_json=as_json, would=would
        )
    )


def explain(
    context: typer.Context,
    entity: Annotated[
        str, typer.Argument(help="As 512, №125 or invoice:512.", autocompletion=offers("invoices"))
    ],
    as_json: Json = False,
) -> None:
    """The whole story of one entity: what was seen, what each rule said of it and why, what was done."""
    raise typer.Exit(body("explain").run(context.obj, entity, as_json=as_json))


def replay(
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
    wanted = body("replay").Wanted(
        from_file=from_file, since=since, until=until, rules=rules, compare=compare, as_json=as_json
    )
    raise typer.Exit(body("replay").run(context.obj, wanted))


def report(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(help="The page; - is stdout.  [default: b24sync-report.html]", show_default=False),
    ] = None,
) -> None:
    """One self-contained page.

    Unpaid invoices by age, reminders, commissions, poll health, what needs a person.
    """
    raise typer.Exit(body("report").run(context.obj, output))


def commission(
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
        body("commission").commission(
            context.obj, month=month, by=by, as_csv=as_csv, as_json=as_json, excel=excel
        )
    )
