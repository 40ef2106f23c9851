"""The table of REST methods; each module of the portal adds its own with ``@rest``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .envelope import Answer

if TYPE_CHECKING:
    from .stand_in import Sandbox

Params = dict[str, Any]
Method = Callable[["Sandbox", Params], Answer]


@dataclass(frozen=True, slots=True)
class MethodSpec:
    """A method: its name, the scopes of which one is needed (none: always allowed), and what it does."""

    name: str
    scopes: tuple[str, ...]
    run: Method
    app_only: bool = False


METHODS: dict[str, MethodSpec] = {}
"""Lower-case name → method: the classic server does not mind the case."""


def rest(name: str, *scopes: str) -> Callable[[Method], Method]:
    """Register a function as the REST method ``name``, allowed by any of ``scopes``."""

    def register(run: Method) -> Method:
        METHODS[name.lower()] = MethodSpec(name, scopes, run)
        return run

    return register


def app_only(*names: str) -> None:
    """Register methods that only an application may call: a webhook gets WRONG_AUTH_TYPE."""
    for name in names:
        METHODS[name.lower()] = MethodSpec(name, (), _never, app_only=True)


def _never(_portal: Sandbox, _params: Params) -> Answer:
    raise AssertionError("an application-only method is refused before it runs")
