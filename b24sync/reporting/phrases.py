"""The texts of the report, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from b24sync.rules.formats import money

_MONTHS: Final = {
    "ru": ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {
        "title": "Счета и автоматизация",
        "made": "По данным на {at}",
        "unpaid": "Неоплаченные счета",
        "overdue": "Просрочено",
        "of_it": "в том числе просрочено",
        "by_age": "По сроку просрочки",
        "age": "Просрочка",
        "count": "Счетов",
        "sum": "Сумма",
        "not_due": "срок не наступил",
        "days": "{first}–{last} дн.",
        "over": "больше {last} дн.",
        "worst": "Дольше всего не оплачены",
        "invoice": "Счёт",
        "due": "Оплатить до",
        "client": "Клиент",
        "manager": "Менеджер",
        "late": "Просрочено",
        "late_days": "{days} дн.",
        "amount": "Сумма",
        "no_unpaid": "Неоплаченных счетов нет.",
        "reminders": "Отправленные напоминания",
        "no_reminders": "За год напоминаний не отправлялось.",
        "month": "Месяц",
        "commissions": "Вознаграждения по сотрудникам и месяцам",
        "person": "Сотрудник",
        "expected": "Ожидается",
        "total": "Итого",
        "no_commissions": "В ведомости вознаграждений за год ничего нет.",
        "others": "остальные",
        "health": "Работа опросов за 30 дней",
        "polls": "Опросов",
        "failed": "С ошибкой",
        "average": "В среднем, с",
        "longest": "Дольше всего, с",
        "day": "День",
        "no_polls": "За 30 дней опросов не было.",
        "last_poll": "Последний опрос",
        "code": "код {code}",
        "trimmed": "Опросы без новостей хранятся не все, поэтому за давние дни их может быть "
        "показано меньше.",
        "troubles": "Требуют решения человека",
        "no_troubles": "Ничего не ждёт решения.",
        "action": "Действие",
        "state": "Состояние",
        "what": "Что",
        "why": "Почему",
        "more": "и ещё {count}: b24sync actions --state failed|held|uncertain",
        "ok": "в порядке",
        "how": "Дальше: b24sync explain, retry, release или cancel.",
        "never": "ещё не было",
        "in_all": "всего {count}",
        "exit": "коды",
        "failed_state": "ошибка",
        "held_state": "удержано",
        "uncertain_state": "исход неизвестен",
        "none": "нет",
        "data": "Данные таблицей",
        "stages": "Время на стадиях",
        "no_stages": "Ни счетов, ни сделок в работе нет.",
        "invoices": "Счета",
        "deals": "Сделки",
        "stage": "Стадия",
        "waiting": "Сейчас",
        "money": "На сумму",
        "median": "Обычно (медиана)",
        "longest_stay": "Дольше всего",
        "working_time": "Рабочее время: сутки рабочего дня считаются целиком, выходные и праздники "
        "не считаются. Медиана: по тем, кто уже ушёл со стадии с начала наблюдения.",
        "work_days": "{count} раб. дн.",
        "work_hours": "{count} ч",
    },
    "en": {
        "title": "Invoices and automation",
        "made": "As of {at}",
        "unpaid": "Unpaid invoices",
        "overdue": "Overdue",
        "of_it": "of it overdue",
        "by_age": "By days overdue",
        "age": "Overdue",
        "count": "Invoices",
        "sum": "Sum",
        "not_due": "not due yet",
        "days": "{first}–{last} days",
        "over": "over {last} days",
        "worst": "Unpaid for longest",
        "invoice": "Invoice",
        "due": "Due",
        "client": "Client",
        "manager": "Manager",
        "late": "Overdue",
        "late_days": "{days} d",
        "amount": "Amount",
        "no_unpaid": "There are no unpaid invoices.",
        "reminders": "Reminders sent",
        "no_reminders": "No reminders were sent within a year.",
        "month": "Month",
        "commissions": "Commissions by person and month",
        "person": "Person",
        "expected": "Expected",
        "total": "Total",
        "no_commissions": "The ledger has no commissions within a year.",
        "others": "others",
        "health": "Polls of the last 30 days",
        "polls": "Polls",
        "failed": "Failed",
        "average": "Average, s",
        "longest": "Longest, s",
        "day": "Day",
        "no_polls": "There were no polls within 30 days.",
        "last_poll": "Last poll",
        "code": "exit {code}",
        "trimmed": "Not all polls without news are kept, so there may have been more on days long ago.",
        "troubles": "Needing a person",
        "no_troubles": "Nothing waits for a person.",
        "action": "Action",
        "state": "State",
        "what": "What",
        "why": "Why",
        "more": "and {count} more: b24sync actions --state failed|held|uncertain",
        "ok": "fine",
        "how": "Next: b24sync explain, retry, release or cancel.",
        "never": "none yet",
        "in_all": "{count} in all",
        "exit": "exit codes",
        "failed_state": "failed",
        "held_state": "held",
        "uncertain_state": "uncertain",
        "none": "none",
        "data": "As a table",
        "stages": "Time in stages",
        "no_stages": "There are neither invoices nor deals in process.",
        "invoices": "Invoices",
        "deals": "Deals",
        "stage": "Stage",
        "waiting": "Now",
        "money": "Worth",
        "median": "Median",
        "longest_stay": "Longest",
        "working_time": "Working time: a working day counts its 24 hours, a day off none. Median: of those "
        "that have left the stage since b24sync watches.",
        "work_days": "{count} wd",
        "work_hours": "{count} h",
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one language; numbers and dates as it writes them."""

    lang: str

    def __getitem__(self, name: str) -> str:
        return _TEXTS[self.lang][name]

    def say(self, name: str, **values: object) -> str:
        """A text with values put in."""
        return self[name].format(**values)

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

    def working(self, time: timedelta) -> str:
        """Working time: hours under a day, else days."""
        hours = time.total_seconds() / 3600
        if hours < 24:
            return self.say("work_hours", count=self.number(hours) if 0 < hours < 1 else f"{hours:.0f}")
        return self.say("work_days", count=self.number(hours / 24))

    def number(self, value: float) -> str:
        """A number with one decimal."""
        text = f"{value:.1f}"
        return text.replace(".", ",") if self.lang == "ru" else text
