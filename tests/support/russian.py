"""Finds English sentences in what should be Russian."""

from __future__ import annotations

import re

SENTENCE = re.compile(
    r"\b(the|and|or|is|are|was|were|of|to|no|not|with|for|from|it|there|this|that|cannot|be|in|on|by|at|has|have|"
    r"nothing|none|see|write|run)\b",
    re.IGNORECASE,
)
QUOTED = re.compile(
    r"«[^»]*»|\[[^\]]*\]|\"[^\"]*\"|'[^']*'|\{[^}]*\}|\(.*?\)|https?://\S+|/\S+"
    r"|\S*[@_./:=]\S*|--\S+|\S+-\S+|b24sync [a-z-]+( \S+)?"
)


def english(text: str) -> list[str]:
    """Lines in which English words stand that make a sentence."""
    return [line for line in text.splitlines() if SENTENCE.search(QUOTED.sub(" ", line))]
