"""HTTP to the portal: the only user of requests, imported by the client on its first call.

One question decides what a failed write means: did anything leave this machine? Requests does not tell (its
ConnectionError covers both), so the connection class here raises :class:`NotSentError` for whatever goes
wrong while connecting, TLS and proxies included; everything later is a :class:`NoAnswerError`. Neither
carries an exception of requests with it, not even as hidden context: those hold the URL, and it the secret.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
import zlib
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, ProtocolError, ReadTimeoutError

from b24sync import __version__
from b24sync.deadline import Deadline
from b24sync.log import RedactingFilter, printable
from b24sync.portal.http_reply import (
    HttpReply,
    NoAnswerError,
    NotSentError,
    parse_date,
    parse_object,
    parse_seconds,
)
from b24sync.secrecy import scrub_json
from b24sync.words import Message
from b24sync.words import connection as said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from b24sync.clock import Clock
    from b24sync.portal.webhook import Webhook

_LARGEST_ANSWER = 16_000_000  # bytes, unpacked; a batch beyond it is made smaller
_IDLE_S = 5.0  # a connection idle for longer may be closed by the other end just when a write goes out
_CONNECT_S = 10.0
_BLOCK = 65_536
_now = threading.local()
"""The deadline of the request that this thread has in hand."""
_KNOWN: tuple[tuple[type[BaseException], Message], ...] = (
    (NameResolutionError, said.NO_NAME),
    (socket.gaierror, said.NO_NAME),
    (TimeoutError, said.SLOW_CONNECT),
    (ConnectionRefusedError, said.REFUSED),
)

# urllib3 logs the path of every request at DEBUG, and the path holds the secret.
logging.getLogger("urllib3.connectionpool").addFilter(RedactingFilter())


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched, or the answer instead of it."""

    status: int
    media_type: str
    content: bytes = field(repr=False)
    location: str = field(repr=False)
    too_large: bool = False


class Wire:
    """One session with the portal, with keep-alive, through the environment's proxies but for loopback."""

    def __init__(self, webhook: Webhook, *, clock: Clock, ca_file: str | None) -> None:
        self._webhook = webhook
        self._clock = clock
        self._verify: str | bool = ca_file or True
        self._used_at = clock.monotonic()
        self._session = requests.Session()
        self._session.trust_env = not webhook.loopback
        self._session.auth = _no_login
        self._session.headers.update(
            {
                "User-Agent": f"b24sync/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            }
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter())

    def post(self, method: str, params: Mapping[str, Any], *, timeout_s: float) -> HttpReply:
        """Call one REST method.

        Raises:
            NotSentError: No connection.
            NoAnswerError: Sent, no whole answer.
        """
        return self.asked(method, params, timeout_s=timeout_s)()

    def asked(self, method: str, params: Mapping[str, Any], *, timeout_s: float) -> Callable[[], HttpReply]:
        """Call one REST method as `post` does; what it gives reads the bytes that came."""
        data = scrub_json(json.dumps(params, ensure_ascii=False)).encode("utf-8", "replace")
        started = self._freshen()
        answer, raw, too_large = self._carry(
            lambda: self._session.post(
                self._webhook.address(method),
                data=data,
                headers={"Content-Type": "application/json"},
                timeout=(min(timeout_s, _CONNECT_S), timeout_s),
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            ),
            limit_bytes=_LARGEST_ANSWER,
            timeout_s=timeout_s,
        )
        if too_large:
            raise NoAnswerError(said.TOO_LARGE(most=_LARGEST_ANSWER // 1_000_000), slow=True)
        elapsed_s = self._clock.monotonic() - started
        return lambda: HttpReply(
            status=answer.status_code,
            content=parse_object(raw),
            elapsed_s=elapsed_s,
            date=parse_date(answer.headers.get("Date")),
            retry_after_s=parse_seconds(answer.headers.get("Retry-After")),
            moved_to=urlsplit(answer.headers.get("Location", "")).hostname or "",
        )

    def get(self, url: str, *, limit_bytes: int, timeout_s: float) -> Download:
        """Fetch what is behind ``url``, at most ``limit_bytes``.

        Raises:
            NotSentError: No connection.
            NoAnswerError: No whole answer.
        """
        self._freshen()
        answer, raw, too_large = self._carry(
            lambda: self._session.get(
                url,
                headers={"Accept": "*/*"},
                timeout=(min(timeout_s, _CONNECT_S), timeout_s),
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            ),
            limit_bytes=limit_bytes,
            timeout_s=timeout_s,
        )
        return Download(
            status=answer.status_code,
            media_type=answer.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            content=raw,
            location=answer.headers.get("Location", ""),
            too_large=too_large,
        )

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _carry(
        self, send: Callable[[], requests.Response], *, limit_bytes: int, timeout_s: float
    ) -> tuple[requests.Response, bytes, bool]:
        """Send and read; the response, its body, and whether the body was cut at ``limit_bytes``."""
        trouble: Exception
        answer = None
        deadline = Deadline(timeout_s + min(timeout_s, _CONNECT_S))
        _now.deadline = deadline
        try:
            with deadline:
                answer = send()
                raw, too_large = self._read(
                    answer, limit_bytes=limit_bytes, until=self._clock.monotonic() + timeout_s
                )
        except NotSentError as error:
            trouble = NotSentError(*error.args)
        except NoAnswerError as error:
            trouble = NoAnswerError(*error.args, slow=error.slow)
        except requests.RequestException as error:
            trouble = _of_requests(error)
        except (
            OSError,
            HTTPError,
            HTTPException,
        ) as error:  # requests lets some through, such as a missing ca_file
            trouble = NotSentError(_words(error)) if answer is None else NoAnswerError(_words(error))
        else:
            return answer, raw, too_large
        finally:
            if answer is not None:
                answer.close()
        if deadline.passed:  # it broke the connection, whatever that looks like from here
            sent = isinstance(trouble, NoAnswerError)
            trouble = NoAnswerError(said.TOO_SLOW(), slow=True) if sent else NotSentError(said.SLOW_CONNECT())
        raise trouble  # outside the handler: the exception of requests is not even its context

    def _read(self, answer: requests.Response, *, limit_bytes: int, until: float) -> tuple[bytes, bool]:
        """The body; a server that trickles does not get more time than one that hangs."""
        blocks: list[bytes] = []
        size = 0
        for block in _blocks(answer):
            blocks.append(block)
            size += len(block)
            if size > limit_bytes:
                return b"", True
            if self._clock.monotonic() > until:
                raise NoAnswerError(said.TOO_SLOW(), slow=True)
        return b"".join(blocks), False

    def _freshen(self) -> float:
        """Drop connections that have been idle for long; returns the monotonic time of now."""
        now = self._clock.monotonic()
        if now - self._used_at > _IDLE_S:
            self._session.close()
        self._used_at = now
        return now


def _blocks(answer: requests.Response) -> Iterator[bytes]:
    """The body as it was before it was packed, never more than a block at a time.

    Left to itself, the library unpacks whatever a block may hold, and some kilobytes may hold gigabytes.

    Raises:
        NoAnswerError: It did not come whole, or is packed in a way that was not asked for.
    """
    try:
        packed = answer.raw.stream(_BLOCK, decode_content=False)
        encoding = answer.headers.get("Content-Encoding", "").strip().lower()
        if encoding in {"", "identity"}:
            yield from packed
        elif encoding in {"gzip", "x-gzip", "deflate"}:
            yield from _unpacked(packed)
        else:
            raise NoAnswerError(said.PACKED(how=printable(encoding[:20])))
    except ReadTimeoutError:
        raise NoAnswerError(said.NO_ANSWER(), slow=True) from None
    except (ProtocolError, zlib.error):
        raise NoAnswerError(said.CUT_OFF()) from None


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as it begins
    for block in packed:
        rest = block
        while rest and not decoder.eof:
            yield decoder.decompress(rest, _BLOCK)
            rest = decoder.unconsumed_tail
    if not decoder.eof:
        raise NoAnswerError(said.CUT_OFF())


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from sending a login out of ~/.netrc to the portal."""
    return request


class _Connection(HTTPConnection):
    """A connection whose failures to connect say so, under the deadline of the request in hand."""

    def connect(self) -> None:
        _connect(super().connect)

    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())

    def putrequest(self, *arguments: Any, **options: Any) -> None:
        _watch_again(self.sock)
        super().putrequest(*arguments, **options)


class _SecureConnection(HTTPSConnection):
    """The same with TLS."""

    def connect(self) -> None:
        _connect(super().connect)

    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())

    def putrequest(self, *arguments: Any, **options: Any) -> None:
        _watch_again(self.sock)
        super().putrequest(*arguments, **options)


def _watched(sock: socket.socket) -> socket.socket:
    """A socket right after it was connected, before TLS."""
    _watch_again(sock)
    return sock


def _watch_again(sock: socket.socket | None) -> None:
    """A connection that is used again comes under the new request's deadline."""
    deadline = getattr(_now, "deadline", None)
    if deadline is not None:
        deadline.watch(sock)


def _connect(connect: Callable[[], None]) -> None:
    try:
        connect()
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        reason = _words(error)
    else:
        return
    raise NotSentError(reason)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """Requests' adapter with the connections above, direct or through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager


def _of_requests(error: requests.RequestException) -> NotSentError | NoAnswerError:
    """The trouble in our words; the error of requests goes no further."""
    if isinstance(
        error,
        requests.exceptions.ProxyError | requests.exceptions.InvalidURL | requests.exceptions.InvalidProxyURL,
    ):
        return NotSentError(said.BAD_PROXY())
    if isinstance(error, requests.Timeout):
        return NoAnswerError(said.NO_ANSWER(), slow=True)
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return NoAnswerError(said.CUT_OFF())
    if isinstance(error, requests.exceptions.SSLError):
        return NoAnswerError(said.TLS_BROKE())
    if "timed out" in str(error).lower():  # urllib3's read timeout while the body comes
        return NoAnswerError(said.NO_ANSWER(), slow=True)
    return NoAnswerError(said.CLOSED())


def _words(error: BaseException) -> str:
    """Why there is no connection, from the innermost cause, without addresses."""
    seen: BaseException | None = error
    while seen is not None:
        known = _known_words(seen)
        if known:
            return known
        inner = next((arg for arg in seen.args if isinstance(arg, BaseException)), None)
        seen = inner or seen.__cause__ or seen.__context__
    return said.NO_CONNECTION()


def _known_words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return said.UNTRUSTED(why=error.verify_message)
    if isinstance(error, ssl.SSLError):
        return said.NO_TLS(why=error.reason or "handshake")
    for kind, words in _KNOWN:
        if isinstance(error, kind):
            return words()
    return _words_of_system(error) if isinstance(error, OSError) else ""


def _words_of_system(error: OSError) -> str:
    if error.strerror:
        return error.strerror.lower()
    text = str(error)
    if "CA certificate" in text:
        return said.NO_CA_FILE()
    return said.PROXY_REFUSES() if text.startswith("Tunnel connection failed") else ""
