"""Parameters of controller methods: what the portal binds before a method runs (portal.md §1.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .envelope import Refusal
from .php import is_array, to_int

_SPELLED = re.compile(r"(\w+):(any|array|filled|int|string)(!?)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method.

    Attributes:
        name: As the request must spell it: controllers mind the case.
        base: "int", "string", "array" (a list or a map), "filled" (an array that is not empty) or "any".
        required: The method does not run without it.
    """

    name: str
    base: str
    required: bool

    @property
    def type(self) -> str:
        """The PHP type that a refusal names."""
        return "array" if self.base == "filled" else self.base

    def fits(self, value: Any) -> bool:
        """Whether a given value can be bound."""
        if self.base in {"array", "filled"}:
            return is_array(value)
        if self.base == "int":
            return not is_array(value) and to_int(value) is not None
        return self.base == "any" or not is_array(value)


def signature(text: str) -> tuple[Parameter, ...]:
    """Parameters from their short form: ``"entityTypeId:int! select:array"``; ``!`` marks a required one.

    Raises:
        ValueError: The text is none.
    """
    found = []
    for word in text.split():
        parts = _SPELLED.fullmatch(word)
        if parts is None:
            raise ValueError(f"no parameter of a method: {word}")
        found.append(Parameter(parts[1], parts[2], parts[3] == "!"))
    return tuple(found)


def bind(parameters: Iterable[Parameter], given: Mapping[str, Any], tail: str = "") -> None:
    """Hold a request against the parameters of its method.

    Args:
        parameters: What the method takes; anything else in the request is nobody's business.
        given: The request's parameters.
        tail: What the module adds to the text of its errors.

    Raises:
        Refusal: 100, a required one is missing or one is of a wrong type.
    """
    for one in parameters:
        value = given.get(one.name)
        absent = value is None or (one.base == "filled" and is_array(value) and not value)
        if absent and one.required:
            raise Refusal("100", f"Could not find value for parameter {{{one.name}}}{tail}")
        if not absent and not one.fits(value):
            shown = "Array" if is_array(value) else value
            raise Refusal(
                "100",
                f"Invalid value {{{shown}}} to match with parameter {{{one.name}}}. "
                f"Should be value of type {one.type}.{tail}",
            )


def bind_classic(arrays: Iterable[str], given: Mapping[str, Any]) -> None:
    """Hold a request against the arrays that a classic method reads, in lower or upper case.

    Raises:
        Refusal: With an empty code, one of them is no array.
    """
    spelled = {name.lower(): value for name, value in given.items()}
    for name in arrays:
        value = spelled.get(name)
        if value is not None and not is_array(value):
            raise Refusal("", f"Parameter '{name}' must be array.")
