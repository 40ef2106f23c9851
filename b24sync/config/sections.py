"""Checks of the sections that a type cannot express: ranges, addresses, and what needs what."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from b24sync.config.faults import Fault, did_you_mean, hint, parsed_place, quoted
from b24sync.config.names import RESERVED, kinds_of, names_of
from b24sync.config.people import Selectors, is_address, is_sender
from b24sync.domain.event import event_names
from b24sync.domain.settings import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b24sync.domain.settings import MailSettings, Settings

_WEBHOOK = re.compile(r"(https?)://([^/\s?#@]+)(?:/[^\s?#]*)?/rest/\d+/[^/\s?#]+/?")
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?")
_URL = re.compile(r"https?://[^\s/]+\S*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_STAGE = re.compile(r"[A-Za-z0-9_]+:[A-Za-z0-9_]+")
_NO_KINDS = {2: "deal", 31: "invoice"}


def section_faults(settings: Settings, *, offline: bool = False) -> Iterator[Fault]:
    """All faults of everything but the rules; ``offline``: files that only the portal needs may be missing."""
    yield from _top_faults(settings)
    yield from _portal_faults(settings)
    if settings.portal.ca_file and not offline:
        yield from _missing_file(("portal", "ca_file"), settings.portal.ca_file)
    yield from _poll_faults(settings)
    yield from _kind_faults(settings)
    yield from _status_faults(settings)
    yield from _people_faults(settings)
    yield from _calendar_faults(settings)
    if settings.mail:
        yield from _mail_faults(settings.mail)
    yield from _reminder_faults(settings)
    yield from _commission_faults(settings)
    yield from _limit_faults(settings)


def section_warnings(settings: Settings) -> Iterator[Fault]:
    """What is allowed and probably not meant."""
    if settings.poll.overlap < timedelta(minutes=1):
        yield Fault(("poll", "overlap"), 'is under a minute, changes may be missed (write "5m")')
    if settings.mail and settings.mail.security == "tls" and settings.mail.port == 587:
        yield Fault(("mail", "port"), 'is 587, which servers keep for "starttls"; "tls" is usually on 465')
    if settings.mail and settings.mail.redirect_to:
        yield Fault(("mail", "redirect_to"), f"every mail goes to {settings.mail.redirect_to}")


def invoice_status_fault(settings: Settings, text: str) -> str:
    """What is wrong with a status name or stage id of invoices; empty: nothing."""
    names = settings.invoice.status_names()
    looks_like_id = _STAGE.fullmatch(text) if settings.invoice.api == "smart" else text.isupper()
    if text in names or (looks_like_id and text.lower() not in names):
        return ""
    stage = "DT31_1:N" if settings.invoice.api == "smart" else "N"
    return f"no invoice status called {quoted(text)}{hint(text, names, otherwise=f'a stage id, such as {stage}')}"


def _top_faults(settings: Settings) -> Iterator[Fault]:
    if not settings.timezone:
        return
    import zoneinfo  # noqa: PLC0415 (only if a time zone is given)

    try:
        zoneinfo.ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError):
        near = did_you_mean(settings.timezone, zoneinfo.available_timezones())
        advice = f"did you mean {near}?" if near else 'write a name such as "Europe/Moscow"'
        yield Fault(("timezone",), f"no time zone called {quoted(settings.timezone)} ({advice})")


def _portal_faults(settings: Settings) -> Iterator[Fault]:
    address = settings.portal.webhook.reveal()
    parts = _WEBHOOK.fullmatch(address)
    if address and parts is None:
        yield Fault(("portal", "webhook"), "is no webhook (write https://HOST/rest/USER/SECRET/)")
    elif parts and parts[1] == "http" and not _LOOPBACK.fullmatch(parts[2]):
        yield Fault(("portal", "webhook"), "would send the secret without encryption (write https://)")
    if not timedelta(seconds=1) <= settings.portal.timeout <= timedelta(minutes=10):
        yield Fault(("portal", "timeout"), 'is out of range (write 1s to 10m, such as "30s")')


def _poll_faults(settings: Settings) -> Iterator[Fault]:
    known = kinds_of(settings)
    for n, kind in enumerate(settings.poll.watch):
        if kind not in known:
            yield Fault(("poll", "watch", n), f"no kind called {quoted(kind)}{hint(kind, known)}")
        elif kind in settings.poll.watch[:n]:
            yield Fault(("poll", "watch", n), f"{quoted(kind)} is listed twice")
    if not settings.poll.watch:
        yield Fault(("poll", "watch"), f"is empty (known: {', '.join(known)})")
    if settings.poll.ping_url and not _URL.fullmatch(settings.poll.ping_url):
        yield Fault(("poll", "ping_url"), "is no address (write https://…)")


def _kind_faults(settings: Settings) -> Iterator[Fault]:
    types: dict[int, str] = {}
    for name, kind in settings.kinds.items():
        where = ("kinds", name)
        if not _NAME.fullmatch(name):
            yield Fault(where, "is no name of a kind (write small letters, digits and _)")
        elif name in RESERVED:
            yield Fault(where, f"the name {name} is taken (choose another)")
        if kind.entity_type_id in _NO_KINDS:
            message = f"{kind.entity_type_id} is the kind {_NO_KINDS[kind.entity_type_id]} already (remove this table)"
            yield Fault((*where, "entity_type_id"), message)
        elif kind.entity_type_id < 1:
            yield Fault(
                (*where, "entity_type_id"), "is no type of the portal (a smart process has 128 or more)"
            )
        elif kind.entity_type_id in types:
            yield Fault((*where, "entity_type_id"), f"is the kind {types[kind.entity_type_id]} already")
        types.setdefault(kind.entity_type_id, name)


def _status_faults(settings: Settings) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    given = settings.invoice.status
    if settings.invoice.my_company < 0:
        yield Fault(("invoice", "my_company"), "is no company's id")
    for name, stages in given.items():
        where = ("invoice", "status", name)
        near = did_you_mean(name, [status for status in STATUSES if status not in given])
        if name not in STATUSES and near:
            yield Fault(where, f"unknown status (did you mean {near}?)")
        elif not _NAME.fullmatch(name) or f"invoice.{name}" in event_names("invoice"):
            yield Fault(where, "cannot be the name of a status (write small letters, such as partly_paid)")
        if not stages:
            yield Fault(where, "is empty (remove it for the default)")
        for n, stage in enumerate(stages):
            if settings.invoice.api == "smart" and not _STAGE.fullmatch(stage):
                yield Fault(
                    (*where, n), f"{quoted(stage)} is no stage id (write it as DT31_1:N; run: b24sync init)"
                )
            elif owners.setdefault(stage, name) != name:
                yield Fault((*where, n), f"{quoted(stage)} is {owners[stage]} already")


def _people_faults(settings: Settings) -> Iterator[Fault]:
    roots = frozenset().union(*(names_of(kind) for kind in kinds_of(settings)))
    selectors = Selectors({}, roots)
    for name, selector in settings.people.items():
        if name in RESERVED or not name.isidentifier():
            yield Fault(
                ("people", name), "cannot be a person's name here (choose another; letters, digits and _)"
            )
        if selector in settings.people:
            yield Fault(
                ("people", name), f"'{selector}' is itself a name of [people] (write what it stands for)"
            )
        elif message := selectors.fault(selector):
            yield Fault(("people", name), message)
    if settings.alerts:
        if not settings.alerts.to:
            yield Fault(("alerts", "to"), 'is empty (write people, such as ["user:1"])')
        selectors = Selectors(settings.people, ())
        for n, person in enumerate(settings.alerts.to):
            if message := selectors.fault(person):
                yield Fault(("alerts", "to", n), message)


def _calendar_faults(settings: Settings) -> Iterator[Fault]:
    for path, message in settings.calendar.check():
        yield Fault(parsed_place(path), message)
    for n, name in enumerate(settings.calendar.file):
        yield from _missing_file(("calendar", "file", n), name)


def _mail_faults(mail: MailSettings) -> Iterator[Fault]:
    if mail.transport == "smtp":
        for key, value in (("host", mail.host), ("from", mail.from_)):
            if not value:
                yield Fault(("mail", key), 'is required for transport "smtp"')
        if bool(mail.user) != bool(mail.password):
            missing = "user" if mail.password else "password"
            yield Fault(
                ("mail", missing), "is required for the login (write both user and password, or neither)"
            )
        if mail.security == "none" and mail.host and not _LOOPBACK.fullmatch(mail.host):
            yield Fault(
                ("mail", "security"),
                '"none" is for a server on this machine only (write "starttls" or "tls")',
            )
    if mail.from_ and not is_sender(mail.from_):
        yield Fault(("mail", "from"), f"{quoted(mail.from_)} is no sender (write Name <box@host>)")
    for key, value in (("reply_to", mail.reply_to), ("redirect_to", mail.redirect_to)):
        if value and not is_address(value):
            yield Fault(("mail", key), f"{quoted(value)} is no e-mail address (write box@host)")
    if not 1 <= mail.port <= 65_535:
        yield Fault(("mail", "port"), "is out of range (write 1 to 65535)")


def _reminder_faults(settings: Settings) -> Iterator[Fault]:
    if settings.reminders is None:
        return
    if not settings.reminders.days:
        yield Fault(("reminders", "days"), "is empty (write days from the due date, or remove [reminders])")
    for n, days in enumerate(settings.reminders.days):
        if abs(days) > 3650:
            yield Fault(("reminders", "days", n), "is more than ten years away")
        elif days in settings.reminders.days[:n]:
            yield Fault(("reminders", "days", n), f"{days} is listed twice")
    if not settings.reminders.statuses:
        yield Fault(("reminders", "statuses"), 'is empty (write ["sent"])')
    for n, status in enumerate(settings.reminders.statuses):
        if message := invoice_status_fault(settings, status):
            yield Fault(("reminders", "statuses", n), message)


def _commission_faults(settings: Settings) -> Iterator[Fault]:
    if settings.commission is None:
        return
    if not settings.commission.rates:
        yield Fault(("commission", "rates"), "is required (write at least one [[commission.rates]])")
    selectors = Selectors(settings.people, names_of("invoice"))
    for n, rate in enumerate(settings.commission.rates):
        if message := selectors.fault(rate.for_):
            yield Fault(("commission", "rates", n, "for"), message)
        if not 0 < rate.percent <= 100:
            yield Fault(
                ("commission", "rates", n, "percent"),
                f"{rate.percent} is out of range (write more than 0, at most 100)",
            )


def _limit_faults(settings: Settings) -> Iterator[Fault]:
    for key in ("max_emails_per_poll", "max_actions_per_poll", "max_own_runs_per_hour"):
        if getattr(settings.safety, key) < 1:
            yield Fault(("safety", key), "must be at least 1 (for a trial without effects: dry_run = true)")
    if settings.safety.max_event_age < timedelta(minutes=1):
        yield Fault(("safety", "max_event_age"), 'would skip every notice and mail (write "7d")')
    if not 1 <= settings.retry.attempts <= 100:
        yield Fault(("retry", "attempts"), "is out of range (write 1 to 100)")


def _missing_file(path: tuple[str | int, ...], name: str | Path) -> Iterator[Fault]:
    if not Path(name).is_file():
        yield Fault(path, f"there is no file {name}")
