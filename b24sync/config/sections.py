"""Checks of the sections that a type cannot express: ranges, addresses, and what needs what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from b24sync.config.known_names import RESERVED, kinds_of, names_of
from b24sync.config.person_names import Selectors, is_address, is_sender, meaning_of
from b24sync.config.problems import Path, Problem, parsed_place
from b24sync.domain.event import event_names
from b24sync.domain.invoice_statuses import STAGE_ID, invoice_status_fault
from b24sync.domain.settings import STATUSES
from b24sync.domain.wording import did_you_mean, hint, quoted
from b24sync.portal.webhook import is_loopback

if TYPE_CHECKING:
    from b24sync.domain.settings import MailSettings, Settings

_URL = re.compile(r"https?://[^\s/]+\S*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NO_KINDS = {2: "deal", 31: "invoice"}


def section_faults(settings: Settings) -> Iterator[Problem]:
    """All faults of everything but the rules."""
    for check in (
        _portal_faults,
        _poll_faults,
        _kind_faults,
        _status_faults,
        _people_faults,
        _alert_faults,
        _calendar_faults,
        _mail_faults,
        _reminder_faults,
        _commission_faults,
        _limit_faults,
    ):
        yield from check(settings)


def section_warnings(settings: Settings) -> Iterator[Problem]:
    """What is allowed and probably not meant."""
    if settings.poll.overlap < timedelta(minutes=1):
        yield Problem(("poll", "overlap"), 'is under a minute, changes may be missed (write "5m")')
    if settings.mail and settings.mail.security == "tls" and settings.mail.port == 587:
        yield Problem(("mail", "port"), 'is 587, which servers keep for "starttls"; "tls" is usually on 465')
    if settings.mail and settings.mail.redirect_to:
        yield Problem(("mail", "redirect_to"), f"every mail goes to {settings.mail.redirect_to}")


def _portal_faults(settings: Settings) -> Iterator[Problem]:
    if not timedelta(seconds=1) <= settings.portal.timeout <= timedelta(minutes=10):
        yield Problem(("portal", "timeout"), 'is out of range (write 1s to 10m, such as "30s")')
    if settings.invoice.my_company < 0:
        yield Problem(("invoice", "my_company"), "is no company's id")


def _poll_faults(settings: Settings) -> Iterator[Problem]:
    known = kinds_of(settings)
    for n, kind in enumerate(settings.poll.watch):
        if kind not in known:
            yield Problem(("poll", "watch", n), f"no kind called {quoted(kind)}{hint(kind, known)}")
    yield from _twice(("poll", "watch"), settings.poll.watch)
    if not settings.poll.watch:
        yield Problem(("poll", "watch"), f"is empty (known: {', '.join(known)})")
    if settings.poll.ping_url and not _URL.fullmatch(settings.poll.ping_url):
        yield Problem(("poll", "ping_url"), "is no address (write https://…)")


def _kind_faults(settings: Settings) -> Iterator[Problem]:
    types: dict[int, str] = dict(_NO_KINDS)
    for name, kind in settings.kinds.items():
        where = ("kinds", name)
        if not _NAME.fullmatch(name):
            yield Problem(where, "is no name of a kind (write small letters, digits and _)")
        elif name in RESERVED:
            yield Problem(where, f"the name {name} is taken (choose another)")
        if kind.entity_type_id < 1:
            message = "is no type of the portal (a smart process has 128 or more)"
            yield Problem((*where, "entity_type_id"), message)
        elif types.setdefault(kind.entity_type_id, name) != name:
            message = (
                f"{kind.entity_type_id} is the kind {types[kind.entity_type_id]} already (remove this table)"
            )
            yield Problem((*where, "entity_type_id"), message)


def _status_faults(settings: Settings) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, stages in settings.invoice.status.items():
        where = ("invoice", "status", name)
        if message := _status_name_fault(settings, name):
            yield Problem(where, message)
        if not stages:
            yield Problem(where, "is empty (remove it for the default)")
        for n, stage in enumerate(stages):
            if settings.invoice.api == "smart" and not STAGE_ID.fullmatch(stage):
                yield Problem((*where, n), f"{quoted(stage)} is no stage id (write it as DT31_1:N)")
            elif owners.setdefault(stage, name) != name:
                yield Problem((*where, n), f"{quoted(stage)} is {owners[stage]} already")


def _status_name_fault(settings: Settings, name: str) -> str:
    if name in STATUSES:
        return ""
    if not _NAME.fullmatch(name) or f"invoice.{name}" in event_names("invoice"):
        return "cannot be the name of a status (write small letters, such as partly_paid)"
    near = did_you_mean(name, [status for status in STATUSES if status not in settings.invoice.status])
    return f"unknown status (did you mean {near}?)" if near else ""


def _people_faults(settings: Settings) -> Iterator[Problem]:
    roots = frozenset().union(*(names_of(kind) for kind in kinds_of(settings)))
    selectors = Selectors(settings.people, roots)
    for name, selector in settings.people.items():
        if name in RESERVED or not name.isidentifier():
            message = "cannot be a person's name here (choose another; letters, digits and _)"
            yield Problem(("people", name), message)
        if selector in settings.people and not meaning_of(name, settings.people):
            message = f"'{selector}' leads round in a circle (write who it is)"
            yield Problem(("people", name), message)
        elif message := selectors.fault(selector):
            yield Problem(("people", name), message)


def _alert_faults(settings: Settings) -> Iterator[Problem]:
    if settings.alerts is None:
        return
    if not settings.alerts.to:
        yield Problem(("alerts", "to"), 'is empty (write people, such as ["user:1"])')
    selectors = Selectors(settings.people, ())
    for n, person in enumerate(settings.alerts.to):
        if message := selectors.fault(person):
            yield Problem(("alerts", "to", n), message)


def _calendar_faults(settings: Settings) -> Iterator[Problem]:
    for path, message in settings.calendar.check():
        yield Problem(parsed_place(path), message)


def _mail_faults(settings: Settings) -> Iterator[Problem]:
    mail = settings.mail
    if mail is None:
        return
    if mail.transport == "smtp":
        yield from _smtp_faults(mail)
    if mail.from_ and not is_sender(mail.from_):
        yield Problem(("mail", "from"), f"{quoted(mail.from_)} is no sender (write Name <box@host>)")
    for key, value in (("reply_to", mail.reply_to), ("redirect_to", mail.redirect_to)):
        if value and not is_address(value):
            yield Problem(("mail", key), f"{quoted(value)} is no e-mail address (write box@host)")
    if not 1 <= mail.port <= 65_535:
        yield Problem(("mail", "port"), "is out of range (write 1 to 65535)")


def _smtp_faults(mail: MailSettings) -> Iterator[Problem]:
    for key, value in (("host", mail.host), ("from", mail.from_)):
        if not value:
            yield Problem(("mail", key), 'is required for transport "smtp"')
    if mail.password and not mail.user:
        yield Problem(("mail", "user"), "is required for the login (write it, or remove password)")
    if mail.security == "none" and mail.host and not is_loopback(mail.host.strip("[]")):
        message = '"none" is for a server on this machine only (write "starttls" or "tls")'
        yield Problem(("mail", "security"), message)


def _reminder_faults(settings: Settings) -> Iterator[Problem]:
    reminders = settings.reminders
    if reminders is None:
        return
    if not reminders.days:
        yield Problem(("reminders", "days"), "is empty (write days from the due date, or remove [reminders])")
    for n, days in enumerate(reminders.days):
        if abs(days) > 3650:
            yield Problem(("reminders", "days", n), f"{days} is more than ten years away")
    yield from _twice(("reminders", "days"), reminders.days)
    if not reminders.statuses:
        yield Problem(("reminders", "statuses"), 'is empty (write ["sent"])')
    for n, status in enumerate(reminders.statuses):
        if message := invoice_status_fault(settings, status):
            yield Problem(("reminders", "statuses", n), message)


def _commission_faults(settings: Settings) -> Iterator[Problem]:
    if settings.commission is None:
        return
    if not settings.commission.rates:
        yield Problem(("commission", "rates"), "is required (write at least one [[commission.rates]])")
    selectors = Selectors(settings.people, names_of("invoice"))
    for n, rate in enumerate(settings.commission.rates):
        where = ("commission", "rates", n)
        if message := selectors.fault(rate.for_):
            yield Problem((*where, "for"), message)
        if not 0 < rate.percent <= 100:
            message = f"{rate.percent} is out of range (write more than 0, at most 100)"
            yield Problem((*where, "percent"), message)


def _limit_faults(settings: Settings) -> Iterator[Problem]:
    for key in ("max_emails_per_poll", "max_actions_per_poll", "max_own_runs_per_hour"):
        if getattr(settings.safety, key) < 1:
            message = "must be at least 1 (for a trial without effects: dry_run = true)"
            yield Problem(("safety", key), message)
    if settings.safety.max_event_age < timedelta(minutes=1):
        yield Problem(("safety", "max_event_age"), 'would skip every notice and mail (write "7d")')
    if not 1 <= settings.retry.attempts <= 100:
        yield Problem(("retry", "attempts"), "is out of range (write 1 to 100)")


def _twice(path: Path, values: Sequence[str | int]) -> Iterator[Problem]:
    for n, value in enumerate(values):
        if value in values[:n]:
            yield Problem((*path, n), f"{quoted(value) if isinstance(value, str) else value} is listed twice")
