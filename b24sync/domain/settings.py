"""The whole configuration as values: every setting and every default, once.

Names are the keys of the TOML file (contract.md §5); a key that Python reserves gets an underscore
(``from`` → ``from_``). Texts are checked by ``b24sync.config``; nothing here reads a file or a variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from b24sync.domain.entity import DEAL, INVOICE, TASK
from b24sync.domain.later import Later
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.domain.values import NO_SECRET, Condition, Person, Secret

if TYPE_CHECKING:
    from b24sync.domain.rule_settings import RuleSettings
    from b24sync.domain.rule_test import RuleTest

STATUSES = ("draft", "sent", "paid", "rejected")
"""The status names that every invoice configuration has; ``[invoice.status]`` may add others."""

Language: TypeAlias = Literal["ru", "en"]
Rate: TypeAlias = Literal["standard", "enterprise", "box"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSettings:
    """``[portal]``.

    Attributes:
        webhook: ``https://HOST/rest/USER/SECRET/``, always with the closing slash.
        ca_file: Certificates to trust instead of the system's.
        timeout: For one HTTP request.
        rate: Which leaky bucket the portal has.
    """

    webhook: Secret
    ca_file: Path | None = None
    timeout: timedelta = timedelta(seconds=30)
    rate: Rate = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """``[store]``.

    Attributes:
        path: The database; in a folder of configurations the default goes by the file's name.
    """

    path: Path = Path("b24sync.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSettings:
    """``[poll]``.

    Attributes:
        watch: What is read: invoice, deal, task, names of ``[kinds]``; rules may use events of these only.
        overlap: How far each feed is read again, for changes that were saved late.
        reconcile_every: How often everything is compared, which finds deletions; ``"0s"``: only on
            ``poll --reconcile``.
        ping_url: An address that is called after each poll; ``/fail`` is added on trouble.
    """

    watch: tuple[str, ...] = (INVOICE, DEAL, TASK)
    overlap: timedelta = timedelta(minutes=5)
    reconcile_every: timedelta = timedelta(hours=24)
    ping_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSettings:
    """``[kinds.NAME]``: a smart process as a kind of its own.

    Attributes:
        entity_type_id: Its number at the portal.
    """

    entity_type_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSettings:
    """``[invoice]``.

    Attributes:
        api: Smart invoices (crm.item type 31) or the halted crm.invoice.
        my_company: Own company's id for invoices that the program creates; 0: none.
        status: Status name → stage ids. A name that is missing goes by the portal's stages: draft = ``…:N``,
            sent = ``…:S``, paid = every stage of semantics S, rejected = every stage of semantics F
            (legacy: N, S, P, D).
        count_bound_tasks: Whether tasks that people bound to the invoice count for ``tasks_completed``.
    """

    api: Literal["smart", "legacy"] = "smart"
    my_company: int = 0
    status: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    count_bound_tasks: bool = False

    def status_names(self) -> tuple[str, ...]:
        """The names that ``from``, ``to`` and ``statuses`` may use."""
        return (*STATUSES, *(name for name in self.status if name not in STATUSES))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """``[alerts]``: a notice when a run has new failed, held or uncertain actions.

    Attributes:
        to: Who gets it.
    """

    to: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """``[mail]``.

    Attributes:
        transport: Sent by a mail server, by the portal, or one .eml each into ``folder``, for trials.
        from_: Sender, as ``Name <box@host>``.
        reply_to: Where answers go; empty: to the sender.
        host: The mail server.
        port: Its port; with ``security = "tls"`` usually 465.
        security: How the connection is made safe; none: only with a server on this machine.
        user: For the login; empty: no login.
        password: For the login.
        folder: Where the file transport writes.
        redirect_to: Every mail goes to this address instead.
        document_template: Id or name of the portal's template for the PDF; empty: the first for invoices.
        stamps: Whether the PDF has stamp and signature.
        timeline: Whether the deal gets a comment: what was mailed, to whom, when.
    """

    transport: Literal["smtp", "portal", "file"] = "smtp"
    from_: str = ""
    reply_to: str = ""
    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret = NO_SECRET
    folder: Path = Path("outbox")
    redirect_to: str = ""
    document_template: int | str = ""
    stamps: bool = True
    timeline: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSettings:
    """``[reminders]``: of unpaid invoices; without this section there are none.

    Attributes:
        days: Days from the due date; negative: before.
        at: Time of day by the company's clock; on working days only, else on the next one.
        statuses: Which invoices are reminded of.
    """

    days: tuple[int, ...] = (-3, 0, 3, 7, 14)
    at: time = time(10, 0)
    statuses: tuple[str, ...] = ("sent",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSettings:
    """One of ``[[commission.rates]]``: for each ``for``, the first whose ``when`` holds.

    Attributes:
        for_: Who gets it.
        percent: Of the base: more than 0, at most 100.
        when: Condition; empty: always.
    """

    for_: Person
    percent: Decimal
    when: Condition = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionSettings:
    """``[commission]``.

    Attributes:
        base: What percents are of: the amount, or the amount without taxes.
        rates: Who gets how much.
    """

    base: Literal["amount", "net"] = "amount"
    rates: tuple[RateSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySettings:
    """``[safety]``.

    Attributes:
        dry_run: A trial: everything is planned and shown, nothing is done.
        max_emails_per_poll: If one poll plans more mails, all of them are held until a person releases them.
        max_actions_per_poll: Likewise all actions of a poll.
        max_own_runs_per_hour: A rule that its own effects fire more often is held.
        max_event_age: Notices and mails about older events are skipped, as after an outage.
    """

    dry_run: bool = False
    max_emails_per_poll: int = 50
    max_actions_per_poll: int = 500
    max_own_runs_per_hour: int = 20
    max_event_age: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """``[retry]``.

    Attributes:
        attempts: How often an action is tried, from 1 minute to 6 hours apart.
    """

    attempts: int = 8


class Rules(Later["RuleSettings"]):
    """``[[rules]]``."""

    place = "b24sync.domain.rule_settings:RuleSettings"


class RuleTests(Later["RuleTest"]):
    """``[[tests]]``."""

    place = "b24sync.domain.rule_test:RuleTest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole file. ``None`` sections are switched off.

    Attributes:
        language: Of built-in texts and of what is shown.
        timezone: Of the company, such as ``Europe/Moscow``: reminder hours, today, deadlines; empty: the
            portal server's.
        people: Names for people, for use in ``to``, ``responsible``, ``for``.
    """

    language: Language = "ru"
    timezone: str = ""
    portal: PortalSettings
    store: StoreSettings = StoreSettings()
    poll: PollSettings = PollSettings()
    kinds: Mapping[str, KindSettings] = field(default_factory=dict)
    invoice: InvoiceSettings = InvoiceSettings()
    people: Mapping[str, Person] = field(default_factory=dict)
    alerts: AlertSettings | None = None
    calendar: CalendarSettings = field(default_factory=CalendarSettings)
    mail: MailSettings | None = None
    reminders: ReminderSettings | None = None
    commission: CommissionSettings | None = None
    safety: SafetySettings = SafetySettings()
    retry: RetrySettings = RetrySettings()
    rules: Rules = field(default_factory=Rules)
    tests: RuleTests = field(default_factory=RuleTests)
