"""The language before a configuration says which."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Language


def of_environment(environ: Mapping[str, str]) -> Language:
    """The language of the user's messages (POSIX: the first of these variables that is set decides)."""
    named = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "ru" if named.lower().startswith("ru") else "en"
