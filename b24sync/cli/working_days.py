"""``b24sync calendar show``, ``check``, ``import``: what they need, made for `b24sync.cli.calendar`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.calendars import ImportedYears
from b24sync.calls import Call
from b24sync.cli import calendar as body
from b24sync.domain.calendar import PortalDays, parse_settings
from b24sync.domain.calendar.importing import LARGEST_FILE
from b24sync.errors import UsageError
from b24sync.plain_files import read_plain
from b24sync.store import Store
from b24sync.words import commands as said
from b24sync.words.system_refusals import refusal

if TYPE_CHECKING:
    from b24sync.app import App
    from b24sync.cli.session import Session


def show(session: Session, year: int, *, as_json: bool) -> int:
    """All days of a year."""
    with session.app(offline=True) as app:
        _leave_no_trace(app)
        code = body.show(app.calendar(), year, as_json=as_json, out=sys.stdout)
        _warn(app)
        return code


def check(session: Session, day: str, *, portal: bool, as_json: bool) -> int:
    """One day, and which layer decided."""
    with session.app(offline=not portal) as app:
        _leave_no_trace(app)
        code = body.check(
            app.calendar(),
            _day(day),
            portal=_portal_days(app) if portal else None,
            as_json=as_json,
            out=sys.stdout,
        )
        _warn(app)
        return code


def import_file(session: Session, file: Path, *, as_json: bool) -> int:
    """Take over an official calendar."""
    with session.app(offline=True) as app:
        try:
            data = read_plain(file, LARGEST_FILE)
        except OSError as error:
            raise UsageError(said.UNREADABLE(path=file, why=refusal(error))) from None
        store = ImportedYears(app.store, app.clock)
        return body.import_file(
            app.calendar(), data, source=file.name, store=store, as_json=as_json, out=sys.stdout
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(said.NO_DAY(text=text)) from None


def _leave_no_trace(app: App) -> None:
    """Looking at a calendar makes no database."""
    if not app.settings.store.path.exists():
        app.use_store(Store.in_memory())


def _portal_days(app: App) -> PortalDays:
    return parse_settings(app.portal.read([Call("calendar.settings.get")])[0].value())


def _warn(app: App) -> None:
    for warning in app.calendar().warnings:
        print(warning, file=sys.stderr)
