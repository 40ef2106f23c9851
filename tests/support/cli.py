"""A company at work.

A stand-in portal over HTTP, a configuration for it, and the command in processes of their own.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from b24sync.cli.listing import action_json, event_json
from b24sync.clock import SystemClock
from b24sync.log import json_line
from b24sync.sandbox import Sandbox, SandboxServer, SandboxSettings
from b24sync.sandbox.schema import DEAL, INVOICE
from b24sync.store import Store
from tests.support.commands import Ran, anew, ran, started, typed
from tests.support.portals import make_portal
from tests.support.warm import INTERPRETER, ROOT, Process

LONG = bool(os.environ.get("B24SYNC_LONG"))
DRAFT, SENT, PAID, REJECTED = "DT31_1:N", "DT31_1:S", "DT31_1:P", "DT31_1:D"

TELL_HEAD = """
[[rules]]
name = "head-knows"
on = "invoice.created"
[[rules.steps]]
use = "notify"
to = ["department_head"]
text = "New {{ invoice.number }}: {{ invoice.title }}"
"""
TELL_LEAD = """
[[rules]]
name = "lead-knows"
on = "invoice.status_changed"
when = "deal.id"
[[rules.steps]]
use = "notify"
to = ["deal.fields.UF_CRM_PROJECT_LEAD"]
text = "{{ invoice.number }}: {{ event.from }} > {{ event.to }}"
"""


def notify_rule(name: str, on: str, *, to: str = "user:1", text: str = "hello", more: str = "") -> str:
    """A rule that tells one person."""
    return (
        f'[[rules]]\nname = "{name}"\non = "{on}"\n{more}\n[[rules.steps]]\nuse = "notify"\nto = '
        f'["{to}"]\ntext = "{text}"\n'
    )


class ShiftedClock(SystemClock):
    """The machine's clock, some time later: back-off is over without waiting for it."""

    def __init__(self, later: timedelta) -> None:
        self._later = later

    def now(self) -> datetime:
        """The local wall clock, shifted."""
        return super().now() + self._later


@dataclass
class Office:
    """One company: its portal, its configuration file, its database.

    Attributes:
        rules: The tables of the configuration behind the sections.
        sections: TOML before the rules, ``[store]`` and ``[portal]`` excepted.
        head: TOML above the first section.
        env: Variables of every command.
        anew: Commands are started by the interpreter, as cron does it, not forked.
        local_shift: By how much the clock of the program's host is wrong.
    """

    folder: Path
    portal: Sandbox
    server: SandboxServer
    company: Any
    rules: str = TELL_HEAD + TELL_LEAD
    sections: str = ""
    head: str = 'language = "en"\ntimezone = "Europe/Moscow"\n'
    portal_lines: str = 'rate = "box"\ntimeout = "5s"\n'
    webhook: str = ""
    env: dict[str, str] = field(default_factory=dict)
    anew: bool = False
    local_shift: timedelta = timedelta(0)
    everything_said: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "b24sync.toml"

    @property
    def database(self) -> Path:
        return self.folder / "b24sync.db"

    # the configuration

    def write(self, **changes: str) -> Path:
        """Write the configuration, with some of its parts changed from now on."""
        for name, value in changes.items():
            setattr(self, name, value)
        webhook = self.webhook or self.server.webhook
        text = (
            f"{self.head}\n[portal]\nwebhook = "
            f'"{webhook}"\n{self.portal_lines}\n{self.sections}\n{self.rules}'
        )
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(0o600)
        return self.config

    def in_english(self) -> None:
        """From now on the program speaks English."""
        self.head = self.head.replace('language = "ru"', 'language = "en"')
        text = self.config.read_text(encoding="utf-8").replace('language = "ru"', 'language = "en"')
        if 'language = "en"' not in text:
            text = f'language = "en"\n{text}'
            self.head = f'language = "en"\n{self.head}'
        self.config.write_text(text, encoding="utf-8")

    # the command

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Variables of a command: nothing of the tester's own."""
        names = ("PATH", "LANG", "PYTHONPATH", "TMPDIR")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        return {
            **kept,
            "HOME": str(self.folder),
            **INTERPRETER,
            **self.env,
            **(more or {}),
        }

    def command(self, *args: str, config: Path | None = None) -> list[str]:
        """The words of a call."""
        return [sys.executable, "-m", "b24sync", "--config", str(config or self.config), *args]

    def run(
        self,
        *args: str,
        config: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        timeout: float = 110,
        stdin: str = "",
        **given: Any,
    ) -> Ran:
        """Run a command to its end, without a terminal.

        Args:
            args: The words behind the options of all commands.
            config: Another configuration.
            env: More variables.
            cwd: Its folder.
            timeout: Seconds until it is killed.
            stdin: What it can read.
            given: What else `tests.support.warm_server.command` can be given.

        Raises:
            subprocess.TimeoutExpired: It was killed.
        """
        words, environ = self.command(*args, config=config)[3:], self.environ(env)
        if self.anew:
            ended = Ran(args, *anew(words, env=environ, cwd=cwd, stdin=stdin, timeout=timeout))
        else:
            if self.local_shift:
                given["later_s"] = self.local_shift.total_seconds()
            ended = ran(words, env=environ, cwd=cwd, stdin=stdin, timeout=timeout, given=given)
        self.everything_said.append(ended.said)
        return replace(ended, args=args)

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> Process:
        """Begin a command."""
        return started(self.command(*args)[3:], env=self.environ(env))

    def on_terminal(
        self, *args: str, env: Mapping[str, str] | None = None, answers: Sequence[str] = ()
    ) -> Ran:
        """Run a command on a terminal, where a person answers each prompt; both outputs come as one."""
        environ = self.environ({"TERM": "xterm-256color", **(env or {})})
        code, text = typed(self.command(*args)[3:], env=environ, cwd=ROOT, answers=answers)
        self.everything_said.append(text)
        return Ran(args, code, text, "")

    # what one does all the time

    def poll(self, *args: str, expect: int = 0, **how: Any) -> dict[str, Any]:
        """Poll with --json; the object that it printed."""
        ran = self.run("poll", "--json", *args, **how)
        assert ran.code == expect, (ran.code, ran.out, ran.err)
        assert "Traceback" not in ran.err, ran.err
        return dict(ran.json)

    def events(self, *args: str) -> list[dict[str, Any]]:
        """The recorded events, as the command has them; what chooses among them is the command's work."""
        if args:
            return self.run("events", "--json", "--limit", "100000", *args).rows
        with self._listed() as (store, zone):
            return self._read(event_json(row, zone) for row in store.journal.events())

    def actions(self, *args: str) -> list[dict[str, Any]]:
        """The actions, likewise."""
        if args:
            return self.run("actions", "--json", "--limit", "100000", *args).rows
        with self._listed() as (store, zone):
            return self._read(action_json(row, zone) for row in store.actions.newest())

    @contextmanager
    def _listed(self) -> Iterator[tuple[Store, ZoneInfo]]:
        """The database and the zone that a listing shows it in, read without a process."""
        zone = tomllib.loads(self.config.read_text(encoding="utf-8"))["timezone"]
        with closing(Store.read_only(self.database)) as store:
            yield store, ZoneInfo(zone)

    def _read(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        lines = [json_line(row) for row in rows]
        self.everything_said.extend(lines)
        return [json.loads(line) for line in lines]

    def states(self) -> dict[str, int]:
        """State → number of actions, read behind the program's back."""
        return dict(self.query("SELECT state, count(*) FROM actions GROUP BY state"))

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database, read-only."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql, values).fetchall()

    def whole(self) -> None:
        """Assert that the database is sound."""
        assert self.query("PRAGMA integrity_check") == [("ok",)]
        assert self.query("PRAGMA foreign_key_check") == []

    def story(self) -> list[tuple[Any, ...]]:
        """The recorded events without what depends on when they were seen."""
        return self.query("SELECT name, kind, entity_id, from_, to_ FROM events ORDER BY kind, entity_id, id")

    # the people at the portal

    def add_invoice(self, *, deal: int = 0, stage: str = DRAFT, **fields: Any) -> int:
        """A manager makes an invoice for a deal (the first one)."""
        return self.portal.add_item(
            INVOICE,
            self.company.users["manager"],
            parentId2=self.company.deals[deal],
            stageId=stage,
            assignedById=self.company.users["manager"],
            **fields,
        )

    def move(self, invoice: int, *stages: str) -> None:
        """A manager moves an invoice from stage to stage."""
        for stage in stages:
            self.portal.update_item(INVOICE, invoice, self.company.users["manager"], stageId=stage)

    def move_deal(self, deal: int, stage: str) -> None:
        """A manager moves a deal."""
        self.portal.update_item(DEAL, deal, self.company.users["manager"], stageId=stage)

    def told(self, user: str | int) -> list[str]:
        """What a person was told, every ringing counted."""
        number = self.company.users[user] if isinstance(user, str) else user
        return [notice["MESSAGE"] for notice in self.portal.notifications_all if notice["USER_ID"] == number]

    def set(self, **settings: Any) -> None:
        """Change the portal's switches."""
        self.portal.settings = replace(self.portal.settings, **settings)


def open_office(folder: Path, *, settings: SandboxSettings | None = None, **parts: Any) -> Iterator[Office]:
    """A company with its portal served, and the configuration written; for fixtures that yield."""
    portal, company = make_portal(settings=settings)
    with SandboxServer(portal) as server:
        office = Office(folder, portal, server, company, **parts)
        office.write()
        yield office


def no_traceback(ran: Ran | Sequence[Ran]) -> None:
    """Assert that errors came in words."""
    for one in [ran] if isinstance(ran, Ran) else ran:
        assert "Traceback" not in one.said, one.said


def now() -> datetime:
    """The real time, aware."""
    return datetime.now(UTC)
