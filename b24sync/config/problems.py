"""What is wrong with a configuration, and how it is said: place, what was found, what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, TypeAlias

from b24sync.domain.wording import SHOWN, quoted

Path: TypeAlias = tuple[str | int, ...]
"""Where in a file, as ``("rules", 2, "steps", 0, "to")``."""

_BARE_KEY = r"[A-Za-z0-9_-]+"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: Where it is.
        message: What was found, and in brackets what to write.
        meant: Where a misspelt key should have put its value; empty: it is none.
    """

    path: Path
    message: str
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


def wrong(message: str, *, rest: Any) -> ProblemsError:
    """The error of one value that is wrong in itself."""
    return ProblemsError([Problem((), message)], rest=rest)


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


def found(value: Any) -> str:
    """A value of the file in plain words."""
    match value:
        case bool():
            return f"found {str(value).lower()}"
        case str():
            return f"found text {quoted(value)}"
        case int() | Decimal():
            return f"found number {_short(value)}"
        case date() | time():
            return f"found the date or time {value} without quotes"
        case Mapping():
            return "found a table"
        case _:
            return "found a list"


def _short(number: int | Decimal) -> str:
    if isinstance(number, int) and abs(number) >= 10**15:
        return "of more than 15 digits"
    return str(number)[:SHOWN]


def without_echoes(faults: Iterable[Problem], first: Iterable[Problem]) -> Iterator[Problem]:
    """Leave out faults that only follow from an earlier one at the same place, above or below it."""
    places = [path for fault in first for path in (fault.path, fault.meant) if path]
    for fault in faults:
        if not any(_same_branch(fault.path, path) for path in places):
            yield fault


def _same_branch(one: Path, other: Path) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared] and shared > 0
