"""The log of requests, for tests that count them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

KEPT = 20_000


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One HTTP request (or direct call).

    Attributes:
        method: As it was called, without the suffix.
        at: Portal time.
        commands: Methods of the batch's commands; for any other method the method itself.
        status: HTTP status; 0 if the connection was cut without an answer.
        params: Parameters as received.
    """

    method: str
    at: datetime
    commands: tuple[str, ...]
    status: int
    params: dict[str, Any]


class Requests:
    """The newest requests, and the count of all since the last ``clear``."""

    def __init__(self) -> None:
        self._kept: deque[RequestRecord] = deque(maxlen=KEPT)
        self.count = 0

    def add(self, record: RequestRecord) -> None:
        """Note a request."""
        self._kept.append(record)
        self.count += 1

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self.count = 0

    def methods(self) -> list[str]:
        """Names of all commands, those of batches one by one."""
        return [command for record in list(self._kept) for command in record.commands]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[RequestRecord]:
        return iter(list(self._kept))

    @overload
    def __getitem__(self, place: int) -> RequestRecord: ...
    @overload
    def __getitem__(self, place: slice) -> list[RequestRecord]: ...
    def __getitem__(self, place: int | slice) -> RequestRecord | list[RequestRecord]:
        return list(self._kept)[place]
