"""What came back from the portal, whatever it was: JSON, a proxy's HTML, half an answer.

An answer that is no JSON object is no error here: :mod:`b24sync.portal.codes` judges it with its HTTP status.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from b24sync.secrecy import holds, scrub_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


# An escaped surrogate that is not half of a pair; emoji are pairs, and common.
_HALF_PAIR = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)


_PERHAPS_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # begins with fixed bytes, and so is found fast


_LEVELS = 60  # of lists and maps that an answer may have
_MOST_LEVELS = 8000  # that are read at all


_LONG_NUMBER = re.compile(rb"[0-9]{4000}")
_FAR_S = 4_102_444_800  # the year 2100: what lies behind it is no moment


class NotSentError(Exception):
    """No connection: nothing of the request left this machine. The text says why, without the URL."""


class NoAnswerError(Exception):
    """The request was sent, wholly or in part, and no whole answer came.

    Attributes:
        slow: It took too long; a smaller request may get through.
    """

    def __init__(self, reason: str, *, slow: bool = False) -> None:
        super().__init__(reason)
        self.slow = slow


@dataclass(frozen=True, slots=True)
class HttpReply:
    """One HTTP answer.

    Attributes:
        status: HTTP status.
        content: The JSON object of the body; ``None`` if it is none.
        elapsed_s: From sending to the last byte.
        date: The ``Date`` header, aware UTC.
        retry_after_s: The ``Retry-After`` header of a proxy in seconds; the portal itself sends none.
        moved_to: Host of a redirect's target; redirects are never followed.
    """

    status: int
    content: Mapping[str, Any] | None = field(repr=False)
    elapsed_s: float = 0.0
    date: datetime | None = None
    retry_after_s: float = 0.0
    moved_to: str = ""

    @property
    def result(self) -> Any:
        """The ``result`` of a successful answer."""
        return None if self.content is None else self.content.get("result")

    @property
    def time(self) -> Mapping[str, Any]:
        """The portal's ``time`` block; empty if it sent none."""
        time = None if self.content is None else self.content.get("time")
        return time if isinstance(time, dict) else {}

    @property
    def took_s(self) -> float:
        """How long the portal worked, by its own word or by ours."""
        duration = self.time.get("duration")
        return max(self.elapsed_s, float(duration) if isinstance(duration, int | float) else 0.0)


def parse_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in ``raw``; ``None`` if it holds none (HTML, cut off, not UTF-8, a list).

    Integers stay integers. Halves of surrogate pairs, which JSON can express and no database can store,
    become U+FFFD. Here, where everything enters, the webhook's secret is taken out (contract.md G9).
    """
    try:
        return _readable(raw, json.loads(raw.decode("utf-8-sig")))
    except ValueError:  # UnicodeDecodeError is one, too
        return _long_numbers(raw)
    except RecursionError:
        return _deep_object(raw)


def _whole_number(text: str) -> int | str:
    return int(text) if len(text) < 100 else text


def _long_numbers(raw: bytes) -> dict[str, Any] | None:
    """The object in an answer with whole numbers that are too long to be any: they are kept as text."""
    if _LONG_NUMBER.search(raw) is None:
        return None
    try:
        content = json.loads(
            raw.decode("utf-8-sig"), parse_int=lambda text: int(text) if len(text) < 100 else text
        )
    except (ValueError, RecursionError):
        return None
    return _readable(raw, content)


def _readable(raw: bytes, content: Any) -> dict[str, Any] | None:
    if not isinstance(content, dict):
        return None
    if _PERHAPS_HALF.search(raw) and _HALF_PAIR.search(raw):
        content = _whole(content)
    if holds(raw):
        content = scrub_value(content)
    return content if isinstance(content, dict) else None


def _deep_object(raw: bytes) -> dict[str, Any] | None:
    """The object in an answer of which one value is nested too deeply: cut there, all else as it is."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _MOST_LEVELS))
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    finally:
        sys.setrecursionlimit(limit)
    _cut(content)
    return _readable(raw, content)


def _cut(content: Any) -> None:
    """Put an ellipsis in place of what lies deeper than any answer of the portal is."""
    level = [content]
    for _ in range(_LEVELS):
        level = [inner for outer in level for inner in _inner(outer)]
    for outer in level:
        for key in list(outer) if isinstance(outer, dict) else range(len(outer)):
            if isinstance(outer[key], dict | list):
                outer[key] = "…"


def _inner(outer: Any) -> Iterable[Any]:
    values = outer.values() if isinstance(outer, dict) else outer
    return [value for value in values if isinstance(value, dict | list)]


def _whole(value: Any) -> Any:
    """``value`` with every string encodable."""
    if isinstance(value, str):
        return (
            value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        )
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


def parse_date(header: str | None) -> datetime | None:
    """An HTTP date as aware UTC; ``None`` if absent or none."""
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)


def parse_seconds(header: str | None) -> float:
    """The seconds of a ``Retry-After`` header; 0 if absent or a date."""
    return float(header) if header and header.isascii() and header.isdigit() else 0.0


def parse_moment(value: Any) -> float | None:
    """A moment of the future as the portal may write it: Unix seconds, their digits, or ISO text.

    Returns:
        Unix seconds; ``None`` if it is none of these (portal.md §1.2).
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value) if value.isascii() and value.isdigit() else _of_iso(value)
        except (ValueError, OverflowError):
            return None
    return float(value) if isinstance(value, int | float) and 0 < value < _FAR_S else None


def _of_iso(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
