"""The portal over HTTP: keep-alive, JSON and form bodies, and the faults that only a socket can have."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from .envelope import ConnectionCutError, Refusal, general_error
from .method_reply import MethodReply
from .php import as_map, parse_str, to_int
from .stand_in import Sandbox
from .v3 import call_v3


class SandboxServer:
    """The portal behind an address on this machine.

    Args:
        portal: The portal.
        port: 0 takes any free one.
        tls: Serve HTTPS with this context.
    """

    def __init__(self, portal: Sandbox, port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        self.portal = portal
        self._http = _Server(("127.0.0.1", port), portal)
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._scheme = "https" if tls is not None else "http"
        self.port = int(self._http.server_address[1])
        portal.base_url = f"{self._scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def webhook(self) -> str:
        """The address of the webhook, with its secret."""
        settings = self.portal.settings
        return f"{self.portal.base_url}/rest/{settings.owner_id}/{settings.secret}/"

    def start(self) -> SandboxServer:
        """Begin to serve in a thread."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close every connection."""
        self._http.shutdown()
        self._http.server_close()
        self._http.close_connections()
        self._thread.join()

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], portal: Sandbox) -> None:
        self.portal = portal
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, _Connection)

    def verify_request(self, request: Any, _client_address: Any) -> bool:
        with self._guard:
            self._open.add(request)
        return not self.portal.down

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Cut what is still open (idle keep-alive connections)."""
        with self._guard:
            left = list(self._open)
        for connection in left:
            _shut(connection)

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, ConnectionError | ssl.SSLError | TimeoutError):
            traceback.print_exc(file=sys.stderr)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    _headers_buffer: list[bytes]
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_GET(self) -> None:
        self._serve(b"")

    def _serve(self, body: bytes) -> None:
        portal = self.server.portal
        if portal.down:
            self._cut()
            return
        path, _, query = self.path.partition("?")
        params = parse_str(query) | self._body(body)
        method, refusal = self._method(path)
        if path.startswith("/rest/api/"):
            self._reply(call_v3(portal, path, params))
            return
        try:
            if method is None:
                self._send(404, b"<html><body>404 Not Found</body></html>", "text/html; charset=UTF-8")
            else:
                self._reply(portal.handle(method, params, refusal))
        except ConnectionCutError:
            self._cut()

    def _body(self, body: bytes) -> dict[str, Any]:
        """Parameters of the body: a form, or JSON; what is neither is no error but nothing."""
        if not body:
            return {}
        kind = self.headers.get("Content-Type", "")
        if "x-www-form-urlencoded" in kind:
            form = parse_str(body.decode("utf-8", "replace"))
            if form and not body.lstrip().startswith(b"{"):
                return form
        try:
            return as_map(json.loads(body))
        except ValueError:
            return {}

    def _method(self, path: str) -> tuple[str | None, Refusal | None]:
        """The method of an address and, if it is not open to the caller, the refusal."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if not parts or parts[0] != "rest" or len(parts) < 2:
            return None, None
        if len(parts) == 2:
            return parts[1], general_error("NO_AUTH_FOUND")
        if len(parts) != 4:
            return None, None
        settings = self.server.portal.settings
        if (to_int(parts[1]), parts[2]) != (settings.owner_id, settings.secret):
            return parts[3], general_error("INVALID_CREDENTIALS")
        return parts[3], None

    def _reply(self, reply: MethodReply) -> None:
        if reply.delay_s:
            time.sleep(reply.delay_s)
        if reply.body is None:
            self._send(reply.status, reply.raw, reply.kind)
            return
        body = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode()
        if reply.truncated:
            body = body[: len(body) // 2]
        self._send(reply.status, body, "application/json; charset=utf-8")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response_only(status)
        self.send_header("Server", "nginx")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self._end_headers_with(body)

    def _end_headers_with(self, body: bytes) -> None:
        # One piece: two small writes would cost a round trip.
        self._headers_buffer.append(b"\r\n")
        head = b"".join(self._headers_buffer)
        self._headers_buffer = []
        self.wfile.write(head + body)

    def _cut(self) -> None:
        self.close_connection = True
        _shut(self.connection)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the address holds the secret."""


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed already
