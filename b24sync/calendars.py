"""The calendar of an installation: configured layers, imported files, years cached in the database."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.domain.calendar import Calendar, Imported, from_stored, parse
from b24sync.domain.calendar.draft import CalendarFileError
from b24sync.domain.calendar.importing import LARGEST_FILE
from b24sync.plain_files import read_plain
from b24sync.words import calendar_files
from b24sync.words.system_refusals import refusal

if TYPE_CHECKING:
    from b24sync.clock import Clock
    from b24sync.domain.settings import Settings
    from b24sync.store import Store

log = logging.getLogger(__name__)


def _content(path: Path) -> bytes:
    try:
        return read_plain(path, LARGEST_FILE)
    except OSError as error:
        raise CalendarFileError(path.name, [calendar_files.UNREADABLE.both(why=refusal(error))]) from None


class StoredYears:
    """Years of the library, kept in the database so that a cron run need not load it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self, key: str) -> str | None:
        """A kept year."""
        found = self._store.meta.cached(f"calendar:{key}")
        return found if isinstance(found, str) else None

    def put(self, key: str, text: str) -> None:
        """Keep a year, unless a transaction of another kind is under way."""
        self._store.meta.cache(f"calendar:{key}", text, at=int(self._clock.now().timestamp()))


class ImportedYears:
    """Imported official calendars in the database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def put(self, country: str, year: int, text: str) -> None:
        """Keep one; it replaces an earlier one of that country and year."""
        with self._store.transaction():
            self._store.meta.put_calendar(country, year, text, at=int(self._clock.now().timestamp()))

    def all(self) -> list[tuple[str, int, str]]:
        """All of them: country, year, text."""
        return self._store.meta.calendars()


def make_calendar(settings: Settings, store: Store, clock: Clock) -> Calendar:
    """The calendar: the library's days, imported years, ``[calendar] file``, the company's own days.

    Raises:
        CalendarFileError: A file of ``[calendar] file`` is none.
    """
    imported: list[Imported] = [from_stored(text) for _, _, text in ImportedYears(store, clock).all()]
    files = [Path(name) for name in settings.calendar.file]
    imported += [parse(_content(path), country=settings.calendar.country, source=path.name) for path in files]
    return Calendar(
        settings.calendar, language=settings.language, imported=imported, cache=StoredYears(store, clock)
    )
