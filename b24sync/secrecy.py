"""Takes the secrets that the process knows out of texts, values and the bytes of answers (contract.md G9).

A secret comes back by itself: the portal's ``*Machine`` links embed the webhook, people paste it into a
comment. It may come in percent-encoding, in JSON's or HTML's escapes, in base64 or hexadecimal, in the other
case, or with invisible characters between its own, which are lost later and would put it together again.

Everything is looked at twice. Answers of the portal are cleaned where they enter, so that no other part ever
sees the secret: a look at the raw bytes is enough for nearly all of them. What is stored, printed, sent or
mailed is looked at once more. The secret of a link is replaced by ``***``; only the portal's client can turn
such a link back, for a download (:meth:`b24sync.portal.webhook.Webhook.revived`).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

HIDDEN = "***"
_SHORTEST_LITERAL = 4
_SHORTEST_TELLING = 6
_SHORTEST_CODED = 8  # characters of base64 or hexadecimal; fewer are found in any long text
_PEELS = 4  # how often one spelling may be wrapped into another

UNSEEN = r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
# patterns are compiled where they are first needed: most processes never meet what they look for
_UNSEEN = f"[{UNSEEN}]"
# a pattern that begins with fixed bytes is ten times faster than one that begins with a choice
_UNSEEN_BYTES = (
    rb"\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]",
    rb"\xc2[\x80-\x9f\xad]",
    rb"\xef\xbb\xbf",
    rb"\xd8\x9c",
)
_UNSEEN_ESCAPES = (
    rb"\\u00(?:[01][0-9a-fA-F]|7[fF]|[89][0-9a-fA-F]|[aA][dD])",
    rb"\\u20(?:0[b-fB-F]|2[89a-eA-E]|6[0-9a-fA-F])",
    rb"\\u061[cC]",
    *(rb"\\u%s[fF][fF]" % start for start in (b"fe", b"FE", b"fE", b"Fe")),
)
_ESCAPED = rb"\\+u00([2-7][0-9a-fA-F])"
_ENTITY = rb"&#(?:[xX]0*([2-7][0-9a-fA-F])|0*(\d{2,3}));?"
_ESCAPES = (b"%", b"\\", b"&")  # every pattern of an escape begins with one of them
_WRAPS = "%&\\"  # what begins another spelling, itself spelled


@dataclass(frozen=True, slots=True)
class _Secret:
    """One secret in the forms in which it is searched for."""

    literal: bytes
    any_case: bool
    coded: tuple[bytes, ...]  # base64, as it stands
    hexed: bytes
    spelled: str  # patterns
    tokens: str


_known: dict[str, _Secret] = {}
_suspects: list[bytes] = []  # a character of a secret in a spelling that no program has need of


def know(secret: str, *, of_portal: bool = False) -> None:
    """Search for ``secret`` from now on.

    A password that is an ordinary word or number is not searched for in texts: hiding it would spoil
    addresses and amounts and protect nothing. That of a webhook (``of_portal``) always is.
    """
    telling = len(secret) >= _SHORTEST_TELLING and not secret.isalpha() and re.search(r"[^\W\d_]", secret)
    if secret not in _known and (telling or (of_portal and len(secret) >= _SHORTEST_LITERAL)):
        _known[secret] = _forms(secret, telling=bool(telling), coded=of_portal)
        _suspects[:] = _suspicious({*"".join(_known), *_WRAPS, *_signs()})


def _signs() -> str:
    """What base64 of a secret has besides letters and digits, and URLs spell."""
    return "".join(
        sign for sign in "+/" if any(sign.encode() in core for one in _known.values() for core in one.coded)
    )


def _suspicious(chars: Iterable[str]) -> Iterator[bytes]:
    """Patterns that begin with fixed bytes, which makes them a hundred times faster than any other."""
    octets = sorted({octet for char in chars for octet in char.encode("utf-8", "replace")})
    hexed = "|".join(f"{octet:02x}|{octet:02X}" for octet in octets)
    yield f"%(?:25)*(?:{hexed})".encode()
    yield f"\\\\u00(?:{hexed})".encode()
    yield f"&#(?:0*(?:{'|'.join(map(str, octets))})|[xX]0*(?:{hexed}))".encode()


def _forms(secret: str, *, telling: bool, coded: bool) -> _Secret:
    plain = secret.encode("utf-8", "replace")
    cores = tuple(dict.fromkeys(_coded(plain))) if telling and coded else ()
    hexed = plain.hex().encode() if cores else b""
    tokens = [re.escape(core.decode()) for core in cores]
    found = (
        [rf"(?:[A-Za-z0-9+/_-]|\\/)*(?:{'|'.join(tokens)})(?:[A-Za-z0-9+/_-]|\\/)*={{0,2}}"] if tokens else []
    )
    found += [rf"(?i:[0-9a-f]*{hexed.decode()}[0-9a-f]*)"] if hexed else []
    return _Secret(
        literal=plain.lower() if telling else plain,
        any_case=telling,
        coded=cores,
        hexed=hexed,
        spelled=f"(?{'i' if telling else ''}:{f'[{UNSEEN}]*'.join(map(_spelled, secret))})",
        tokens="|".join(found),
    )


def _coded(plain: bytes) -> Iterator[bytes]:
    """What base64 makes of the bytes wherever they begin, but for characters that neighbours share."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + plain + b"\0\0")
        core = whole[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6]
        if len(core) >= _SHORTEST_CODED:
            yield from (core, core.replace(b"/", rb"\/"), core.replace(b"+", b"-").replace(b"/", b"_"))


def _spelled(char: str) -> str:
    """A pattern of one character in every spelling that URLs, JSON and HTML have for it."""
    octets = char.encode("utf-8", "replace")
    percent = "".join(f"%(?:25)*(?i:{octet:02x})" for octet in octets)
    code = ord(char)
    number = f"&\\#(?:0*{code}|[xX]0*(?i:{code:x}));?"
    return rf"(?:{re.escape(char)}|{percent}|\\+u(?i:{code:04x})|{number})"


def holds(raw: bytes) -> bool:
    """Whether a known secret is in ``raw``, in whatever spelling; a megabyte takes a few milliseconds."""
    if not _known:
        return False
    if _plainly(raw):
        return True
    if not _suspected(raw):
        return False
    for _ in range(_PEELS):
        peeled = _peeled(raw)
        if _plainly(peeled):
            return True
        if peeled == raw:
            return False
        raw = peeled
    return False


def _suspected(raw: bytes) -> bool:
    escaped = any(sign in raw for sign in _ESCAPES)  # most texts have none
    if escaped and any(re.search(pattern, raw) for pattern in (*_suspects, *_UNSEEN_ESCAPES)):
        return True
    return not raw.isascii() and any(re.search(pattern, raw) for pattern in _UNSEEN_BYTES)


def _plainly(raw: bytes) -> bool:
    lowered = raw.lower()
    for one in _known.values():
        if one.literal in (lowered if one.any_case else raw):
            return True
        if any(core in raw for core in one.coded) or (one.hexed and one.hexed in lowered):
            return True
    return False


def _peeled(raw: bytes) -> bytes:
    """``raw`` with one layer of escapes taken off, and without what nobody sees."""
    for pattern in (*_UNSEEN_ESCAPES, *_UNSEEN_BYTES):
        raw = re.sub(pattern, b"", raw)
    if b"\\u" in raw:
        raw = re.sub(_ESCAPED, lambda found: bytes.fromhex(found[1].decode()), raw)
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    if b"&#" in raw:
        raw = re.sub(_ENTITY, _entity, raw)
    return raw


def _entity(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else int(found[2])
    return bytes([code]) if code < 128 else found[0]


def scrub(text: str) -> str:
    """``text`` with every known secret replaced by ``***``; the text itself if it holds none."""
    if not _known or not _held_by(text):
        return text
    for one in sorted(_known.values(), key=lambda one: -len(one.literal)):  # one may contain another
        text = re.sub(one.spelled, HIDDEN, text)
        if one.tokens:
            text = re.sub(one.tokens, HIDDEN, text)
    if _held_by(text):  # wrapped more than once: the word, or failing that all of it
        text = re.sub(r"\S+", lambda found: HIDDEN if _held_by(found[0]) else found[0], text)
    return HIDDEN if _held_by(text) else text


def _held_by(text: str) -> bool:
    raw = text.encode("utf-8", "replace")
    if holds(raw):
        return True
    seen = text if text.isascii() and text.isprintable() else re.sub(_UNSEEN, "", text)
    return seen != text and holds(seen.encode("utf-8", "replace"))


def scrub_value(value: Any) -> Any:
    """A JSON value with every text and name in it scrubbed."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list | tuple):
        return [scrub_value(one) for one in value]
    if isinstance(value, dict):
        return {
            scrub(name) if isinstance(name, str) else name: scrub_value(one) for name, one in value.items()
        }
    return value


def scrub_json(text: str) -> str:
    """A JSON text with its values scrubbed; still JSON, and the text itself if it holds no secret."""
    if not _known or not _held_by(text):
        return text
    return json.dumps(scrub_value(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
