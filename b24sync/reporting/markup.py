"""HTML and SVG as text that cannot hold what nobody wrote.

Every text and attribute is escaped on its way in.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

from b24sync.log import printable

_VOID = frozenset(("meta", "rect", "line", "br"))


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def text_of(text: object) -> Markup:
    """A text as markup.

    Escaped, without control characters and characters that turn the direction of writing.
    """
    return Markup(html.escape(printable(str(text)), quote=True))


def element(name: str, attributes: Mapping[str, object], *inner: Markup) -> Markup:
    """An element; attributes that are ``None`` are left out."""
    given = "".join(f' {one}="{text_of(value)}"' for one, value in attributes.items() if value is not None)
    if name in _VOID:
        return Markup(f"<{name}{given}/>")
    return Markup(f"<{name}{given}>{''.join(inner)}</{name}>")


def joined(parts: Iterable[Markup]) -> Markup:
    """Pieces one after another."""
    return Markup("\n".join(parts))
