"""Finds English sentences in what should be Russian: in whole pages, and in single sentences."""

from __future__ import annotations

import re

QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|«[^»]*»")
CODE = re.compile(
    r"\{[^}]*\}|\[[^\]]*\]|b24sync \w+|chmod \S+ \S+|chown \S+ \S+|https?://\S+|LoadCredential=\S+|/\S+|UTF-8|"
    r"TOML|user:ID|box@host|\w+[._:]\w[\w.:]*"
)


def foreign(text: str) -> list[str]:
    """The English of a Russian sentence: Latin words in a row, or small words that no key is called.

    Keys, values in quotes and code do not count.
    """
    plain = CODE.sub("·", QUOTED.sub("·", text))
    rows = re.findall(r"\b[a-z]{2,}\s+[a-z]{2,}\b", plain)
    small = (
        r"\b(?:is|no|the|an|write|known|found|of|did|you|mean|and|or|not|cannot|must|needs|here|such|as)\b"
    )
    return [*rows, *re.findall(small, plain)]


SENTENCE = re.compile(
    r"\b(the|and|or|is|are|was|were|of|to|no|not|with|for|from|it|there|this|that|cannot|be|in|on|by|at|has|have|"
    r"nothing|none|see|write|run)\b",
    re.IGNORECASE,
)
UNTRANSLATED = re.compile(
    r"«[^»]*»|\[[^\]]*\]|\"[^\"]*\"|'[^']*'|\{[^}]*\}|\(.*?\)|https?://\S+|/\S+"
    r"|\S*[@_./:=]\S*|--\S+|\S+-\S+|b24sync [a-z-]+( \S+)?"
)


def english(text: str) -> list[str]:
    """Lines in which English words stand that make a sentence."""
    return [line for line in text.splitlines() if SENTENCE.search(UNTRANSLATED.sub(" ", line))]
