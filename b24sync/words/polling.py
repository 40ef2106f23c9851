"""What a poll says of itself."""

from __future__ import annotations

from b24sync.words import Counted, Message

BASELINE = Message(
    "Исходное состояние прочитано, событий по нему нет.", "The baseline was taken; it fires nothing."
)
DRY_RUN = Message("Пробный опрос: ничего не изменено.", "Dry run: nothing was changed.")
SUMMARY = Message(
    "Изменилось: {changes}; событий: {events}; действия: {actions}; {requests}.",
    "Changed: {changes}; events: {events}; actions: {actions}; {requests}.",
)
NOTHING = Message("ничего", "nothing")
NONE = Message("нет", "none")
REQUESTS = Counted(("запрос", "запроса", "запросов"), ("request", "requests"))
LEFT_OUT = Message("{kind} пропущено в этом опросе: {why}", "{kind} left out of this poll: {why}")
STAGES_LEFT_OUT = Message(
    "{kind} пропущено в этом опросе, стадии сейчас не прочитать: {why}",
    "{kind} left out of this poll, its stages cannot be read now: {why}",
)
STAGES_BY_ID = Message(
    "{kind}: стадии не прочитать, они различаются по ID",
    "{kind}: its stages cannot be read; they are judged by their ids",
)
HIDDEN_TASK = Message(
    "{task}: задача была открыта, а портал её больше не показывает; {invoice} ждёт её завершения. Удалена ли"
    " она, видно только вебхуку администратора (b24sync doctor)",
    "{task} was open when it was last seen, and the portal does not show it any more: {invoice} waits for it."
    " Only an administrator's webhook can tell whether it was deleted (b24sync doctor)",
)
GUARD = Message(
    "{kind}: {why}; ничего не помечено удалённым. Если это верно: b24sync poll --reconcile",
    "{kind}: {why}; nothing was marked deleted. If that is right: b24sync poll --reconcile",
)
GONE = Message(
    "на портале разом пропало {missing} из {known}",
    "{missing} of {known} are gone from the portal at once",
)
ACTION = Message(
    "действие №{id} {state}: правило {rule}, {step}, {entity}: {why}",
    "action {id} {state}: rule {rule}, {step}, {entity}: {why}",
)
MORE_ACTIONS = Message(
    "и ещё {count}: b24sync actions --state {state}", "and {count} more: b24sync actions --state {state}"
)
SINCE_FIRST = Message(
    "--since только для первого опроса, а эта база исходное состояние уже имеет",
    "--since is for the first poll only, and this database has its baseline",
)
WITHOUT_IT = Message("запустите опрос без него", "poll without it")
FAULT = Message(
    "{fault} (правило не сработало; исправьте when, затем: b24sync run-rule ПРАВИЛО ОБЪЕКТ)",
    "{fault} (the rule did not run; correct its when, then: b24sync run-rule RULE ENTITY)",
)
RULE_ON = Message("правило {rule}, {entity}: {why}", "rule {rule} on {entity}: {why}")
TOO_OLD = Message(
    "пропущено уведомлений и писем: {count}; их события старше safety.max_event_age",
    "{count} notify and mail steps skipped: their events are older than safety.max_event_age",
)
OF_ACTION = Message("действие №{id}: {text}", "action {id}: {text}")
LOOP = Message(
    "правила вызывают друг друга на {entity}: {rules} ({count} собственных запусков за час)",
    "rules feed each other on {entity}: {rules} ({count} own runs within an hour)",
)
STORM_ACTIONS = Message(
    "{count} действий за один опрос, safety.max_actions_per_poll = {limit}",
    "{count} actions in one poll, safety.max_actions_per_poll is {limit}",
)
STORM_MAILS = Message(
    "{count} писем за один опрос, safety.max_emails_per_poll = {limit}",
    "{count} mails in one poll, safety.max_emails_per_poll is {limit}",
)
ALERT = Message("b24sync: требуется внимание", "b24sync: needs attention")
"""Begins the notice of ``[alerts]``."""
QUARANTINED = Message(
    "{entity} не прочитать, объект отложен до исправления, остальное идёт дальше: {why}",
    "{entity} cannot be read; it is set aside until it can be, everything else goes on: {why}",
)
MORE_QUARANTINED = Message(
    "и ещё отложено: {count} (b24sync status)", "and {count} more are set aside (b24sync status)"
)
LINKS_WAIT = Message(
    "ждут связанных данных, которые сейчас не прочитать: {count} ({why})",
    "{count} wait for linked data that cannot be read now ({why})",
)
UNJUDGED = Message(
    "условие не проверить, связанные данные не читаются: {why}",
    "condition could not be judged, a link cannot be read: {why}",
)
NOT_RECONCILED = Message(
    "{kind}: сверку сейчас не закончить, следующий опрос её продолжит: {why}",
    "{kind}: the reconcile cannot be finished now, the next poll goes on with it: {why}",
)
UNVERIFIED = Message(
    "не проверить, удалены ли: {count} ({ids}); следующая сверка посмотрит снова",
    "{count} cannot be verified as deleted ({ids}); the next reconcile looks again",
)
NO_END = Message(
    "опрос исчерпал свой предел ({requests} запросов или {minutes} мин.), чтение продолжится в следующем",
    "the poll has spent what it may ({requests} requests or {minutes} minutes); the reading goes on in the"
    " next poll",
)
ACTIONS_WAIT = Message(
    "время опроса вышло, остальные действия выполнит следующий",
    "the time of this poll is over; the next one does the rest of the actions",
)

# what cannot be read of the portal's rows

NO_ROW_ID = Message("строка, id которой не прочесть: {shown}", "a row whose id cannot be read: {shown}")
NO_ROW_TIME = Message(
    "в ней нет времени создания и времени изменения",
    "it says neither when it was created nor when it was changed",
)
HISTORY_ROW = Message("запись {id} истории стадий: {why}", "row {id} of the stage history: {why}")
ROW_FAULT = Message("строку портала не разобрать ({why})", "the portal's row makes no sense ({why})")
