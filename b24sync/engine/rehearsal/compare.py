"""Expected actions against those that came about: what differs, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from b24sync.engine.rehearsal.rehearsal import Rehearsed
    from b24sync.engine.rehearsal.would import Tried

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u200b": None})
_TIMES = ("deadline", "start", "due_date")
_PERSONS = ("to", "cc", "bcc")
_HEAD = ("rule", "step", "position", "state", "changed")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        what: ``value`` (another than expected), ``missing`` (an expected action), ``extra`` (an unexpected
            one), ``rule`` (no such rule).
        where: Rule and step, for people.
        key: The value's name.
        hint: The rule that was probably meant, or why the rule did nothing.
    """

    what: str
    where: str
    key: str = ""
    expected: Any = None
    got: Any = None
    hint: str = ""

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        names = ("what", "where", "key", "expected", "got", "hint")
        found = {name: getattr(self, name) for name in names}
        return {name: value for name, value in found.items() if value not in ("", None)}


def differences(
    expect: Sequence[Mapping[str, Any]], trial: Rehearsed, *, rules: Sequence[str], tz: tzinfo
) -> list[Difference]:
    """Everything that differs.

    Every action that would have an effect must be expected; one that is skipped, or finds its work done, may
    be.
    """
    left = list(trial.actions)
    found: list[Difference] = []
    pending: list[Mapping[str, Any]] = []
    for expected in expect:
        exact = next((one for one in left if not any(_unequal(expected, one, tz))), None)
        if exact is None:
            pending.append(expected)
        else:
            left.remove(exact)
    for expected in pending:
        nearest = _nearest(expected, left, tz)
        if nearest is None:
            found.append(_missing(expected, trial, rules))
        else:
            left.remove(nearest)
            found += _unequal(expected, nearest, tz)
    effects = [one for one in left if one.state == "failed" or (one.state == "done" and one.changed)]
    return [*found, *(Difference("extra", _where(one), got=one.shown()) for one in effects)]


def _nearest(expected: Mapping[str, Any], left: Sequence[Tried], tz: tzinfo) -> Tried | None:
    """The action that was probably meant: of the same rule and step, with the fewest differences."""
    same = [one for one in left if expected.get("rule", one.rule) == one.rule]
    same = [one for one in same if expected.get("step", one.step) == one.step]
    return min(same, key=lambda one: len(list(_unequal(expected, one, tz))), default=None)


def _missing(expected: Mapping[str, Any], trial: Rehearsed, rules: Sequence[str]) -> Difference:
    rule = str(expected.get("rule") or "")
    where = ", ".join(str(expected[key]) for key in ("rule", "step") if key in expected)
    if rule and rule not in rules:
        near = get_close_matches(rule, rules, n=1)
        return Difference("rule", where, "rule", dict(expected), hint=near[0] if near else "")
    return Difference("missing", where, expected=dict(expected), hint=trial.quiet.get(rule, ""))


def _where(one: Tried) -> str:
    return f"{one.rule}, {one.step}"


def _unequal(expected: Mapping[str, Any], one: Tried, tz: tzinfo) -> Iterator[Difference]:
    values = one.shown()
    wanted = dict(expected)
    wanted.setdefault("state", "done")
    for key, value in wanted.items():
        if not _same(key, value, values.get(key), one, tz):
            why = str(values.get("error") or values.get("message") or values.get("reason") or "")
            yield Difference(
                what="value",
                where=_where(one),
                key=key,
                expected=value,
                got=values.get(key),
                hint=why if key == "state" else "",
            )


def _same(key: str, expected: Any, got: Any, one: Tried, tz: tzinfo) -> bool:
    if key in _PERSONS:
        return _persons(expected, one) == {str(person) for person in got or ()}
    if key in _HEAD:
        return bool(expected == got)
    if key in _TIMES:
        return _same_time(expected, got, tz)
    return _equal(expected, got)


def _persons(expected: Any, one: Tried) -> set[str]:
    listed = expected if isinstance(expected, list) else [expected]
    found: set[str] = set()
    for person in listed:
        found |= one.aliases.get(str(person), frozenset((str(person),)))
    return found


def _same_time(expected: Any, got: Any, tz: tzinfo) -> bool:
    if got is None:
        return expected in (None, "")
    have = _moment(got, tz)
    if isinstance(expected, str) and len(expected.strip()) == 10:
        return str(have)[:10] == expected.strip()
    if isinstance(expected, date) and not isinstance(expected, datetime):
        return str(have)[:10] == expected.isoformat()
    return bool(_moment(expected, tz) == have)


def _moment(value: Any, tz: tzinfo) -> Any:
    """A time in the company's zone; a day as its text; anything else as it is."""
    if isinstance(value, datetime):
        found = value
    else:
        try:
            found = datetime.fromisoformat(str(value).strip())
        except ValueError:
            return value
        if len(str(value).strip()) == 10:
            return str(value).strip()
    return found.replace(tzinfo=tz) if found.tzinfo is None else found.astimezone(tz)


def _equal(expected: Any, got: Any) -> bool:
    if isinstance(expected, Mapping):
        have = (
            {str(key).removeprefix("fields."): value for key, value in got.items()}
            if isinstance(got, Mapping)
            else {}
        )
        return all(
            _equal(value, have.get(str(key).removeprefix("fields."))) for key, value in expected.items()
        )
    if isinstance(expected, list):
        listed = list(got) if isinstance(got, list | tuple) else [got]
        return len(expected) == len(listed) and all(map(_equal, expected, listed))
    if isinstance(expected, bool) or got is None:
        return bool(expected == got)
    number = _number(expected), _number(got)
    return number[0] == number[1] if None not in number else _plain(expected) == _plain(got)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value).translate(_SPACES).replace(" ", ""))
    except InvalidOperation:
        return None


def _plain(value: Any) -> str:
    """A text as it reads: unbreakable spaces are spaces, no spaces at its ends."""
    lines = str(value).translate(_SPACES).replace("\r\n", "\n").strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)
