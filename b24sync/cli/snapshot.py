"""``b24sync snapshot export``, ``import`` and ``prune``."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.cli.times import typed_duration
from b24sync.domain.pseudonyms import Pseudonyms
from b24sync.errors import UsageError
from b24sync.log import printable
from b24sync.store import history_export, history_import
from b24sync.store.anonymize import Anonymizer
from b24sync.store.prune import Trim
from b24sync.words import commands as said
from b24sync.words import language

if TYPE_CHECKING:
    from b24sync.cli.session import Session

_TURN_S = 0.02


def export(session: Session, file: Path, *, anonymize: bool) -> int:
    """Write the history into a file.

    Raises:
        UsageError: The file cannot be one of this command.
    """
    with session.app(offline=True) as app:
        store = app.open_store(create=False)
        _check_target(file, store.path)
        names = Anonymizer(Pseudonyms(secrets.token_bytes(32))) if anonymize else None
        rows = history_export.export(store, file, at=app.clock.now(), anonymize=names)
        print(printable(said.EXPORTED(file=file, rows=rows) + (said.ANONYMIZED() if anonymize else "")))
    return 0


def _check_target(file: Path, database: Path) -> None:
    if not file.parent.is_dir():
        raise UsageError(said.NO_FOLDER(file=file))
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise UsageError(said.NO_PLAIN_FILE(file=file), remedy=said.ANOTHER())
    if file.exists() and database.exists() and file.samefile(database):
        raise UsageError(said.IS_DATABASE(file=file), remedy=said.ANOTHER())


def take_in(session: Session, file: Path) -> int:
    """Make a new database of an exported history."""
    with session.app(offline=True) as app:
        path = app.settings.store.path
        if not path.parent.is_dir():
            raise UsageError(said.NO_FOLDER(file=path), remedy=said.MAKE_IT())
        taken = history_import.take_in(file, path)
        print(
            printable(
                said.EXPORTED(file=path, rows=taken.rows) + (said.ANONYMIZED() if taken.anonymized else "")
            )
        )
        if taken.held:
            print(said.HELD(count=taken.held))
            print(said.LOOK_HELD())
    return 0


def prune(session: Session, *, older_than: str) -> int:
    """Forget what is older than an age."""
    with session.app(offline=True) as app:
        age = typed_duration(older_than, option="--older-than")
        store = app.open_store(create=False)
        before = int((app.clock.now() - age).timestamp())
        gone = Trim(store, before, lambda: app.clock.sleep(_TURN_S)).run()
        print(
            said.FORGOTTEN(revisions=gone.revisions, events=gone.events, actions=gone.actions, runs=gone.runs)
        )
        if gone.freed:
            print(said.FREED(size=_megabytes(gone.freed)))
        if gone.unused:
            print(said.UNUSED(size=_megabytes(gone.unused), path=store.path))
    return 0


def _megabytes(count: int) -> str:
    text = f"{count / 1_000_000:.1f}"
    return text.replace(".", ",") if language() == "ru" else text
