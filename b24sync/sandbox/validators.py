"""What newer controllers refuse of filters and orders, and older ones make of them (portal.md §3.1, §4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .envelope import Refusal
from .filters import split_key
from .php import as_map, is_array

if TYPE_CHECKING:
    from .portal_settings import SandboxSettings

_ARRAYS_UNDER = frozenset(("", "=", "!=", "@", "!@"))
"""Operators that may be followed by several values; the others want one."""


def checked_filter(filters: Any, known: Callable[[str], bool], settings: SandboxSettings) -> dict[str, Any]:
    """A filter, nested ones included, without the conditions that the portal drops.

    A chained command of a batch compares with an array if the earlier page was short (§1.5).

    Args:
        filters: As sent.
        known: Whether a name without its operator can be filtered by.
        settings: ``strict`` and ``array_bound`` say what is refused and what is dropped.

    Raises:
        Refusal: INVALID_ARG_VALUE, a name is unknown or an array stands where one value belongs.
    """
    kept: dict[str, Any] = {}
    for key, value in as_map(filters).items():
        if key.isdigit() and is_array(value):
            kept[key] = checked_filter(value, known, settings)
            continue
        prefix, name = split_key(key)
        if key not in {"logic", "LOGIC"} and (prefix == "?" or not known(name)):
            if settings.strict:
                raise _bad("filter", f"field '{key}' is not allowed in filter")
            continue
        if is_array(value) and prefix not in _ARRAYS_UNDER:
            if settings.array_bound == "error":
                raise _bad("filter", f"field '{key}' has invalid value")
            if settings.array_bound == "rows":
                continue
        kept[key] = value
    return kept


def checked_order(
    order: Any, inner: Callable[[str], str | None], settings: SandboxSettings
) -> list[tuple[str, bool]]:
    """An order as (inner name, descending) pairs.

    Args:
        order: As sent.
        inner: The name inside the stand-in of one that can be ordered by, or ``None``.
        settings: ``strict`` says whether bad names and directions are refused.

    Raises:
        Refusal: INVALID_ARG_VALUE, a name or a direction is unknown.
    """
    result = []
    for name, direction in as_map(order).items():
        found, word = inner(name), str(direction).upper()
        if found is None:
            if settings.strict:
                raise _bad("order", f"field '{name}' is not allowed in order")
            continue
        if word not in {"ASC", "DESC"} and settings.strict:
            allowed = "allowed sort directions are `ASC, DESC`"
            raise _bad("order", f"{allowed}. But got '{direction}' for field '{name}'")
        result.append((found, word == "DESC"))
    return result


def _bad(what: str, text: str) -> Refusal:
    return Refusal("INVALID_ARG_VALUE", f"Invalid {what}: {text}")
