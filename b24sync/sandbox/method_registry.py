"""The table of REST methods; each module of the portal adds its own with ``@rest``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .envelope import Answer
from .parameters import Parameter, bind, bind_classic, signature

if TYPE_CHECKING:
    from .stand_in import Sandbox

Params = dict[str, Any]
Method = Callable[["Sandbox", Params], Answer]


@dataclass(frozen=True, slots=True)
class MethodSpec:
    """A method: its name, the scopes of which one is needed (none: always allowed), and what it does.

    ``takes`` are the parameters that a controller binds; a classic method reads its own, of which ``arrays``
    must be arrays if they are given.
    """

    name: str
    scopes: tuple[str, ...]
    run: Method
    takes: tuple[Parameter, ...] = ()
    arrays: tuple[str, ...] = ()
    app_only: bool = False

    def call(self, portal: Sandbox, params: Params) -> Answer:
        """Run the method.

        Raises:
            Refusal: It refuses, or the request lacks what it takes.
        """
        bind_classic(self.arrays, params)
        bind(self.takes, params, _TAILS.get(self.name.partition(".")[0], ""))
        return self.run(portal, params)


_TAILS = {"tasks": " (internal error)"}
"""What a module adds to the text of every error of its controllers."""


METHODS: dict[str, MethodSpec] = {}
"""Lower-case name → method: the classic server does not mind the case."""


def rest(name: str, *scopes: str, takes: str = "", arrays: str = "") -> Callable[[Method], Method]:
    """Register a function as the REST method ``name``, allowed by any of ``scopes``.

    Args:
        name: The method's name.
        scopes: Scopes, of which one is needed.
        takes: Parameters that are bound before it runs, as ``parameters.signature`` reads them.
        arrays: Names of the arrays of a classic method.
    """

    def register(run: Method) -> Method:
        METHODS[name.lower()] = MethodSpec(name, scopes, run, signature(takes), tuple(arrays.split()))
        return run

    return register


def app_only(*names: str) -> None:
    """Register methods that only an application may call: a webhook gets WRONG_AUTH_TYPE."""
    for name in names:
        METHODS[name.lower()] = MethodSpec(name, (), _never, app_only=True)


def _never(_portal: Sandbox, _params: Params) -> Answer:
    raise AssertionError("an application-only method is refused before it runs")
