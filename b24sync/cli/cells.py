"""Cells of tables for spreadsheets: texts that none of them takes for a formula, whole or in part.

A spreadsheet splits a line where its own country does (Russian ones at ``;``), whatever the file was written
with, and takes what then begins with ``= + - @`` for a formula. So an apostrophe goes before such a sign at
the beginning and behind everything that may split.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from b24sync.log import printable
from b24sync.secrecy import UNSEEN

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_FORMULA = re.compile(r"(?:^|(?<=[;,\t]))([\s\"']*)(?=[=+\-@＝＋－＠])")
_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_OTHER = re.compile(f"[{UNSEEN}]")


def defused(cell: Any) -> str:
    """A cell on one line without control characters, which is no formula; numbers stay as they are."""
    if cell is None:
        return ""
    if isinstance(cell, int | Decimal):
        return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    text = str(cell)
    if _NUMBER.fullmatch(text):
        return text
    lines = [_without_formula(_OTHER.sub("", line).strip()) for line in _BREAKS.split(text)]
    return printable(" ".join(lines).replace("\t", " ").strip())


def _without_formula(line: str) -> str:
    return _FORMULA.sub(lambda found: f"'{found[1]}", line)
