"""A real HTTP server on loopback that answers what a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "s3cr3tW0rd"
TIME = {
    "start": 1772442000.5,
    "finish": 1772442000.75,
    "duration": 0.25,
    "processing": 0.2,
    "date_start": "2026-03-02T12:00:00+03:00",
    "date_finish": "2026-03-02T12:00:00+03:00",
}


@dataclass
class Request:
    """What arrived."""

    verb: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def method(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def params(self) -> Any:
        return json.loads(self.raw)

    @property
    def commands(self) -> dict[str, str]:
        return dict(self.params["cmd"])


@dataclass
class Raw:
    """An answer of any bytes; ``announce`` lies about their length, ``wait_s`` keeps the client waiting."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    announce: int | None = None
    wait_s: float = 0.0
    stall_s: float = 0.0  # between the headers and the body


class Cut:
    """The connection is closed after the request was read, without an answer."""


def free_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def reply(status: int, content: Any, **headers: str) -> Raw:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Raw(status, json.dumps(content).encode(), {"Content-Type": "application/json", **names})


def error(status: int, code: Any, text: str = "some words", **more: Any) -> Raw:
    return reply(status, {"error": code, "error_description": text, **more})


def batch_reply(
    results: Any = (), errors: Any = (), times: Any = (), *, time_block: Mapping[str, Any] | None = None
) -> Raw:
    def php(part: Any) -> Any:
        return part or []

    inner = {
        "result": php(results),
        "result_error": php(errors),
        "result_total": [],
        "result_next": [],
        "result_time": php(times),
    }
    return reply(200, {"result": inner, "time": dict(TIME if time_block is None else time_block)})


def echo(request: Request) -> Raw:
    """Every command's result is the command; a call that goes alone gives its parameters."""
    if request.method == "batch":
        return batch_reply(request.commands)
    return reply(200, {"result": request.params, "time": TIME})


Answerer = Callable[[Request], Raw | Cut]


class ScriptedPortal:
    """The server; ``script`` says what the next requests get, ``otherwise`` what all later ones do."""

    def __init__(self, *, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.date: str | None = None  # the Date header, if not the machine's
        self.otherwise: Answerer = echo
        self._script: deque[Raw | Cut | Answerer] = deque()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.portal = self
        if wrap is not None:
            self._server.socket = wrap(self._server.socket)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/rest/1/{SECRET}/"

    def script(self, *answers: Raw | Cut | Answerer) -> None:
        self._script.extend(answers)

    def answer(self, request: Request) -> Raw | Cut:
        self.requests.append(request)
        chosen = self._script.popleft() if self._script else self.otherwise
        return chosen(request) if callable(chosen) else chosen

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    portal: ScriptedPortal

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.portal.connections += 1

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.server.portal.date or super().date_time_string(timestamp)

    def log_message(self, *args: Any) -> None:
        """Nothing on stderr."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.portal.answer(Request(self.command, self.path, dict(self.headers), raw))
        if isinstance(answer, Cut):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        time.sleep(answer.wait_s)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header(
            "Content-Length", str(len(answer.body) if answer.announce is None else answer.announce)
        )
        self.end_headers()
        time.sleep(answer.stall_s)
        self.wfile.write(answer.body)
        if answer.announce is not None:
            self.close_connection = True

    do_GET = do_POST
