"""Commands in processes of their own that begin with the program imported.

A server (`tests.support.warm_server`) imports the program once and forks for each command: a process with its
own pid, environment, folder, descriptors, signals and exit code, as the interpreter would start it, sooner.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.support.warm_server import MEASURED_BY

ROOT = Path(__file__).resolve().parents[2]
INTERPRETER = {"PYTHONUTF8": "1", "PYTHONWARNINGS": "error::ResourceWarning"}
"""What the interpreter of the server was told; a command that tells it else is started anew."""
COMMAND = "tests.support.warm_server:command"


class Process:
    """A forked command, as `subprocess.Popen` shows one.

    Attributes:
        pid: Its process id.
        stdout: What it prints, if that was asked for.
        stderr: What it complains of, likewise.
    """

    def __init__(self, words: Sequence[str], link: socket.socket, *pipes: IO[str] | None) -> None:
        self.args, self._link = list(words), link
        self.stdout, self.stderr = pipes
        self.returncode: int | None = None
        self._told = b""
        self.pid = int(self._line(None) or b"0")

    def _line(self, timeout: float | None) -> bytes | None:
        """The next line of the server, or nothing within the time (seconds)."""
        end = None if timeout is None else time.monotonic() + timeout
        while b"\n" not in self._told:
            self._link.settimeout(None if end is None else max(0.0, end - time.monotonic()))
            try:
                block = self._link.recv(64)
            except (TimeoutError, BlockingIOError):
                return None
            if not block:
                raise RuntimeError("the server of forked commands has ended")
            self._told += block
        line, _, self._told = self._told.partition(b"\n")
        return line

    def poll(self) -> int | None:
        """The exit code, if it has ended."""
        if self.returncode is None:
            self._ended(self._line(0))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: It goes on.
        """
        if self.returncode is None:
            self._ended(self._line(timeout))
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return self.returncode

    def _ended(self, line: bytes | None) -> None:
        if line is not None:
            self.returncode = int(line)
            self._link.close()

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it says until its end.

        Raises:
            subprocess.TimeoutExpired: It goes on.
        """
        end = None if timeout is None else time.monotonic() + timeout
        said: dict[IO[str] | None, list[bytes]] = {self.stdout: [], self.stderr: []}
        with selectors.DefaultSelector() as waiting:
            for pipe in said:
                if pipe is not None and not pipe.closed:
                    waiting.register(pipe, selectors.EVENT_READ)
            while waiting.get_map():
                ready = waiting.select(None if end is None else max(0.0, end - time.monotonic()))
                if not ready:
                    raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
                for key, _ in ready:
                    block = os.read(key.fd, 65536)
                    said[key.fileobj].append(block)  # type: ignore[index]
                    if not block:
                        waiting.unregister(key.fileobj)
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        self._close()
        out, err = (b"".join(said[pipe]).decode() for pipe in (self.stdout, self.stderr))
        return out, err

    def __del__(self) -> None:
        """What a test has killed and let go leaves nothing open behind, to be found in another test."""
        self._close()
        self._link.close()

    def _close(self) -> None:
        for pipe in (self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self.wait()


class Server:
    """The side of the tests: asks for commands."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "PYTHON"))
        }
        path = {name: value for name, value in os.environ.items() if name == "PYTHONPATH"}
        config = os.environ.get("COVERAGE_PROCESS_CONFIG")
        measuring = {MEASURED_BY: config} if config else {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm_server", str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**kept, **path, **INTERPRETER, **measuring},
        )
        theirs.close()

    def start(
        self,
        words: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | str = ROOT,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
        target: str = COMMAND,
        given: Mapping[str, Any] | None = None,
    ) -> Process:
        """Begin a command.

        Args:
            words: ``sys.argv``.
            env: All its variables.
            cwd: Its folder.
            stdin: A descriptor; without one there is nothing to read.
            stdout: A descriptor; without one the process has a pipe.
            stderr: Likewise.
            target: The function that it runs, ``module:name``.
            given: The function's arguments by name.
        """
        ours, theirs = socket.socketpair()
        asked = {
            "words": list(words),
            "env": dict(env),
            "cwd": str(cwd),
            "target": target,
            "given": given or {},
        }
        pipes: list[IO[str] | None] = []
        handed: list[int] = []
        opened: list[int] = []
        for wanted in (stdout, stderr):
            if wanted is not None:
                pipes.append(None)
                handed.append(wanted)
                continue
            reading, writing = os.pipe()
            pipes.append(os.fdopen(reading, encoding="utf-8"))
            handed.append(writing)
            opened.append(writing)
        if stdin is None:
            stdin = os.open(os.devnull, os.O_RDONLY)
            opened.append(stdin)
        try:
            socket.send_fds(self._channel, [b"."], [theirs.fileno()])
            socket.send_fds(ours, [f"{json.dumps(asked)}\n".encode()], [stdin, *handed])
        finally:
            theirs.close()
            for descriptor in opened:
                os.close(descriptor)
        return Process(words, ours, *pipes)

    def run(
        self,
        words: Sequence[str],
        *,
        env: Mapping[str, str],
        stdin: str = "",
        timeout: float = 60,
        **how: Any,
    ) -> tuple[int, str, str]:
        """Run a command to its end: its code and what it said.

        Raises:
            subprocess.TimeoutExpired: It did not end in time, and was killed.
        """
        with (
            tempfile.TemporaryFile() as source,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            source.write(stdin.encode())
            source.seek(0)
            descriptors = {"stdin": source.fileno(), "stdout": out.fileno(), "stderr": err.fileno()}
            process = self.start(words, env=env, **{**descriptors, **how})
            try:
                code = process.wait(timeout)
            except BaseException:
                process.kill()
                process.wait()
                raise
            out.seek(0)
            err.seek(0)
            return code, out.read().decode(), err.read().decode()

    def close(self) -> None:
        """End it, and what it began."""
        self._channel.close()
        self._process.wait(10)


@functools.cache
def server() -> Server:
    """The server of this process, begun when first asked for."""
    made = Server()
    atexit.register(made.close)
    return made


def can_fork(env: Mapping[str, str]) -> bool:
    """Whether a command with these variables is the same when forked: its interpreter is told the same."""
    told = {name: value for name, value in env.items() if name.startswith("PYTHON") and name != "PYTHONPATH"}
    return told == INTERPRETER
