"""One open connection to a mail server, spoken to one command at a time.

The point of no return of a mail is the line with the single dot that ends its data (RFC 5321 §4.1.1.4):
before it the server has nothing to deliver, after it only the server's answer tells. ``Link.finish`` is
that line; everything else is safe to repeat.
"""

from __future__ import annotations

import contextlib
import re
import select
import smtplib
import socket
import ssl
from typing import NamedTuple

from b24sync.deadline import Deadline
from b24sync.mail.server_words import shown
from b24sync.words import mail as mail_said
from b24sync.words import outside as messages
from b24sync.words.system_refusals import refusal

_CHUNK = 65_536


class SmtpReply(NamedTuple):
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

    def mail(self, sender: str, *, size: int) -> SmtpReply:
        """MAIL FROM, with the size if the server wants to know it."""
        options = [f"SIZE={size}"] if self._smtp.has_extn("size") else []
        return self._command("MAIL", f"FROM:<{sender}>", *options)

    def rcpt(self, recipient: str) -> SmtpReply:
        """RCPT TO."""
        return self._command("RCPT", f"TO:<{recipient}>")

    def reset(self) -> SmtpReply:
        """RSET: forget the mail begun."""
        return self._command("RSET")

    def data(self) -> SmtpReply:
        """DATA: ask to send the text; 354 means go on with ``push``."""
        return self._command("DATA")

    def push(self, message: bytes) -> SmtpReply | None:
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
                raise LostError(how(error)) from None
        return self._answer() if self._has_spoken() else None

    def finish(self) -> SmtpReply:
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
            raise LostError(how(error)) from None
        return self._answer()

    def under(self, deadline: Deadline) -> None:
        """Come under the deadline of another mail."""
        deadline.watch(self._smtp.sock)

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

    def _command(self, *words: str) -> SmtpReply:
        try:
            self._smtp.putcmd(" ".join(words))
        except (smtplib.SMTPException, OSError):
            raise LostError(messages.CLOSED()) from None
        return self._answer()

    def _answer(self) -> SmtpReply:
        try:
            code, words = self._smtp.getreply()
        except smtplib.SMTPResponseException as error:
            return SmtpReply(-1, shown(error.smtp_error, secrets=self._secrets))
        except (smtplib.SMTPException, OSError) as error:
            raise LostError(how(error)) from None
        return SmtpReply(code, shown(words, secrets=self._secrets))

    def _socket(self) -> socket.socket:
        if self._smtp.sock is None:
            raise LostError(messages.CLOSED())
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


def how(error: Exception) -> str:
    """What went wrong, in few words."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return messages.NO_ANSWER()
    if isinstance(error, ssl.SSLCertVerificationError):
        return mail_said.NO_CERTIFICATE(why=shown(error.verify_message))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return messages.CLOSED()
    if isinstance(error, OSError) and error.strerror:
        return shown(refusal(error))
    return shown(str(error)) or type(error).__name__
