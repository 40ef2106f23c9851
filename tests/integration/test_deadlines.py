"""Every request ends by the clock on the wall, also with a server that trickles, and takes bounded memory."""

from __future__ import annotations

import resource
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from b24sync.clock import SystemClock
from b24sync.domain.addresses import parse_address
from b24sync.errors import MailPermanentError, MailTransientError, PortalError
from b24sync.mail.smtp import SmtpMailer
from b24sync.portal.client import PortalClient
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from tests.support.mail import StillClock, outgoing

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Trickler:
    """A server that sends some bytes at once and then a few every 50 ms, as long as anyone reads."""

    def __init__(self, at_once: bytes, then: bytes, *, speaks_first: bool = False) -> None:
        self._at_once, self._then, self._speaks_first = at_once, then, speaks_first
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with closing(connection):
            try:
                if not self._speaks_first:
                    connection.recv(65_536)
                connection.sendall(self._at_once)
                while not self._stopped.wait(0.05):
                    connection.sendall(self._then)
            except OSError:
                return

    def stop(self) -> None:
        self._stopped.set()
        self._listener.close()


@pytest.fixture
def trickler() -> Iterator[Callable[[bytes, bytes], PortalClient]]:
    """Makes a client of a trickling server."""
    servers, clients = [], []

    def make(at_once: bytes, then: bytes) -> PortalClient:
        server = Trickler(at_once, then)
        servers.append(server)
        webhook = Webhook.parse(f"http://127.0.0.1:{server.port}/rest/1/secretsecret/")
        clients.append(
            PortalClient(webhook, clock=SystemClock(), bucket=MemoryBucket(None), timeout_s=1, budget_s=0)
        )
        return clients[-1]

    yield make
    for client in clients:
        client.close()
    for server in servers:
        server.stop()


@pytest.mark.parametrize(
    ("at_once", "then"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"Content-Length: 1000000\r\n\r\n", b"{"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"),
    ],
    ids=["status line", "a header", "headers without end", "100-continue", "body", "chunks"],
)
def test_a_server_that_trickles_gets_no_more_time_than_one_that_hangs(trickler, at_once, then) -> None:
    client = trickler(at_once, then)
    begun = time.monotonic()
    with pytest.raises(PortalError):
        client.read([Call("server.time")])
    (answer,) = client.write([Call("im.notify.system.add", {"USER_ID": 1})])
    assert answer.error is not None
    assert time.monotonic() - begun < 30  # without a deadline it would never end


@pytest.mark.parametrize("at_once", [b"", b"220 ready\r\n250-here\r\n"], ids=["banner", "EHLO"])
@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_mail_server_that_trickles_gets_no_more_time_either(at_once: bytes, security: str) -> None:
    server = Trickler(at_once, b"2", speaks_first=True)
    transport = SmtpMailer(
        host="localhost",
        port=server.port,
        security=security,
        user="",
        password=lambda: "",
        from_="billing@example.ru",
        clock=StillClock(),
        timeout_s=0.4,
        answer_timeout_s=0.4,
    )
    begun = time.monotonic()
    try:
        with pytest.raises(MailTransientError):
            transport.send(outgoing())
    finally:
        transport.close()
        server.stop()
    assert time.monotonic() - begun < 30


def test_a_packed_answer_takes_bounded_memory(trickler) -> None:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(150)) + packer.flush()
    answer = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    client = trickler(answer, b" ")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PortalError, match="16 MB"):
        client.read([Call("server.time")])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB


@pytest.mark.parametrize(
    "text", ["a<" + " " * 2_200, '"' * 3_000, "a" * 100_000, "<" * 50_000, "a<" + " " * 590]
)
def test_reading_an_address_takes_no_time_worth_mentioning(text) -> None:
    begun = time.process_time()
    with pytest.raises(MailPermanentError):
        parse_address(text)
    assert time.process_time() - begun < 2  # it took 6 s and more
