"""The built-in texts of mails, in Russian and in English: templates like those of the configuration.

Besides the names of an invoice's event they know ``addressee`` (a name, may be empty), ``attached`` (whether
the PDF is), ``link`` (to an old invoice), and in reminders ``days`` (until the due date, negative: since)
with ``days_text``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from b24sync.domain.entity import Entity

INVOICE_SUBJECT = {
    "ru": "Счёт № {{ invoice.number or invoice.id }}{% if invoice.issued_date %} от {{ invoice.issued_date "
    "| date }}{% endif %}",
    "en": "Invoice {{ invoice.number or invoice.id }}{% if invoice.issued_date %} of {{ invoice.issued_date "
    "| date }}{% endif %}",
}
REMINDER_SUBJECT = {
    "ru": "{% if days < 0 %}Просрочена оплата счёта{% else %}Напоминание об оплате счёта{% endif %} № {{ "
    "invoice.number or invoice.id }}",
    "en": "{% if days < 0 %}Overdue{% else %}Payment reminder{% endif %}: invoice {{ invoice.number or "
    "invoice.id }}",
}

_HELLO = {
    "ru": "Здравствуйте{% if addressee %}, {{ addressee }}{% endif %}!\n\n",
    "en": "Hello{% if addressee %} {{ addressee }}{% endif %},\n\n",
}
_BYE = {
    "ru": "{% if responsible.name %}\nС уважением,\n{{ responsible.name }}\n{{ responsible.email "
    "}}\n{% endif %}\n",
    "en": "{% if responsible.name %}\nKind regards,\n{{ responsible.name }}\n{{ responsible.email "
    "}}\n{% endif %}\n",
}
_WHERE = {
    "ru": (
        "{% if attached %}\nСчёт в формате PDF приложен к письму.\n"
        "{% elif link %}\nПосмотреть и скачать счёт можно по ссылке: {{ link }}\n{% endif %}\n"
    ),
    "en": (
        "{% if attached %}\nThe invoice is attached as a PDF.\n"
        "{% elif link %}\nYou can see and download the invoice here: {{ link }}\n{% endif %}\n"
    ),
}
_NUMBER = {
    "ru": "№ {{ invoice.number or invoice.id }}{% if invoice.issued_date %} от {{ invoice.issued_date | "
    "date }}{% endif %}",
    "en": "{{ invoice.number or invoice.id }}{% if invoice.issued_date %} of {{ invoice.issued_date | date "
    "}}{% endif %}",
}

INVOICE_BODY = {
    "ru": (
        _HELLO["ru"] + "Направляем вам счёт " + _NUMBER["ru"] + " на сумму {{ invoice.amount | money }}."
        "{% if invoice.due_date %} Просим оплатить его не позднее {{ invoice.due_date | date }}.{% "
        "endif %}\n\n\n" + _WHERE["ru"] + "\n" + _BYE["ru"]
    ),
    "en": (
        _HELLO["en"] + "please find our invoice " + _NUMBER["en"] + " for {{ invoice.amount | money }}."
        "{% if invoice.due_date %} Kindly pay it by {{ invoice.due_date | date }}.{% endif %}\n\n\n"
        + _WHERE["en"]
        + "\n"
        + _BYE["en"]
    ),
}
REMINDER_BODY = {
    "ru": (
        _HELLO["ru"]
        + "{% if days > 0 %}\nНапоминаем: {{ days_text }}, {{ invoice.due_date | date }}, истекает срок "
        "оплаты счёта " + _NUMBER["ru"] + " на сумму {{ invoice.amount | money }}.\n"
        "{% elif days == 0 %}\nНапоминаем: сегодня, {{ invoice.due_date | date }}, истекает срок "
        "оплаты счёта " + _NUMBER["ru"] + " на сумму {{ invoice.amount | money }}.\n"
        "{% else %}\nСрок оплаты счёта "
        + _NUMBER["ru"]
        + " на сумму {{ invoice.amount | money }} истёк {{ invoice.due_date | date }}, {{ "
        "days_text }} назад. "
        "Просим оплатить его в ближайшее время.\n"
        "{% endif %}\n\n"
        + _WHERE["ru"]
        + "\nЕсли вы уже оплатили счёт, спасибо! Отвечать на это письмо не нужно.\n\n"
        + _BYE["ru"]
    ),
    "en": (
        _HELLO["en"]
        + "{% if days > 0 %}\nthis is a reminder that our invoice "
        + _NUMBER["en"]
        + " for {{ invoice.amount | money }} is due {{ days_text }}, on {{ invoice.due_date | date }}.\n"
        "{% elif days == 0 %}\nthis is a reminder that our invoice "
        + _NUMBER["en"]
        + " for {{ invoice.amount | money }} is due today, {{ invoice.due_date | date }}.\n"
        "{% else %}\nour invoice "
        + _NUMBER["en"]
        + " for {{ invoice.amount | money }} was due on {{ invoice.due_date | date }}, {{ days_text }} ago. "
        "Kindly pay it.\n"
        "{% endif %}\n\n"
        + _WHERE["en"]
        + "\nIf you have paid already, thank you: no answer is needed.\n\n"
        + _BYE["en"]
    ),
}

COMMENTS = {
    ("invoice", "ru"): "Счёт № {number} отправлен на {to} ({at})",
    ("invoice", "en"): "Invoice {number} was mailed to {to} ({at})",
    ("reminder", "ru"): "Напоминание об оплате счёта № {number} отправлено на {to} ({at})",
    ("reminder", "en"): "A reminder of invoice {number} was mailed to {to} ({at})",
}


def days_text(days: int, lang: str) -> str:
    """How long until the due date (``через 3 дня``), or since (``3 дня``, before *назад*)."""
    count = abs(days)
    if lang != "ru":
        words = f"{count} day" if count == 1 else f"{count} days"
        return words if days < 0 else "tomorrow" if days == 1 else f"in {words}"
    words = f"{count} {plural(count, 'день', 'дня', 'дней')}"
    return words if days < 0 else "завтра" if days == 1 else f"через {words}"


def plural(count: int, one: str, few: str, many: str) -> str:
    """The form of a Russian noun after a number: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    tens, units = count % 100, count % 10
    if units == 1 and tens != 11:
        return one
    return few if units in {2, 3, 4} and tens not in {12, 13, 14} else many


def shown_day(day: date, lang: str) -> str:
    """A date as people write it."""
    return f"{day:%d.%m.%Y}" if lang == "ru" else day.isoformat()


def file_name(invoice: Entity, lang: str) -> str:
    """``Счёт № 125 от 24.11.2026.pdf``."""
    number = str(invoice.values.get("number") or invoice.key.id)
    issued: date | None = invoice.values.get("issued_date")
    name, of = ("Счёт №", "от") if lang == "ru" else ("Invoice", "of")
    return f"{name} {number}{f' {of} {shown_day(issued, lang)}' if issued else ''}.pdf"
