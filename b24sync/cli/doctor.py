"""``b24sync doctor``: every check, a line each, with what to do."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from b24sync.cli.layout import wrapped
from b24sync.config.load import Loaded, load, shared_databases
from b24sync.doctor.finding import Finding, fail
from b24sync.engine.poll_report import worst
from b24sync.errors import ConfigError
from b24sync.log import json_line, printable, redact
from b24sync.words import doctor as words
from b24sync.words import speak
from b24sync.words.doctor_portal import CORRECT_FILE
from b24sync.words.vocabulary import word

if TYPE_CHECKING:
    from b24sync.cli.session import Session
    from b24sync.config.find import Source

Show = Callable[[Finding], None]
_CORRECT = CORRECT_FILE.both()
_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def run(session: Session, *, as_json: bool, offline: bool) -> int:
    """Check every configuration of the call.

    Returns:
        0, 1 if anything fails, 69 or 77 if the portal cannot be reached or refuses, 2 if a configuration
        cannot be loaded.
    """
    session.logging()
    show = _show_json if as_json else _printer()
    counts: Counter[str] = Counter()

    def shown(finding: Finding) -> None:
        counts[finding.status] += 1
        show(finding)

    try:
        sources = session.sources()
    except ConfigError as error:
        _faults(error, shown)
        return error.exit_code
    codes = [
        _file(source, shown, offline=offline, titled=not as_json and len(sources) > 1) for source in sources
    ]
    codes += _shared(sources, shown, offline=offline)
    if not as_json:
        print(f"\n{words.TOTALS(fail=counts['fail'], warn=counts['warn'], ok=counts['ok'])}")
    return worst(*codes)


def _file(source: Source, show: Show, *, offline: bool, titled: bool) -> int:
    from b24sync.app import App
    from b24sync.doctor.examination import Examination

    if titled:
        print(f"\n{printable(str(source.path))}")
    try:
        loaded = load(source, environ=os.environ, offline=offline)
    except ConfigError as error:
        _faults(error, show)
        return error.exit_code
    app = App(loaded)
    try:
        examination = Examination(app, offline=offline or not loaded.settings.portal.webhook)
        failed = _all(examination.findings(), show)
    finally:
        app.close()
    return examination.exit_code or (1 if failed else 0)


def _all(findings: Iterable[Finding], show: Show) -> bool:
    """Show them as they come; whether one failed."""
    failed = False
    for finding in findings:
        failed = failed or finding.status == "fail"
        show(finding)
    return failed


def _faults(error: ConfigError, show: Show) -> None:
    speak(error.language)
    for fault in error.faults:
        show(fail("configuration", fault, error.advice or _CORRECT))


def _shared(sources: list[Source], show: Show, *, offline: bool) -> list[int]:
    """Whether configurations of a folder use one database."""
    if len(sources) < 2:
        return []
    readable: list[Loaded] = []
    for source in sources:
        try:
            readable.append(load(source, environ=os.environ, offline=offline))
        except ConfigError:  # told already
            continue
    faults = list(shared_databases(readable))
    for fault in faults:
        show(fail("configuration", fault, _CORRECT))
    return [2] if faults else []


def _show_json(finding: Finding) -> None:
    clean = {name: printable(redact(text)) for name, text in finding.as_json().items()}
    print(json_line(clean), flush=True)


def _printer() -> Show:
    """Plain lines; on a terminal coloured and folded."""
    if not sys.stdout.isatty():
        return _show_plain
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    return lambda finding: _show_rich(console, finding)


def _show_plain(finding: Finding) -> None:
    head = f"{word(words.STATUSES, finding.status):<{_widest()}} {finding.check}: "
    remedy = f" → {words.said(finding.remedy)}" if finding.remedy else ""
    rest = " " * (_widest() + 1)
    for line in wrapped(redact(f"{words.said(finding.message)}{remedy}"), first=head, rest=rest):
        print(printable(line), flush=True)


def _widest() -> int:
    return max(len(word(words.STATUSES, status)) for status in words.STATUSES)


def _show_rich(console: Any, finding: Finding) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=_widest(), no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    line = Text.assemble((finding.check, "bold"), "  ", printable(redact(words.said(finding.message))))
    if finding.remedy:
        line.append(
            f"\n→ {printable(redact(words.said(finding.remedy)))}",
            style="dim" if finding.status == "ok" else "cyan",
        )
    grid.add_row(Text(word(words.STATUSES, finding.status), style=_STYLES[finding.status]), line)
    console.print(Padding(grid, (0, 0, 0, 0), expand=True))
