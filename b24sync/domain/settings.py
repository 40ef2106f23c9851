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
from typing import Literal, TypeAlias

from b24sync.domain.entity import DEAL, INVOICE, TASK
from b24sync.domain.event import event_names, moved_name, stuck_name
from b24sync.domain.rule_test import RuleTest
from b24sync.domain.settings_calendar import CalendarSettings
from b24sync.domain.step_settings import StepSettings
from b24sync.domain.values import NO_SECRET, Condition, Person, Secret, Stay

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
    """``[store]``: the database; in a folder of configurations the default goes by the file's name."""

    path: Path = Path("b24sync.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSettings:
    """``[poll]``: what is watched, how far feeds are re-read, how often all is compared (zero: never)."""

    watch: tuple[str, ...] = (INVOICE, DEAL, TASK)
    overlap: timedelta = timedelta(minutes=5)
    reconcile_every: timedelta = timedelta(hours=24)
    ping_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSettings:
    """``[kinds.NAME]``: a smart process as a kind of its own."""

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
    """``[alerts]``: who gets a notice when a run has new failed, held or uncertain actions."""

    to: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """``[mail]``.

    Attributes:
        from_: Sender, as ``Name <box@host>``.
        user: For the login; empty: no login.
        folder: Where the file transport writes.
        redirect_to: Every mail goes to this address instead.
        document_template: Id or name of the portal's template for the PDF; empty: the first for invoices.
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
    """``[reminders]``: offsets in days from the due date, the time of day, the statuses that are reminded."""

    days: tuple[int, ...] = (-3, 0, 3, 7, 14)
    at: time = time(10, 0)
    statuses: tuple[str, ...] = ("sent",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSettings:
    """One of ``[[commission.rates]]``: whose, how many percent, and when it applies."""

    for_: Person
    percent: Decimal
    when: Condition = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionSettings:
    """``[commission]``."""

    base: Literal["amount", "net"] = "amount"
    rates: tuple[RateSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetySettings:
    """``[safety]``."""

    dry_run: bool = False
    max_emails_per_poll: int = 50
    max_actions_per_poll: int = 500
    max_own_runs_per_hour: int = 20
    max_event_age: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """``[retry]``."""

    attempts: int = 8


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event that fires a rule, with the moves that it must be (empty: any)."""

    event: str
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    after: str = ""

    @property
    def kind(self) -> str:
        """The kind whose event it is."""
        return self.event.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSettings:
    """One of ``[[rules]]``.

    Attributes:
        on: Event names as written; ``invoice.paid`` is short for a move to that status (see ``triggers``).
        from_: Status names or stage ids that a move must come from; empty: any.
        to: Those that it must lead to; empty: any.
        after: Of ``*.stuck``: how long in one stage.
        stage: Of ``*.stuck``: the status names or stage ids that are meant; empty: all that are not final.
        when: Condition; empty: always.
    """

    name: str
    on: tuple[str, ...]
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    after: Stay | None = None
    stage: tuple[str, ...] = ()
    when: Condition = ""
    steps: tuple[StepSettings, ...]

    def triggers(self) -> tuple[Trigger, ...]:
        """What fires the rule, short forms written out."""
        return tuple(self._trigger(name) for name in self.on)

    def _trigger(self, name: str) -> Trigger:
        kind, _, word = name.partition(".")
        if kind == INVOICE and name not in event_names(kind):
            return Trigger(moved_name(kind), self.from_, (word,))
        if name == stuck_name(kind):
            return Trigger(name, (), self.stage, str(self.after or ""))
        moves = name == moved_name(kind)
        return Trigger(name, self.from_ if moves else (), self.to if moves else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole file. ``None`` sections are switched off; an empty time zone is the portal server's."""

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
    rules: tuple[RuleSettings, ...] = ()
    tests: tuple[RuleTest, ...] = ()
