"""A letter as an RFC 5322 message, and the envelope it travels in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from b24sync.domain.addresses import Address, parse_address
from b24sync.domain.html import html_to_text, with_notice
from b24sync.errors import MailPermanentError
from b24sync.mail.headers import POLICY, address_header, clean, text_header, token_header
from b24sync.secrecy import scrub
from b24sync.words import mail as said

if TYPE_CHECKING:
    from datetime import datetime

    from b24sync.ports import Attachment, Mail

LIMIT_BYTES = 25_000_000  # what most mail services take as one message, encoded
_NOTICES = {
    "ru": "[Пробный режим: это письмо для {recipients}]",
    "en": "[Trial mode: this mail is for {recipients}]",
}
_MIME = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who gets the mail.

    Attributes:
        to: Must all be accepted by the server.
        copies: ``cc`` and ``bcc``, without those in ``to``.
        originals: With ``redirect_to``: who would have got it; else empty.
    """

    to: tuple[Address, ...]
    copies: tuple[Address, ...] = ()
    originals: tuple[Address, ...] = ()


def envelope(outgoing: Mail, *, redirect_to: str = "") -> Envelope:
    """Read the addresses of a letter, each once.

    Raises:
        MailPermanentError: One is malformed, or there is none in ``to``.
    """
    to = _addresses(outgoing.to, where="to")
    copies = _addresses((*outgoing.cc, *outgoing.bcc), where="cc/bcc", without=to)
    if not to:
        raise MailPermanentError(said.NO_RECIPIENT(), remedy=said.GIVE_ADDRESS())
    if not redirect_to:
        return Envelope(to, copies)
    return Envelope((parse_address(redirect_to, where="mail.redirect_to"),), originals=to + copies)


def build(
    outgoing: Mail, *, from_: str, reply_to: str = "", redirect_to: str = "", date: datetime, lang: str = ""
) -> EmailMessage:
    """Build the message; Bcc addresses are only in the envelope.

    Args:
        letter: What to say; header values may hold anything (contract.md G9: line breaks become a space).
        from_: The sender, ``Name <box@example.ru>``.
        reply_to: Where answers go; empty: to the sender.
        redirect_to: The one who gets the mail instead; the original addresses stay visible in it.
        date: For the Date header, aware.
        lang: ``ru`` or ``en``; empty: the letter's.

    Raises:
        MailPermanentError: An address is malformed.
    """
    outgoing = _without_secrets(outgoing)
    people = envelope(outgoing, redirect_to=redirect_to)
    lang = lang or outgoing.lang
    message = EmailMessage(policy=POLICY)
    message["Message-ID"] = token_header(outgoing.message_id)
    message["Date"] = format_datetime(date)
    message["From"] = address_header((parse_address(from_, where="mail.from"),))
    if reply_to:
        message["Reply-To"] = address_header((parse_address(reply_to, where="mail.reply_to"),))
    _add_recipients(message, outgoing, people)
    message["Subject"] = text_header(outgoing.subject, name_length=len("Subject"))
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    text, html = _bodies(outgoing, people, lang=lang)
    message.set_content(text, charset="utf-8")
    if html:
        message.add_alternative(html, subtype="html", charset="utf-8")
    for attachment in outgoing.attachments:
        _attach(message, attachment)
    if lang:  # last, for the methods above take Content-* headers away
        message["Content-Language"] = token_header(lang)
    return message


def _without_secrets(outgoing: Mail) -> Mail:
    """The mail looked through once more, after what nobody sees was taken out (contract.md G9)."""
    return replace(
        outgoing,
        subject=scrub(clean(outgoing.subject)),
        text=scrub(plain(outgoing.text)),
        html=scrub(plain(outgoing.html)),
        attachments=tuple(replace(one, name=scrub(clean(one.name))) for one in outgoing.attachments),
    )


def to_bytes(message: EmailMessage, *, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """The message as it goes over the wire, lines ending in CR LF.

    Raises:
        MailPermanentError: It is larger than ``limit_bytes``.
    """
    octets = re.sub(rb"\r\n|\r|\n", b"\r\n", message.as_bytes())
    if len(octets) > limit_bytes:
        raise MailPermanentError(
            said.TOO_LARGE(size=f"{len(octets) / 1e6:.1f}", most=f"{limit_bytes / 1e6:g}"),
            remedy=said.LESS_OR_LINK(),
        )
    return octets


def file_name(name: str) -> str:
    """A file name without folders and control characters, at most 120 characters, its ending kept."""
    safe = re.sub(r'[\\/:*?"<>|]', "_", " ".join(clean(name).split())).strip(". ") or "file"
    stem, dot, ending = safe.rpartition(".")
    if len(safe) <= 120 or not dot or len(ending) > 10:
        return safe[:120]
    return f"{stem[: 119 - len(ending)]}.{ending}"


def plain(text: str) -> str:
    """Body text with line feeds only, without control characters; half characters become question marks."""
    lines = re.sub(r"\r\n?", "\n", text)
    safe = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]", "", lines)
    return safe.encode("utf-8", "replace").decode("utf-8")


def redirect_notice(originals: tuple[Address, ...], *, lang: str) -> str:
    """The line that says for whom a redirected mail was meant."""
    notice = _NOTICES.get(lang[:2], _NOTICES["en"])
    return notice.format(recipients=", ".join(address.spec for address in originals))


def _addresses(
    texts: tuple[str, ...], *, where: str, without: tuple[Address, ...] = ()
) -> tuple[Address, ...]:
    seen = {address.spec.casefold() for address in without}
    found = []
    for text in texts:
        address = parse_address(text, where=where)
        if address.spec.casefold() not in seen:
            seen.add(address.spec.casefold())
            found.append(address)
    return tuple(found)


def _add_recipients(message: EmailMessage, outgoing: Mail, people: Envelope) -> None:
    message["To"] = address_header(people.to)
    if people.originals:
        bare = tuple(Address("", address.local, address.domain) for address in people.originals)
        message["X-B24sync-Original-To"] = address_header(bare)
        return
    visible = _addresses(outgoing.cc, where="cc", without=people.to)
    if visible:
        message["Cc"] = address_header(visible)


def _bodies(outgoing: Mail, people: Envelope, *, lang: str) -> tuple[str, str]:
    """Text and HTML; the text is made from the HTML if only that is given."""
    html = plain(outgoing.html)
    text = plain(outgoing.text) or html_to_text(html)
    if not people.originals:
        return text, html
    notice = redirect_notice(people.originals, lang=lang)
    return f"{notice}\n\n{text}", with_notice(html, notice)


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind = attachment.mime_type if _MIME.fullmatch(attachment.mime_type) else "application/octet-stream"
    main, _, sub = kind.lower().partition("/")
    if main in {"message", "multipart"}:
        main, sub = "application", "octet-stream"
    message.add_attachment(
        attachment.content, maintype=main, subtype=sub, filename=file_name(attachment.name)
    )
