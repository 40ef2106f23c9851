"""PHP's ``parse_url`` and ``parse_str`` as the portal applies them to a command of a batch.

Written from PHP's rules, not from the program's encoder: a name is decoded before its brackets are read; dots
and spaces before the first bracket become underscores; ``a[]`` appends; everything is text; an array with the
keys 0..n-1 is a list.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus


def parse_command(command: str) -> tuple[str, Any]:
    """Method and parameters of a command."""
    whole, _, _ = command.partition("#")
    method, _, query = whole.partition("?")
    return method, as_php_array(parse_str(query))


def parse_str(query: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        _register(found, unquote_plus(name), unquote_plus(value))
    return found


def as_php_array(value: Any) -> Any:
    """``value`` with lists for arrays with the keys 0..n-1, as JSON would show them."""
    if not isinstance(value, dict):
        return value
    items = {key: as_php_array(item) for key, item in value.items()}
    return list(items.values()) if items and list(items) == [str(n) for n in range(len(items))] else items


def _register(found: dict[str, Any], name: str, value: str) -> None:
    head, bracket, rest = name.lstrip(" ").partition("[")
    path = [head.replace(".", "_").replace(" ", "_")]
    rest = bracket + rest
    while rest.startswith("[") and "]" in rest:
        key, _, rest = rest[1:].partition("]")
        path.append(key)
    place = found
    for key in path[:-1]:
        step = place.get(key)
        if not isinstance(step, dict):
            step = place[key] = {}
        place = step
    last = path[-1] or str(len(place))
    place[last] = value
