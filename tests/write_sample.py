"""Writes the automations into ``sample.toml``: ``python -m tests.write_sample`` after a change of them.

What stands before and after them in that file is written by hand.
"""

from __future__ import annotations

from pathlib import Path

from b24sync.config.automations import rules_text
from b24sync.config.firms import SAMPLE

FILE = Path(__file__).parents[1] / "sample.toml"
BEGIN, END = "# A1. ", "# Any field: "


def rewritten(text: str) -> str:
    """The file's text with the automations as they are now."""
    before, after = text[: text.index(BEGIN)], text[text.index(END) :]
    return f"{before}{rules_text(SAMPLE)}\n{after}"


if __name__ == "__main__":
    FILE.write_text(rewritten(FILE.read_text(encoding="utf-8")), encoding="utf-8")
