"""What a person does by hand: actions that wait for a word, rules and mails outside the poll."""

from __future__ import annotations

from typing import Annotated

import typer

from b24sync.cli.signatures.options import Yes, body, offers

MailRule = Annotated[str | None, typer.Option("--rule", help="Mail as this rule does.", show_default=False)]
Ids = Annotated[
    list[int] | None,
    typer.Argument(
        help="Ids of actions (b24sync actions).", show_default=False, autocompletion=offers("ids")
    ),
]
All = Annotated[bool, typer.Option("--all", help="Every action that the command is for.")]
OfRule = Annotated[
    str | None,
    typer.Option(
        "--rule", help="Only those of this rule.", show_default=False, autocompletion=offers("rules")
    ),
]
OfEntity = Annotated[
    str | None,
    typer.Option(
        "--entity",
        help="Only those of it, as invoice:512.",
        show_default=False,
        autocompletion=offers("invoices"),
    ),
]
PlannedSince = Annotated[
    str | None, typer.Option("--since", help="Only those planned from this time on.", show_default=False)
]


def retry(
    context: typer.Context,
    ids: Ids = None,
    every: All = False,
    rule: OfRule = None,
    entity: OfEntity = None,
    since: PlannedSince = None,
    yes: Yes = False,
) -> None:
    """Make failed and waiting actions due now; an uncertain one only by its id."""
    wanted = body("actions").Wanted(
        ids=ids or [], every=every, rule=rule, entity=entity, since=since, yes=yes
    )
    raise typer.Exit(body("actions").move(context.obj, body("actions").RETRY, wanted))


def cancel(
    context: typer.Context,
    ids: Ids = None,
    every: All = False,
    rule: OfRule = None,
    entity: OfEntity = None,
    since: PlannedSince = None,
    yes: Yes = False,
) -> None:
    """Give up failed, held, uncertain (and, by id, pending) actions."""
    wanted = body("actions").Wanted(
        ids=ids or [], every=every, rule=rule, entity=entity, since=since, yes=yes
    )
    raise typer.Exit(body("actions").move(context.obj, body("actions").CANCEL, wanted))


def release(
    context: typer.Context,
    ids: Ids = None,
    every: All = False,
    rule: OfRule = None,
    entity: OfEntity = None,
    since: PlannedSince = None,
    yes: Yes = False,
) -> None:
    """Let held actions run."""
    wanted = body("actions").Wanted(
        ids=ids or [], every=every, rule=rule, entity=entity, since=since, yes=yes
    )
    raise typer.Exit(body("actions").move(context.obj, body("actions").RELEASE, wanted))


def run_rule(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A rule's name.", autocompletion=offers("rules"))],
    entity: Annotated[
        str, typer.Argument(help="As 512, №125 or invoice:512.", autocompletion=offers("invoices"))
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done.")] = False,
    yes: Yes = False,
) -> None:
    """Run one rule, by hand, on one entity."""
    raise typer.Exit(body("operate").run_rule(context.obj, name, entity, dry_run=dry_run, yes=yes))


def resend_invoice(
    context: typer.Context,
    invoice: Annotated[str, typer.Argument(help="Id, or №NUMBER.", autocompletion=offers("invoices"))],
    to: Annotated[str | None, typer.Option(help="Another address.", show_default=False)] = None,
    rule: MailRule = None,
    yes: Yes = False,
) -> None:
    """Mail an invoice again now; shows address and subject first."""
    raise typer.Exit(body("operate").resend_invoice(context.obj, invoice, to=to, rule=rule, yes=yes))


def remind(
    context: typer.Context,
    invoice: Annotated[str, typer.Argument(help="Id, or №NUMBER.", autocompletion=offers("invoices"))],
    rule: MailRule = None,
    yes: Yes = False,
) -> None:
    """Mail a reminder of an invoice now; shows address and subject first."""
    raise typer.Exit(body("operate").remind(context.obj, invoice, rule=rule, yes=yes))
