"""The whole example at work.

``sample.toml`` with its ids replaced, the small company's portal at any time, and a real mail server.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from b24sync.sandbox import SandboxClock, SandboxServer, SandboxSettings
from b24sync.sandbox.schema import DEAL, INVOICE
from tests.support.cli import DRAFT, PAID, SENT, Office
from tests.support.portals import BUILDINGS, MONDAY, make_portal
from tests.support.smtp import Received, SmtpServer
from tests.support.warm import ROOT

NO_AUTHORITIES = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
"""Only the mail server's own certificate counts; to load all others takes 27 ms a connection."""
PASSWORD = "wachtwoord-17"
REPLACED = {
    "my_company   = 3": "my_company   = {my_company}",
    'host        = "smtp.example.ru"': 'host        = "localhost"',
    "# port      = 587": "port        = {port}",
    '# reply_to  = "sales@example.ru"': 'reply_to    = "sales@example.ru"',
    '# ca_file = "own.pem"': 'ca_file = "{ca_file}"',
    "section     = 14": "section     = {mounting}",
    "department:5": "department:{production}",
    "list:37": "list:{buildings}",
    "# rate    =": 'rate = "box" #',
}


def sample(firm: Firm) -> str:
    """The example with the ids of the stand-in's company in place of those of the example's."""
    text = (ROOT / "sample.toml").read_text(encoding="utf-8")
    ids = {
        "my_company": firm.company.my_company,
        "port": firm.smtp.port,
        "ca_file": firm.smtp.ca_file,
        "buildings": BUILDINGS,
        "mounting": firm.company.sections["mounting"],
        "production": firm.company.departments["production"],
    }
    for old, new in REPLACED.items():
        assert old in text, f"sample.toml has no {old!r} any more"
        text = text.replace(old, new.format(**ids))
    return text


@dataclass
class Firm(Office):
    """An office whose portal lives at a time of the test's choice, with a mail server.

    Attributes:
        smtp: Its mail server.
        sandbox_clock: The portal's clock.
    """

    smtp: SmtpServer = field(default_factory=SmtpServer)
    sandbox_clock: SandboxClock = field(default_factory=SandboxClock)

    def later(self, seconds: float = 60) -> None:
        """Let time pass at the portal."""
        self.sandbox_clock.advance(seconds)

    def at(self, moment: datetime) -> None:
        """Put the portal's clock."""
        self.sandbox_clock.set(moment)

    def mail_section(self, more: str = "") -> str:
        """``[mail]`` for the server beside."""
        return (
            f'[mail]\nfrom = "Счета <billing@example.ru>"\nhost = "localhost"\nport = '
            f'{self.smtp.port}\nuser = "billing"\n'
            f'password = "env:SMTP_PASSWORD"\ndocument_template = 21\n{more}\n'
        )

    def use_sample(self) -> None:
        """Take the example for configuration."""
        self.config.write_text(sample(self), encoding="utf-8")
        self.config.chmod(0o600)

    # what came of it

    def of_rule(self, rule: str, *args: str) -> list[dict[str, Any]]:
        """The actions of a rule, oldest first."""
        return [one for one in self.actions(*args) if one["rule"] == rule]

    def only(self, rule: str, step: str = "", *, entity: str = "") -> dict[str, Any]:
        """The only action of a rule (and step, and entity)."""
        found = [
            one
            for one in self.of_rule(rule, *(("--entity", entity) if entity else ()))
            if not step or one["step"] == step
        ]
        assert len(found) == 1, found
        return found[0]

    def mailed(self) -> list[Received]:
        """The mails that were accepted."""
        return self.smtp.messages

    def run_on(self) -> None:
        """A minute passes, and the program polls."""
        self.later()
        self.poll()

    def settle(self) -> None:
        """Poll until its own writes have come back and nothing follows any more."""
        for _ in range(4):
            self.later()
            if not self.poll()["events"]:
                return
        raise AssertionError("events without an end", self.events()[-10:])

    def quiet(self) -> None:
        """Let its own writes come back; then a poll is one request, and nothing happens."""
        self.settle()
        before = self.everything()
        self.later()
        report = self.poll()
        assert (report["events"], report["http_requests"], report["actions"]) == (0, 1, {}), report
        assert self.everything() == before

    def everything(self) -> tuple[Any, ...]:
        """How much there is of all that a step may cause."""
        portal = self.portal
        caused = (
            portal.notifications_all,
            portal.tasks,
            portal.activities,
            portal.comments,
            portal.documents,
            portal.mails,
        )
        return (len(self.smtp.arrived), *map(len, caused), len(portal.item_ids(INVOICE)), self.states())

    def mail_fails(self, **faults: Any) -> None:
        """From now on the mail server misbehaves at these phases (`SmtpServer`); without any it behaves."""
        self.smtp.fail = faults
        self.smtp.reload()

    # what people do

    def invoice(
        self,
        amount: str | int = 120_000,
        *,
        deal: int = 0,
        due: Any = None,
        stage: str = DRAFT,
        **fields: Any,
    ) -> int:
        """A manager makes an invoice of one sum for a deal."""
        more = {"closedate": due} if due else {}
        return self.add_invoice(
            deal=deal,
            stage=stage,
            title="Счёт",
            opportunity=float(Decimal(amount)),
            isManualOpportunity="Y",
            contactId=self._of_deal(deal, "contactId"),
            companyId=self._of_deal(deal, "companyId"),
            mycompanyId=self.company.my_company,
            **more,
            **fields,
        )

    def _of_deal(self, deal: int, name: str) -> Any:
        return (self.portal.item(DEAL, self.company.deals[deal]) or {})[name]

    def send(self, *invoices: int) -> None:
        """A manager moves invoices to *sent*."""
        for one in invoices:
            self.move(one, SENT)

    def pay(self, *invoices: int) -> None:
        """A manager moves invoices to *paid*."""
        for one in invoices:
            self.move(one, PAID)

    def number(self, invoice: int) -> str:
        """The number on an invoice."""
        return str((self.portal.item(INVOICE, invoice) or {})["accountNumber"])


@contextmanager
def opened(
    folder: Path,
    *,
    at: datetime | None = MONDAY,
    settings: SandboxSettings | None = None,
    fail: Any = None,
    **parts: Any,
) -> Iterator[Firm]:
    """The company with portal and mail server; the portal's clock stands at ``at`` and moves when told."""
    folder.mkdir(exist_ok=True)
    clock = SandboxClock(at)
    portal, company = make_portal("example", settings=settings, clock=clock)
    smtp = SmtpServer(security="starttls", user="billing", password=PASSWORD, fail=fail or {})
    with smtp, SandboxServer(portal) as server:
        firm = Firm(folder, portal, server, company, smtp=smtp, sandbox_clock=clock, **{"rules": "", **parts})
        secrets = {"SMTP_PASSWORD": PASSWORD, "B24SYNC_WEBHOOK": server.webhook}
        firm.env = {**secrets, **NO_AUTHORITIES, **firm.env}
        firm.portal_lines = f'rate = "box"\ntimeout = "5s"\nca_file = "{smtp.ca_file}"\n'
        clock.advance(3600)
        firm.write()
        yield firm
