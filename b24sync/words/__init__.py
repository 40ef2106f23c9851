"""What the program says to people, in Russian and English.

A message is a constant of one of the modules here, both languages side by side; it is said by calling it with
its values. The language is set once a configuration is read (`speak`); before that it is English. What is
wrong with a configuration is said in both languages (`Both`): who shows it knows its reader's.

    from b24sync.words import commands
    commands.EVENTS_NONE()              # "событий нет"
    commands.REQUESTS(5)                # "5 запросов"

JSON keys, states and reason codes are no messages: they stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["ru", "en"]
_language: ContextVar[Language] = ContextVar("language", default="en")


def speak(language: Language) -> None:
    """Say everything in a language from now on."""
    _language.set(language)


def language() -> Language:
    """The language that is spoken."""
    return _language.get()


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence or word; values stand in it as ``{name}``."""

    ru: str
    en: str

    def __call__(self, **values: object) -> str:
        """The message in the language that is spoken."""
        return self.of(_language.get(), **values)

    def of(self, language: Language, **values: object) -> str:
        """The message in a language of one's choice."""
        text = self.ru if language == "ru" else self.en
        return text.format(**values) if values else text

    def both(self, **values: object) -> Both:
        """The message in both languages; values that are so themselves stand in it in its language."""
        return Both(
            self.ru.format(**{name: _in(value, "ru") for name, value in values.items()}),
            self.en.format(**{name: _in(value, "en") for name, value in values.items()}),
        )


@dataclass(frozen=True, slots=True)
class Both:
    """A sentence with its values, for what speaks English to machines and another language to people."""

    ru: str
    en: str

    def __str__(self) -> str:
        return self.en

    def said(self) -> str:
        """It in the language that is spoken."""
        return self.of(_language.get())

    def of(self, language: Language) -> str:
        """It in a language of one's choice."""
        return self.ru if language == "ru" else self.en


def joined(parts: Sequence[Both | str], *, by: str = ", ") -> Both:
    """Several sentences or words in one."""
    return Both(*(by.join(str(_in(part, wanted)) for part in parts) for wanted in ("ru", "en")))


def _in(value: object, wanted: Language) -> object:
    return getattr(value, wanted) if isinstance(value, Both) else value


class Counted(NamedTuple):
    """A number and what is counted.

    Attributes:
        ru: The noun after 1, after 2, after 5.
        en: The noun after 1, after 2.
    """

    ru: tuple[str, str, str]
    en: tuple[str, str]

    def __call__(self, count: int) -> str:
        """As ``5 запросов``."""
        return f"{count} {self.noun(count)}"

    def of(self, language: Language, count: int) -> str:
        """The same in a language of one's choice."""
        return f"{count} {plural(count, *self.ru) if language == 'ru' else self.en[count != 1]}"

    def noun(self, count: int) -> str:
        """The noun alone."""
        return plural(count, *self.ru) if _language.get() == "ru" else self.en[count != 1]


def plural(count: int, one: str, few: str, many: str) -> str:
    """The form of a Russian noun after a number: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    tens, units = abs(count) % 100, abs(count) % 10
    if units == 1 and tens != 11:
        return one
    return few if units in {2, 3, 4} and tens not in {12, 13, 14} else many
