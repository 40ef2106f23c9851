"""One connection to a mail server: opened, secured, logged in, and spoken to one command at a time.

The point of no return of a mail is the line with the single dot that ends its data (RFC 5321 §4.1.1.4):
before it the server has nothing to deliver, after it only the server's answer tells. ``Link.finish`` is
that line; everything else is safe to repeat.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import ipaddress
import re
import select
import smtplib  # noqa: TID253 - this module is itself imported lazily
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from b24sync.errors import MailTransientError
from b24sync.mail.words import shown

_CHUNK = 65_536


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


class Reply(NamedTuple):
    """A server's answer; ``code`` is -1 if it was no SMTP."""

    code: int
    words: str

    def __str__(self) -> str:
        return f"{self.code} {self.words}".strip() if self.code > 0 else self.words


class LostError(Exception):
    """The connection broke, or the server was silent too long. ``str()`` says how."""


class Link:
    """An open, logged-in connection. Every method raises ``LostError`` if the connection breaks under it."""

    def __init__(self, smtp: smtplib.SMTP, *, secrets: tuple[str, ...]) -> None:
        self._smtp = smtp
        self._secrets = secrets

    def mail(self, sender: str, *, size: int) -> Reply:
        """MAIL FROM, with the size if the server wants to know it."""
        options = [f"SIZE={size}"] if self._smtp.has_extn("size") else []
        return self._command("MAIL", f"FROM:<{sender}>", *options)

    def rcpt(self, recipient: str) -> Reply:
        """RCPT TO."""
        return self._command("RCPT", f"TO:<{recipient}>")

    def reset(self) -> Reply:
        """RSET: forget the mail begun."""
        return self._command("RSET")

    def data(self) -> Reply:
        """DATA: ask to send the text; 354 means go on with ``push``."""
        return self._command("DATA")

    def push(self, message: bytes) -> Reply | None:
        """Send the text without its ending.

        Returns:
            None if all is under way; the server's words if it interrupted, after which the connection is of
            no use.
        """
        stuffed = re.sub(rb"(?m)^\.", b"..", message)
        stuffed = stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
        for start in range(0, len(stuffed), _CHUNK):
            try:
                self._socket().sendall(stuffed[start : start + _CHUNK])
            except OSError as error:
                raise LostError(_how(error)) from None
        return self._answer() if self._has_spoken() else None

    def finish(self) -> Reply:
        """Send the ending: the point of no return.

        Raises:
            ConnectionError: The connection was broken already; the ending did not leave this machine.
            LostError: It left, or may have, and there was no answer.
        """
        try:
            self._socket().sendall(b".\r\n")
        except ConnectionError:
            raise
        except OSError as error:
            raise LostError(_how(error)) from None
        return self._answer()

    def wait_at_most(self, seconds: float) -> None:
        """Set the longest silence from now on."""
        self._socket().settimeout(seconds)

    def close(self, *, politely: bool = True) -> None:
        """Leave, with QUIT if ``politely``."""
        if politely:
            # The mails are settled; how the server takes the goodbye changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self._smtp.close()

    def _command(self, *words: str) -> Reply:
        try:
            self._smtp.putcmd(" ".join(words))
        except (smtplib.SMTPException, OSError):
            raise LostError("the server closed the connection") from None
        return self._answer()

    def _answer(self) -> Reply:
        try:
            code, words = self._smtp.getreply()
        except smtplib.SMTPResponseException as error:
            return Reply(-1, shown(error.smtp_error, secrets=self._secrets))
        except (smtplib.SMTPException, OSError) as error:
            raise LostError(_how(error)) from None
        return Reply(code, shown(words, secrets=self._secrets))

    def _socket(self) -> socket.socket:
        if self._smtp.sock is None:
            raise LostError("the server closed the connection")
        return self._smtp.sock

    def _has_spoken(self) -> bool:
        """Whether the server said something, or closed, while data were still to come."""
        sock, reader = self._socket(), self._smtp.file
        if reader is None:
            return False
        pending = sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
        if not pending and not select.select([sock], [], [], 0)[0]:
            return False
        timeout = sock.gettimeout()
        sock.settimeout(0)
        try:
            # Under TLS readable may only mean a new session ticket: then this read would block.
            reader.peek(1)
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        except OSError:
            return True
        else:
            return True
        finally:
            sock.settimeout(timeout)


def connect(server: Server) -> Link:
    """Open a connection, make it safe, log in.

    Raises:
        MailTransientError: Not possible, ``reachable=False``: nothing about any one mail is decided, so
            none uses up an attempt, also if the password is wrong (the administrator's to mend).
    """
    if not server.host:
        raise _unreachable(server, "mail.host is empty", "set mail.host to the mail server's name")
    if server.security == "none" and not is_loopback(server.host):
        what = "mail.security is none, which would send mail and password unprotected"
        raise _unreachable(server, what, "set mail.security to starttls or tls")
    try:
        smtp = _opened(server)
    except (ssl.SSLError, ssl.CertificateError) as error:
        raise _unreachable(server, f"TLS failed: {_how(error)}", _tls_remedy(server, error)) from None
    except smtplib.SMTPResponseException as error:
        raise _unreachable(
            server, f"it refuses the connection: {error.smtp_code} {shown(error.smtp_error)}"
        ) from None
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise _unreachable(server, _how(error)) from None
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


def _opened(server: Server) -> smtplib.SMTP:
    """A connection that is greeted and, unless ``none``, encrypted and verified."""
    name = _own_name()
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, name, timeout=server.timeout_s, context=_context(server)
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=server.timeout_s)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=_context(server))
            smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


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
        raise _unreachable(
            server, "it offers no login", "check mail.port and mail.security, or empty mail.user"
        )
    try:
        reply = _authenticated(smtp, offered, server.user, password, plain)
    except smtplib.SMTPResponseException as error:
        reply = Reply(-1, shown(error.smtp_error))
    except (smtplib.SMTPException, OSError) as error:
        raise _unreachable(server, f"the login broke off: {_how(error)}") from None
    if reply is None:
        ways = shown(" ".join(offered))
        raise _unreachable(
            server, f"it offers no known way to log in ({ways})", "PLAIN, LOGIN or CRAM-MD5 is needed"
        )
    if reply.code not in {235, 503}:
        said = shown(str(reply), secrets=secrets)
        remedy = "try later" if 400 <= reply.code < 500 else "check mail.user and mail.password"
        raise _unreachable(server, f"it refuses the login of {server.user}: {said}", remedy)
    return secrets


def _authenticated(
    smtp: smtplib.SMTP, offered: list[str], user: str, password: str, plain: str
) -> Reply | None:
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
            return Reply(-1, "its challenge for CRAM-MD5 cannot be read")
        return _reply(smtp, _b64(f"{user} {digest}".encode()))
    return None


def _reply(smtp: smtplib.SMTP, command: str) -> Reply:
    code, words = smtp.docmd(command)
    return Reply(code, words.decode("utf-8", "replace"))


def _b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _how(error: Exception) -> str:
    """What went wrong, in few words."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {shown(error.verify_message)}"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the server closed the connection"
    if isinstance(error, OSError) and error.strerror:
        return shown(error.strerror)
    return shown(str(error)) or type(error).__name__


def _tls_remedy(server: Server, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            "mail.host must be the name in the server's certificate; "
            "a company's own authority must be trusted by this machine"
        )
    return f"check that mail.security = {server.security} fits mail.port (usual: starttls 587, tls 465)"


def _unreachable(server: Server, what: str, remedy: str = "") -> MailTransientError:
    remedy = remedy or "check mail.host, mail.port and mail.security"
    return MailTransientError(f"mail server {server.place}: {what}", reachable=False, remedy=remedy)
