"""Words of a mail server, made fit to be shown."""

from __future__ import annotations

import unicodedata

_LIMIT = 200


def shown(words: bytes | str, *, secrets: tuple[str, ...] = ()) -> str:
    """One line of at most 200 characters without control characters and without ``secrets``.

    Args:
        words: What the server said; bytes are read as UTF-8.
        secrets: Texts that a server might echo; empty ones do not count.
    """
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    safe = "".join(
        " " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in text
    )
    line = " ".join(safe.split())
    return line if len(line) <= _LIMIT else f"{line[: _LIMIT - 1]}…"
