"""``b24sync init``: ask the portal, ask the person, write a configuration."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from b24sync.cli.session import interactive
from b24sync.errors import B24SyncError, UsageError
from b24sync.log import printable, redact
from b24sync.onboarding.choices import DEFAULT_AUTOMATIONS, Choices, MailChoice

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.onboarding.inquiry import PortalFacts
    from b24sync.portal.webhook import Webhook

_MAKE_ONE = (
    "make an incoming webhook at the portal: Developer resources → Other → Incoming webhook, as an "
    "administrator"
)
_TRIES = 3
_BUDGET_S = 6.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the call."""

    webhook: str | None
    output: Path
    force: bool
    language: str | None = None
    ca_file: Path | None = None


def run(session: Session, wanted: Wanted) -> int:
    """Write the configuration; 0.

    Raises:
        UsageError: The file exists, its folder does not or cannot be written, or the webhook is none.
        TransientError: The portal cannot be reached.
        CredentialsError: It refuses the webhook.
    """
    session.logging()
    _check_output(wanted)
    webhook = _webhook(wanted)
    facts = _asked(webhook, wanted)
    _say(f"{facts.portal}: {_summary(facts)}")
    for text in facts.unknown:
        _say(f"not told: {text}", style="yellow")
    choices = _chosen(webhook, facts, wanted)
    _written(wanted, facts, choices)
    _farewell(wanted, facts, choices)
    return 0


def _check_output(wanted: Wanted) -> None:
    if wanted.language not in {None, "ru", "en"}:
        raise UsageError(f"--language: found {wanted.language!r} (write ru or en)")
    path = wanted.output
    if path.is_dir():
        raise UsageError(f"{path}: is a folder", remedy=f"write --output {path / 'b24sync.toml'}")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: the folder {path.parent} does not exist", remedy=f"mkdir -p {path.parent}")
    if os.path.lexists(path) and not wanted.force:
        raise UsageError(
            f"{path}: exists already", remedy="choose another --output, or overwrite it with --force"
        )
    if not os.access(path.parent, os.W_OK):
        raise UsageError(
            f"{path}: the folder cannot be written",
            remedy="choose another --output, or run as the owner of the folder",
        )


def _webhook(wanted: Wanted) -> Webhook:
    text = _given(wanted.webhook) if wanted.webhook else os.environ.get("B24SYNC_WEBHOOK", "")
    if text or not interactive():
        if not text:
            raise UsageError(
                "--webhook is missing",
                remedy=f"write --webhook -, --webhook file:PATH, or set $B24SYNC_WEBHOOK; {_MAKE_ONE}",
            )
        return _parsed(text)
    _say(f"To begin, {_MAKE_ONE}.")
    for left in range(_TRIES - 1, -1, -1):
        try:
            return _parsed(_ask("Webhook URL (not shown)", "", hidden=True))
        except UsageError as error:
            if not left:
                raise
            _say(str(error), style="yellow")
    raise AssertionError("the last try returns or raises")


def _given(text: str) -> str:
    """The webhook that ``--webhook`` names, or is.

    Raises:
        UsageError: There is none.
    """
    if text == "-":
        found = (
            _ask("Webhook URL (not shown)", "", hidden=True) if interactive() else sys.stdin.readline(4096)
        )
        if not found.strip():
            raise UsageError("--webhook -: there is nothing on standard input", remedy=_MAKE_ONE)
        return found
    if text.startswith(("env:", "file:", "credential:")):
        return _looked_up(text)
    _say(
        "caution: a webhook on the command line is seen by every user of this machine in the process list, "
        "and kept in the shell's history (write --webhook -, --webhook file:PATH, or set $B24SYNC_WEBHOOK)",
        style="yellow",
    )
    return text


def _looked_up(text: str) -> str:
    from b24sync.config.problems import ProblemsError
    from b24sync.config.secrets import SecretReader

    try:
        return SecretReader(Path("b24sync.toml"), os.environ).read(text).reveal()
    except ProblemsError as error:
        faults = "; ".join(problem.message for problem in error.faults)
        raise UsageError(f"--webhook {text}: {faults}") from None


def _parsed(text: str) -> Webhook:
    from b24sync.portal.webhook import Webhook

    try:
        return Webhook.parse(text)
    except ValueError as error:
        raise UsageError(f"--webhook {error}") from None


def _asked(webhook: Webhook, wanted: Wanted) -> PortalFacts:
    from b24sync.clock import SystemClock
    from b24sync.domain.rate import RATES
    from b24sync.onboarding.inquiry import inquire
    from b24sync.portal.client import PortalClient
    from b24sync.portal.pacing import MemoryBucket

    ca_file = str(wanted.ca_file) if wanted.ca_file else None
    bucket = MemoryBucket(RATES["standard"])
    portal = PortalClient(webhook, clock=SystemClock(), bucket=bucket, ca_file=ca_file, budget_s=_BUDGET_S)
    try:
        return inquire(portal, webhook.portal)
    finally:
        portal.close()


def _summary(facts: PortalFacts) -> str:
    stages = sum(len(found) for found in facts.funnels.by_kind.values())
    fields = sum(len(found) for found in facts.fields.values())
    counts = {
        "stages": stages,
        "custom fields": fields,
        "users": len(facts.users),
        "departments": len(facts.departments),
        "lists": len(facts.lists),
        "smart processes": len(facts.processes),
        "document templates": len(facts.templates),
    }
    return (
        ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        or "it tells nothing about itself"
    )


def _chosen(webhook: Webhook, facts: PortalFacts, wanted: Wanted) -> Choices:
    """What the person wants; without a terminal the defaults."""
    language = wanted.language or "ru"
    automations, mail = DEFAULT_AUTOMATIONS, None
    if interactive():
        if wanted.language is None:
            language = _ask_one_of("Language of built-in texts", ("ru", "en"), "ru")
        automations = _ask_automations(facts)
        _ask_lead(facts)
        if automations & {"B1", "B2"}:
            mail = _ask_mail()
    ca_file = str(wanted.ca_file.resolve()) if wanted.ca_file else ""
    return Choices(webhook.reveal(), cast("Literal['ru', 'en']", language), automations, mail, ca_file)


def _ask_automations(facts: PortalFacts) -> frozenset[str]:
    from b24sync.onboarding.automations import AUTOMATIONS

    known = {one.code: one.title for one in AUTOMATIONS if not one.of_tasks or facts.may("task", "tasks")}
    _say(
        "Automations (everything is only planned and shown for a trial week; the others stay in the file "
        "as comments):"
    )
    for code, title in known.items():
        _say(f"  {code}  {title}")
    while True:
        text = _ask("Which to switch on, such as A1 A4 B1", "A1")
        codes = frozenset(text.upper().replace(",", " ").split())
        if codes <= set(known):
            return codes
        _say(f"not known: {', '.join(sorted(codes - set(known)))}", style="yellow")


def _ask_lead(facts: PortalFacts) -> None:
    """Which deal field holds the project lead, where several may."""
    from b24sync.onboarding.guesses import leads

    found = leads(facts)
    if len(found) < 2:
        return
    _say("Several deal fields hold an employee. Which is the project lead?")
    for number, (selector, title) in enumerate(found.items(), 1):
        _say(f"  {number}  {title or selector} ({selector})")
    numbers = tuple(str(number) for number in range(1, len(found) + 1))
    answer = _ask_one_of("Its number", numbers, "1")
    facts.chosen["project_lead"] = list(found)[int(answer) - 1]


def _ask_mail() -> MailChoice:
    from b24sync.domain.addresses import parse_address

    transport = _ask_one_of(
        "Mail goes out by (smtp, portal, file: into a folder, for trials)", ("smtp", "portal", "file"), "file"
    )
    while True:
        sender = _ask("Sender, as Name <box@example.ru>", "")
        try:
            parse_address(sender, where="sender")
            break
        except B24SyncError as error:
            _say(str(error), style="yellow")
    if transport != "smtp":
        return MailChoice(cast("Literal['portal', 'file']", transport), sender)
    host = _ask("Mail server", "")
    security = _ask_one_of("Security (starttls, tls)", ("starttls", "tls"), "starttls")
    port = _ask_port(465 if security == "tls" else 587)
    user = _ask("Login (empty: none)", "", optional=True)
    password = _ask("Password", "", hidden=True) if user else ""
    return MailChoice(
        transport="smtp", from_=sender, host=host, port=port, security=security, user=user, password=password
    )


def _ask_port(default: int) -> int:
    while True:
        text = _ask("Port", str(default))
        if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
            return int(text)
        _say(f"found {text}: write a number from 1 to 65535", style="yellow")


def _ask_one_of(question: str, known: tuple[str, ...], default: str) -> str:
    while True:
        text = _ask(question, default).strip().lower()
        if text in known:
            return text
        _say(f"write one of {', '.join(known)}", style="yellow")


def _ask(question: str, default: str, *, hidden: bool = False, optional: bool = False) -> str:
    from typer import prompt

    shown = default if default or optional else None
    answer: Any = prompt(question, default=shown, hide_input=hidden, show_default=bool(default))
    return str(answer).strip()


def _written(wanted: Wanted, facts: PortalFacts, choices: Choices) -> None:
    """Write the file beside its place, see that it loads, and put it there in one go."""
    from b24sync.onboarding.document import document
    from b24sync.onboarding.placing import place

    place(wanted.output, document(facts, choices), overwrite=wanted.force)


def _farewell(wanted: Wanted, facts: PortalFacts, choices: Choices) -> None:
    from b24sync.onboarding.automations import AUTOMATIONS

    _say(f"{wanted.output}: written, readable by you only; it holds the webhook's secret", style="green")
    if facts.is_admin is False:
        _say(
            "caution: the webhook's owner is no administrator; what that person may not see is "
            "missing silently",
            style="yellow",
        )
    doubles = [f"{one.code} ({one.robot})" for one in AUTOMATIONS if one.robot]
    robots = (
        f"where a robot of the portal does the same job as a rule, it happens twice: {', '.join(doubles)}"
    )
    _say(f"caution: {robots}. Switch one of the two off.", style="yellow")
    if choices.trial:
        _say(
            "safety.dry_run is on for a trial week: everything is planned and shown, nothing is done, until "
            "you set it to false."
        )
    config = "" if wanted.output == Path("b24sync.toml") else f"--config {wanted.output} "
    _say(
        f"next: b24sync {config}doctor, then b24sync {config}poll (the first one takes the baseline, "
        f"quietly), then cron (cron.example)"
    )


def _say(text: str, *, style: str = "") -> None:
    """A line; coloured on a terminal."""
    line = printable(redact(text))
    if not sys.stdout.isatty():
        print(line)
        return
    from rich.console import Console
    from rich.text import Text

    Console(highlight=False, emoji=False).print(Text(line, style=style))
