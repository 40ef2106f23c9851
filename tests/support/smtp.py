"""A real mail server on the loopback for tests: aiosmtpd with TLS, login and faults at every phase.

    with SmtpServer(security="starttls", user="billing", password="secret", fail={"rcpt": "450 later"}) as
    server:
        ...server.host, server.port, server.ca_file; server.messages

Faults by phase: ``connect``, ``ehlo``, ``starttls``, ``auth``, ``mail``, ``rcpt``, ``data`` (instead of the
354), ``before_data`` (the same for ``drop`` and ``hang``), ``in_data`` (after the first bytes),
``after_data`` (after the final dot). A fault is the words to say (``"450 4.2.0 later"``), ``"drop"`` (break
the connection), ``"hang"`` (say nothing more), None (behave), a dict by recipient (``rcpt`` only), or a
list of those, used up one a time. A mail whose final dot arrived is in ``arrived`` whatever was answered;
``messages`` holds those answered with 250.
"""

# ruff: noqa: N802 - the names of aiosmtpd

from __future__ import annotations

import asyncio
import hmac
import ssl
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass(frozen=True)
class Received:
    """A mail that the server got: its envelope and its text."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.octets, policy=default)


@dataclass
class SmtpServer:
    """See the module.

    Attributes:
        cert_for: Another name for the certificate.
        mechanisms: Ways to log in that are offered.
        sessions: Connections so far.
        commands: The phases that clients went through.
    """

    security: str = "none"
    user: str = ""
    password: str = ""
    fail: Mapping[str, Any] = field(default_factory=dict)
    cert_for: str = ""
    size_limit: int = 33_554_432
    mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN")
    host: str = "localhost"
    port: int = 0
    ca_file: str = ""
    sessions: int = 0
    messages: list[Received] = field(default_factory=list)
    arrived: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.reload()
        self._folder = tempfile.TemporaryDirectory()
        self._context = self._certified() if self.security != "none" else None
        self._open: set[_Session] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        started = threading.Event()
        self._loop.call_soon(started.set)
        self._thread.start()
        started.wait(5)
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        self._folder.cleanup()

    def reload(self) -> None:
        """Take the faults that ``fail`` holds now."""
        self._faults = {
            phase: list(fault) if isinstance(fault, list) else fault for phase, fault in self.fail.items()
        }

    def drop_connections(self) -> None:
        """Break all connections, as a server does with idle ones."""
        asyncio.run_coroutine_threadsafe(self._abort_all(), self._loop).result(5)

    def next_fault(self, phase: str, recipient: str = "") -> str | None:
        """The fault due at this phase now."""
        fault = self._faults.get(phase)
        if isinstance(fault, list):
            fault = fault.pop(0) if fault else None
        return fault.get(recipient) if isinstance(fault, Mapping) else fault

    def _certified(self) -> ssl.SSLContext:
        authority = trustme.CA()
        self.ca_file = str(Path(self._folder.name) / "ca.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(
            *([self.cert_for] if self.cert_for else ["localhost", "127.0.0.1"])
        ).configure_cert(context)
        return context

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        context = self._context if self.security == "tls" else None
        self._server = await self._loop.create_server(lambda: _Session(self), "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _abort_all(self) -> None:
        for session in list(self._open):
            session.abort()
        await asyncio.sleep(0.05)

    async def _stop(self) -> None:
        self._server.close()
        await self._abort_all()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Session(SMTP):
    """One connection, which asks the server for faults before each phase."""

    def __init__(self, server: SmtpServer) -> None:
        self._b24 = server
        super().__init__(
            _Handler(server),
            loop=server._loop,
            hostname="mx.example.test",
            tls_context=server._context if server.security == "starttls" else None,
            require_starttls=server.security == "starttls",
            auth_require_tls=server.security == "starttls",
            auth_required=False,
            auth_exclude_mechanism=[
                name for name in ("PLAIN", "LOGIN", "CRAM-MD5") if name not in server.mechanisms
            ],
            authenticator=self._judged,
            data_size_limit=server.size_limit,
            timeout=60,
        )

    def _judged(
        self, smtp: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right = (data.login, data.password) == (self._b24.user.encode(), self._b24.password.encode())
        return AuthResult(success=right, handled=False, auth_data=data.login)

    async def auth_CRAM__MD5(self, smtp: SMTP, args: list[str]) -> AuthResult:
        challenge = b"<17@mx.example.test>"
        answer = await self.challenge_auth(challenge)
        right = hmac.new(self._b24.password.encode(), challenge, "md5").hexdigest()
        success = answer == f"{self._b24.user} {right}".encode()
        return AuthResult(success=success, handled=False, auth_data=self._b24.user)

    def abort(self) -> None:
        transport = self._original_transport or self.transport
        if transport is not None:
            transport.abort()

    async def _handle_client(self) -> None:
        self._b24.sessions += 1
        self._b24._open.add(self)
        try:
            if not await self.fails("connect"):
                await super()._handle_client()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._b24._open.discard(self)
            if self.transport is not None:
                self.transport.close()

    async def fails(self, phase: str, recipient: str = "") -> bool:
        """Act out a fault; returns whether there was one that was answered."""
        self._b24.commands.append(phase)
        fault = self._b24.next_fault(phase, recipient)
        if fault is None:
            return False
        if fault == "drop":
            self.abort()
        if fault in {"drop", "hang"}:
            await asyncio.get_running_loop().create_future()
        await self.push(fault.encode() if isinstance(fault, str) else fault)
        if phase == "connect" or fault[:3] == "421":
            self.transport.close()
        return True

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self.fails("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self.fails("ehlo"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self.fails("starttls"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self.fails("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str) -> None:
        if self._b24.user and not self.session.authenticated:
            await self.push("530 5.7.0 Authentication required")
        elif not await self.fails("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        if not await self.fails("rcpt", arg.partition("<")[2].rstrip("> ")):
            await super().smtp_RCPT(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if not await self.fails("rset"):
            await super().smtp_RSET(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self.fails("data") or await self.fails("before_data"):
            return
        fault = self._b24.next_fault("in_data")
        if fault is None:
            await super().smtp_DATA(arg)
            return
        await self.push("354 go on")
        await self._reader.read(1000)
        if fault not in {"drop", "hang"}:
            await self.push(fault)
            self.transport.close()
            return
        if fault == "drop":
            self.abort()
        await asyncio.get_running_loop().create_future()


class _Handler:
    """Keeps what arrives."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_DATA(self, smtp: _Session, session: Session, envelope: Envelope) -> str:
        received = Received(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content)
        self._server.arrived.append(received)
        smtp._b24.commands.append("after_data")
        fault = self._server.next_fault("after_data")
        if fault in {"drop", "hang"}:
            if fault == "drop":
                smtp.abort()
            await asyncio.get_running_loop().create_future()
        if fault is not None:
            return fault
        self._server.messages.append(received)
        return "250 2.0.0 OK queued as 4711"
