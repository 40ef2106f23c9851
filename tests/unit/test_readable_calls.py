"""A reader of a call need not count its arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import b24sync

PACKAGE = Path(b24sync.__file__).parent
MOST = 5
ANY_NUMBER = {  # what these take is a list, or the parts of a date
    "app_only",
    "_fields",
    "element",
    "_joined",
    "datetime",
    "log",
}


def crowded(source: str) -> Iterator[str]:
    """Calls with more positional arguments than one can keep in mind."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and len(node.args) > MOST:
            name = ast.unparse(node.func).rpartition(".")[2]
            if name not in ANY_NUMBER:
                yield f"{node.lineno}: {name} with {len(node.args)}"


def test_no_call_has_more_than_five_positional_arguments() -> None:
    found = {
        str(path.relative_to(PACKAGE)): list(crowded(path.read_text(encoding="utf-8")))
        for path in PACKAGE.rglob("*.py")
    }
    assert len(found) > 300
    assert {path: calls for path, calls in found.items() if calls} == {}


def test_a_crowded_call_is_seen() -> None:
    assert list(crowded("make(1, 2, 3, 4, 5, 6)")) == ["1: make with 6"]
    assert list(crowded("make(1, 2, 3, 4, 5, six=6)")) == []
