"""Small values of the configuration, and how they are written: durations, deadlines, secrets, marked texts.

The marks say what a text is, so that the loader finds and checks every template, condition and person of a
step by its type alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from b24sync.errors import WrongValueError


class Mark(Enum):
    """What a text of the configuration is, beyond being a text."""

    TEXT = "text"
    LINE = "line"
    BBCODE = "bbcode"
    HTML = "html"
    CONDITION = "condition"
    PERSON = "person"
    ADDRESS = "address"
    VALUE = "value"


Text: TypeAlias = Annotated[str, Mark.TEXT]
"""A template, rendered when the step is done; empty: the built-in text."""
Line: TypeAlias = Annotated[str, Mark.LINE]
"""A `Text` that is one line: a title, a subject."""
BBCode: TypeAlias = Annotated[str, Mark.BBCODE]
"""A `Text` that the portal shows with BBCode: markup that comes from the CRM is made harmless."""
MODES: Mapping[Mark, Literal["plain", "line", "bbcode", "html"]] = {
    Mark.TEXT: "plain",
    Mark.LINE: "line",
    Mark.BBCODE: "bbcode",
    Mark.HTML: "html",
}
"""How texts are rendered (`b24sync.rules.language`), by what they are."""
Condition: TypeAlias = Annotated[str, Mark.CONDITION]
"""An expression that is true or false; empty: true."""
Person: TypeAlias = Annotated[str, Mark.PERSON]
"""A people selector (contract.md §5 "People")."""
Address: TypeAlias = Annotated[str, Mark.ADDRESS]
"""Who gets a mail: an e-mail address, ``contact``, ``company``, a people selector, or a template."""
Scalar: TypeAlias = str | int | Decimal | bool
Value: TypeAlias = Annotated[Scalar | tuple[Scalar, ...], Mark.VALUE]
"""What goes into a field. A text that is only a path (``is_path``) is looked up, other texts are rendered."""

_DURATION = re.compile(r"(\d{1,9})([smhd])")
_LONGEST = timedelta(days=3650)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DEADLINE = r"\+(\d{1,3})(wd|d)(?: (\d{1,2}:\d{2}))?"
_STAY = r"(\d{1,3})(wd|d)"
_PATH = r"[A-Za-z_]\w*(?:\.\w+)+"
_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"


def parse_duration(text: str) -> timedelta:
    """Read ``"90s"``, ``"5m"``, ``"24h"`` or ``"7d"``.

    Raises:
        WrongValueError: The text has another form, or is longer than ten years.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        from b24sync.words.config_values import NO_DURATION

        raise WrongValueError(NO_DURATION.both(text=_shown(text)))
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if duration > _LONGEST:
        from b24sync.words.config_values import LONG_DURATION

        raise WrongValueError(LONG_DURATION.both(text=_shown(text)))
    return duration


def format_duration(duration: timedelta) -> str:
    """Write a duration of whole seconds as ``parse_duration`` reads it, in the largest unit that is exact."""
    seconds = int(duration.total_seconds())
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def parse_time(text: str) -> time:
    """Read ``"10:00"``.

    Raises:
        WrongValueError: No such time of day.
    """
    found = re.fullmatch(_TIME, text)
    if found is None:
        from b24sync.words.config_values import NO_TIME

        raise WrongValueError(NO_TIME.both(text=_shown(text)))
    return time(int(found[1]), int(found[2]))


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text[:60])


def is_path(text: str) -> bool:
    """Whether a text is only a path, such as ``deal.fields.UF_CRM_OBJECT``: looked up, not rendered."""
    return re.fullmatch(_PATH, text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day counted from today by the company's clock.

    Attributes:
        days: How many days ahead.
        working: Whether only working days count (``"+3wd"``) or all (``"+3d"``).
        at: Time of day, company time; ``None`` leaves it to the step.
    """

    days: int
    working: bool
    at: time | None = None

    def __str__(self) -> str:
        return f"+{self.days}{'wd' if self.working else 'd'}" + (f" {self.at:%H:%M}" if self.at else "")

    @classmethod
    def parse(cls, text: str) -> Deadline:
        """Read ``"+3wd"`` (working days) or ``"+2d"``, with a time of day if wanted: ``"+1wd 10:00"``.

        Raises:
            WrongValueError: The text has another form.
        """
        found = re.fullmatch(_DEADLINE, text.strip())
        if found is None:
            from b24sync.words.config_values import NO_DEADLINE

            raise WrongValueError(NO_DEADLINE.both(text=_shown(text)))
        return cls(int(found[1]), found[2] == "wd", parse_time(found[3]) if found[3] else None)


@dataclass(frozen=True, slots=True)
class Stay:
    """How long something may stand still.

    Attributes:
        days: How many days.
        working: Whether only working days count (``"3wd"``) or all (``"5d"``).
    """

    days: int
    working: bool

    def __str__(self) -> str:
        return f"{self.days}{'wd' if self.working else 'd'}"

    @classmethod
    def parse(cls, text: str) -> Stay:
        """Read ``"3wd"`` (working days) or ``"5d"``.

        Raises:
            WrongValueError: The text has another form.
        """
        found = re.fullmatch(_STAY, text.strip())
        if found is None or int(found[1]) == 0:
            from b24sync.words.config_values import NO_STAY

            raise WrongValueError(NO_STAY.both(text=_shown(text)))
        return cls(int(found[1]), found[2] == "wd")


class Secret:
    """A text that is shown nowhere by accident; only ``reveal()`` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(…)" if self._text else "Secret()"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not stored")


NO_SECRET = Secret()


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template in a file of its own, read with the configuration.

    Attributes:
        path: Absolute path.
        text: Its content.
    """

    path: Path
    text: Text
