"""What goes back to a client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class MethodReply:
    """What goes back over the wire: a JSON envelope or a raw body.

    Attributes:
        status: HTTP status.
        body: The envelope; ``None`` if ``raw`` is sent.
        raw: A body that is no envelope (HTML, a file).
        kind: The content type of ``raw``.
        truncated: The body is cut in half.
        delay_s: Seconds to wait before answering.
    """

    status: int
    body: dict[str, Any] | None = None
    raw: bytes = b""
    kind: str = "text/html; charset=UTF-8"
    truncated: bool = False
    delay_s: float = 0.0
