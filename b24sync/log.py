"""Logging for people and for machines, and the one function that takes secrets out of a text.

Secrets get into texts by themselves: a webhook's URL holds one, urllib3 logs paths at DEBUG, the portal's
``*Machine`` links embed the webhook. So every line passes :func:`redact`, with traceback, and errors shown
to users do too (contract.md G9).
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, quote_plus

from b24sync import secrecy
from b24sync.secrecy import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_SHORTEST_SECRET = 3  # a shorter one would blacken every text and protects nothing

_SLASH = r"(?:\\?/|%2[Ff]|%252[Ff])"  # also as JSON and URLs write it
_END = r"[^\s/\\?&#%\"'<>|)]+"
_IN_PATH = re.compile(rf"({_SLASH}rest{_SLASH}(?:api{_SLASH})?\d+{_SLASH}){_END}", re.IGNORECASE)
_IN_QUERY = re.compile(r"\b((?:access_|refresh_)?(?:token|auth)(?:=|%3[Dd]))[^\s&#\"'<>\\]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# what JSON need not escape and terminals or line readers obey
_UNSEEN = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

_secrets: set[str] = set()  # every spelling of every secret that this process was told
_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def register_secret(secret: str, *, of_portal: bool = False) -> None:
    """Hide ``secret`` from now on wherever :func:`redact` is applied, in its usual spellings.

    Texts of the portal are searched for it, too (:func:`b24sync.secrecy.know`).
    """
    secrecy.know(secret, of_portal=of_portal)
    if len(secret) >= _SHORTEST_SECRET:
        _secrets.update(spelling for spelling in _spellings(secret) if spelling)


def secrets_told() -> int:
    """How much :func:`redact` looks for; what it was given before this grew must be given to it again."""
    return len(_secrets)


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield quoted
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    for ascii_only in (True, False):
        as_json = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield as_json
        yield as_json.replace("/", "\\/")
    yield (
        secret.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#x27;")
    )
    yield repr(secret)[1:-1]


def redact(text: str) -> str:
    """``text`` with every known or recognisable secret replaced by ``***``.

    Recognised are the secret of a webhook URL (``/rest/USER/SECRET/``, also percent-encoded or with JSON's
    escaped slashes), ``token=`` and ``auth=`` values, and whatever was given to :func:`register_secret`.
    Control characters are taken out first where they hide something of the kind: a later step that drops them
    would put it together again.
    """
    bare = _CONTROL.sub("", text)
    if bare != text:
        hidden = _hidden(bare)
        return hidden if hidden != bare else text
    return _hidden(text)


def _hidden(text: str) -> str:
    text = secrecy.scrub(text)
    for secret in sorted(_secrets, key=len, reverse=True):  # a secret may contain another
        text = text.replace(secret, HIDDEN)
    return _IN_QUERY.sub(rf"\1{HIDDEN}", _IN_PATH.sub(rf"\1{HIDDEN}", text))


def printable(text: str) -> str:
    """``text`` without control and direction characters, which a terminal would obey, and known secrets."""
    return secrecy.scrub(_CONTROL.sub("", text))


def json_line(value: object) -> str:
    """``value`` as a line of JSON, with no control, direction or line-end characters and no secret."""
    line = secrecy.scrub_json(json.dumps(value, ensure_ascii=False))
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def format_exception(error: BaseException) -> str:
    """The traceback with all causes, without secrets."""
    return redact("".join(traceback.format_exception(error)))


class _Origin:
    """Whose records these are: the configuration in a folder of them; empty where there is only one."""

    name = ""


@contextmanager
def about(name: str) -> Iterator[None]:
    """Name every record within by its configuration, those of other threads too."""
    before, _Origin.name = _Origin.name, name
    try:
        yield
    finally:
        _Origin.name = before


class RedactingFilter(logging.Filter):
    """Takes secrets out of a record before any handler sees it; for loggers of libraries that log URLs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message; every record passes."""
        record.msg, record.args = redact(record.getMessage()), ()
        return True


class TextFormatter(logging.Formatter):
    """One line a record, for people: time in UTC, level, logger, message; a traceback below it."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The whole entry, without secrets and control characters."""
        origin = f"{_Origin.name}: " if _Origin.name else ""
        lines = redact(super().format(record)).splitlines() or [""]
        first = f"{_instant(record)} {origin}{printable(lines[0])}"
        return "\n".join([first, *(f"{origin}{printable(line)}" for line in lines[1:])])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``at level logger message``, extra fields, ``traceback`` if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The object as one line; strings are redacted before they are encoded, so that it stays JSON."""
        entry: dict[str, Any] = {
            "at": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if _Origin.name:
            entry["configuration"] = _Origin.name
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD_FIELDS}
        entry |= {redact(name): _plain(value) for name, value in extra.items() if name not in entry}
        if record.exc_info:
            entry["traceback"] = redact(self.formatException(record.exc_info))
        if record.stack_info:
            entry["stack"] = redact(record.stack_info)
        return json.dumps(entry, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _plain(value: object) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {redact(str(name)): _plain(item) for name, item in value.items()}
    return redact(str(value))


class _OwnHandler(logging.StreamHandler["TextIO"]):
    """Marks the handler that setup made, so that a second setup replaces it and no other."""


def setup(*, fmt: Literal["text", "json"], verbose: bool, stream: TextIO) -> None:
    """Send records from WARNING (``verbose``: DEBUG) on to ``stream``; replaces an earlier setup."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _OwnHandler)]:
        root.removeHandler(handler)
    handler = _OwnHandler(stream)
    handler.setFormatter(JsonFormatter() if fmt == "json" else TextFormatter())
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.WARNING)
