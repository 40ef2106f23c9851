"""Header values in the form that goes over the wire.

The standard library's own folding of long values loses spaces between encoded words, and takes the quotes
off a long display name with a comma, so that one sender becomes several (seen with Python 3.11). So text
and address headers are encoded and folded here, and a policy passes them on as they are.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from email.policy import EmailPolicy
from typing import Any

from b24sync.domain.addresses import Address

_WIDTH = 76  # RFC 2047 §2: a line with an encoded word has at most 76 characters
_WORD_BYTES = 39  # text bytes of one encoded word: 64 characters, so that "Subject: " fits before it
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DIRECTIONS = dict.fromkeys(
    (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
)  # they make "gpj.exe" of "exe.jpg"


class Written(str):
    """A header value that is encoded and folded already."""

    __slots__ = ()


class WirePolicy(EmailPolicy):
    """The SMTP policy, which passes ``Written`` values on untouched."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Keep a ``Written`` value; anything else as usual."""
        return (name, value) if isinstance(value, Written) else super().header_store_parse(name, value)


POLICY = WirePolicy(linesep="\r\n", cte_type="7bit", refold_source="none", max_line_length=78)


def clean(text: str) -> str:
    """One line: line breaks and control characters become spaces, runs of spaces become one.

    Direction overrides go.
    """
    directed = text.translate(_DIRECTIONS)
    safe = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in directed)
    return re.sub(r" {2,}", " ", safe.encode("utf-8", "replace").decode("utf-8")).strip()


def text_header(text: str, *, name_length: int) -> Written:
    """A value of free text, such as Subject.

    Args:
        text: Anything; cleaned here.
        name_length: Characters of the header's name, which share the first line.
    """
    value = clean(text)
    words = value.split(" ")
    if not _is_plain(value) or max(map(len, words)) > _WIDTH - name_length - 2:
        return Written("\r\n ".join(_encoded_words(value)))
    lines, room = [""], _WIDTH - name_length - 2
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
            room = _WIDTH - 1
        lines[-1] += f" {word}" if lines[-1] else word
    return Written("\r\n ".join(lines))


def address_header(addresses: Sequence[Address]) -> Written:
    """A value of addresses, each with its display name quoted or encoded, one a line."""
    return Written(",\r\n ".join(_mailbox(address) for address in addresses))


def token_header(text: str) -> Written:
    """A value of one word that must not be folded, such as Message-ID: only visible ASCII is kept."""
    return Written("".join(char for char in text if "!" <= char <= "~"))


def _mailbox(address: Address) -> str:
    name = clean(address.name)
    if not name:
        return address.spec
    if not _is_plain(name) or len(name) > 60:
        phrase = "\r\n ".join(_encoded_words(name))
    elif _ATOMS.fullmatch(name):
        phrase = name
    else:
        phrase = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    last = len(phrase.rpartition("\n")[2])
    space = " " if last + len(address.spec) + 14 <= _WIDTH else "\r\n "
    return f"{phrase}{space}<{address.spec}>"


def _is_plain(text: str) -> bool:
    """Whether the text can go as it is: ASCII, and nothing that a reader would decode."""
    return text.isascii() and "=?" not in text


def _encoded_words(text: str) -> Iterator[str]:
    """RFC 2047 words of whole characters; readers join them without the spaces between."""
    piece = b""
    for char in text:
        octets = char.encode("utf-8")
        if len(piece) + len(octets) > _WORD_BYTES:
            yield _word(piece)
            piece = b""
        piece += octets
    yield _word(piece)


def _word(octets: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(octets).decode('ascii')}?="
