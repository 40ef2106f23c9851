"""The questions of ``init``: each is asked until its answer fits, and an answer is kept at once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from b24sync.config.automations import AUTOMATIONS
from b24sync.errors import B24SyncError
from b24sync.log import printable, redact
from b24sync.onboarding.choices import Choices, MailChoice
from b24sync.onboarding.guesses import doubts
from b24sync.words import init as words
from b24sync.words import speak

if TYPE_CHECKING:
    from b24sync.onboarding.answers import Answers
    from b24sync.onboarding.guesses import Doubt
    from b24sync.onboarding.inquiry import PortalFacts

_LANGUAGES = ("ru", "en")
_TRANSPORTS = ("smtp", "portal", "file")
_SECURITIES = ("starttls", "tls")


@dataclass(slots=True)
class Interview:
    """One person, one portal."""

    facts: PortalFacts
    answers: Answers

    def choices(self, webhook: str, *, language: str | None, ca_file: str) -> Choices:
        """Ask everything.

        Args:
            webhook: The whole address.
            language: If it was given with the command.
            ca_file: Certificates of the portal; empty: the system's.
        """
        spoken = language or self._one_of("language", words.LANGUAGE(), _LANGUAGES, "ru")
        speak("ru" if spoken == "ru" else "en")
        automations = self._automations()
        for doubt in doubts(self.facts):
            if not doubt.codes or doubt.codes & automations:
                self.facts.chosen[doubt.key] = self._which(doubt)
        mail = self._mail() if automations & {"B1", "B2"} else None
        return Choices(webhook, cast("Literal['ru', 'en']", spoken), automations, mail, ca_file)

    def _automations(self) -> frozenset[str]:
        known = {
            one.code: one.title()
            for one in AUTOMATIONS
            if not one.of_tasks or self.facts.may("task", "tasks")
        }

        def asked(default: str) -> str:
            say(words.AUTOMATIONS())
            for code, title in known.items():
                say(f"  {code}  {title}")
            while True:
                text = ask(words.WHICH_AUTOMATIONS(), default)
                if _codes(text) <= set(known):
                    return text
                unknown = ", ".join(sorted(_codes(text) - set(known)))
                say(words.NOT_KNOWN(codes=unknown), style="yellow")

        text = self.answers.settle(
            "automations", asked, default="A1", fits=lambda found: _codes(found) <= set(known)
        )
        return _codes(text)

    def _which(self, doubt: Doubt) -> str:
        """One of several things, by its number in the list."""
        options = list(doubt.options)

        def asked(default: str) -> str:
            say(doubt.asks(**doubt.values))
            for number, one in enumerate(options, 1):
                title = f"{doubt.options[one]} ({one})" if doubt.options[one] else one
                say(f"  {number}  {title or words.NONE_OF_THEM()}")
            numbers = tuple(str(number) for number in range(1, len(options) + 1))
            return options[int(ask_one_of(words.ITS_NUMBER(), numbers, str(options.index(default) + 1))) - 1]

        return self.answers.settle(doubt.key, asked, default=options[0], fits=lambda one: one in options)

    def _mail(self) -> MailChoice:
        transport = self._one_of("transport", words.TRANSPORT(), _TRANSPORTS, "file")
        sender = self.answers.settle("sender", _ask_sender, default="", fits=_is_sender)
        if transport != "smtp":
            return MailChoice(cast("Literal['portal', 'file']", transport), sender)
        host = self.answers.settle("host", lambda was: ask(words.HOST(), was), default="", fits=bool)
        security = self._one_of("security", words.SECURITY(), _SECURITIES, "starttls")
        usual = "465" if security == "tls" else "587"
        port = self.answers.settle("port", _ask_port, default=usual, fits=_is_port)
        user = self.answers.settle(
            "login", lambda was: ask(words.LOGIN(), was, optional=True), default="", fits=lambda _: True
        )
        password = ask(words.PASSWORD(), "", hidden=True) if user else ""
        return MailChoice(
            transport="smtp",
            from_=sender,
            host=host,
            port=int(port),
            security=security,
            user=user,
            password=password,
        )

    def _one_of(self, key: str, question: str, known: tuple[str, ...], default: str) -> str:
        return self.answers.settle(
            key,
            lambda was: ask_one_of(question, known, was),
            default=default,
            fits=lambda text: text in known,
        )


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.upper().replace(",", " ").split())


def _ask_sender(default: str) -> str:
    while True:
        sender = ask(words.SENDER(), default)
        fault = _sender_fault(sender)
        if not fault:
            return sender
        say(fault, style="yellow")


def _is_sender(text: str) -> bool:
    return bool(text) and not _sender_fault(text)


def _sender_fault(text: str) -> str:
    from b24sync.domain.addresses import parse_address

    try:
        parse_address(text)
    except B24SyncError as error:
        return str(error)
    return ""


def _ask_port(default: str) -> str:
    while True:
        text = ask(words.PORT(), default)
        if _is_port(text):
            return text
        say(words.NO_PORT(text=text), style="yellow")


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


def ask_one_of(question: str, known: tuple[str, ...], default: str) -> str:
    """Ask until the answer is one of those known."""
    while True:
        text = ask(question, default).strip().lower()
        if text in known:
            return text
        say(words.ONE_OF(known=", ".join(known)), style="yellow")


def ask(question: str, default: str, *, hidden: bool = False, optional: bool = False) -> str:
    """Ask once; without a default until there is an answer."""
    from typer import prompt

    shown = default if default or optional else None
    answer: Any = prompt(question, default=shown, hide_input=hidden, show_default=bool(default))
    return str(answer).strip()


def say(text: str, *, style: str = "") -> None:
    """A line; coloured on a terminal."""
    line = printable(redact(text))
    if not sys.stdout.isatty():
        print(line)
        return
    from rich.console import Console
    from rich.text import Text

    Console(highlight=False, emoji=False).print(Text(line, style=style))
