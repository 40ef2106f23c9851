"""Secrets: from a variable, from a file, or written in a configuration that nobody else can read."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b24sync.config.problems import wrong
from b24sync.domain.values import NO_SECRET, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OTHERS = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True, slots=True)
class SecretReader:
    """Where secrets are looked for.

    Attributes:
        file: The configuration; ``file:`` paths count from its folder.
        environ: The variables.
        offline: Whether a secret that cannot be had here is left empty without a fault.
    """

    file: Path
    environ: Mapping[str, str]
    offline: bool = False

    def read(self, text: str) -> Secret:
        """Resolve ``env:NAME`` and ``file:PATH``; other texts are the secret itself.

        Raises:
            FaultyError: There is no such variable or file, or a literal secret could be read by others.
        """
        if text.startswith("env:"):
            return self._variable(text.removeprefix("env:"))
        if text.startswith("file:"):
            return self._content(text.removeprefix("file:"))
        if text and self._readable_by_others():
            raise wrong(
                f'is written in a file that others can read (chmod 600 {self.file}, or write "env:NAME" or '
                f'"file:PATH" here)',
                rest=Secret(text),
            )
        return Secret(text)

    def _variable(self, name: str) -> Secret:
        if _NAME.fullmatch(name) is None:
            raise wrong('names no variable (write "env:NAME")', rest=NO_SECRET)
        value = self.environ.get(name, "").strip()
        if value or self.offline:
            return Secret(value)
        state = "is empty" if name in self.environ else "is not set"
        raise wrong(
            f"the variable {name} {state} (set it where b24sync runs, in the crontab say)", rest=NO_SECRET
        )

    def _content(self, name: str) -> Secret:
        path = self.file.parent / os.path.expanduser(name)  # noqa: PTH111 (Path's raises without a home)
        try:
            text = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            if self.offline:
                return NO_SECRET
            reason = (
                error.strerror if isinstance(error, OSError) and error.strerror else "is no text in UTF-8"
            )
            raise wrong(f"the file {path} cannot be read: {reason}", rest=NO_SECRET) from None
        if not text and not self.offline:
            raise wrong(f"the file {path} is empty", rest=NO_SECRET)
        return Secret(text)

    def _readable_by_others(self) -> bool:
        return os.name == "posix" and bool(self.file.stat().st_mode & _OTHERS)
