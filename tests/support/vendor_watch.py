"""Holds what the program sends to a stand-in portal, in whatever test, against the vendor's own schemas.

Only what comes over HTTP from the program itself counts: what tests and other clients send is their affair.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from b24sync.sandbox import Sandbox
from b24sync.sandbox.server import _Connection
from tests.contract.vendor import faults

OURS = "b24sync/"  # how the program names itself to a server
_NESTED = {dict, list}
_FIRST = {"0"}  # a key that only an array of PHP has
DEEP = 3  # parameters, their fields or items, and the types of these: `faults` looks no deeper


class VendorWatch:
    """Collects faults of commands; each shape of a command is looked at once."""

    def __init__(self, folder: Path) -> None:
        self._schemas = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
        self._seen: set[tuple[str, str]] = set()
        self._caller = threading.local()
        self._found: list[str] = []

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Look at everything that servers of this process are asked from now on."""
        serve, run = _Connection._serve, Sandbox.run_command

        def served(connection: _Connection, body: bytes) -> None:
            self._caller.ours = connection.headers.get("User-Agent", "").startswith(OURS)
            serve(connection, body)

        def ran(portal: Sandbox, method: str, params: dict[str, Any], *more: Any, **named: Any) -> Any:
            if getattr(self._caller, "ours", False):
                self.look(method, params)
            return run(portal, method, params, *more, **named)

        patch.setattr(_Connection, "_serve", served)
        patch.setattr(Sandbox, "run_command", ran)

    def look(self, method: str, params: Mapping[str, Any]) -> None:
        """Look at one command."""
        shape = (method, _shape(params))
        if method in self._schemas and shape not in self._seen:
            self._seen.add(shape)
            self._found += faults(method, params, self._schemas[method])

    def take(self) -> list[str]:
        """What was found since the last time."""
        found, self._found = sorted(set(self._found)), []
        return found


def _shape(value: Any, deep: int = DEEP) -> str:
    """The names and types of a value, without what it says.

    It is asked for with every command that any test sends, and some name thousands of ids or, where a batch
    refers to what was empty, whole answers: simple values of an array are not looked at one by one, how many
    there are makes no other shape, and what is too deep for a schema is only named.
    """
    if not isinstance(value, dict | list) or not deep:
        return type(value).__name__
    if isinstance(value, dict) and value and not value.keys() >= _FIRST:
        return "{" + ",".join([f"{name}:{_shape(value[name], deep - 1)}" for name in sorted(value)]) + "}"
    inside = value.values() if isinstance(value, dict) else value
    nested = set(map(type, inside)) & _NESTED
    shapes = {_shape(one, deep - 1) for one in inside} if nested else {type(one).__name__ for one in inside}
    return "[" + ",".join(sorted(shapes)) + "]"
