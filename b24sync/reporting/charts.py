"""Charts as inline SVG: no script, no style attribute, colours by classes of the page's style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from b24sync.reporting.markup import Markup, element, text_of

_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 18.0, 10.0, 24.0
_GRID_LINES = 4


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its label below, its parts from below upwards, and what is said of it."""

    label: str
    parts: Sequence[float]
    title: str


def bar(share: float, look: str) -> Markup:
    """A horizontal bar that fills a share of its place (0 to 1)."""
    width = max(0.0, min(share, 1.0)) * 100
    inner = element("rect", {"x": 0, "y": 0, "width": f"{width:.2f}", "height": 10, "class": look})
    return element(
        "svg",
        {"class": "bar", "viewBox": "0 0 100 10", "preserveAspectRatio": "none", "aria-hidden": "true"},
        inner,
    )


def columns(
    found: Sequence[Column], looks: Sequence[str], *, name: str, height: int = 200, every: int = 1
) -> Markup:
    """Columns beside each other, their parts stacked.

    Args:
        found: The columns; no value is below 0.
        looks: Class of each part.
        name: What the chart shows, for those who do not see it.
        height: Of the drawing.
        every: Every how many columns there is a label; the last one always has its own.
    """
    width = 720.0
    top = nice_top(max((sum(column.parts) for column in found), default=0.0))
    space = (width - _LEFT - _RIGHT) / max(len(found), 1)
    drawn = [_grid(top, width, height)]
    last = len(found) - 1
    for place, column in enumerate(found):
        x = _LEFT + place * space
        drawn.append(_column(column=column, looks=looks, x=x, space=space, top=top, height=height))
        if (last - place) % every == 0:
            drawn.append(
                element(
                    "text",
                    {"x": f"{x + space / 2:.1f}", "y": height - 8, "class": "tick middle"},
                    text_of(column.label),
                )
            )
    label = {"role": "img", "aria-label": name, "class": "chart", "viewBox": f"0 0 {width:.0f} {height}"}
    return element("svg", label, *drawn)


def _column(column: Column, looks: Sequence[str], x: float, space: float, top: float, height: int) -> Markup:
    room, floor = height - _TOP - _BOTTOM, height - _BOTTOM
    rects = []
    for value, look in zip(column.parts, looks, strict=True):
        tall = room * value / top if top else 0.0
        if tall > 0:
            floor -= tall
            where = {
                "x": f"{x + space * 0.15:.1f}",
                "y": f"{floor:.1f}",
                "width": f"{space * 0.7:.1f}",
                "height": f"{tall:.1f}",
            }
            rects.append(element("rect", {**where, "class": look}))
    return element("g", {}, element("title", {}, text_of(column.title)), *rects)


def _grid(top: float, width: float, height: int) -> Markup:
    room = height - _TOP - _BOTTOM
    lines = []
    for step in range(_GRID_LINES + 1):
        y = height - _BOTTOM - room * step / _GRID_LINES
        lines.append(
            element(
                "line",
                {"x1": _LEFT, "x2": width - _RIGHT, "y1": f"{y:.1f}", "y2": f"{y:.1f}", "class": "grid"},
            )
        )
        label = short_number(top * step / _GRID_LINES)
        lines.append(
            element("text", {"x": _LEFT - 6, "y": f"{y + 4:.1f}", "class": "tick end"}, text_of(label))
        )
    return element("g", {"aria-hidden": "true"}, *lines)


def nice_top(value: float) -> float:
    """The end of an axis for values up to ``value``: divided by four it gives round steps, whole if few."""
    if value <= 10 * _GRID_LINES:
        return float(max(_GRID_LINES, _GRID_LINES * ceil(value / _GRID_LINES)))
    size = 10.0 ** (len(f"{int(value)}") - 1)
    return next(size * factor for factor in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if size * factor >= value)


def short_number(value: float) -> str:
    """A number for an axis: ``1.5k``, ``20M``."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.10g}{sign}" if value / size >= 100 else f"{value / size:.3g}{sign}"
    return f"{value:.3g}"
