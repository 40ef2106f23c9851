"""The same trouble at most once an hour: what a poll of cron says again and again helps nobody.

For what keeps a poll from running at all (a faulty configuration, a database that cannot be used), so nothing
is kept in the database: a mark per configuration lies in the user's state folder (XDG base directories, or
``$STATE_DIRECTORY`` under systemd). Where none can be written, the trouble is said each time.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

SILENCE_S = 3600


def said_lately(place: str, text: str, *, now: datetime) -> bool:
    """Whether this was said of the place within the hour; if not, it counts as said now."""
    mark = _mark(place)
    if mark is None:
        return False
    digest, at = sha256(text.encode()).hexdigest(), int(now.timestamp())
    try:
        known, _, when = mark.read_text(encoding="utf-8").partition(" ")
        if known == digest and 0 <= at - int(when) < SILENCE_S:
            return True
    except (OSError, ValueError):
        pass
    with suppress(OSError):
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.write_text(f"{digest} {at}", encoding="utf-8")
    return False


def over(place: str) -> None:
    """The trouble of the place is over: the next one is said at once."""
    mark = _mark(place)
    if mark is not None:
        with suppress(OSError):
            mark.unlink()


def _mark(place: str) -> Path | None:
    folder = _folder()
    name = sha256(os.path.realpath(place).encode()).hexdigest()[:24]
    return None if folder is None else folder / f"{name}.said"


def _folder() -> Path | None:
    given = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if given:
        return Path(given)
    base = os.environ.get("XDG_STATE_HOME", "")
    if base and Path(base).is_absolute():
        return Path(base) / "b24sync"
    home = os.environ.get("HOME", "")
    return Path(home) / ".local" / "state" / "b24sync" if home else None
