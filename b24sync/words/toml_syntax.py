"""What tomllib says of a text that is no TOML, in both languages: it gives only an English sentence."""

from __future__ import annotations

import re
from typing import NamedTuple

from b24sync.words import Both, Message, joined

_SAID = re.compile(
    r"(?s)(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|(?P<end>end of document))\)"
)
_KEY = re.compile(r"'([^']*)'")
_AT_END = Message(" в конце файла", " at the end of the file")
_UNREAD_NUMBER = Message("число или дата не читается", "a number or date cannot be read")
_RUSSIAN = (
    (r"Invalid statement", "строка начинается не с ключа и не с [таблицы]"),
    (r"Expected newline or end of document after a statement", "после значения стоит лишнее"),
    (r"Expected '=' after a key in a key/value pair", "после ключа нет знака ="),
    (
        r"Expected '(?P<sign>\]+)' at the end of (?:a table|an array) declaration",
        "название таблицы не закрыто скобкой {sign}",
    ),
    (r"Expected ['\"](?P<sign>.+)['\"]", "не хватает знака {sign}"),
    (r"(?:Found invalid|Illegal) character (?P<sign>.+)", "недопустимый знак {sign}"),
    (r"Cannot declare (?P<key>.+) twice", "{key} задано дважды"),
    (r"Cannot (?:mutate immutable|redefine) namespace (?P<key>.+)", "{key} уже задано выше"),
    (r"Cannot overwrite a value", "этот ключ уже задан выше"),
    (r"Duplicate inline table key (?P<key>.+)", "ключ {key} указан дважды"),
    (r"Invalid initial character for a key part", "ключ начинается с недопустимого знака"),
    (r"Unclosed array", "список не закрыт скобкой ]"),
    (r"Unclosed inline table", "таблица не закрыта скобкой }}"),
    (
        r"Unescaped '\\' in a string",
        "обратная косая черта в тексте (удвойте её или возьмите текст в одинарные кавычки)",
    ),
    (r"Invalid hex value", "неверный код знака после обратной косой черты"),
    (r"Escaped character is not a Unicode scalar value", "знака с таким кодом нет"),
    (r"Unterminated string", "текст не закрыт кавычкой"),
    (r"Invalid date or datetime", "такой даты или времени не бывает"),
    (r"Invalid value", "значение не читается (текст пишут в кавычках)"),
)


class SyntaxFault(NamedTuple):
    """What is wrong with a text.

    Attributes:
        what: What was found there.
        line: Where, from 1; 0: unknown.
        column: The place in that line; 0: unknown.
    """

    what: Both
    line: int = 0
    column: int = 0


def toml_fault(error: Exception, text: str) -> SyntaxFault:
    """What tomllib found in a text."""
    found = _SAID.fullmatch(str(error))
    if found is None:
        return SyntaxFault(_UNREAD_NUMBER.both())
    what = found["what"]
    said = Both(_in_russian(what), f"{what[:1].lower()}{what[1:]}")
    if found["end"]:
        return SyntaxFault(joined([said, _AT_END.both()], by=""), len(text.splitlines()))
    return SyntaxFault(said, int(found["line"]), int(found["column"]))


def _in_russian(what: str) -> str:
    for pattern, text in _RUSSIAN:
        if found := re.fullmatch(pattern, what):
            values = {name: _plain(value) for name, value in found.groupdict().items()}
            return text.format(**values)
    return "запись не читается"


def _plain(value: str) -> str:
    """A key as people write it: tomllib shows its parts as a tuple of Python."""
    return ".".join(_KEY.findall(value)) if value.startswith("(") else value
