"""A request that is under way while its asker does something else."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from b24sync.portal.http_reply import HttpReply


class Ahead:
    """A reading request that was sent before its answer is wanted.

    The thread does nothing but this one exchange, and is let go of with the process. Its answer stays the
    bytes that came until it is wanted: read, it takes many times their memory.

    Attributes:
        method, params: What was asked.
    """

    def __init__(
        self, method: str, params: Mapping[str, Any], send: Callable[[], Callable[[], HttpReply]]
    ) -> None:
        self.method, self.params = method, params
        self._read: Callable[[], HttpReply] | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(send,), name="ahead", daemon=True)
        self._thread.start()

    def _run(self, send: Callable[[], Callable[[], HttpReply]]) -> None:
        try:
            self._read = send()
        except BaseException as error:  # noqa: BLE001 - raised where the answer is wanted
            self._error = error

    def reply(self) -> HttpReply:
        """The answer, once it is there.

        Raises:
            NotSentError: No connection.
            NoAnswerError: Sent, no whole answer.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        if self._read is None:
            raise RuntimeError("a request ended without answer and error")
        return self._read()
