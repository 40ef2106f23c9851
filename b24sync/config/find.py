"""Which configurations there are: one file, or a folder of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from b24sync.errors import ConfigError

if TYPE_CHECKING:
    from b24sync.words import Both

NAME = "b24sync.toml"


class Source(NamedTuple):
    """One configuration to read.

    Attributes:
        path: The file.
        in_folder: Whether it is one of a folder of configurations, where each has a database of its own name.
    """

    path: Path
    in_folder: bool = False


def find(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> list[Source]:
    """Find them: ``--config``, ``$B24SYNC_CONFIG``, ``./b24sync.toml``, the user's configuration folder.

    Args:
        explicit: What ``--config`` says.
        environ: The variables.
        cwd: The folder that the command runs in.

    Returns:
        One file, or every ``*.toml`` of a folder in the order of their names.

    Raises:
        ConfigError: There is none.
    """
    base = Path() if cwd == Path.cwd() else cwd
    named = explicit or (Path(environ["B24SYNC_CONFIG"]) if environ.get("B24SYNC_CONFIG") else None)
    if named is not None:
        return _at(base / named, environ)
    if (base / NAME).exists():
        return [Source(base / NAME)]
    folder = user_folder(environ)
    if folder is not None and folder.is_dir():
        return _at(folder, environ)
    from b24sync.words.config_file import AND, NOT_FOUND

    looked = AND.both(one=f"./{NAME}", other=folder) if folder else f"./{NAME}"
    raise _nothing(cwd, NOT_FOUND.both(looked=looked), environ)


def user_folder(environ: Mapping[str, str]) -> Path | None:
    """The user's configuration folder for b24sync (XDG base directories); ``None`` without a home."""
    base = environ.get("XDG_CONFIG_HOME", "")
    if base and Path(base).is_absolute():
        return Path(base) / "b24sync"
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home) / ".config" / "b24sync" if home else None


def _at(path: Path, environ: Mapping[str, str]) -> list[Source]:
    if path.is_dir():
        files = sorted(file for file in path.glob("*.toml") if not file.name.startswith("."))
        if not files:
            from b24sync.words.config_file import NO_TOML_HERE

            raise _nothing(path, NO_TOML_HERE.both(), environ)
        return [Source(file, in_folder=True) for file in files]
    if not path.exists():
        from b24sync.words.config_file import NO_FILE

        raise _nothing(path, NO_FILE.both(), environ)
    return [Source(path)]


def _nothing(where: Path, told: Both, environ: Mapping[str, str]) -> ConfigError:
    """Without a configuration there is no language but the user's own."""
    from b24sync.words.config_file import NAME_IT
    from b24sync.words.spoken import of_environment

    return ConfigError(str(where), [told], advice=NAME_IT.both(), language=of_environment(environ))
