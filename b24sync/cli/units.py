"""``b24sync units``: ready files for systemd, cron or Kubernetes."""

from __future__ import annotations

import pwd
import shutil
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync import __version__
from b24sync.errors import UsageError
from b24sync.log import printable
from b24sync.onboarding.kubernetes import kubernetes
from b24sync.onboarding.unit_files import Installation, Place, crontab, secrets_of, systemd
from b24sync.words import commands as said
from b24sync.words import speak

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.config.find import Source

_MAKERS = {"systemd": systemd, "cron": crontab, "kubernetes": kubernetes}


def run(session: Session, kinds: list[str], output: Path | None, user: str | None, *, force: bool) -> int:
    """Write the files into a folder, or show them.

    Raises:
        UsageError: Not one kind of files is named, or a file is there already.
    """
    sources = session.sources()
    places = [_place(session, source) for source in sources]
    if len(kinds) != 1:
        raise UsageError(said.ONE_KIND())
    folder = places[0].file.parent if sources[0].in_folder else None
    how = Installation(_program(), user or _owner(places[0].file), folder, f"b24sync:{__version__}")
    files = _MAKERS[kinds[0]](places, how)
    if output is None:
        for name, text in files.items():
            print(f"# ---- {name}\n{text}", end="")
        return 0
    _write(files, output, force=force)
    return 0


def _place(session: Session, source: Source) -> Place:
    settings = session.load(source, offline=True).settings
    speak(settings.language)
    raw = tomllib.loads(source.path.read_text(encoding="utf-8-sig"))
    writes = [settings.store.path.absolute().parent]
    if settings.mail is not None and settings.mail.transport == "file":
        writes.append(settings.mail.folder.absolute())
    return Place(
        source.path.stem,
        source.path.absolute(),
        tuple(dict.fromkeys(writes)),
        secrets_of(raw, "env:"),
        secrets_of(raw, "credential:"),
    )


def _program() -> Path:
    """The command as it was called, else the one on PATH; links are kept."""
    called = Path(sys.argv[0])
    if called.name == "b24sync" and called.is_file():
        return called.absolute()
    found = shutil.which("b24sync")
    return Path(found) if found else Path("/usr/local/bin/b24sync")


def _owner(file: Path) -> str:
    """The user whose configuration it is; one called b24sync in place of root."""
    try:
        name = pwd.getpwuid(file.stat().st_uid).pw_name
    except KeyError:
        return "b24sync"
    return "b24sync" if name == "root" else name


def _write(files: dict[str, str], output: Path, *, force: bool) -> None:
    output.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = output / name
        if path.exists() and not force and path.read_text(encoding="utf-8") != text:
            raise UsageError(said.DIFFERS(path=path), remedy=said.SAY_FORCE())
    for name, text in files.items():
        (output / name).write_text(text, encoding="utf-8")
        print(printable(str(output / name)))
