"""How results are drawn: with rich on a terminal, as plain text without one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from b24sync.log import printable

if TYPE_CHECKING:
    from rich.console import Console

LABEL = 16


def screen(stream: TextIO | None = None) -> Plain | Rich:
    """What draws on a stream (stdout): colours only on a terminal that wants them."""
    out = stream or sys.stdout
    if not out.isatty() or os.environ.get("TERM") == "dumb":
        return Plain(out)
    from rich.console import Console

    return Rich(Console(file=out, highlight=False))


@dataclass(frozen=True, slots=True)
class Plain:
    """Draws with letters only."""

    out: TextIO

    def heading(self, text: str) -> None:
        """A title, after an empty line."""
        self._line(f"\n# {text}")

    def paragraph(self, text: str) -> None:
        """A text."""
        self._line(text)

    def fact(self, label: str, text: str) -> None:
        """A word and what belongs to it."""
        self._line(f"  {label:<{LABEL}} {text}")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows in columns as wide as their texts."""
        every = [[printable(cell) for cell in row] for row in (columns, *rows)]
        widths = [max(len(row[place]) for row in every) for place in range(len(columns))]
        for row in every:
            self._line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def _line(self, text: str) -> None:
        print("\n".join(printable(line) for line in text.split("\n")), file=self.out)


@dataclass(frozen=True, slots=True)
class Rich:
    """Draws on a terminal; texts are never read as markup."""

    console: Console

    def heading(self, text: str) -> None:
        """A title, after an empty line."""
        self.console.print()
        self._text(text, "bold cyan")

    def paragraph(self, text: str) -> None:
        """A text."""
        self._text(text, "")

    def fact(self, label: str, text: str) -> None:
        """A word and what belongs to it."""
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 1))
        grid.add_column(min_width=LABEL + 2)
        grid.add_column()
        grid.add_row(Text(f"  {printable(label)}", style="green"), Text(printable(text)))
        self.console.print(grid)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows in columns, wrapped to the width of the terminal."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(Text(printable(column)))
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self.console.print(table)

    def _text(self, text: str, style: str) -> None:
        from rich.text import Text

        self.console.print(Text(printable(text), style=style))
