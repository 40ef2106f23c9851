"""Whether a Russian sentence holds anything of an English one."""

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
