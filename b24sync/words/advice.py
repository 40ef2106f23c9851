"""What to write instead of something that is not known."""

from __future__ import annotations

from collections.abc import Sequence

from b24sync.words import Both, Message, joined

NOTHING = Both("", "")
MEANT = Message("возможно, {word}?", "did you mean {word}?")
KNOWN = Message("есть: {words}", "known: {words}")
OR = Message("; или {what}", "; or {what}")
IN_BRACKETS = Message(" ({advice})", " ({advice})")


def in_brackets(advice: Both | None) -> Both:
    """Advice as it stands at the end of a sentence: with a space before it; nothing if there is none."""
    return NOTHING if advice is None else IN_BRACKETS.both(advice=advice)


def meant(word: str) -> Both:
    """`` (did you mean …?)``."""
    return in_brackets(MEANT.both(word=word))


def known(words: Sequence[str], *, otherwise: Both | None = None) -> Both:
    """`` (known: …; or …)``; nothing if neither is there."""
    listed = KNOWN.both(words=", ".join(words)) if words else None
    if listed is None or otherwise is None:
        return in_brackets(listed or otherwise)
    return in_brackets(joined([listed, OR.both(what=otherwise)], by=""))
