"""PHP's view of parameters: query strings become nested arrays, and an array is a list and a map at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import isnan
from typing import Any
from urllib.parse import unquote_plus

_MOST = 2**62  # more than any id or offset, and room for a page after it
_DIGITS = 40  # a longer text is no id: read as the nearest float
_BRACKET = re.compile(r"\[([^\]]*)\]")


def parse_str(query: str) -> dict[str, Any]:
    """Parse a query string as PHP's ``parse_str``: ``+`` is a space, ``a[b][]=c`` nests, later keys win.

    Keys are text; ``[]`` takes the next free number. Dots and spaces in the outer name become ``_``.
    """
    result: dict[str, Any] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        raw_name, _, raw_value = pair.partition("=")
        _put(result, unquote_plus(raw_name).lstrip(" "), unquote_plus(raw_value))
    return result


def _put(target: dict[str, Any], name: str, value: str) -> None:
    key, path = _path(name)
    if not key:
        return
    node: dict[str, Any] = target
    for part in path:
        inner = node.get(key)
        if not isinstance(inner, dict):
            inner = {}
            node[key] = inner
        node, key = inner, part if part != "" else _next_index(inner)
    node[key] = value


@lru_cache(maxsize=4096)
def _path(name: str) -> tuple[str, tuple[str, ...]]:
    """The outer name, and the keys in brackets behind it."""
    head, bracket, rest = name.partition("[")
    outer = re.sub(r"[. ]", "_", head)
    path = tuple(_BRACKET.findall(bracket + rest)) if "]" in rest else ()
    if outer and bracket and not path:
        return outer + "_" + rest, ()
    return outer, path


def _next_index(array: Mapping[str, Any]) -> str:
    numbers = [int(key) for key in array if key.isdigit()]
    return str(max(numbers) + 1 if numbers else 0)


def split_command(command: str) -> tuple[str, dict[str, Any]]:
    """Split a batch command as ``parse_url`` and ``parse_str`` do; a fragment is dropped."""
    path, _, query = command.partition("?")
    return path.partition("#")[0].strip().strip("/"), parse_str(query.partition("#")[0])


def as_map(value: Any) -> dict[str, Any]:
    """A PHP array as a map with text keys; anything else is empty."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, list | tuple):
        return {str(index): item for index, item in enumerate(value)}
    return {}


def as_list(value: Any) -> list[Any]:
    """A PHP array as a list of its values; anything else is empty."""
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def is_array(value: Any) -> bool:
    """Whether PHP would call it an array."""
    return isinstance(value, Mapping | list | tuple)


def php_array(value: Mapping[Any, Any]) -> Any:
    """A map as PHP's JSON shows it: ``[]`` if empty, a list if the keys count from 0, else an object."""
    keys = [str(key) for key in value]
    if keys == [str(index) for index in range(len(keys))]:
        return list(value.values())
    return {str(key): item for key, item in value.items()}


def to_int(value: Any) -> int | None:
    """A whole number from a number or its text; ``None`` for anything else."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return _held(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+(\.\d+)?\s*", value):
        return _held(float(value) if "." in value or len(value) > _DIGITS else int(value))
    return None


def _held(value: float) -> int:
    """A number as an integer that a portal can hold; what is no number is nought."""
    held = min(max(value, -_MOST), _MOST)
    return 0 if isnan(held) else int(held)


def truthy(value: Any) -> bool:
    """PHP's idea of true, and ``Y`` / ``true`` besides."""
    return value not in (None, False, "", "0", "N", "n", "false", [], {})
