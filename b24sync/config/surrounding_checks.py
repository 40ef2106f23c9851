"""Checks that the file alone does not decide.

The secrets and files it refers to, time zones (those only of a file that is new).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from b24sync.config.problems import Path, Problem
from b24sync.domain.wording import did_you_mean, quoted
from b24sync.errors import WrongValueError
from b24sync.portal.webhook import Webhook

if TYPE_CHECKING:
    from b24sync.domain.settings import Settings


def surrounding_faults(settings: Settings, *, offline: bool = False) -> Iterator[Problem]:
    """All such faults; ``offline``: what only the portal needs may be missing."""
    yield from _webhook_faults(settings)
    if settings.portal.ca_file and not offline:
        yield from _missing_file(("portal", "ca_file"), settings.portal.ca_file)
    if settings.mail and settings.mail.user and not settings.mail.password and not offline:
        from b24sync.words.config_sections import PASSWORD_FOR_LOGIN

        yield Problem(("mail", "password"), PASSWORD_FOR_LOGIN.both())
    for n, name in enumerate(settings.calendar.file):
        yield from _missing_file(("calendar", "file", n), FilePath(name))


def _webhook_faults(settings: Settings) -> Iterator[Problem]:
    """Never shows any part of the address: it holds the secret."""
    address = settings.portal.webhook.reveal()
    if not address:
        return
    try:
        Webhook.parse(address)
    except WrongValueError as error:
        yield Problem(("portal", "webhook"), error.told)


def _missing_file(path: Path, file: FilePath) -> Iterator[Problem]:
    if not file.is_file():
        from b24sync.words.config_file import NO_OTHER_FILE

        yield Problem(path, NO_OTHER_FILE.both(path=file))


def zone_faults(name: str) -> Iterator[Problem]:
    """Whether there is a time zone of this name; empty: the portal's."""
    if not name:
        return
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        from b24sync.words import advice
        from b24sync.words.config_sections import NO_ZONE, WRITE_ZONE

        near = did_you_mean(name, zoneinfo.available_timezones())
        told = advice.meant(near) if near else advice.in_brackets(WRITE_ZONE.both())
        yield Problem(("timezone",), NO_ZONE.both(name=quoted(name), hint=told))
