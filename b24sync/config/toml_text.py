"""Writing TOML: texts that come from elsewhere stay texts, whatever they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINE = 110
_GAP = re.compile(r" (?![^{]*[%}]\})")  # a space that is not inside {{ … }} or {% … %}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """A basic string."""
    return '"' + "".join(_ESCAPES.get(char) or _escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return "\\uFFFD"  # half of a pair: no character
    if char.isprintable():
        return char
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def assigned(key: str, text: str) -> str:
    """A line ``key = "text"``; a long text is folded at spaces, which changes nothing of it."""
    line = f"{key} = {quoted(text)}"
    if len(line) <= _LINE or "  " in text or text != text.strip():
        return line
    lines = [""]
    for word in _GAP.split(quoted(text)[1:-1]):
        if lines[-1] and len(lines[-1]) + len(word) + len("  \\") > _LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    folded = " \\\n".join(lines)
    return f'{key} = """\n{folded}"""'


def array(texts: Iterable[str]) -> str:
    """A list of strings on one line."""
    return f"[{', '.join(map(quoted, texts))}]"


def plain(text: str, *, longest: int = 80) -> str:
    """A text for a comment: on one line, without what could be no character of a comment."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def commented(block: str) -> str:
    """A block switched off: every line a comment that becomes TOML again without its ``# ``."""
    return "\n".join(f"# {line}" if line else "#" for line in block.strip("\n").split("\n"))
