"""What can go wrong with a text or a condition of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from b24sync.errors import B24SyncError

if TYPE_CHECKING:
    from b24sync.words import Both


class TextError(B24SyncError):
    """A text or a condition cannot be read or evaluated; the message says why in plain words.

    Attributes:
        told: The same in both languages.
    """

    def __init__(self, told: Both) -> None:
        super().__init__(told.said())
        self.told = told
