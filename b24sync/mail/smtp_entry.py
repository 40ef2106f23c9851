"""The way into a mail server: connected, encrypted and verified, logged in."""

from __future__ import annotations

import base64
import hmac
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from b24sync.deadline import Deadline
from b24sync.errors import MailTransientError
from b24sync.mail.server_words import shown
from b24sync.mail.smtp_link import Link, SmtpReply, how
from b24sync.words import mail as said
from b24sync.words import outside as messages


@dataclass(frozen=True, slots=True)
class Server:
    """How to reach and enter a mail server (the keys of ``[mail]``).

    Attributes:
        security: ``starttls``, ``tls`` or ``none`` (loopback only).
        password: Gives the password when it is needed.
        timeout_s: Longest silence of the server in one command.
        ca_file: Further certificate authority to trust; empty: the system's only.
    """

    host: str
    port: int
    security: str
    user: str = ""
    password: Callable[[], str] = field(default=str, repr=False)
    timeout_s: float = 30.0
    ca_file: str = ""

    @property
    def place(self) -> str:
        """``host:port`` for messages."""
        return f"{self.host}:{self.port}"


def connect(server: Server, deadline: Deadline) -> Link:
    """Open a connection, make it safe, log in; the deadline breaks it when its time is over.

    Raises:
        MailTransientError: Not possible, ``reachable=False``: nothing about any one mail is decided, so
            none uses up an attempt, also if the password is wrong (the administrator's to mend).
    """
    if not server.host:
        raise _unreachable(server, said.NO_HOST(), said.SET_HOST())
    if server.security == "none" and not is_loopback(server.host):
        raise _unreachable(server, said.UNPROTECTED(), said.SET_SECURITY())
    try:
        smtp = _opened(server, deadline)
    except (ssl.SSLError, ssl.CertificateError) as error:
        raise _unreachable(server, said.NO_TLS(why=how(error)), _tls_remedy(server, error)) from None
    except smtplib.SMTPResponseException as error:
        answer = f"{error.smtp_code} {shown(error.smtp_error)}"
        raise _unreachable(server, said.NOT_LET_IN(answer=answer)) from None
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise _unreachable(server, how(error)) from None
    try:
        secrets = _enter(smtp, server)
    except BaseException:
        smtp.close()
        raise
    return Link(smtp, secrets=secrets)


def is_loopback(host: str) -> bool:
    """Whether the name or address stays on this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost")


def _opened(server: Server, deadline: Deadline) -> smtplib.SMTP:
    """A connection that is greeted and, unless ``none``, encrypted and verified."""
    name = _own_name()
    if server.security == "tls":
        smtp: smtplib.SMTP = _Encrypted(server, name, deadline)
    else:
        smtp = _Plain(server, name, deadline)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=_context(server))
            smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


class _Plain(smtplib.SMTP):
    """A connection under a deadline from its first byte on."""

    def __init__(self, server: Server, name: str, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(server.host, server.port, name, timeout=server.timeout_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), timeout)
        self._deadline.watch(sock)
        return sock


class _Encrypted(smtplib.SMTP_SSL):
    """The same with TLS from the beginning."""

    def __init__(self, server: Server, name: str, deadline: Deadline) -> None:
        self._deadline, self._server_name = deadline, server.host
        super().__init__(server.host, server.port, name, timeout=server.timeout_s, context=_context(server))

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), timeout)
        self._deadline.watch(sock)
        return self.context.wrap_socket(sock, server_hostname=self._server_name)


def _context(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.ca_file:
        context.load_verify_locations(server.ca_file)
    return context


def _own_name() -> str:
    """What to say in EHLO: the machine's name if it looks public; never a DNS look-up, which may hang."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name) else "[127.0.0.1]"


def _enter(smtp: smtplib.SMTP, server: Server) -> tuple[str, ...]:
    """Log in if there is a user.

    Returns:
        What must not be shown if the server echoes it.
    """
    if not server.user:
        return ()
    password = server.password()
    plain = base64.b64encode(f"\0{server.user}\0{password}".encode()).decode("ascii")
    secrets = (password, plain, base64.b64encode(password.encode()).decode("ascii"))
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    if not offered:
        raise _unreachable(server, said.NO_LOGIN(), said.EMPTY_USER())
    try:
        reply = _authenticated(smtp, offered, server.user, password, plain)
    except smtplib.SMTPResponseException as error:
        reply = SmtpReply(-1, shown(error.smtp_error))
    except (smtplib.SMTPException, OSError) as error:
        raise _unreachable(server, said.LOGIN_BROKE(why=how(error))) from None
    if reply is None:
        ways = shown(" ".join(offered))
        raise _unreachable(server, said.NO_WAY(ways=ways), said.KNOWN_WAYS())
    if reply.code not in {235, 503}:
        answer = shown(str(reply), secrets=secrets)
        remedy = said.LATER() if 400 <= reply.code < 500 else messages.CHECK_LOGIN()
        raise _unreachable(server, said.LOGIN_REFUSED(user=server.user, answer=answer), remedy)
    return secrets


def _authenticated(
    smtp: smtplib.SMTP, offered: list[str], user: str, password: str, plain: str
) -> SmtpReply | None:
    """The answer to the login, or None if no way is known; takes passwords outside ASCII."""
    if "PLAIN" in offered:
        return _reply(smtp, f"AUTH PLAIN {plain}")
    if "LOGIN" in offered:
        reply = _reply(smtp, f"AUTH LOGIN {_b64(user.encode())}")
        return _reply(smtp, _b64(password.encode())) if reply.code == 334 else reply
    if "CRAM-MD5" in offered:
        reply = _reply(smtp, "AUTH CRAM-MD5")
        if reply.code != 334:
            return reply
        try:
            digest = hmac.new(password.encode(), base64.b64decode(reply.words + "=="), "md5").hexdigest()
        except ValueError:
            return SmtpReply(-1, said.NO_CHALLENGE())
        return _reply(smtp, _b64(f"{user} {digest}".encode()))
    return None


def _reply(smtp: smtplib.SMTP, command: str) -> SmtpReply:
    code, words = smtp.docmd(command)
    return SmtpReply(code, words.decode("utf-8", "replace"))


def _b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _tls_remedy(server: Server, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return said.RIGHT_NAME()
    return said.RIGHT_PORT(security=server.security)


def _unreachable(server: Server, what: str, remedy: str = "") -> MailTransientError:
    remedy = remedy or messages.CHECK_SERVER()
    return MailTransientError(
        messages.MAIL_SERVER(place=server.place, what=what), reachable=False, remedy=remedy
    )
