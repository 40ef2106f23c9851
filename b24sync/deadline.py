"""A wall-clock deadline for what is said over a socket, also with a server that trickles a byte a second.

The timeouts of sockets begin anew with every byte, so a slow enough server would hold a poll for ever
(contract.md G14).
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class Deadline:
    """While it is entered, the connections that it watches are broken when the time is over.

    Attributes:
        passed: Whether it came to that.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._timer = threading.Timer(max(seconds, 0.01), self._break)
        self._timer.daemon = True

    def watch(self, sock: socket.socket | None) -> None:
        """Break this connection, too. Its descriptor is doubled, as TLS takes the first one over."""
        if sock is None or sock.fileno() < 0:
            return
        with self._lock:
            self._handles.append(sock.dup() if not hasattr(sock, "context") else _doubled(sock))
            if self.passed:
                self._shut()

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()

    def _break(self) -> None:
        with self._lock:
            self.passed = True
            self._shut()

    def _shut(self) -> None:
        for handle in self._handles:
            with contextlib.suppress(OSError):  # it is closed already, which is what is wanted
                handle.shutdown(socket.SHUT_RDWR)


def _doubled(sock: socket.socket) -> socket.socket:
    """The plain socket below a TLS one."""
    return socket.socket(sock.family, sock.type, sock.proto, fileno=socket.dup(sock.fileno()))
