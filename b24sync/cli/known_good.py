"""Loading a configuration without compiling its texts again if they are known to be good.

Jinja2 costs an idle poll 30 ms.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.config.load import Loaded, load

if TYPE_CHECKING:
    from b24sync.config.find import Source
    from b24sync.domain.settings import Settings

_NAME = "config_digest"


def load_known(source: Source, environ: Mapping[str, str], *, offline: bool) -> Loaded:
    """Load; the digest of the last good configuration is kept in its own database."""
    return load(source, environ=environ, known_good=_kept, offline=offline)


def _kept(settings: Settings) -> str | None:
    path = settings.store.path
    return read_digest(path) if path.is_file() else None


def read_digest(path: Path) -> str | None:
    """The digest of the configuration that this database was last used with; ``None`` if it has none."""
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1)
        ) as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (_NAME,)).fetchone()
    except sqlite3.Error:  # a damaged or foreign file is reported where the database is opened
        return None
    return row[0] if row else None
