"""How a message shows what was found and what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.words import Both

SHOWN = 60
"""How much of a text a message shows, in characters."""


def quoted(text: str) -> str:
    """A text in quotes, control characters made visible, long ones cut."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text[: SHOWN + 1])
    return f'"{shown[:SHOWN]}…"' if len(text) > SHOWN else f'"{shown}"'


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that is nearest, or the empty text."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    return next((by_lower[name] for name in get_close_matches(word.lower(), by_lower, n=1)), "")


def hint(word: str, known: Iterable[str], *, otherwise: Both | None = None) -> Both:
    """`` (did you mean …?)``, else all that is known, else ``otherwise``; begins with a space."""
    from b24sync.words import advice

    names = [name for name in known if name]
    near = did_you_mean(word, names)
    return advice.meant(near) if near else advice.known(names, otherwise=otherwise)
