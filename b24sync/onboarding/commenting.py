"""Comments of a configuration in one's language: beside keys, above tables, lists of what a portal has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.config.toml_text import plain
from b24sync.words import configuration as words

if TYPE_CHECKING:
    from b24sync.words import Language, Message

MOST = 200
"""So many lines of a list; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class Comments:
    """Writes them in one language."""

    language: Language

    def say(self, message: Message, **values: object) -> str:
        """A sentence, without its mark."""
        return message.of(self.language, **values)

    def filled(self, template: str, **values: object) -> str:
        """A template of TOML: ``{name}`` is a value, or the comment that `words.BESIDE` has of that name."""
        return template.format_map(_Filling(values, self.language))

    def listing(self, title: str, entries: Iterable[tuple[object, str]]) -> str:
        """Comment lines ``#   id = name`` under a title; empty if there is nothing to list."""
        rows = list(entries)
        shown = [
            f"#   {plain(str(key))} = {plain(name, longest=160) or self.say(words.NO_NAME)}"
            for key, name in rows[:MOST]
        ]
        if len(rows) > MOST:
            shown.append(f"#   {self.say(words.MORE, count=len(rows) - MOST)}")
        return "\n".join([f"# {title}:", *shown]) if rows else ""

    def guess(self, what: str) -> str:
        """For the end of a line: that its value is a guess, and why."""
        return f"  # {self.say(words.GUESS)}: {what}"


class _Filling(dict[str, object]):
    def __init__(self, values: dict[str, object], language: Language) -> None:
        super().__init__(values)
        self._language: Language = language

    def __missing__(self, name: str) -> str:
        message = words.BESIDE[name]
        values = {key: value for key, value in self.items() if f"{{{key}}}" in message.en}
        return message.of(self._language, **values)
