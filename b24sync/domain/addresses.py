"""Mail addresses: read strictly, since they come from people's typing in the CRM."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from b24sync.errors import MailPermanentError
from b24sync.words import Both, joined
from b24sync.words import mail as words
from b24sync.words.advice import in_brackets

_NAMED = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*"[ \t]*|[^<>"]*)<(?P<spec>[^<>]*)>')
_LONGEST = 600  # characters of a name and an address; what is longer is none
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Address:
    """One address, fit for the envelope.

    Attributes:
        name: Display name in any script; may be empty.
        local: Part before the ``@``, ASCII.
        domain: ASCII domain (punycode where it was international).
    """

    name: str
    local: str
    domain: str

    @property
    def spec(self) -> str:
        """``local@domain``."""
        return f"{self.local}@{self.domain}"


def parse_address(text: str, *, where: str = "", remedy: str = "") -> Address:
    """Read ``name@example.ru`` or ``Name <name@example.ru>``.

    Spaces and invisible characters around it (copied from web pages) are dropped; everything else must be
    right.

    Args:
        text: One address.
        where: What the address is for, such as ``mail.from``; begins the error message.
        remedy: What the reader can do about a malformed one; empty: how to write one.

    Raises:
        MailPermanentError: It is malformed, several in one, or has a local part that only SMTPUTF8 could
            carry.
    """
    address, fault = _read(text)
    if fault is not None:
        raise MailPermanentError(
            _told(text, fault, where=where).said(), remedy=remedy or words.WRITE_ADDRESS()
        )
    return address


def address_fault(text: str) -> Both | None:
    """What is wrong with an address, and how to write one; ``None``: nothing."""
    fault = _read(text)[1]
    if fault is None:
        return None
    return joined([_told(text, fault), in_brackets(words.WRITE_ADDRESS.both())], by="")


def _told(text: str, fault: Both, *, where: str = "") -> Both:
    shown = ascii(text[:100]) if not text.isprintable() else repr(text[:100])
    return words.ADDRESS.both(where=f"{where}: " if where else "", address=shown, fault=fault)


def _read(text: str) -> tuple[Address, Both | None]:
    """The address, and what is wrong with it."""
    name, spec = "", _trimmed(text)
    fault = _form_fault(spec)
    if not fault and ("<" in spec or ">" in spec):
        name, spec, fault = _split_name(spec)
    if not fault:
        fault = _spec_fault(spec)
    local, _, domain = spec.rpartition("@")
    if not fault:
        domain, fault = _ascii_domain(domain)
    if not fault and len(local) + 1 + len(domain) > 254:
        fault = words.TOO_LONG.both(most=254)
    return Address(name=name, local=local, domain=domain), fault


def _form_fault(spec: str) -> Both | None:
    """What is wrong with a text before anybody looks for an address in it; ``None``: nothing."""
    if any(unicodedata.category(char) in {"Cc", "Zl", "Zp"} for char in spec):
        return words.CONTROL.both()
    if not spec:
        return words.EMPTY.both()
    return words.TOO_LONG.both(most=_LONGEST) if len(spec) > _LONGEST else None


def _trimmed(text: str) -> str:
    """The text without spaces and invisible characters at its ends; line breaks stay, to be refused."""
    return text.strip(" \t\u00a0\u202f" + _INVISIBLE)


def _split_name(text: str) -> tuple[str, str, Both | None]:
    """Name, ``local@domain`` and fault of ``Name <local@domain>``."""
    match = _NAMED.fullmatch(text)
    if match is None:
        return "", text, words.MALFORMED.both() if text.count("<") < 2 else words.SEVERAL.both()
    name = match["name"].strip()
    if name.startswith('"'):
        return re.sub(r"\\(.)", r"\1", name[1:-1]).strip(), match["spec"].strip(), None
    if "@" in name:
        return "", match["spec"].strip(), words.SEVERAL.both()
    return name, match["spec"].strip(), None


def _spec_fault(spec: str) -> Both | None:
    """What is wrong with ``local@domain`` apart from the domain's form; ``None``: nothing."""
    local, at, domain = spec.rpartition("@")
    if not at:
        return words.NO_AT.both()
    if not domain or not local:
        return words.NO_DOMAIN.both() if local else words.NO_LOCAL.both()
    if re.search(r"[\s,;]", spec) or "@" in local:
        return words.SEVERAL.both() if spec.count("@") > 1 else words.SEPARATOR.both()
    if not local.isascii():
        return words.NOT_LATIN.both()
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        return words.BAD_LOCAL.both()
    return None


def ascii_domain(domain: str) -> str:
    """A domain as it travels, by IDNA 2008: ``straße.de`` is not ``strasse.de``.

    Capitals are made small; what else would have to be guessed at is refused.

    Raises:
        ValueError: It cannot be written in ASCII without doubt.
    """
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(unicodedata.normalize("NFC", domain).lower(), std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError(str(error)) from None


def _ascii_domain(domain: str) -> tuple[str, Both | None]:
    """The domain in ASCII, and what is wrong with it."""
    try:
        plain = ascii_domain(domain)
    except ValueError:
        return domain, words.BAD_DOMAIN.both()
    if len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in plain.split(".")):
        return domain, words.BAD_DOMAIN.both()
    return plain, None
