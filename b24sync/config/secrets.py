"""Secrets: from a variable, from a file, or written in a configuration that nobody else can read."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from b24sync.config.problems import wrong
from b24sync.domain.values import NO_SECRET, Secret
from b24sync.ownership import file_fault
from b24sync.plain_files import read_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_CREDENTIAL = r"(?!\.+$)[A-Za-z0-9_.@-]+"
_LONGEST = 65_536
_OTHERS = stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True, slots=True)
class SecretReader:
    """Where secrets are looked for.

    Attributes:
        file: The configuration; ``file:`` paths count from its folder.
        environ: The variables.
        offline: Whether a secret that cannot be had here is left empty without a fault.
    """

    file: FilePath
    environ: Mapping[str, str]
    offline: bool = False

    def read(self, text: str) -> Secret:
        """Resolve ``env:NAME``, ``file:PATH`` and ``credential:NAME``; other texts are the secret itself.

        A credential is what systemd (``LoadCredential=``, ``LoadCredentialEncrypted=``) hands to the service.

        Raises:
            ProblemsError: There is no such variable or file, or a literal secret could be read by others.
        """
        if text.startswith("env:"):
            return self._variable(text.removeprefix("env:"))
        if text.startswith("file:"):
            return self._content(text.removeprefix("file:"))
        if text.startswith("credential:"):
            return self._credential(text.removeprefix("credential:"))
        if text and self._readable_by_others():
            raise wrong(
                f'is written in a file that others can read (chmod 600 {self.file}, or write "env:NAME" or '
                f'"file:PATH" here)',
                rest=Secret(text),
            )
        return Secret(text)

    def _variable(self, name: str) -> Secret:
        if re.fullmatch(_NAME, name) is None:
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
        return self._text_in(path, f"the file {path}")

    def _credential(self, name: str) -> Secret:
        if re.fullmatch(_CREDENTIAL, name) is None:
            raise wrong('names no credential (write "credential:NAME")', rest=NO_SECRET)
        folder = self.environ.get("CREDENTIALS_DIRECTORY", "")
        path = FilePath(folder) / name
        if not (folder and path.exists()):
            if self.offline:
                return NO_SECRET
            raise wrong(
                f"systemd hands over no credential {name} (write LoadCredential={name}:/path/of/the/secret "
                f"into [Service] of the unit)",
                rest=NO_SECRET,
            )
        return self._text_in(path, f"the credential {name}")

    def _text_in(self, path: FilePath, what: str) -> Secret:
        try:
            text = _read(path).decode().rstrip("\r\n")
        except (OSError, ValueError) as error:
            if self.offline:
                return NO_SECRET
            reason = (
                error.strerror if isinstance(error, OSError) and error.strerror else "is no text in UTF-8"
            )
            raise wrong(f"{what} cannot be read: {reason}", rest=NO_SECRET) from None
        fault = file_fault(path)
        if fault:
            raise wrong(f"{what} {fault}", rest=NO_SECRET)
        if not text and not self.offline:
            raise wrong(f"{what} is empty", rest=NO_SECRET)
        return Secret(text)

    def _readable_by_others(self) -> bool:
        return os.name == "posix" and bool(self.file.stat().st_mode & _OTHERS)


def _read(path: FilePath) -> bytes:
    """What is in a plain file, not waiting for anybody to write it.

    Raises:
        OSError: It is no plain file, or too long for a secret.
    """
    content = read_plain(path, _LONGEST)
    if len(content) > _LONGEST:
        raise OSError(0, "it is too long for a secret")
    return content
