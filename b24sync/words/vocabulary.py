"""One word per thing: states, reasons, kinds, events, fields; what a step is called is said by its class."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

STATES: Mapping[str, Message] = {
    "pending": Message("ждёт", "pending"),
    "running": Message("выполняется", "running"),
    "done": Message("выполнено", "done"),
    "failed": Message("ошибка", "failed"),
    "uncertain": Message("неясно", "uncertain"),
    "held": Message("задержано", "held"),
    "skipped": Message("пропущено", "skipped"),
    "cancelled": Message("отменено", "cancelled"),
}
"""The states of actions (contract.md §4)."""

ACTIVITIES: Mapping[str, Message] = {
    "meeting": Message("встреча", "meeting"),
    "call": Message("звонок", "call"),
    "todo": Message("дело", "to-do"),
}

KINDS: Mapping[str, Message] = {
    "invoice": Message("счёт", "invoice"),
    "deal": Message("сделка", "deal"),
    "task": Message("задача", "task"),
    "contact": Message("контакт", "contact"),
    "company": Message("компания", "company"),
}

EVENT_WORDS: Mapping[str, Message] = {
    "invoice.created": Message("счёт создан", "invoice created"),
    "invoice.updated": Message("счёт изменён", "invoice changed"),
    "invoice.status_changed": Message("статус счёта", "invoice status"),
    "invoice.deleted": Message("счёт удалён", "invoice deleted"),
    "invoice.reminder_due": Message("пора напомнить", "reminder due"),
    "invoice.tasks_completed": Message("задачи счёта выполнены", "invoice tasks done"),
    "invoice.stuck": Message("счёт стоит на месте", "invoice stands still"),
    "deal.created": Message("сделка создана", "deal created"),
    "deal.updated": Message("сделка изменена", "deal changed"),
    "deal.stage_changed": Message("стадия сделки", "deal stage"),
    "deal.deleted": Message("сделка удалена", "deal deleted"),
    "deal.stuck": Message("сделка стоит на месте", "deal stands still"),
    "task.created": Message("задача создана", "task created"),
    "task.updated": Message("задача изменена", "task changed"),
    "task.completed": Message("задача выполнена", "task done"),
    "created": Message("создано", "created"),
    "updated": Message("изменено", "changed"),
    "stage_changed": Message("стадия", "stage"),
    "deleted": Message("удалено", "deleted"),
    "operator": Message("вручную", "by hand"),
}

REASONS: Mapping[str, Message] = {
    "already_done": Message("уже сделано", "already so"),
    "baseline": Message("опрос начат заново (--baseline)", "polling began anew (--baseline)"),
    "closed": Message("уже закрыто", "already closed"),
    "dry_run": Message("пробный режим, ничего не сделано", "dry run, nothing was done"),
    "empty_text": Message("текст получился пустым", "the text came out empty"),
    "gone": Message("удалено или скрыто от вебхука", "gone, or hidden from the webhook"),
    "left_status": Message("счёт уже в другом статусе", "the invoice has left the status"),
    "loop": Message("правила вызывают друг друга", "rules feed each other"),
    "no_company": Message("нет компании", "there is no company"),
    "no_contact": Message("нет контакта", "there is no contact"),
    "no_deal": Message("нет сделки", "there is no deal"),
    "no_due_date": Message("срок оплаты не указан", "there is no due date"),
    "no_invoice": Message("нет счёта", "there is no invoice"),
    "nobody": Message("некому", "there is nobody to do it for"),
    "paid": Message("счёт уже оплачен", "the invoice is paid"),
    "rejected": Message("счёт отклонён", "the invoice is rejected"),
    "rule_gone": Message("правила больше нет", "the rule is gone"),
    "storm": Message("слишком много за один опрос", "too many in one poll"),
    "superseded": Message("заменено более новым письмом", "replaced by a newer mail"),
    "too_old": Message("событие слишком давнее", "the event is too old"),
}
"""Reason codes of skipped and held actions; a step's own ones stand in its class."""

LEDGER: Mapping[str, Message] = {
    "expected": Message("ожидается", "expected"),
    "earned": Message("начислено", "earned"),
    "reversed": Message("сторно", "reversed"),
}

FIELDS: Mapping[str, Message] = {
    "id": Message("ID", "id"),
    "title": Message("название", "title"),
    "name": Message("имя", "name"),
    "number": Message("номер", "number"),
    "status": Message("статус", "status"),
    "stage_id": Message("стадия", "stage"),
    "category_id": Message("воронка", "funnel"),
    "semantic": Message("итог стадии", "semantics"),
    "amount": Message("сумма", "amount"),
    "currency": Message("валюта", "currency"),
    "due_date": Message("срок оплаты", "due date"),
    "issued_date": Message("дата счёта", "invoice date"),
    "created_at": Message("создано", "created"),
    "updated_at": Message("изменено", "changed"),
    "closed_at": Message("закрыто", "closed"),
    "deadline": Message("крайний срок", "deadline"),
    "deal_id": Message("сделка", "deal"),
    "contact_id": Message("контакт", "contact"),
    "company_id": Message("компания", "company"),
    "responsible_id": Message("ответственный", "responsible"),
    "tags": Message("теги", "tags"),
    "emails": Message("почта", "e-mail"),
    "phones": Message("телефоны", "phones"),
    "url": Message("ссылка", "link"),
}


PEOPLE: Mapping[str, Message] = {
    "responsible": Message("ответственный", "the responsible"),
    "invoice.responsible": Message("ответственный за счёт", "responsible for the invoice"),
    "deal.responsible": Message("ответственный за сделку", "responsible for the deal"),
    "contact.responsible": Message("ответственный за контакт", "responsible for the contact"),
    "creator": Message("кто создал", "the creator"),
    "department_head": Message("руководитель отдела", "the department's head"),
    "accountant": Message("бухгалтер", "the accountant"),
    "project_lead": Message("руководитель проекта", "the project lead"),
}
"""Selectors of people, and the names that ``init`` gives to two."""


def person_word(selector: str) -> str:
    """What a selector means, as far as its words are known; a name of the configuration as it is."""
    return word(PEOPLE, selector)


def word(words: Mapping[str, Message], code: str) -> str:
    """The word for a code; the code itself if there is none."""
    found = words.get(code)
    return code if found is None else found()


def event_word(name: str) -> str:
    """What an event is called; for a kind of the configuration with the kind's name."""
    kind, _, last = name.partition(".")
    if name in EVENT_WORDS:
        return EVENT_WORDS[name]()
    return f"{kind}: {word(EVENT_WORDS, last)}" if last in EVENT_WORDS else name
