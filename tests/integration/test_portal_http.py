"""TLS, proxies, downloads and redirects, against real servers on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from b24sync.errors import CredentialsError, NotFoundError, PermanentError, TransientError, UntriedError
from b24sync.portal.client import PortalClient
from b24sync.portal.http import Wire
from b24sync.portal.pacing import MemoryBucket
from b24sync.portal.webhook import Webhook
from b24sync.ports import Call
from tests.support.scripted_portal import SECRET, Cut, Raw, Request, ScriptedPortal, error, free_port, reply
from tests.support.stepping_clock import SteppingClock

PDF = Raw(200, b"%PDF-1.7 ...", {"Content-Type": "application/pdf"})
CALL = Call("server.time")


@pytest.fixture
def portal() -> Iterator[ScriptedPortal]:
    portal = ScriptedPortal()
    yield portal
    portal.close()


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def make(clock: SteppingClock) -> Iterator[Callable[..., PortalClient]]:
    made: list[PortalClient] = []

    def _make(url: str, **options: object) -> PortalClient:
        options = {"clock": clock, "bucket": MemoryBucket(None), "budget_s": 1.0, **options}
        made.append(PortalClient(Webhook.parse(url), **options))  # type: ignore[arg-type]
        return made[-1]

    yield _make
    for client in made:
        client.close()


@pytest.fixture
def client(make: Callable[..., PortalClient], portal: ScriptedPortal) -> PortalClient:
    return make(portal.url)


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[ScriptedPortal]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    portal = ScriptedPortal(
        wrap=lambda plain: context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
    )
    yield portal
    portal.close()


def test_a_self_hosted_portal_is_trusted_by_its_own_authority(
    secure: ScriptedPortal, authority: trustme.CA, tmp_path: Path, make: Callable[..., PortalClient]
) -> None:
    ca_file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(ca_file)
    client = make(f"https://localhost:{secure.port}/rest/1/{SECRET}/", ca_file=str(ca_file))
    assert client.read([CALL])[0].value() == "server.time"


def test_an_untrusted_certificate_sends_nothing(
    secure: ScriptedPortal, make: Callable[..., PortalClient]
) -> None:
    client = make(f"https://localhost:{secure.port}/rest/1/{SECRET}/")
    with pytest.raises(TransientError, match="certificate is not trusted"):
        client.read([CALL])
    (answer,) = client.write([CALL])
    assert isinstance(answer.error, UntriedError)
    assert secure.requests == []
    assert client.requests == 0


def test_a_certificate_of_another_host_sends_nothing(
    authority: trustme.CA, tmp_path: Path, make: Callable[..., PortalClient]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example").configure_cert(context)
    other = ScriptedPortal(
        wrap=lambda plain: context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
    )
    ca_file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(ca_file)
    try:
        client = make(f"https://localhost:{other.port}/rest/1/{SECRET}/", ca_file=str(ca_file))
        with pytest.raises(TransientError, match="certificate is not trusted"):
            client.read([CALL])
        assert other.requests == []
    finally:
        other.close()


def test_a_broken_handshake_is_certain_to_have_no_effect(
    portal: ScriptedPortal, make: Callable[..., PortalClient]
) -> None:
    client = make(f"https://localhost:{portal.port}/rest/1/{SECRET}/")  # speaks plain HTTP
    (answer,) = client.write([CALL])
    assert isinstance(answer.error, UntriedError)
    assert "TLS failed" in str(answer.error)


def test_a_missing_authority_file_says_so(make: Callable[..., PortalClient]) -> None:
    client = make(f"https://localhost:{free_port()}/rest/1/{SECRET}/", ca_file="/no/such/file.pem")
    with pytest.raises(TransientError, match="ca_file cannot be read"):
        client.read([CALL])


# Proxies and logins


def test_loopback_is_never_asked_through_a_proxy(
    client: PortalClient, portal: ScriptedPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert client.read([CALL])[0].error is None


class RefusingProxy:
    """Answers every CONNECT with 407 and keeps what was asked."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with connection:
                self.seen.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


def test_a_proxy_of_the_environment_is_used_and_its_refusal_sends_nothing(
    make: Callable[..., PortalClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = RefusingProxy()
    try:
        monkeypatch.setenv("https_proxy", f"http://me:proxypass@127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        client = make(f"https://b24.example/rest/1/{SECRET}/", budget_s=0)
        (answer,) = client.write([CALL])
    finally:
        proxy.close()
    assert isinstance(answer.error, UntriedError)
    assert "b24.example cannot be reached: the proxy refuses the connection" in str(answer.error)
    assert proxy.seen[0].startswith(b"CONNECT b24.example:443")
    assert "proxypass" not in str(answer.error)


def test_a_login_of_netrc_is_not_sent(
    make: Callable[..., PortalClient], portal: ScriptedPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password mine\ndefault login me password mine\n", "utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    make(portal.url).read([CALL])
    assert "Authorization" not in portal.requests[0].headers


def test_compressed_answers_are_read(client: PortalClient, portal: ScriptedPortal) -> None:
    import gzip

    packed = gzip.compress(b'{"result": {"result": {"c0": "zipped"}}}')
    portal.script(Raw(200, packed, {"Content-Encoding": "gzip"}))
    assert client.read([CALL])[0].value() == "zipped"
    assert "gzip" in portal.requests[0].headers["Accept-Encoding"]


def test_a_broken_compression_is_no_answer(make: Callable[..., PortalClient], portal: ScriptedPortal) -> None:
    portal.script(Raw(200, b"not zipped", {"Content-Encoding": "gzip"}))
    assert make(portal.url, budget_s=5).read([CALL])[0].value() == "server.time"


def test_a_closed_client_opens_again(client: PortalClient, portal: ScriptedPortal) -> None:
    client.close()
    client.read([CALL])
    client.close()
    client.read([CALL])
    assert portal.connections == 2


# Downloads


def link(
    portal: ScriptedPortal, path: str = f"/rest/1/{SECRET}/documentgenerator/download/?token=abc%7Cdef"
) -> str:
    return f"http://127.0.0.1:{portal.port}{path}"


def test_a_file_is_fetched_with_its_token(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(PDF)
    assert client.download(link(portal), limit_bytes=1000) == PDF.body
    assert portal.requests[0].verb == "GET"
    assert portal.requests[0].path == f"/rest/1/{SECRET}/documentgenerator/download/?token=abc%7Cdef"
    assert portal.requests[0].headers["User-Agent"].startswith("b24sync/")
    assert client.requests == 1


def test_a_relative_link_and_one_with_another_scheme_lead_to_the_portal(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(PDF, PDF)
    assert client.download("/bitrix/file?x=1", limit_bytes=1000) == PDF.body
    assert client.download("https://127.0.0.1/bitrix/file?x=2", limit_bytes=1000) == PDF.body
    assert [request.path for request in portal.requests] == ["/bitrix/file?x=1", "/bitrix/file?x=2"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/rest/1/x/file",
        "//evil.example/file",
        "https://127.0.0.1@evil.example/file",
        "https://me:pass@127.0.0.1/file",
        "file:///etc/passwd",
        "ftp://127.0.0.1/file",
        "https://[broken/file",
    ],
)
def test_a_link_to_elsewhere_is_not_followed(url: str, client: PortalClient, portal: ScriptedPortal) -> None:
    with pytest.raises(PermanentError, match="elsewhere"):
        client.download(url, limit_bytes=1000)
    assert portal.requests == []


def test_a_redirect_within_the_portal_is_followed_and_to_elsewhere_is_not(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(Raw(302, b"", {"Location": "/upload/file.pdf"}), PDF)
    assert client.download(link(portal), limit_bytes=1000) == PDF.body
    portal.script(Raw(302, b"", {"Location": "https://evil.example/file.pdf"}))
    with pytest.raises(PermanentError, match="elsewhere"):
        client.download(link(portal), limit_bytes=1000)
    portal.otherwise = lambda _: Raw(302, b"", {"Location": "/again"})
    with pytest.raises(PermanentError, match="without end"):
        client.download(link(portal), limit_bytes=1000)


def test_a_file_that_is_too_large_is_refused_while_it_comes(
    client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.script(Raw(200, b"x" * 300_000, {"Content-Type": "application/pdf"}))
    with pytest.raises(PermanentError, match="larger than 1000 bytes"):
        client.download(link(portal), limit_bytes=1000)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(400, "NOT_FOUND"), NotFoundError),
        (error(200, "0", "Document not found"), PermanentError),
        (error(403, "ACCESS_DENIED"), PermanentError),
        (error(401, "NO_AUTH_FOUND"), CredentialsError),
        (Raw(200, b"<html>login</html>", {"Content-Type": "text/html; charset=utf-8"}), TransientError),
        (Raw(404, b"<html>nginx</html>", {"Content-Type": "text/html"}), TransientError),
        (Raw(500, b""), TransientError),
        (Raw(200, b"%PDF", {"Content-Type": "application/pdf"}, announce=900), TransientError),
        (Cut(), TransientError),
    ],
)
def test_an_answer_that_is_no_file_is_an_error(
    answer: Raw | Cut, kind: type, client: PortalClient, portal: ScriptedPortal
) -> None:
    portal.otherwise = lambda _: answer
    with pytest.raises(kind) as caught:
        client.download(link(portal), limit_bytes=1000)
    assert type(caught.value) is kind


def test_a_download_is_repeated_as_a_read_is(
    make: Callable[..., PortalClient], portal: ScriptedPortal
) -> None:
    portal.script(Cut(), error(503, "QUERY_LIMIT_EXCEEDED"), PDF)
    assert make(portal.url, budget_s=20).download(link(portal), limit_bytes=1000) == PDF.body


def test_a_file_that_happens_to_be_json_is_a_file(client: PortalClient, portal: ScriptedPortal) -> None:
    portal.script(reply(200, {"rows": []}))
    assert client.download(link(portal), limit_bytes=1000) == b'{"rows": []}'


def test_a_server_that_trickles_gets_no_more_time_than_one_that_hangs() -> None:
    class Trickle:
        """One byte a tenth of a second."""

        def __init__(self) -> None:
            self._server = socket.create_server(("127.0.0.1", 0))
            self.port = self._server.getsockname()[1]
            self._thread = threading.Thread(target=self._serve)
            self._thread.start()

        def _serve(self) -> None:
            connection, _ = self._server.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            try:
                while True:
                    connection.sendall(b"x" * 70_000)
            except OSError:
                connection.close()
                self._server.close()

        def join(self) -> None:
            self._thread.join()

    class Racing(SteppingClock):
        """A second passes at every look."""

        def monotonic(self) -> float:
            self.step(1)
            return super().monotonic()

    from b24sync.portal.http_reply import NoAnswerError

    server = Trickle()
    wire = Wire(
        Webhook.parse(f"http://127.0.0.1:{server.port}/rest/1/{SECRET}/"), clock=Racing(), ca_file=None
    )
    with pytest.raises(NoAnswerError, match="too slowly") as caught:
        wire.post("server.time", {}, timeout_s=30)
    assert caught.value.slow
    wire.close()
    server.join()


def test_requests_carry_the_path_prefix_of_a_self_hosted_portal(
    make: Callable[..., PortalClient], portal: ScriptedPortal
) -> None:
    seen: list[Request] = portal.requests
    make(f"http://127.0.0.1:{portal.port}/crm/rest/1/{SECRET}/").read([CALL])
    assert seen[0].path == f"/crm/rest/1/{SECRET}/batch"
