"""Tables and paragraphs as wide as the screen; words are never broken."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from b24sync.log import printable

LEAST = 30  # a last column narrower than this goes under its row


def width() -> int:
    """How wide the output is.

    As ``COLUMNS`` says, else the terminal; a file or pipe has no end, so that each row is one line there.
    """
    told = os.environ.get("COLUMNS", "")
    if told.isdigit() and int(told) > 0:
        return max(int(told), 40)
    return max(shutil.get_terminal_size().columns, 40) if sys.stdout.isatty() else 0


def say(lines: Iterator[str] | Sequence[str]) -> None:
    """Print lines; control characters are kept from the terminal."""
    for line in lines:
        print(printable(line))


def wrapped(text: str, *, first: str = "", rest: str = "", to: int | None = None) -> Iterator[str]:
    """A text in lines that fit; ``first`` begins the first one, ``rest`` the others."""
    columns = width() if to is None else to
    if not columns:
        yield f"{first}{text}"
        return
    found = textwrap.wrap(
        text,
        columns,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from found or [first.rstrip()]


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, indent: str = "") -> Iterator[str]:
    """A heading and rows; the last column takes the rest of the line, or goes under its row."""
    every = [[printable(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(row[place]) for row in every) for place in range(len(columns) - 1)]
    head = len(indent) + sum(one + 2 for one in widths)
    to = width()
    beneath = bool(to) and to - head < LEAST
    for number, row in enumerate(every):
        start = indent + "".join(f"{cell:<{one}}  " for cell, one in zip(row[:-1], widths, strict=True))
        if not beneath:
            yield from (line.rstrip() for line in wrapped(row[-1], first=start, rest=" " * head, to=to))
            continue
        yield start.rstrip()
        if number and row[-1]:
            lead = indent + " " * (widths[0] + 2)
            yield from wrapped(row[-1], first=lead, rest=lead, to=to)
