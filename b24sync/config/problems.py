"""What is wrong with a configuration, and how it is said: place, what was found, what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from b24sync.domain.wording import SHOWN, quoted

if TYPE_CHECKING:
    from b24sync.words import Both
    from b24sync.words.config_values import Wanted

Path: TypeAlias = tuple[str | int, ...]
"""Where in a file, as ``("rules", 2, "steps", 0, "to")``."""

_BARE_KEY = r"[A-Za-z0-9_-]+"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: Where it is.
        message: What was found, and in brackets what to write, in both languages.
        meant: Where a misspelt key should have put its value; empty: it is none.
    """

    path: Path
    message: Both
    meant: Path = ()

    def under(self, *parents: str | int) -> Problem:
        """The same fault, seen from further up."""
        return Problem((*parents, *self.path), self.message, (*parents, *self.meant) if self.meant else ())


class ProblemsError(Exception):
    """A value has faults.

    Attributes:
        faults: Each with its path from this value on.
        rest: What could be read, with defaults in place of the rest, for further checks.
    """

    def __init__(self, faults: Iterable[Problem], *, rest: Any) -> None:
        super().__init__()
        self.faults = tuple(faults)
        self.rest = rest


def wrong(message: Both, *, rest: Any) -> ProblemsError:
    """The error of one value that is wrong in itself."""
    return ProblemsError([Problem((), message)], rest=rest)


def other_than(value: Any, *wanted: Wanted, rest: Any = None) -> ProblemsError:
    """The error of a value of another kind than is wanted there."""
    from b24sync.words.config_values import write

    return wrong(write(found(value), *wanted), rest=rest)


def why_unread(error: OSError | ValueError) -> Both:
    """Why a file gave no text."""
    from b24sync.words.config_values import NO_UTF8
    from b24sync.words.system_refusals import refused

    return refused(error) if isinstance(error, OSError) else NO_UTF8.both()


def place(path: Path) -> str:
    """A path as people write it: ``rules[2].steps[0].to``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if re.fullmatch(_BARE_KEY, part) else quoted(part)
            text += f".{key}" if text else key
    return text


def parsed_place(text: str) -> Path:
    """Read what ``place`` writes, for paths of bare keys."""
    return tuple(
        int(part[1:]) if part.startswith("[") else part for part in re.findall(r"[^.\[\]]+|\[\d+", text)
    )


def found(value: Any) -> Both:
    """A value of the file in plain words."""
    from b24sync.words import config_values as words

    match value:
        case bool():
            return words.WORD.both(value=str(value).lower())
        case str():
            return words.TEXT.both(value=quoted(value))
        case int() | Decimal():
            long = isinstance(value, int) and abs(value) >= 10**15
            return words.LONG_NUMBER.both() if long else words.NUMBER.both(value=str(value)[:SHOWN])
        case date() | time():
            return words.DATE.both(value=value)
        case Mapping():
            return words.TABLE.both()
        case _:
            return words.LIST.both()


def without_echoes(faults: Iterable[Problem], first: Iterable[Problem]) -> Iterator[Problem]:
    """Leave out faults that only follow from an earlier one at the same place, above or below it."""
    places = [path for fault in first for path in (fault.path, fault.meant) if path]
    for fault in faults:
        if not any(_same_branch(fault.path, path) for path in places):
            yield fault


def _same_branch(one: Path, other: Path) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared] and shared > 0
