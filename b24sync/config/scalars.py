"""Reading single values of a TOML file: strict about types, in plain words about what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from b24sync.config.problems import other_than, why_unread, wrong
from b24sync.domain.values import NO_SECRET, Deadline, Secret, Stay, TemplateFile, parse_duration, parse_time
from b24sync.domain.wording import quoted
from b24sync.errors import WrongValueError
from b24sync.plain_files import beside, read_plain

if TYPE_CHECKING:
    from b24sync.config.secrets import SecretReader
    from b24sync.words.config_values import Wanted

_LARGEST_TEMPLATE = 1_000_000


def read_text(raw: Any) -> str:
    """A text; numbers and dates without quotes are none."""
    if not isinstance(raw, str):
        raise other_than(raw, "quoted text")
    return raw


def read_path(raw: Any, folder: Path) -> Path:
    """A path, counted from a folder if it is relative."""
    text = read_text(raw)
    if not text or not text.isprintable():
        from b24sync.words.config_values import NO_PATH

        raise wrong(NO_PATH.both(text=quoted(text)), rest=None)
    return beside(folder, text)


def read_secret(raw: Any, secrets: SecretReader) -> Secret:
    """A secret; what was found instead of a text is not shown."""
    if not isinstance(raw, str):
        from b24sync.words.config_values import NO_TEXT

        raise wrong(NO_TEXT.both(), rest=NO_SECRET)
    return secrets.read(raw)


def read_template(raw: Any, folder: Path) -> TemplateFile:
    """The file behind a path with its content."""
    path = read_path(raw, folder)
    try:
        return TemplateFile(path, _text_in(path))
    except WrongValueError as error:
        raise wrong(error.told, rest=None) from None
    except (OSError, ValueError) as error:
        from b24sync.words.config_values import UNREAD_FILE

        raise wrong(UNREAD_FILE.both(path=path, why=why_unread(error)), rest=None) from None


def _text_in(path: Path) -> str:
    content = read_plain(path, _LARGEST_TEMPLATE)
    if len(content) > _LARGEST_TEMPLATE:
        from b24sync.words.config_values import LARGE_LETTER

        raise WrongValueError(LARGE_LETTER.both(path=path))
    return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


def _whole(raw: Any) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise other_than(raw, "whole number")
    if abs(raw) >= 2**63:
        from b24sync.words.config_values import TOO_LARGE

        raise wrong(TOO_LARGE.both(), rest=None)
    return raw


def _decision(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise other_than(raw, "decision")
    return raw


def _decimal(raw: Any) -> Decimal:
    try:
        number = Decimal(raw) if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise other_than(raw, "percents")
    return number


def _parsed(parse: Callable[[str], Any], example: Wanted) -> Callable[[Any], Any]:
    def read(raw: Any) -> Any:
        if not isinstance(raw, str):
            raise other_than(raw, example)
        try:
            return parse(raw)
        except WrongValueError as error:
            raise wrong(error.told, rest=None) from None

    return read


_time_text = _parsed(parse_time, "time")


def _time(raw: Any) -> time:
    moment: time = raw if isinstance(raw, time) else _time_text(raw)
    return moment.replace(second=0, microsecond=0)


READERS: dict[Any, Callable[[Any], Any]] = {
    str: read_text,
    int: _whole,
    bool: _decision,
    Decimal: _decimal,
    time: _time,
    timedelta: _parsed(parse_duration, "duration"),
    Deadline: _parsed(Deadline.parse, "deadline"),
    Stay: _parsed(Stay.parse, "stay"),
}
"""Type → what reads it, or raises FaultyError."""

BLANKS: dict[Any, Any] = {str: "", int: 0, bool: False, Decimal: Decimal(0), Secret: NO_SECRET}
"""Type → a value in place of one that is missing or wrong."""
