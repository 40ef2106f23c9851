"""Asking a person at the terminal for a yes."""

from __future__ import annotations

import sys

from b24sync.cli.session import interactive
from b24sync.errors import DeclinedError, UsageError
from b24sync.words import Message
from b24sync.words import operate as words

YES = frozenset(("y", "yes", "д", "да"))
ASK = Message("{question} [да/Нет] ", "{question} [yes/No] ")


def agreed(question: str) -> bool:
    """Whether the person says yes, in either language; anything else, and the end of the input, is a no."""
    sys.stdout.write(ASK(question=question))
    sys.stdout.flush()
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        print()
    return answer.strip().casefold() in YES


def confirm(question: str, *, declined: str, yes: bool) -> None:
    """Ask, unless the word was given with the command.

    Args:
        question: What is asked.
        declined: What was not done, if the answer is no.
        yes: Whether ``--yes`` was given.

    Raises:
        DeclinedError: The answer is no.
        UsageError: There is no terminal to ask at.
    """
    if yes:
        return
    if not interactive():
        raise UsageError(words.NO_TERMINAL(), remedy=words.SAY_YES())
    if not agreed(question):
        raise DeclinedError(declined)
