"""The texts of the report, in Russian and English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from b24sync.rules.formats import money
from b24sync.words import Language
from b24sync.words.report import ENDED, TEXTS
from b24sync.words.vocabulary import STATES

_MONTHS: Final = {
    "ru": ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one language; numbers and dates as it writes them."""

    lang: Language

    def __getitem__(self, name: str) -> str:
        return TEXTS[name].of(self.lang)

    def say(self, name: str, **values: object) -> str:
        """A text with values put in."""
        return TEXTS[name].of(self.lang, **values)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency."""
        return money(amount, language=self.lang, currency=currency)

    def day(self, when: date) -> str:
        """A date."""
        return f"{when:%d.%m.%Y}" if self.lang == "ru" else when.isoformat()

    def time(self, when: datetime) -> str:
        """A date and time of day, with the offset."""
        offset = f"{when:%z}"
        return f"{self.day(when.date())} {when:%H:%M} ({offset[:3]}:{offset[3:5]})"

    def month(self, name: str, *, short: bool = False) -> str:
        """``2026-11`` as ``Nov 2026``, short without the year (but in January)."""
        year, number = name.split("-")
        word = _MONTHS[self.lang][int(number) - 1]
        return f"{word} {year[2:] if short else year}" if not short or number == "01" else word

    def age(self, first: int | None, last: int | None) -> str:
        """A class of days overdue."""
        if first is None:
            return self["not_due"]
        return self.say("over", last=first - 1) if last is None else self.say("days", first=first, last=last)

    def ended(self, code: int) -> str:
        """How a poll ended, by its exit code."""
        return ENDED[code].of(self.lang) if code in ENDED else self["failed"]

    def state(self, code: str) -> str:
        """The state of an action, as everywhere."""
        return STATES[code].of(self.lang)

    def working(self, time: timedelta) -> str:
        """Working time: hours under a day, else days."""
        hours = time.total_seconds() / 3600
        if hours < 1:
            return self["work_minutes"]
        if hours < 24:
            return self.say("work_hours", count=f"{hours:.0f}")
        return self.say("work_days", count=self.number(hours / 24))

    def number(self, value: float) -> str:
        """A number with one decimal."""
        text = f"{value:.1f}"
        return text.replace(".", ",") if self.lang == "ru" else text
