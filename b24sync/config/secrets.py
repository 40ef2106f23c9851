"""Secrets: from a variable, from a file, or written in a configuration that nobody else can read."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from b24sync.config.problems import why_unread, wrong
from b24sync.domain.values import NO_SECRET, Secret
from b24sync.ownership import file_fault
from b24sync.plain_files import beside, read_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from b24sync.words import Both

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
            from b24sync.words.config_values import SEEN_SECRET

            raise wrong(SEEN_SECRET.both(path=self.file), rest=Secret(text))
        return Secret(text)

    def _variable(self, name: str) -> Secret:
        named = re.fullmatch(_NAME, name) is not None
        value = self.environ.get(name, "").strip() if named else ""
        if value or (named and self.offline):
            return Secret(value)
        from b24sync.words import config_values as words

        if not named:
            raise wrong(words.NO_VARIABLE_NAME.both(), rest=NO_SECRET)
        told = words.EMPTY_VARIABLE if name in self.environ else words.NO_VARIABLE
        raise wrong(told.both(name=name), rest=NO_SECRET)

    def _content(self, name: str) -> Secret:
        path = beside(self.file.parent, name)
        return self._text_in(path)

    def _credential(self, name: str) -> Secret:
        named = re.fullmatch(_CREDENTIAL, name) is not None
        folder = self.environ.get("CREDENTIALS_DIRECTORY", "")
        path = FilePath(folder) / name
        if named and folder and path.exists():
            return self._text_in(path, credential=name)
        if named and self.offline:
            return NO_SECRET
        from b24sync.words.config_values import NO_CREDENTIAL, NO_CREDENTIAL_NAME

        told = NO_CREDENTIAL.both(name=name) if named else NO_CREDENTIAL_NAME.both()
        raise wrong(told, rest=NO_SECRET)

    def _text_in(self, path: FilePath, *, credential: str = "") -> Secret:
        text, unread = _text_of(path)
        fault = file_fault(path) if unread is None else None
        if self.offline and unread is not None:
            return NO_SECRET
        if fault is None and unread is None and (text or self.offline):
            return Secret(text)
        from b24sync.words import config_values as words

        what = words.THE_CREDENTIAL.both(name=credential) if credential else words.THE_FILE.both(path=path)
        if unread is not None:
            raise wrong(words.UNREAD.both(what=what, why=unread), rest=NO_SECRET)
        told = words.EMPTY.both(what=what) if fault is None else words.UNTRUSTED.both(what=what, fault=fault)
        raise wrong(told, rest=NO_SECRET)

    def _readable_by_others(self) -> bool:
        return os.name == "posix" and bool(self.file.stat().st_mode & _OTHERS)


def _text_of(path: FilePath) -> tuple[str, Both | None]:
    """The text of a plain file without its last line break, and why there is none."""
    try:
        return _read(path).decode().rstrip("\r\n"), None
    except (OSError, ValueError) as error:
        return "", why_unread(error)


def _read(path: FilePath) -> bytes:
    """What is in a plain file, not waiting for anybody to write it.

    Raises:
        OSError: It is no plain file, or too long for a secret.
    """
    content = read_plain(path, _LONGEST)
    if len(content) > _LONGEST:
        raise OSError(errno.EFBIG, "it is too long for a secret")
    return content
