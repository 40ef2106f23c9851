"""The method ``batch``: commands as PHP's ``parse_str`` reads them, and each command's own result.

The portal splits a command at ``?``, reads the rest with ``parse_str`` and then replaces ``$result[...]``
*in the decoded values* (portal.md §1.5). Three things follow. Values and keys are percent-encoded
entirely; all values arrive as text, ``True`` as ``1``, ``False`` as ``0``, ``None`` as an empty text; and a
text from the CRM that looks like a reference would be replaced, so such a call goes alone as JSON
(:func:`fits`). A query string cannot say "empty list": an empty list or map is left out, which means the
same to a filter, an order or a select; a write that has one goes alone, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from b24sync.portal.http_reply import parse_moment

if TYPE_CHECKING:
    from b24sync.calls import Call

LARGEST: Final = 50  # commands in a batch; more are refused (ERROR_BATCH_LENGTH_EXCEEDED)
_MOST_VALUES: Final = 900  # PHP's max_input_vars is 1000: parse_str drops the rest without a word
_LONGEST: Final = 200_000  # characters; a file goes alone
_REFERENCE: Final = r"(?i)\$[a-z]+(?:\[[\w.-]+\])+"
_STEP: Final = r"\[([\w.-]+)\]"
_LIKE_REFERENCE: Final = re.compile(r"\$\S*\[")  # anything that the portal may take for one
_RESULT_OF: Final = r"(?i)\$result\[([\w.-]+)\]((?:\[[\w.-]+\])*)"
_REFERS_TO: Final = r"(?i)\$[a-z]+\[([\w.-]+)\]"


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What one command of a batch gave.

    Attributes:
        result: The result; may be ``None``.
        error: The error object as it came; ``None`` if there is none.
        ran: Whether the portal gave a result or an error at all.
        reset_at: The command's ``operating_reset_at``, seconds of the Unix epoch; ``None`` if not told.
        time: Its whole ``time`` block; empty if there is none.
    """

    result: Any = None
    error: Any = None
    ran: bool = False
    reset_at: float | None = None
    time: Mapping[str, Any] = field(default_factory=dict)


def encode(call: Call) -> str:
    """The command of ``call``: ``method?query``. A value that is a whole reference stays as it is.

    Raises:
        ValueError: A key cannot be written in a query string (empty, or with brackets).
        TypeError: A value is of no type that the portal knows.
    """
    query = "&".join(f"{name}={value}" for name, value in _pairs(call.params))
    return f"{call.method}?{query}" if query else call.method


def method_of(command: str) -> str:
    """The REST method of an encoded command."""
    return command.partition("?")[0]


def body(commands: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of the method ``batch``. One command's failure never stops the others (``halt=0``)."""
    return {"halt": 0, "cmd": dict(commands)}


def fits(call: Call, *, write: bool) -> bool:
    """Whether ``call`` means the same in a batch as alone; if not, it must go alone as JSON."""
    values = [leaf for param in call.params.values() for leaf in _leaves(param)]
    if any(isinstance(value, str) and _LIKE_REFERENCE.search(value) for value in values):
        return False
    if write and any(isinstance(value, Mapping | list | tuple) for value in values):
        return False
    try:
        return len(values) <= _MOST_VALUES and len(encode(call)) <= _LONGEST
    except ValueError:
        return False


def plain(value: Any) -> Any:
    """``value`` for JSON, meaning the same as in a batch: ``None`` is an empty text, a Decimal its digits.

    Raises:
        TypeError: A value is of no type that the portal knows.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | int | float):
        return value
    return _text(value)


def is_answer(result: Any) -> bool:
    """Whether the ``result`` of a request is one of a batch."""
    parts = _section(result)
    return parts is not None and (not parts or bool(parts.keys() & {"result", "result_error"}))


def outcomes(result: Any, names: Sequence[str]) -> dict[str, CommandResult]:
    """Each named command's own outcome from the ``result`` of a batch.

    PHP writes an empty map as ``[]`` and one with the keys 0, 1, ... as a list; both are understood.
    """
    parts = _section(result) or {}
    results, errors, times = (
        _section(parts.get(part)) or {} for part in ("result", "result_error", "result_time")
    )
    return {name: _outcome(name, results, errors, times) for name in names}


def voided(commands: Mapping[str, str], left_out: set[str]) -> set[str]:
    """The names of commands that refer, directly or through others, to one that is left out.

    The portal would not fail such a command: it takes the last level of the reference that exists, and so
    asks for nonsense.
    """
    gone = set(left_out)
    for name, command in commands.items():  # a reference leads back only, so one pass in order is enough
        if name not in gone and gone.intersection(re.findall(_REFERS_TO, command)):
            gone.add(name)
    return gone - left_out


def is_void(command: str, outcomes: Mapping[str, CommandResult]) -> bool:
    """Whether a ``$result[...]`` reference of ``command`` leads to nothing in these outcomes."""
    for name, path in re.findall(_RESULT_OF, command):
        value = outcomes[name].result if name in outcomes else None
        for key in re.findall(r"\[([^\]]*)\]", path):
            value = (_section(value) or {}).get(key)
        if value is None:
            return True
    return False


def _outcome(
    name: str, results: Mapping[str, Any], errors: Mapping[str, Any], times: Mapping[str, Any]
) -> CommandResult:
    found = times.get(name)
    time: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    return CommandResult(
        result=results.get(name),
        error=errors.get(name),
        ran=name in results or name in errors or name in times,
        reset_at=parse_moment(time.get("operating_reset_at")),
        time=time,
    )


def _section(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return None


def _pairs(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The query's names and values, encoded."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _pairs(item, f"{name}[{_key(key)}]" if name else _first_key(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _pairs(item, f"{name}[{index}]")
    else:
        text = _text(value)
        yield name, text if "$" in text and re.fullmatch(_REFERENCE, text) else _quoted(text)


def _leaves(value: Any) -> Iterator[Any]:
    """Every scalar inside, and every list or map that is empty."""
    items = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else None
    )
    if items is None or not items:
        yield value
        return
    for item in items:
        yield from _leaves(item)


@lru_cache(maxsize=1024, typed=True)
def _first_key(key: object) -> str:
    if re.search(r"[. ]", str(key)):  # PHP turns both into an underscore in a variable's name
        raise ValueError(f"cannot be a parameter in a batch: {key!r}")
    return _key(key)


@lru_cache(maxsize=1024, typed=True)
def _key(key: object) -> str:
    text = str(key)
    if not text or re.search(r"[\[\]\x00]", text):
        raise ValueError(f"cannot be a name in a batch: {text!r}")
    return _quoted(text)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int | float):
        return repr(value)
    raise TypeError(f"the portal knows no {type(value).__name__}")


def resolved(value: Any, results: Mapping[str, Any]) -> Any:
    """A parameter with its references replaced, for calls that are made one by one.

    Raises:
        LookupError: A reference leads nowhere: the command that it stands in is void.
        ValueError: It names an element of a list that is no number; likewise.
    """
    if isinstance(value, Mapping):
        return {key: resolved(item, results) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolved(item, results) for item in value]
    found = re.fullmatch(_RESULT_OF, value) if isinstance(value, str) else None
    if found is None:
        return value
    target = results[found[1]]
    for step in re.findall(_STEP, found[2]):
        match target:
            case list():
                target = target[int(step)]
            case dict():
                target = target[step]
            case _:
                raise KeyError(step)
    return target
