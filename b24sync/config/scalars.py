"""Reading single values of a TOML file: strict about types, in plain words about what is wrong."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b24sync.config.problems import found, wrong
from b24sync.domain.values import NO_SECRET, Deadline, Secret, Stay, TemplateFile, parse_duration, parse_time
from b24sync.domain.wording import quoted
from b24sync.plain_files import read_plain

if TYPE_CHECKING:
    from b24sync.config.secrets import SecretReader

_LARGEST_TEMPLATE = 1_000_000


def read_text(raw: Any) -> str:
    """A text; numbers and dates without quotes are none."""
    if not isinstance(raw, str):
        raise wrong(f"{found(raw)}, write a text in quotes", rest=None)
    return raw


def read_path(raw: Any, folder: Path) -> Path:
    """A path, counted from a folder if it is relative."""
    text = read_text(raw)
    if not text or not text.isprintable():
        raise wrong(f"{quoted(text)} is no path", rest=None)
    return folder / os.path.expanduser(text)  # noqa: PTH111 (Path's raises where there is no home)


def read_secret(raw: Any, secrets: SecretReader) -> Secret:
    """A secret; what was found instead of a text is not shown."""
    if not isinstance(raw, str):
        raise wrong("is no text (write it in quotes)", rest=NO_SECRET)
    return secrets.read(raw)


def read_template(raw: Any, folder: Path) -> TemplateFile:
    """The file behind a path with its content."""
    path = read_path(raw, folder)
    try:
        return TemplateFile(path, _text_in(path))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "is no text in UTF-8"
        raise wrong(f"the file {path} cannot be read: {reason}", rest=None) from None


def _text_in(path: Path) -> str:
    content = read_plain(path, _LARGEST_TEMPLATE)
    if len(content) > _LARGEST_TEMPLATE:
        raise OSError(0, "it is larger than 1 MB, which no letter is")
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _whole(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise wrong(f"{found(raw)}, write a whole number", rest=None)
    if abs(raw) >= 2**63:
        raise wrong("is too large a number", rest=None)
    return raw


def _decision(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise wrong(f"{found(raw)}, write true or false", rest=None)
    return raw


def _decimal(raw: Any) -> Decimal:
    try:
        number = Decimal(raw) if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise wrong(f'{found(raw)}, write a number, such as "5" or "2.5"', rest=None)
    return number


def _parsed(parse: Callable[[str], Any], example: str) -> Callable[[Any], Any]:
    def read(raw: Any) -> Any:
        if not isinstance(raw, str):
            raise wrong(f"{found(raw)}, write {example}", rest=None)
        try:
            return parse(raw)
        except ValueError as error:
            raise wrong(str(error), rest=None) from None

    return read


_time_text = _parsed(parse_time, 'a time such as "10:00"')


def _time(raw: Any) -> time:
    moment: time = raw if isinstance(raw, time) else _time_text(raw)
    return moment.replace(second=0, microsecond=0)


READERS: dict[Any, Callable[[Any], Any]] = {
    str: read_text,
    int: _whole,
    bool: _decision,
    Decimal: _decimal,
    time: _time,
    timedelta: _parsed(parse_duration, 'a duration such as "5m"'),
    Deadline: _parsed(Deadline.parse, '"+3wd" or "+2d"'),
    Stay: _parsed(Stay.parse, '"3wd" or "5d"'),
}
"""Type → what reads it, or raises FaultyError."""

BLANKS: dict[Any, Any] = {str: "", int: 0, bool: False, Decimal: Decimal(0), Secret: NO_SECRET}
"""Type → a value in place of one that is missing or wrong."""
