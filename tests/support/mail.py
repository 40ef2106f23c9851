"""What the tests of mail share: a letter, and a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from b24sync.ports import Mail

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


class StillClock:
    """Always 12 March 2026, noon."""

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        return None


def outgoing(**changes: Any) -> Mail:
    """A letter to one client, changed as named."""
    values: dict[str, Any] = {
        "message_id": "<b24sync.17@example.ru>",
        "to": ("anna@client.ru",),
        "subject": "Счёт № 512",
        "text": "Здравствуйте!\n\nСчёт во вложении.\n",
        "html": "<p>Здравствуйте!</p>",
    }
    return Mail(**(values | changes))
