"""What can go wrong with a text or a condition of the configuration."""

from __future__ import annotations

from b24sync.errors import B24SyncError


class TextError(B24SyncError):
    """A text or a condition cannot be read or evaluated; the message says why in plain words."""
