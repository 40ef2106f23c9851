"""The story of one entity."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Counted, Message

HEAD_STATES: Mapping[str, Message] = {
    "present": Message("есть на портале", "present"),
    "deleted": Message("удалён с портала", "deleted"),
    "vanished": Message("пропал из виду (удалён или скрыт)", "vanished (deleted or hidden)"),
    "": Message("в снимке больше нет", "not in the snapshot any more"),
}
MADE_BY = Message(
    "сделано действием №{id}: правило {rule}, {step}, из-за {entity}",
    "made by action {id}: rule {rule}, {step}, for {entity}",
)
REVISIONS = Message("История изменений", "Revisions")
NO_REVISIONS = Message(
    "История изменений: нет, всё как при первом опросе", "Revisions: none (as it was in the baseline)"
)
EVENTS = Message("События", "Events")
NO_EVENTS = Message("События: нет", "Events: none")
BY_OPERATORS = Message("Сделано вручную", "By operators")
COMMISSIONS = Message("Вознаграждения", "Commissions")
NEXT = Message("Что дальше", "What comes next")
NOTHING_NEXT = Message("Дальше: ничего не запланировано", "What comes next: nothing is planned")
OTHER_EVENTS = Message("ждут других событий: {rules}", "listen to other events: {rules}")
REVISION_WORDS: Mapping[str, Message] = {
    "created": Message("создано", "created"),
    "changed": Message("изменено", "changed"),
    "deleted": Message("удалено", "deleted"),
    "vanished": Message("пропало из виду", "vanished"),
    "revealed": Message("стало видно", "revealed"),
    "restored": Message("восстановлено", "restored"),
}
ATTEMPTS = Counted(("попытка", "попытки", "попыток"), ("attempt", "attempts"))
SETTLED = Message("завершено {at}", "settled {at}")
WARNING = Message("замечание", "warning")
WAITING = Message("действие №{id} ({step}): {when}", "action {id} ({step}): {when}")
DUE_NOW = Message("при следующем опросе", "with the next poll")
AT = Message("следующая попытка {at}", "next try {at}")
AFTER_EARLIER = Message("после предыдущего шага правила", "after the earlier step of its rule")
NEEDS_PERSON = Message(
    "{state}, решает человек: b24sync {commands}", "{state}, a person decides: b24sync {commands}"
)
REMINDER = Message("напоминание об оплате {at}", "payment reminder {at}")
UNKNOWN = Message("о {entity} ничего не известно", "nothing is known of {entity}")
NOT_WATCHED = Message("читаются {kinds} (poll.watch)", "watched are {kinds} (poll.watch)")
NONE_SEEN = Message(
    "{kind}: ещё ни одного не видели; их читает b24sync poll",
    "no {kind} was seen yet; b24sync poll reads them",
)
SEEN_BETWEEN = Message(
    "{kind}: известны ID от {first} до {last}; новые читает b24sync poll",
    "the {kind} ids that were seen lie between {first} and {last}; b24sync poll reads what is new",
)
