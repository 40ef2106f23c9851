"""The company of the demonstration: a stand-in portal over HTTP, and b24sync in a folder of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from b24sync.app import App
from b24sync.config.automations import rules_text
from b24sync.config.firms import DEMO
from b24sync.config.load import load
from b24sync.demo.witness import News, Witness
from b24sync.domain.entity import INVOICE as INVOICE_KIND
from b24sync.domain.entity import Key
from b24sync.engine.poll_report import Report
from b24sync.engine.poller import Options
from b24sync.sandbox import Company, Sandbox, SandboxClock, SandboxServer, seed_company
from b24sync.sandbox.schema import DEAL, INVOICE
from b24sync.store.lock import poll_lock

if TYPE_CHECKING:
    from b24sync.domain.commission_ledger import LedgerRow
    from b24sync.store.action_rows import Action
    from b24sync.store.journal import EventRow

MOSCOW = ZoneInfo("Europe/Moscow")
BEGIN = datetime(2026, 4, 23, 10, 0, tzinfo=MOSCOW)  # a Thursday, two weeks before the May holidays
KILLED = 137


@dataclass(frozen=True, slots=True)
class Polled:
    """One poll: what it says of itself, and what it brought about at the portal and in the mail."""

    report: Report
    news: News


@dataclass(slots=True)
class Office:
    """Everything that the story needs. People's acts are the portal's own.

    The rest is the program as it is installed.
    """

    folder: Path
    portal: Sandbox
    company: Company
    witness: Witness

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "b24sync.toml"

    @contextmanager
    def app(self) -> Iterator[App]:
        """The program at work, as one command opens it."""
        app = App(load(self.config, environ={}))
        try:
            yield app
        finally:
            app.close()

    # time, on the portal's clock

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.portal.clock.advance(timedelta(**span).total_seconds())

    def on(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        """Go to a moment of the year, Moscow time."""
        self.portal.clock.set(datetime(BEGIN.year, month, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC))

    # the program

    def poll(self) -> Polled:
        """One poll; a minute later, as cron would have it."""
        self.later(minutes=1)
        with self.app() as app, poll_lock(app.settings.store.path):
            report = app.poller().run(Options())
            app.after_poll(report)
        return Polled(report, self.witness.news())

    def poll_killed(self, point: str) -> int:
        """A poll in a process of its own that ends at once, as by ``kill -9``, at a named point.

        Returns:
            The exit code of the process.
        """
        self.later(minutes=1)
        command = [sys.executable, "-m", "b24sync.demo.interrupted", str(self.config), point]
        return subprocess.run(command, check=False, timeout=60, stdin=subprocess.DEVNULL).returncode  # noqa: S603 - our own module

    def events(self, entity: str = "") -> list[EventRow]:
        """The recorded events, of one entity or of all."""
        key = Key.parse(entity) if entity else None
        with self.app() as app:
            return app.store.journal.events(kind=key.kind if key else None, entity_id=key.id if key else None)

    def actions(self) -> list[Action]:
        """The recorded actions."""
        with self.app() as app:
            return app.store.actions.newest()

    def states(self) -> dict[str, int]:
        """How many actions are in each state."""
        with self.app() as app:
            return app.store.actions.counts()

    def title(self, kind: str, stage: str) -> str:
        """The portal's own title of a stage."""
        with self.app() as app:
            return app.workshop().funnels().title(kind, stage)

    def ledger(self, invoice: int) -> list[LedgerRow]:
        """What is booked for an invoice."""
        with self.app() as app:
            return [one.row for one in app.store.ledger.rows(Key(INVOICE_KIND, invoice))]

    def integrity(self) -> str:
        """What SQLite says of the database's soundness."""
        with self.app() as app:
            return str(app.store.connection.execute("PRAGMA integrity_check").fetchone()[0])

    # people at the portal

    def invoice(self, number: int) -> dict[str, Any]:
        """An invoice as the portal shows it."""
        return self.portal.item(INVOICE, number) or {}

    def deal(self, number: int) -> dict[str, Any]:
        """A deal as the portal shows it."""
        return self.portal.item(DEAL, number) or {}

    def tasks_of(self, invoice: int) -> list[dict[str, Any]]:
        """The tasks bound to an invoice."""
        return [task for task in self.portal.tasks if f"SI_{invoice}" in task["UF_CRM_TASK"]]

    def move_invoice(self, number: int, *stages: str) -> None:
        """The manager moves an invoice through some stages, a minute apart."""
        for stage in stages:
            self.later(minutes=1)
            self.portal.update_item(INVOICE, number, self.company.users["manager"], stageId=f"DT31_1:{stage}")


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """The company on the first day, its portal served on a free port of this machine."""
    clock = SandboxClock()
    clock.set(BEGIN.astimezone(UTC))
    portal = Sandbox(clock=clock)
    company = seed_company(portal)
    clock.advance(timedelta(hours=1).total_seconds())
    with SandboxServer(portal) as server:
        _write(folder / "webhook", server.webhook)
        head = resources.files("b24sync.demo").joinpath("demo.toml").read_text(encoding="utf-8")
        _write(folder / "b24sync.toml", f"{head}\n{rules_text(DEMO)}")
        yield Office(folder, portal, company, Witness(portal, folder / "outbox"))


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
