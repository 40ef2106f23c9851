"""Mail by SMTP, each phase told apart: not taken, refused, or handed over without an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from b24sync.deadline import Deadline
from b24sync.domain.addresses import Address, parse_address
from b24sync.errors import MailError, MailInDoubtError, MailPermanentError, MailTransientError
from b24sync.mail.message import build, envelope, to_bytes
from b24sync.mail.smtp_entry import Server, connect
from b24sync.mail.smtp_link import Link, LostError, SmtpReply
from b24sync.ports import MailReceipt
from b24sync.words import mail as mail_said
from b24sync.words import outside as messages

if TYPE_CHECKING:
    from b24sync.clock import Clock
    from b24sync.ports import Mail

_LOGIN_CODES = frozenset(
    {530, 534, 535, 538}
)  # RFC 4954: login missing or not good enough: no fault of this mail


_SLOWEST_LINE = 20_000  # bytes a second


@dataclass(frozen=True, slots=True)
class LoginCheck:
    """Whether the server can be reached and entered; ``words`` says how it went, ``remedy`` what to do."""

    ok: bool
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A mail ready to go."""

    sender: str
    to: tuple[Address, ...]
    copies: tuple[Address, ...]
    octets: bytes

    @property
    def whom(self) -> str:
        return ", ".join(address.spec for address in self.to)


class SmtpMailer:
    """Sends mails over one connection; reopens it if the server dropped it between mails."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        from_: str,
        clock: Clock,
        user: str = "",
        password: Callable[[], str] | str = "",
        timeout_s: float = 30.0,
        ca_file: str = "",
        reply_to: str = "",
        redirect_to: str = "",
        answer_timeout_s: float | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            host: Name in the server's certificate.
            port: Usually 587 (starttls) or 465 (tls).
            security: ``starttls``, ``tls`` or ``none`` (loopback only).
            from_: ``Name <box@example.ru>``.
            clock: For the Date header.
            user: Empty: no login.
            password: The secret, or what gives it.
            timeout_s: Longest silence in one command.
            ca_file: Further certificate authority to trust.
            reply_to: Where answers go.
            redirect_to: The one who gets every mail instead.
            answer_timeout_s: Longest wait for the answer to a whole mail, while the server scans it;
                default: four times ``timeout_s`` (RFC 5321 §4.5.3.2.6 asks for patience: giving up leaves
                the mail uncertain).
        """
        secret = (lambda: password) if isinstance(password, str) else password
        self._server = Server(
            host=host,
            port=port,
            security=security,
            user=user,
            password=secret,
            timeout_s=timeout_s,
            ca_file=ca_file,
        )
        self._from, self._reply_to, self._redirect_to = from_, reply_to, redirect_to
        self._answer_timeout_s = 4 * timeout_s if answer_timeout_s is None else answer_timeout_s
        self._clock = clock
        self._link: Link | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, outgoing: Mail) -> MailReceipt:
        """Send one mail once.

        A refused ``to`` stops the whole mail; so does a copy that is refused for now. A copy refused for
        good is left out, and the result says so.

        Raises:
            MailTransientError: Nothing was accepted; ``reachable`` is False if no server could be entered.
            MailPermanentError: An address is malformed, the mail is too large, or the server refused it.
            MailInDoubtError: The connection broke after the mail was handed over.
        """
        parcel = self._packed(outgoing)
        try:
            with Deadline(self._longest_s(parcel)) as deadline:
                link = self._begun(parcel, deadline)
                accepted, refused = self._offered(link, parcel)
                answer = self._handed_over(link, parcel)
        except MailError:
            raise
        except BaseException:
            self._drop()
            raise
        return MailReceipt(
            str(answer),
            tuple(address.spec for address in accepted),
            tuple(f"{address.spec}: {reply}" for address, reply in refused),
        )

    def check_login(self) -> LoginCheck:
        """Connect, log in and leave again."""
        try:
            with Deadline(4 * self._server.timeout_s) as deadline:
                connect(self._server, deadline).close()
        except MailTransientError as error:
            return LoginCheck(ok=False, words=error.message, remedy=error.remedy)
        told = {"place": self._server.place, "security": self._server.security}
        if not self._server.user:
            return LoginCheck(ok=True, words=mail_said.NO_LOGIN_WANTED(**told))
        return LoginCheck(ok=True, words=mail_said.LOGGED_IN(user=self._server.user, **told))

    def close(self) -> None:
        """Leave the server; the next ``send`` connects again."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _packed(self, outgoing: Mail) -> _Parcel:
        people = envelope(outgoing, redirect_to=self._redirect_to)
        message = build(
            outgoing,
            from_=self._from,
            reply_to=self._reply_to,
            redirect_to=self._redirect_to,
            date=self._clock.now(),
        )
        sender = parse_address(self._from, where="mail.from").spec
        return _Parcel(sender, people.to, people.copies, to_bytes(message))

    def _longest_s(self, parcel: _Parcel) -> float:
        """How long a whole mail may take, whatever the server does: silences, its answer, a slow line."""
        return 4 * self._server.timeout_s + self._answer_timeout_s + len(parcel.octets) / _SLOWEST_LINE

    def _begun(self, parcel: _Parcel, deadline: Deadline) -> Link:
        """The connection, with MAIL FROM accepted; a kept one that turns out dead is opened anew once."""
        if self._link is not None:
            self._link.under(deadline)
            try:
                answer = self._link.mail(parcel.sender, size=len(parcel.octets))
            except LostError:
                self._drop()
            else:
                if answer.code != 421:
                    return self._taken(self._link, answer, parcel)
                self._drop()
        self._link = connect(self._server, deadline)
        try:
            answer = self._link.mail(parcel.sender, size=len(parcel.octets))
        except LostError as error:
            self._lost(error, "MAIL FROM")
        return self._taken(self._link, answer, parcel)

    def _taken(self, link: Link, answer: SmtpReply, parcel: _Parcel) -> Link:
        if not _is_yes(answer):
            self._refuse(messages.NOT_FROM(sender=parcel.sender), answer, away=400 <= answer.code < 500)
        return link

    def _offered(self, link: Link, parcel: _Parcel) -> tuple[list[Address], list[tuple[Address, SmtpReply]]]:
        """Recipients accepted, and copies refused for good."""
        accepted, refused = [], []
        for address in (*parcel.to, *parcel.copies):
            try:
                answer = link.rcpt(address.spec)
            except LostError as error:
                self._lost(error, "RCPT TO")
            if _is_yes(answer):
                accepted.append(address)
            elif address in parcel.copies and 500 <= answer.code < 600:
                refused.append((address, answer))
            else:
                self._refuse(messages.NOT_FOR(address=address.spec), answer, remedy=messages.CHECK_ADDRESS())
        return accepted, refused

    def _handed_over(self, link: Link, parcel: _Parcel) -> SmtpReply:
        """Send the text; the last word is the server's."""
        try:
            answer = link.data()
            if answer.code != 354:
                self._refuse(messages.NOT_THE_MAIL(whom=parcel.whom), answer)
            interruption = link.push(parcel.octets)
            link.wait_at_most(self._answer_timeout_s)
        except LostError as error:
            self._lost(error, "DATA")
        if interruption is not None:
            self._refuse(messages.NOT_THE_MAIL(whom=parcel.whom), interruption, usable=False)
        answer = self._finished(link, parcel)
        link.wait_at_most(self._server.timeout_s)
        if 400 <= answer.code < 600:
            self._refuse(messages.REFUSED_MAIL(whom=parcel.whom), answer)
        if not _is_yes(answer):
            self._doubt(parcel, mail_said.NO_SMTP(answer=answer))
        return answer

    def _finished(self, link: Link, parcel: _Parcel) -> SmtpReply:
        try:
            return link.finish()
        except ConnectionError:
            self._lost(LostError(messages.CLOSED()), "DATA")
        except LostError as error:
            self._doubt(parcel, str(error))

    def _lost(self, error: LostError, command: str) -> NoReturn:
        """The connection broke before the mail was handed over."""
        self._drop()
        what = messages.NOTHING_SENT(place=self._server.place, error=error, command=command)
        raise MailTransientError(what, reachable=True) from None

    def _doubt(self, parcel: _Parcel, how: str) -> NoReturn:
        self._drop()
        what = messages.HANDED_OVER(place=self._server.place, whom=parcel.whom, how=how)
        raise MailInDoubtError(what, remedy=messages.LOOK_WHETHER()) from None

    def _refuse(
        self, what: str, answer: SmtpReply, *, usable: bool = True, away: bool = False, remedy: str = ""
    ) -> NoReturn:
        """Turn a refusal into an error; the mail begun is forgotten by the server.

        421 says that the server is leaving, at whatever command (RFC 5321 §3.8); ``away``: so does this one.
        """
        if usable and 400 <= answer.code < 600 and answer.code != 421:
            self._forget()
        else:
            self._drop()
        message = messages.SERVER_SAYS(place=self._server.place, what=what, answer=answer)
        if answer.code in _LOGIN_CODES:
            raise MailTransientError(message, reachable=False, remedy=messages.CHECK_LOGIN()) from None
        if 500 <= answer.code < 600:
            raise MailPermanentError(message, remedy=remedy or messages.SETTLE()) from None
        raise MailTransientError(message, reachable=not away and answer.code != 421) from None

    def _forget(self) -> None:
        """RSET, so that the connection can be used for the next mail."""
        try:
            if self._link is not None and not _is_yes(self._link.reset()):
                self._drop()
        except LostError:
            self._drop()

    def _drop(self) -> None:
        """Leave a connection that is broken or in an unknown state."""
        link, self._link = self._link, None
        if link is not None:
            link.close(politely=False)


def _is_yes(answer: SmtpReply) -> bool:
    return 200 <= answer.code < 300
