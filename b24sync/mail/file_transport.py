"""Mail into a folder, one ``.eml`` each: for trials."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.errors import MailTransientError
from b24sync.mail.message import build, envelope, to_bytes
from b24sync.ownership import make_private
from b24sync.ports import MailReceipt
from b24sync.words import mail as said
from b24sync.words.system_refusals import refusal

if TYPE_CHECKING:
    from b24sync.clock import Clock
    from b24sync.ports import Mail
    from b24sync.words import Message


class FileMailer:
    """Writes mails into a folder that only its owner can read, each ``Message-ID`` once."""

    def __init__(
        self, *, folder: Path, from_: str, clock: Clock, reply_to: str = "", redirect_to: str = ""
    ) -> None:
        self._folder = folder
        self._from, self._reply_to, self._redirect_to = from_, reply_to, redirect_to
        self._clock = clock

    def send(self, outgoing: Mail) -> MailReceipt:
        """Write one mail.

        Raises:
            MailTransientError: The folder cannot be used, or the disk is full (``reachable=False``);
                nothing is left behind.
            MailPermanentError: An address is malformed or the mail is too large.
        """
        people = envelope(outgoing, redirect_to=self._redirect_to)
        now = self._clock.now()
        message = build(
            outgoing, from_=self._from, reply_to=self._reply_to, redirect_to=self._redirect_to, date=now
        )
        octets = to_bytes(message)
        recipients = tuple(address.spec for address in (*people.to, *people.copies))
        digest = hashlib.sha256(outgoing.message_id.encode("utf-8", "replace")).hexdigest()[:24]
        try:
            self._prepare()
            present = next(self._folder.glob(f"*-{digest}.eml"), None)
            if present is not None:
                return MailReceipt(f"was already written to {present}", recipients)
            target = self._folder / f"{now:%Y%m%dT%H%M%SZ}-{digest}.eml"
            _write(target, octets)
        except OSError as error:
            raise MailTransientError(
                said.NOT_WRITTEN(folder=self._folder, why=refusal(error)),
                reachable=False,
                remedy=said.MAKE_ROOM(),
            ) from None
        return MailReceipt(f"written to {target}", recipients)

    def close(self) -> None:
        """Nothing is kept open."""

    def _prepare(self) -> None:
        """Make the folder, or make sure that nobody else can put files or links into it."""
        try:
            make_private(self._folder)
        except FileExistsError:
            mode = self._folder.lstat().st_mode
            if stat.S_ISLNK(mode):
                raise self._unfit(said.IS_LINK, said.NAME_FOLDER()) from None
            if not stat.S_ISDIR(mode):
                raise self._unfit(said.NO_FOLDER, said.SET_FOLDER()) from None
            if mode & stat.S_IWOTH:
                raise self._unfit(said.OPEN_FOLDER, f"chmod 700 {self._folder}") from None

    def _unfit(self, what: Message, remedy: str) -> MailTransientError:
        return MailTransientError(what(folder=self._folder), reachable=False, remedy=remedy)


def _write(target: Path, octets: bytes) -> None:
    """Write a 0600 file that is either whole and on the disk, or not there."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    partial.unlink(missing_ok=True)
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the file's name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
