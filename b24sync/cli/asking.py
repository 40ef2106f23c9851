"""Asking a person at the terminal for a yes."""

from __future__ import annotations

import sys

from b24sync.words import Message

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
