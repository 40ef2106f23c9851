"""``b24sync docs`` and ``b24sync schema``: the reference, from the package alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib.resources import files
from typing import TYPE_CHECKING

from b24sync.cli import reference
from b24sync.errors import UsageError
from b24sync.log import printable

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SECTIONS = {"guarantees": ("contract", "3"), "commands": ("", "")}
_ALIASES = {"portal-facts": "portal", "exit": "exit-codes", "codes": "exit-codes", "tests": "test"}


def run(words: Sequence[str]) -> int:
    """Print a topic, or which there are.

    Raises:
        UsageError: There is no such topic.
    """
    known = topics()
    if not words:
        print(_listed(sorted(known)))
        return 0
    name = re.sub(r"[\s_-]+", "-", " ".join(words).strip().lower().removesuffix(".md"))
    topic = _ALIASES.get(name, name)
    if topic not in known:
        topic = f"{name}s" if f"{name}s" in known else topic
    if topic not in known:
        near = get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
        raise UsageError(f"no topic called {printable(' '.join(words))} ({advice})")
    make = known[topic]
    print((make() if make else _text(topic)).rstrip())
    return 0


def topics() -> dict[str, Callable[[], str] | None]:
    """Topic → what makes it from the code; ``None``: it is a file."""
    return {**{path.name.removesuffix(".md"): None for path in _files()}, **_generated()}


def schema() -> int:
    """Print JSON Schema of the configuration."""
    print(schema_text(), end="")
    return 0


def schema_text() -> str:
    """JSON Schema of the configuration as text."""
    from b24sync.config.json_schema import schema as made

    return json.dumps(made(), ensure_ascii=False, indent=2) + "\n"


def _files() -> list[Traversable]:
    folder = files("b24sync") / "docs"
    return [path for path in folder.iterdir() if path.name.endswith(".md")]


def _text(topic: str) -> str:
    return (files("b24sync") / "docs" / f"{topic}.md").read_text(encoding="utf-8")


def _generated() -> dict[str, Callable[[], str]]:
    return {
        "settings": reference.settings,
        "events": reference.events,
        "steps": reference.steps,
        "variables": reference.variables,
        "filters": reference.filters,
        "people": reference.people,
        "test": reference.tests,
        "commands": reference.commands,
        "exit-codes": lambda: reference.exit_codes(_text("contract")),
        "guarantees": lambda: reference.section(_text("contract"), "3"),
    }


def _listed(topics: Sequence[str]) -> str:
    width = max(map(len, topics))
    lines = [f"  {name:<{width}}  {reference.ABOUT.get(name) or _title(name)}".rstrip() for name in topics]
    return "\n".join(["b24sync docs TOPIC:", "", *lines])


def _title(topic: str) -> str:
    return _text(topic).partition("\n")[0].lstrip("# ")
