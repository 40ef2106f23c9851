"""Single values of the portal's JSON: ids, money, names of custom fields, what counts as empty."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from b24sync.rest.dates import parse_date, parse_time, send_date, send_time

_ZERO = Decimal(0)
_LARGEST_ID = 2**63 - 1  # what a database can hold
_DIGITS = 30
_DEEPEST = 60  # levels of lists and maps inside a field
_AS_THEY_ARE = frozenset((str, bool, type(None)))
_UF_CAMEL = re.compile(r"ufCrm(\d*)(_?)(.*)")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def id_or_none(value: Any) -> int | None:
    """A reference to something: positive ``int``.

    The portal's ``0``, ``""``, ``null`` and anything else are ``None``.
    """
    if type(value) is int:
        return value if 0 < value <= _LARGEST_ID else None
    if isinstance(value, float):
        return int(value) if 0 < value < _LARGEST_ID and value == int(value) else None
    text = value.strip() if isinstance(value, str) else ""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 0
    return number if 0 < number <= _LARGEST_ID else None


def int_or_none(value: Any) -> int | None:
    """A number that may be 0 (a funnel, a status); ``None`` if there is none."""
    try:
        number = None if value is None or value == "" else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number is not None and abs(number) <= _LARGEST_ID else None


def money(value: Any) -> Decimal:
    """An amount exactly as its JSON shows it (``999.9`` is 999.9, ``"100.00"`` is 100.00).

    An empty one is 0, and so is one that no till could hold (``1E999999999``).
    """
    if isinstance(value, Decimal):
        return value
    if value is None or isinstance(value, bool):
        return _ZERO
    text = repr(value) if isinstance(value, int | float) else str(value).partition("|")[0].strip()
    try:
        number = Decimal(text) if text else _ZERO
    except InvalidOperation:
        return _ZERO
    return number if number.is_finite() and abs(number.adjusted()) <= _DIGITS else _ZERO


def text(value: Any) -> str:
    """A text; an empty field is ``""``."""
    if type(value) is str:
        return value
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def time_or_none(value: Any) -> datetime | None:
    """A moment, aware UTC (the name of the reader beside its siblings)."""
    return parse_time(value)


def date_or_none(value: Any) -> date | None:
    """A date (the name of the reader beside its siblings)."""
    return parse_date(value)


def plain_number(number: Decimal) -> str:
    """A number as text with no exponent and no needless zeros, so that equal amounts are equal texts."""
    return "0" if not number else f"{number.normalize():f}"


def to_json(value: Any) -> Any:
    """A typed contract value as JSON: money and dates as text, empty ones as ``None``."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_json(one) for one in value] or None
    return None if value == "" else value


def to_portal(value: Any) -> Any:
    """A typed value as the portal takes it in ``fields``.

    Dates plain, times in UTC, money as decimal text, empty as ``""``.
    """
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return send_time(value)
    if isinstance(value, date):
        return send_date(value)
    if isinstance(value, tuple | list):
        return [to_portal(one) for one in value]
    return value


def comparable(code: str, value: Any) -> Any:
    """A raw field made equal to every other way the portal may write the same; ``None`` if it is empty.

    Times become UTC (the server's offset may change), whole floats become integers, files are their ids
    (their links hold tokens that change with every reading), and 0 is empty in a field that refers to
    something.
    """
    if isinstance(value, str):
        if len(value) == 25 and value[10] == "T" and (moment := parse_time(value)) is not None:
            return moment.isoformat(timespec="seconds")
        return None if value == "" or (value == "0" and refers(code)) else value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value == 0 and not isinstance(value, bool) and refers(code):
        return None
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, list):
        return [comparable(code, one) for one in value] or None
    return _comparable_map(code, value) if isinstance(value, dict) else value


def _comparable_map(code: str, value: dict[str, Any]) -> Any:
    if "urlMachine" in value or ("url" in value and "id" in value):
        return comparable("", value.get("id"))
    return {name: comparable(code, one) for name, one in value.items()} or None


def refers(code: str) -> bool:
    """Whether a field of this code holds an id, where 0 means nothing."""
    return code.endswith(("Id", "_ID", "By", "Ids", "_IDS")) or code.startswith(("parentId", "PARENT_ID_"))


@lru_cache(maxsize=1024)
def original_uf_name(code: str) -> str:
    """The ``UF_CRM_…`` name of a custom field whose name an old portal put into camel case.

    The naming rule is portal.md §3.1: ``ufCrm_1747309879`` is ``UF_CRM_1747309879``, ``ufCrm3Digit`` is
    ``UF_CRM_3_DIGIT``; where letters and digits are mixed the portal keeps the rest unchanged after
    ``ufCrm_``. Words cannot be told apart in every case, so this is the best guess. Other names come back
    unchanged.
    """
    if not code.startswith("ufCrm"):
        return code
    match = _UF_CAMEL.fullmatch(code)
    if match is None:
        return code
    number, underscore, rest = match.groups()
    words = rest if underscore else _WORD_START.sub("_", rest)
    return "_".join(part for part in ("UF_CRM", number, words) if part).upper()


def scrubbed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row without the links of its files, which hold tokens and under a webhook its secret.

    Ids of the files stay. A value that neither JSON nor a database can hold is kept as text. A row of which
    nothing is to be changed comes back itself, as most do; empty values never are.
    """
    odd = {
        code: kept
        for code, value in row.items()
        if value and type(value) not in _AS_THEY_ARE and (kept := _storable(value, 0)) is not value
    }
    return {**row, **odd} if odd else row


def _storable(value: Any, depth: int) -> Any:
    if type(value) is int:
        return value if -_LARGEST_ID <= value <= _LARGEST_ID else format(Decimal(value), "f")
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth > _DEEPEST and isinstance(value, list | dict):
        return "…"
    if isinstance(value, list):
        return [_storable(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {
            name: _storable(one, depth + 1)
            for name, one in value.items()
            if name not in {"url", "urlMachine"}
        }
    return value


def rows(result: Any) -> list[Mapping[str, Any]]:
    """The rows of a list that the portal writes as an array or, with gaps, as a map."""
    listed = result.values() if isinstance(result, Mapping) else result if isinstance(result, list) else ()
    return [row for row in listed if isinstance(row, Mapping)]
