"""Which line of a TOML file a setting is on; tomllib does not say.

Only for files that tomllib has read: the scanner follows the grammar just far enough to find keys.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b24sync.config.problems import Path

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*(\.?)""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}\n#]*")


def line_numbers(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and list element of a valid TOML text."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    return scanner.lines


def nearest_line(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a path, else of the nearest table that would hold it; ``None`` if there is none."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class _Scanner:
    """A walk through the text; ``at`` is the position, ``lines`` what was found so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._ends = list(accumulate(len(line) for line in text.split("\n")))
        self._starts = [0, *(end + n + 1 for n, end in enumerate(self._ends))]
        self._last: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self._blank()
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            self._blank()

    def _header(self) -> Path:
        start, twice = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if twice else 1
        *parents, name = self._keys()
        self.at = self.text.index("]", self.at) + (2 if twice else 1)
        for length in range(1, len(parents) + 1):
            self._mark(self._resolved(parents[:length]), start)
        path = (*self._resolved(parents), name)
        self._mark(path, start)
        if twice:
            self._last[path] = self._last.get(path, -1) + 1
            self._mark((*path, self._last[path]), start)
        return self._resolved([*parents, name])

    def _resolved(self, keys: list[str]) -> Path:
        """The path that a header means: in a list of tables it goes on in the last one."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._mark(path, start)
        self.at = self.text.index("=", self.at) + 1
        self._blank()
        self._value(path)

    def _value(self, path: Path) -> None:
        self._mark(path, self.at)
        if self.text.startswith("[", self.at):
            self._list(path)
        elif self.text.startswith("{", self.at):
            self._inline_table(path)
        else:
            found = _TEXT.match(self.text, self.at) or _BARE.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def _list(self, path: Path) -> None:
        count = 0
        while self._next_in("]"):
            self._value((*path, count))
            count += 1

    def _inline_table(self, path: Path) -> None:
        while self._next_in("}"):
            self._pair(path)

    def _next_in(self, closing: str) -> bool:
        """Step over an opening bracket or a comma; whether another element follows."""
        self._blank()
        if self.text[self.at] != closing:
            self.at += 1
            self._blank()
        if self.text[self.at] == closing:
            self.at += 1
            return False
        return True

    def _keys(self) -> list[str]:
        keys = []
        more = "."
        while more:
            found = _KEY.match(self.text, self.at)
            if found is None:
                break
            double, single, bare, more = found.groups()
            keys.append(_unescaped(double) if double is not None else single if single is not None else bare)
            self.at = found.end()
        return keys

    def _blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _mark(self, path: Path, position: int) -> None:
        self.lines.setdefault(path, bisect_right(self._starts, position))


def _unescaped(key: str) -> str:
    if "\\" not in key:
        return key
    import tomllib

    return str(tomllib.loads(f'key = "{key}"')["key"])
