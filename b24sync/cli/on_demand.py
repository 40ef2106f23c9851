"""A group of commands of which only the one that is asked for is loaded and built.

Building all thirty costs typer more than an idle poll has to do (contract.md §8).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


class CommandsOnDemand(MutableMapping[str, Any]):
    """Commands by their names, in the order of the help; each is built when it is first looked at."""

    def __init__(self, places: Mapping[str, str]) -> None:
        """Take for each command the module of ``cli.signatures`` and its function or group there."""
        self._places = dict(places)
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = _built(name, self._places[name])
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._places[name], self._built[name] = "", command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._built.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def group_of(places: Mapping[str, str]) -> type[TyperGroup]:
    """The class of a group that has these commands."""

    class GroupOnDemand(TyperGroup):
        def __init__(self, **given: Any) -> None:
            super().__init__(**{**given, "commands": CommandsOnDemand(places)})

    return GroupOnDemand


def _built(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"b24sync.cli.signatures.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
        alone.command(name)(found)
        return typer.main.get_command(alone)
    command = typer.main.get_command(found)
    command.name = name
    return command
