"""Mail through the portal: an e-mail activity, which the portal sends (portal.md §10)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from b24sync.calls import Answer
from b24sync.domain.addresses import Address, parse_address
from b24sync.domain.html import text_to_html, with_notice
from b24sync.errors import MailInDoubtError, MailPermanentError
from b24sync.mail.headers import clean
from b24sync.mail.message import LIMIT_BYTES, envelope, file_name, plain, redirect_notice
from b24sync.mail.server_words import shown
from b24sync.ports import MailReceipt, OnLostAnswer, Read, SaveMemory, Write
from b24sync.rest import activities, items, people
from b24sync.words import Message
from b24sync.words import mail as said

if TYPE_CHECKING:
    from b24sync.calls import Call
    from b24sync.ports import Effects, Mail

_IN_DOUBT = Message(
    "письмо есть на портале (дело {id}), но не видно, ушло ли оно",
    "the portal has the mail as activity {id}, and nothing shows that it left",
)
_LOOK = Message(
    "узнайте у клиента: если получил, b24sync cancel ID; если нет, удалите это дело на портале, затем "
    "b24sync retry ID",
    "ask the client: if it arrived, b24sync cancel ID; if not, delete that activity at the portal, then "
    "b24sync "
    "retry ID",
)
_REFUSED = "mail_refused"  # in the action's memory: the portal did not send it


@dataclass(frozen=True, slots=True)
class PortalTransport:
    """Sends by generators instead of by itself: the engine puts them to the portal.

    Attributes:
        from_: ``Name <box@example.ru>``, a mailbox of the portal.
        redirect_to: The one who gets every mail instead; empty: the real recipients.
    """

    from_: str
    redirect_to: str = ""

    def send_talk(self, outgoing: Mail) -> Effects[MailReceipt]:
        """The generator that sends one mail once."""
        return send_talk(outgoing, from_=self.from_, redirect_to=self.redirect_to)

    def close(self) -> None:
        """Nothing is kept open."""


def send_talk(outgoing: Mail, *, from_: str, redirect_to: str = "") -> Effects[MailReceipt]:
    """Send a mail bound to ``letter.owner``, unless an activity with its marker is there already.

    The activity is looked for before each try, so that a person may retry an uncertain one. One that the
    portal made no posting of is no sent mail: the answer that was lost may have been a refusal. The portal
    shows all recipients to each other: ``cc`` are more recipients, ``bcc`` is not possible.

    Raises:
        MailPermanentError: The letter cannot go this way, or the portal refused it. What the portal had
            made of a mail that it could not send is deleted again, so that the timeline shows no mail that
            nobody got.
        MailInDoubtError: The mail is there, and nothing shows that it left.
    """
    owner = outgoing.owner
    if owner is None or not outgoing.marker:
        raise MailPermanentError(said.NO_OWNER(), remedy=said.USE_SMTP())
    recipients, sent_by = _call(outgoing, owner, from_=from_, redirect_to=redirect_to)
    find = activities.find(owner=owner, marker=outgoing.marker, type_id=activities.EMAIL)
    yield from _made_good(outgoing, find)
    there = yield from _sent_before(find, outgoing.marker)
    if there is not None:
        return MailReceipt(f"was already sent as activity {there}", recipients)
    responsible_id = outgoing.responsible_id or (yield from _own_user())
    answer: Answer = yield Write(sent_by(responsible_id), OnLostAnswer.ONCE)
    if answer.error is None:
        return MailReceipt(f"activity {activities.read_id(answer.result)}", recipients)
    words = said.PORTAL_REFUSES(whom=", ".join(recipients), why=shown(answer.error.reason))
    remedy = said.CHECK_SENDER(sender=shown(from_))
    # Kept before the portal is asked again: if that gets no answer, the next try would take the activity of
    # this mail, which went to nobody, for a sent one.
    yield SaveMemory({**outgoing.kept, _REFUSED: {"words": words, "remedy": remedy}})
    raise (yield from _told(outgoing, find, words, remedy))


def _made_good(outgoing: Mail, find: Call) -> Effects[None]:
    """Clear away what an earlier try left of a mail that the portal refused to send.

    Raises:
        MailPermanentError: It cannot be cleared away, or the refusal was not told yet.
    """
    refused = outgoing.kept.get(_REFUSED)
    if not isinstance(refused, Mapping):
        return
    if not refused.get("told"):
        raise (yield from _told(outgoing, find, str(refused.get("words")), str(refused.get("remedy"))))
    left = yield from _tidy(find, outgoing.marker)
    if left:
        raise MailPermanentError(str(refused.get("words")) + left, remedy=str(refused.get("remedy")))
    yield SaveMemory({name: value for name, value in outgoing.kept.items() if name != _REFUSED})


def _told(outgoing: Mail, find: Call, words: str, remedy: str) -> Effects[MailPermanentError]:
    """Delete what the portal made of a mail that it did not send; the refusal, to be raised."""
    left = yield from _tidy(find, outgoing.marker)
    yield SaveMemory({**outgoing.kept, _REFUSED: {"words": words, "remedy": remedy, "told": True}})
    return MailPermanentError(f"{words}{left}", remedy=remedy)


def _call(
    outgoing: Mail, owner: tuple[int, int], *, from_: str, redirect_to: str
) -> tuple[tuple[str, ...], Callable[[int], Call]]:
    """The recipients, and the call that sends as a user."""
    found = envelope(outgoing, redirect_to=redirect_to)
    if outgoing.bcc:
        raise MailPermanentError(said.NO_BCC(), remedy=said.USE_CC())
    recipients = tuple(address.spec for address in (*found.to, *found.copies))
    body = plain(outgoing.html) or text_to_html(plain(outgoing.text))
    if found.originals:
        body = with_notice(body or "<p></p>", redirect_notice(found.originals, lang=outgoing.lang))
    sent_by = partial(
        activities.email,
        owner=owner,
        contact=outgoing.contact,
        sender=_sender(parse_address(from_, where="mail.from")),
        to=recipients,
        subject=clean(outgoing.subject),
        body=body,
        is_html=True,
        marker=outgoing.marker,
        files=_files(outgoing),
    )
    return recipients, lambda user_id: sent_by(responsible_id=user_id)


def _own_user() -> Effects[int]:
    """The user of the webhook, who sends where nobody answers for the entity (the portal wants somebody).

    Raises:
        MailPermanentError: The portal does not tell.
    """
    answers: list[Answer] = yield Read((people.profile(),))
    number = items.id_of(items.row_of(answers[0].result) or {}) if answers[0].error is None else None
    if number is None:
        raise MailPermanentError(said.NOBODY_SENDS(), remedy=said.NAME_RESPONSIBLE())
    return number


def _sender(address: Address) -> str:
    """``Name <box@host>`` with nothing in the name that the portal could read as an address."""
    name = clean("".join(char for char in address.name if char not in '<>"@,;\\'))
    return f"{name} <{address.spec}>" if name else address.spec


def _files(outgoing: Mail) -> list[tuple[str, str]]:
    files = [
        (file_name(item.name), base64.b64encode(item.content).decode("ascii"))
        for item in outgoing.attachments
    ]
    size = sum(len(content) for _, content in files)
    if size > LIMIT_BYTES:
        raise MailPermanentError(
            said.FILES_TOO_LARGE(size=f"{size / 1e6:.1f}", most=f"{LIMIT_BYTES / 1e6:g}"),
            remedy=said.ATTACH_LESS(),
        )
    return files


def _sent_before(find: Call, marker: str) -> Effects[int | None]:
    """Id of the activity that was sent with the marker; ``None`` if there is none.

    Raises:
        MailPermanentError: The portal refuses the look, without which a mail might go twice.
        MailInDoubtError: There is one, and nothing shows that it left.
    """
    answers: list[Answer] = yield Read((find,))
    error = answers[0].error
    if error is not None:
        raise MailPermanentError(said.SENT_UNSEEN(why=shown(str(error))), remedy=said.LET_READ())
    found, unsent = (read(answers[0].result, marker) for read in (activities.marked, activities.unsent))
    posted = [number for number in found if number not in unsent]
    if found and not posted:
        raise MailInDoubtError(_IN_DOUBT(id=found[0]), remedy=_LOOK())
    return posted[0] if posted else None


def _tidy(find: Call, marker: str) -> Effects[str]:
    """Delete the activities of a mail that was not sent.

    Returns:
        What could not be deleted, as an addition to the error message; else empty.
    """
    left = []
    answers: list[Answer] = yield Read((find,))
    if answers[0].error is not None:
        return said.UNSOUGHT()
    for number in activities.marked(answers[0].result, marker):
        answer: Answer = yield Write(activities.delete(number), OnLostAnswer.REPEAT)
        if answer.error is not None:
            left.append(str(number))
    return said.DELETE_IT(ids=", ".join(left)) if left else ""
