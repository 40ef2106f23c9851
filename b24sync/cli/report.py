"""``b24sync report``."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.errors import UsageError
from b24sync.log import printable, redact
from b24sync.reporting.gather import Gatherer
from b24sync.reporting.page import page
from b24sync.words import commands as said

if TYPE_CHECKING:
    from b24sync.cli.session import Session

NAME = Path("b24sync-report.html")
STDOUT = Path("-")


def run(session: Session, output: Path | None) -> int:
    """Write the page into a file (0600: it names people and sums), or to stdout for ``-``.

    Raises:
        UsageError: The file cannot be written there.
    """
    with session.app(offline=True) as app:
        store = app.open_store(create=False)
        gatherer = Gatherer(
            store=store,
            funnels=app.workshop().funnels(),
            kinds=app.kinds,
            base_url=store.meta.get("portal") or "",
            tz=app.tz,
            now=app.clock.now() + timedelta(seconds=store.figures.clock_offset_s()),
            calendar=app.calendar,
        )
        text = redact(page(gatherer.facts(), app.settings.language))
    if output == STDOUT:
        sys.stdout.write(text)
        return 0
    target = output or NAME
    _write(target, text)
    print(printable(str(target)))
    return 0


def _write(target: Path, text: str) -> None:
    if not target.parent.is_dir():
        raise UsageError(said.NO_FOLDER(file=target))
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise UsageError(said.NO_PLAIN_FILE(file=target), remedy=said.OTHER_OUTPUT())
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
