"""Tables of events and actions, and what may be asked for in them."""

from __future__ import annotations

from b24sync.words import Counted, Message

TIME = Message("когда", "when")
EVENT = Message("событие", "event")
ENTITY = Message("объект", "entity")
WHAT = Message("что", "what")
STATE = Message("состояние", "state")
RULE = Message("правило", "rule")
STEP = Message("шаг", "step")
RESULT = Message("итог", "result")
NUMBER = Message("№", "id")
NO_EVENTS = Message("подходящих событий нет", "no event fits")
NO_ACTIONS = Message("подходящих действий нет", "no action fits")
WAITS_FOR = Message("ждёт: {what}", "waits for {what}")
NEXT_TRY = Message("следующая попытка {at}", "next try {at}")
ALREADY_SO = Message("уже так", "already so")
STANDS = Message("стоит в «{stage}»", "stands in “{stage}”")
DAYS = Counted(("день", "дня", "дней"), ("day", "days"))
ON_DUE_DATE = Message("в день срока оплаты", "on the due date")
AFTER_DUE_DATE = Message("{days} после срока оплаты", "{days} after the due date")
BEFORE_DUE_DATE = Message("{days} до срока оплаты", "{days} before the due date")
UNTOLD = Message("ещё не разобрано", "not told yet")

WOULD_HEAD = Message(
    "Пробный режим: что было бы сделано ({actions}, {entities})",
    "Dry run: what would be done ({actions}, {entities})",
)
WOULD_NONE = Message(
    "пробных действий нет (safety.dry_run, или b24sync poll --dry-run)",
    "no action of a dry run (safety.dry_run, or b24sync poll --dry-run)",
)
WOULD_TOTAL = Message("Всего", "In all")
ACTIONS = Counted(("действие", "действия", "действий"), ("action", "actions"))
ENTITIES = Counted(("объект", "объекта", "объектов"), ("entity", "entities"))
NOTHING_TO_DO = Message("ничего", "nothing")

NO_ENTITY = Message("«{text}»: не объект CRM", "{text!r} is no entity")
NO_ENTITY_REMEDY = Message(
    "напишите вид:ID, например deal:17, ID счёта 512 или его номер №125",
    "write kind:id as deal:17, an invoice's id 512, or its number №125",
)
UNKNOWN_KIND = Message("вида «{kind}» нет", "there is no kind {kind!r}")
UNKNOWN_EVENT = Message("события «{name}» нет", "there is no event {name!r}")
UNKNOWN_STATE = Message("состояния «{name}» нет", "there is no state {name!r}")
DID_YOU_MEAN = Message("возможно, {word}?", "did you mean {word}?")
KNOWN = Message("есть: {words}", "known: {words}")
SEVERAL_NUMBERED = Message("счетов с №{number} несколько", "several invoices have №{number}")
NAME_ONE = Message("укажите один: {which}", "name one: {which}")
NONE_NUMBERED = Message("счёта №{number} в базе нет", "no known invoice has №{number}")
"""The database's invoices; the portal may have it."""
