"""The texts of the report."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

TEXTS: Mapping[str, Message] = {
    "title": Message("Счета и автоматизация", "Invoices and automation"),
    "made": Message("По данным на {at}", "As of {at}"),
    "unpaid": Message("Неоплаченные счета", "Unpaid invoices"),
    "overdue": Message("Просрочено", "Overdue"),
    "of_it": Message("в том числе просрочено", "of it overdue"),
    "by_age": Message("По сроку просрочки", "By days overdue"),
    "age": Message("Просрочка", "Overdue"),
    "count": Message("Счетов", "Invoices"),
    "sum": Message("Сумма", "Sum"),
    "not_due": Message("срок не наступил", "not due yet"),
    "days": Message("{first}–{last} дн.", "{first}–{last} days"),
    "over": Message("больше {last} дн.", "over {last} days"),
    "worst": Message("Дольше всего не оплачены", "Unpaid for longest"),
    "invoice": Message("Счёт", "Invoice"),
    "due": Message("Оплатить до", "Due"),
    "client": Message("Клиент", "Client"),
    "manager": Message("Менеджер", "Manager"),
    "late": Message("Просрочено", "Overdue"),
    "late_days": Message("{days} дн.", "{days} d"),
    "amount": Message("Сумма", "Amount"),
    "no_unpaid": Message("Неоплаченных счетов нет.", "There are no unpaid invoices."),
    "reminders": Message("Отправленные напоминания", "Reminders sent"),
    "no_reminders": Message("За год напоминаний не отправлялось.", "No reminders were sent within a year."),
    "month": Message("Месяц", "Month"),
    "commissions": Message("Вознаграждения по сотрудникам и месяцам", "Commissions by person and month"),
    "person": Message("Сотрудник", "Person"),
    "expected": Message("Ожидается", "Expected"),
    "total": Message("Итого", "Total"),
    "no_commissions": Message(
        "В ведомости вознаграждений за год ничего нет.", "The ledger has no commissions within a year."
    ),
    "others": Message("остальные", "others"),
    "health": Message("Работа опросов за 30 дней", "Polls of the last 30 days"),
    "polls": Message("Опросов", "Polls"),
    "failed": Message("С ошибкой", "Failed"),
    "average": Message("В среднем, с", "Average, s"),
    "longest": Message("Дольше всего, с", "Longest, s"),
    "day": Message("День", "Day"),
    "no_polls": Message("За 30 дней опросов не было.", "There were no polls within 30 days."),
    "last_poll": Message("Последний опрос", "Last poll"),
    "code": Message("код {code}", "exit {code}"),
    "trimmed": Message(
        "Опросы без новостей хранятся не все, поэтому за давние дни их может быть показано меньше.",
        "Not all polls without news are kept, so there may have been more on days long ago.",
    ),
    "troubles": Message("Требуют решения человека", "Needing a person"),
    "no_troubles": Message("Ничего не ждёт решения.", "Nothing waits for a person."),
    "action": Message("Действие", "Action"),
    "state": Message("Состояние", "State"),
    "what": Message("Что", "What"),
    "why": Message("Почему", "Why"),
    "more": Message(
        "и ещё {count}: b24sync actions --state failed|held|uncertain",
        "and {count} more: b24sync actions --state failed|held|uncertain",
    ),
    "ok": Message("в порядке", "fine"),
    "how": Message(
        "Дальше: b24sync explain, retry, release или cancel.",
        "Next: b24sync explain, retry, release or cancel.",
    ),
    "never": Message("ещё не было", "none yet"),
    "in_all": Message("всего {count}", "{count} in all"),
    "exit": Message("коды", "exit codes"),
    "none": Message("нет", "none"),
    "data": Message("Данные таблицей", "As a table"),
    "stages": Message("Время на стадиях", "Time in stages"),
    "no_stages": Message(
        "Ни счетов, ни сделок в работе нет.", "There are neither invoices nor deals in process."
    ),
    "invoices": Message("Счета", "Invoices"),
    "deals": Message("Сделки", "Deals"),
    "stage": Message("Стадия", "Stage"),
    "waiting": Message("Сейчас", "Now"),
    "money": Message("На сумму", "Worth"),
    "median": Message("Обычно (медиана)", "Median"),
    "longest_stay": Message("Дольше всего", "Longest"),
    "working_time": Message(
        "Рабочее время: сутки рабочего дня считаются целиком, выходные и праздники не считаются. Медиана: по "
        "тем, кто уже ушёл со стадии с начала наблюдения.",
        "Working time: a working day counts its 24 hours, a day off none. Median: of those that have left "
        "the stage since b24sync watches.",
    ),
    "work_days": Message("{count} раб. дн.", "{count} wd"),
    "work_minutes": Message("меньше часа", "under 1 h"),
    "work_hours": Message("{count} ч", "{count} h"),
}

OF_FUNNEL = Message("{title} (воронка {number})", "{title} (funnel {number})")

ENDED: Mapping[int, Message] = {
    2: Message("опрос не запустился", "could not run"),
    69: Message("портал или почта недоступны", "portal or mail unavailable"),
    77: Message("портал отказал в доступе", "the portal refuses access"),
}
"""How a poll ended, by its exit code."""

UNNAMED: Mapping[str, Message] = {
    "company": Message("компания № {id}", "company {id}"),
    "contact": Message("контакт № {id}", "contact {id}"),
    "user": Message("сотрудник № {id}", "employee {id}"),
}
"""Who has no name that is known."""
