"""Where the files are that come with the program: the sample, the lines for cron, the licence."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path | None:
    """A file that comes with the program (``sample.toml``, ``cron.example``, ``LICENSE``).

    An installed program has it in its package, a checkout at its top; ``None`` if it was taken away.
    """
    for folder in (_PACKAGE / "examples", _PACKAGE, _PACKAGE.parent):
        if (folder / name).is_file():
            return folder / name
    return None
