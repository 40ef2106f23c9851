"""``b24sync init``: ask the portal, ask the person, write a configuration."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from b24sync.cli.asking import agreed
from b24sync.cli.interview import Interview, ask, say
from b24sync.cli.session import interactive
from b24sync.config.automations import AUTOMATIONS, codes_by_rule
from b24sync.errors import DeclinedError, UsageError
from b24sync.onboarding.answers import Answers, beside, former
from b24sync.onboarding.choices import DEFAULT_AUTOMATIONS, Choices
from b24sync.words import init as words
from b24sync.words import speak
from b24sync.words.configuration import GUESS
from b24sync.words.spoken import of_environment

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.onboarding.inquiry import PortalFacts
    from b24sync.portal.webhook import Webhook
    from b24sync.words import Language

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
        DeclinedError: The person stopped; the answers are kept.
    """
    session.logging()
    speak(
        cast("Language", wanted.language) if wanted.language in {"ru", "en"} else of_environment(os.environ)
    )
    _check_output(wanted)
    webhook = _webhook(wanted)
    facts = _asked(webhook, wanted)
    say(f"{facts.portal}: {_summary(facts)}")
    for untold in facts.unknown:
        say(words.NOT_TOLD(what=untold.said()), style="yellow")
    answers = _earlier(wanted, facts) if interactive() else None
    choices = _chosen(webhook, facts, wanted, answers)
    text, kept = _written(wanted, facts, choices)
    if answers is not None:
        answers.forget()
    _farewell(wanted, facts, choices, text, kept)
    return 0


def _check_output(wanted: Wanted) -> None:
    if wanted.language not in {None, "ru", "en"}:
        raise UsageError(words.NO_LANGUAGE(text=wanted.language))
    path = wanted.output
    if path.is_dir():
        raise UsageError(words.IS_FOLDER(path=path), remedy=words.WRITE_OUTPUT(path=path / "b24sync.toml"))
    if not path.parent.is_dir():
        raise UsageError(words.NO_FOLDER(path=path, folder=path.parent), remedy=f"mkdir -p {path.parent}")
    if os.path.lexists(path) and not wanted.force:
        raise UsageError(words.EXISTS(path=path), remedy=words.OTHER_OUTPUT())
    if not os.access(path.parent, os.W_OK):
        raise UsageError(words.NOT_WRITABLE(path=path), remedy=words.RUN_AS_OWNER())


def _webhook(wanted: Wanted) -> Webhook:
    text = _given(wanted.webhook) if wanted.webhook else os.environ.get("B24SYNC_WEBHOOK", "")
    if text or not interactive():
        if not text:
            raise UsageError(words.NO_WEBHOOK(), remedy=words.WEBHOOK_WAYS(make_one=words.MAKE_ONE()))
        return _parsed(text)
    say(words.TO_BEGIN(make_one=words.MAKE_ONE()))
    for left in range(_TRIES - 1, -1, -1):
        try:
            return _parsed(ask(words.WEBHOOK(), "", hidden=True))
        except UsageError as error:
            if not left:
                raise
            say(str(error), style="yellow")
    raise AssertionError("the last try returns or raises")


def _given(text: str) -> str:
    """The webhook that ``--webhook`` names, or is.

    Raises:
        UsageError: There is none.
    """
    if text == "-":
        found = ask(words.WEBHOOK(), "", hidden=True) if interactive() else sys.stdin.readline(4096)
        if not found.strip():
            raise UsageError(words.NO_INPUT(), remedy=words.MAKE_ONE())
        return found
    if text.startswith(("env:", "file:", "credential:")):
        return _looked_up(text)
    say(words.SEEN_WEBHOOK(), style="yellow")
    return text


def _looked_up(text: str) -> str:
    from b24sync.config.problems import ProblemsError
    from b24sync.config.secrets import SecretReader

    try:
        return SecretReader(Path("b24sync.toml"), os.environ).read(text).reveal()
    except ProblemsError as error:
        faults = "; ".join(problem.message.said() for problem in error.faults)
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
    counts = (
        (words.STAGES, sum(len(found) for found in facts.funnels.by_kind.values())),
        (words.FIELDS, sum(len(found) for found in facts.fields.values())),
        (words.USERS, len(facts.users)),
        (words.DEPARTMENTS, len(facts.departments)),
        (words.LISTS, len(facts.lists)),
        (words.PROCESSES, len(facts.processes)),
        (words.TEMPLATES, len(facts.templates)),
    )
    return ", ".join(what(count) for what, count in counts if count) or words.NOTHING_TOLD()


def _earlier(wanted: Wanted, facts: PortalFacts) -> Answers:
    """The answers of an ``init`` that was stopped; those of the former configuration are suggested."""
    answers = beside(wanted.output, facts.portal)
    if answers.given and not agreed(words.TAKE_UP(path=answers.path)):
        answers.given.clear()
    if answers.given:
        shown = ", ".join(f"{key} = {text}" for key, text in answers.given.items() if text)
        say(words.TAKEN_UP(path=answers.path, answers=shown))
    answers.suggested = former(wanted.output, codes_by_rule()) if os.path.lexists(wanted.output) else {}
    if answers.suggested:
        shown = ", ".join(f"{key} = {text}" for key, text in answers.suggested.items())
        say(words.SUGGESTED(path=wanted.output, answers=shown))
    return answers


def _chosen(webhook: Webhook, facts: PortalFacts, wanted: Wanted, answers: Answers | None) -> Choices:
    """What the person wants; without a terminal the defaults.

    Raises:
        DeclinedError: The person stopped.
    """
    from typer import Abort

    ca_file = str(wanted.ca_file.resolve()) if wanted.ca_file else ""
    if answers is None:
        language = cast("Language", wanted.language or "ru")
        return Choices(webhook.reveal(), language, DEFAULT_AUTOMATIONS, None, ca_file)
    try:
        return Interview(facts, answers).choices(webhook.reveal(), language=wanted.language, ca_file=ca_file)
    except (Abort, KeyboardInterrupt):
        raise DeclinedError(f"\n{words.KEPT(path=answers.path)}") from None


def _written(wanted: Wanted, facts: PortalFacts, choices: Choices) -> tuple[str, Path | None]:
    """Write the file beside its place, see that it loads, and put it there in one go.

    Returns:
        The text, and where a former file is kept.
    """
    from b24sync.onboarding.document import document
    from b24sync.onboarding.placing import place

    text = document(facts, choices)
    return text, place(wanted.output, text, overwrite=wanted.force)


def _farewell(wanted: Wanted, facts: PortalFacts, choices: Choices, text: str, kept: Path | None) -> None:
    say(words.WRITTEN(path=wanted.output), style="green")
    if kept is not None:
        say(words.FORMER_KEPT(path=kept))
    guess = GUESS.of(choices.language)
    guesses = text.lower().count(f"# {guess}: ")
    if guesses:
        say(words.GUESSES(count=guesses, word=guess), style="yellow")
    if facts.is_admin is False:
        say(words.NO_ADMIN(), style="yellow")
    doubles = ", ".join(f"{one.code} ({one.robot()})" for one in AUTOMATIONS if one.robot)
    say(words.ROBOTS(doubles=doubles), style="yellow")
    if choices.trial:
        say(words.TRIAL())
    config = "" if wanted.output == Path("b24sync.toml") else f"--config {wanted.output} "
    say(words.NEXT(config=config))
