"""Checks of the sections that a type cannot express: ranges, addresses, and what needs what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from b24sync.config.known_names import RESERVED, kinds_of, names_of
from b24sync.config.person_names import Selectors, meaning_of
from b24sync.config.problems import Path, Problem, parsed_place
from b24sync.domain.addresses import address_fault
from b24sync.domain.event import event_names
from b24sync.domain.invoice_statuses import STAGE_ID, invoice_status_fault
from b24sync.domain.settings import STATUSES
from b24sync.domain.wording import did_you_mean, hint, quoted
from b24sync.portal.webhook import is_loopback
from b24sync.words import advice
from b24sync.words import config_people as people_words
from b24sync.words import config_sections as words

if TYPE_CHECKING:
    from b24sync.domain.settings import MailSettings, Settings
    from b24sync.words import Both

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
        yield Problem(("poll", "overlap"), words.SHORT_OVERLAP.both())
    if settings.mail and settings.mail.security == "tls" and settings.mail.port == 587:
        yield Problem(("mail", "port"), words.PORT_587.both())
    if settings.mail and settings.mail.redirect_to:
        told = words.REDIRECTED.both(address=settings.mail.redirect_to)
        yield Problem(("mail", "redirect_to"), told)


def _portal_faults(settings: Settings) -> Iterator[Problem]:
    if not timedelta(seconds=1) <= settings.portal.timeout <= timedelta(minutes=10):
        yield Problem(("portal", "timeout"), words.TIMEOUT.both())
    if settings.invoice.my_company < 0:
        yield Problem(("invoice", "my_company"), words.NO_COMPANY.both())


def _poll_faults(settings: Settings) -> Iterator[Problem]:
    known = kinds_of(settings)
    for n, kind in enumerate(settings.poll.watch):
        if kind not in known:
            told = words.NO_KIND.both(kind=quoted(kind), hint=hint(kind, known))
            yield Problem(("poll", "watch", n), told)
    yield from _twice(("poll", "watch"), settings.poll.watch)
    if not settings.poll.watch:
        yield Problem(("poll", "watch"), words.EMPTY_WATCH.both(hint=advice.known(known)))
    if settings.poll.ping_url and not _URL.fullmatch(settings.poll.ping_url):
        yield Problem(("poll", "ping_url"), words.NO_URL.both())


def _kind_faults(settings: Settings) -> Iterator[Problem]:
    types: dict[int, str] = dict(_NO_KINDS)
    for name, kind in settings.kinds.items():
        where = ("kinds", name)
        if not _NAME.fullmatch(name):
            yield Problem(where, words.NO_KIND_NAME.both())
        elif name in RESERVED:
            yield Problem(where, words.TAKEN_NAME.both(name=name))
        if kind.entity_type_id < 1:
            yield Problem((*where, "entity_type_id"), words.NO_TYPE.both())
        elif types.setdefault(kind.entity_type_id, name) != name:
            told = words.TAKEN_TYPE.both(type=kind.entity_type_id, name=types[kind.entity_type_id])
            yield Problem((*where, "entity_type_id"), told)


def _status_faults(settings: Settings) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, stages in settings.invoice.status.items():
        where = ("invoice", "status", name)
        if message := _status_name_fault(settings, name):
            yield Problem(where, message)
        if not stages:
            yield Problem(where, words.NO_STAGES.both())
        for n, stage in enumerate(stages):
            if settings.invoice.api == "smart" and not STAGE_ID.fullmatch(stage):
                yield Problem((*where, n), words.NO_STAGE_ID.both(stage=quoted(stage)))
            elif owners.setdefault(stage, name) != name:
                told = words.TAKEN_STAGE.both(stage=quoted(stage), status=owners[stage])
                yield Problem((*where, n), told)


def _status_name_fault(settings: Settings, name: str) -> Both | None:
    if name in STATUSES:
        return None
    if not _NAME.fullmatch(name) or f"invoice.{name}" in event_names("invoice"):
        return words.NO_STATUS_NAME.both()
    near = did_you_mean(name, [status for status in STATUSES if status not in settings.invoice.status])
    return words.UNKNOWN_STATUS.both(hint=advice.meant(near)) if near else None


def _people_faults(settings: Settings) -> Iterator[Problem]:
    roots = frozenset().union(*(names_of(kind) for kind in kinds_of(settings)))
    selectors = Selectors(settings.people, roots)
    for name, selector in settings.people.items():
        if name in RESERVED or not name.isidentifier():
            yield Problem(("people", name), people_words.NO_NAME.both())
        if selector in settings.people and not meaning_of(name, settings.people):
            yield Problem(("people", name), people_words.IN_A_CIRCLE.both(selector=selector))
        elif message := selectors.fault(selector):
            yield Problem(("people", name), message)


def _alert_faults(settings: Settings) -> Iterator[Problem]:
    if settings.alerts is None:
        return
    if not settings.alerts.to:
        yield Problem(("alerts", "to"), words.NO_ALERTED.both())
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
    if not mail.from_:
        yield Problem(("mail", "from"), words.NO_SENDER.both())
    for key, value in (("from", mail.from_), ("reply_to", mail.reply_to), ("redirect_to", mail.redirect_to)):
        if value and (told := address_fault(value)):
            yield Problem(("mail", key), told)
    if not 1 <= mail.port <= 65_535:
        yield Problem(("mail", "port"), words.PORT.both())


def _smtp_faults(mail: MailSettings) -> Iterator[Problem]:
    if not mail.host:
        yield Problem(("mail", "host"), words.FOR_SMTP.both())
    if mail.password and not mail.user:
        yield Problem(("mail", "user"), words.USER_FOR_LOGIN.both())
    if mail.security == "none" and mail.host and not is_loopback(mail.host.strip("[]")):
        yield Problem(("mail", "security"), words.NO_SECURITY.both())


def _reminder_faults(settings: Settings) -> Iterator[Problem]:
    reminders = settings.reminders
    if reminders is None:
        return
    if not reminders.days:
        yield Problem(("reminders", "days"), words.NO_DAYS.both())
    for n, days in enumerate(reminders.days):
        if abs(days) > 3650:
            yield Problem(("reminders", "days", n), words.TOO_FAR.both(days=days))
    yield from _twice(("reminders", "days"), reminders.days)
    if not reminders.statuses:
        yield Problem(("reminders", "statuses"), words.NO_STATUSES.both())
    for n, status in enumerate(reminders.statuses):
        if message := invoice_status_fault(settings, status):
            yield Problem(("reminders", "statuses", n), message)


def _commission_faults(settings: Settings) -> Iterator[Problem]:
    if settings.commission is None:
        return
    if not settings.commission.rates:
        yield Problem(("commission", "rates"), words.NO_RATES.both())
    selectors = Selectors(settings.people, names_of("invoice"))
    for n, rate in enumerate(settings.commission.rates):
        where = ("commission", "rates", n)
        if message := selectors.fault(rate.for_):
            yield Problem((*where, "for"), message)
        if not 0 < rate.percent <= 100:
            yield Problem((*where, "percent"), words.PERCENT.both(percent=rate.percent))


def _limit_faults(settings: Settings) -> Iterator[Problem]:
    for key in ("max_emails_per_poll", "max_actions_per_poll", "max_own_runs_per_hour"):
        if getattr(settings.safety, key) < 1:
            yield Problem(("safety", key), words.AT_LEAST_ONE.both())
    if settings.safety.max_event_age < timedelta(minutes=1):
        yield Problem(("safety", "max_event_age"), words.WOULD_SKIP_ALL.both())
    if not 1 <= settings.retry.attempts <= 100:
        yield Problem(("retry", "attempts"), words.ATTEMPTS.both())


def _twice(path: Path, values: Sequence[str | int]) -> Iterator[Problem]:
    for n, value in enumerate(values):
        if value in values[:n]:
            shown = quoted(value) if isinstance(value, str) else value
            yield Problem((*path, n), words.TWICE.both(value=shown))
