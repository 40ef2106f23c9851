"""What a replay says."""

from __future__ import annotations

from collections.abc import Mapping

from b24sync.words import Message

LINE = Message(
    "{id:>6}  {state:<13}  {rule}: {step}  {entity}  (событие {event}: {what}, {when})  {why}",
    "{id:>6}  {state:<9}  {rule}: {step}  {entity}  (event {event}: {what}, {when})  {why}",
)
PLANNED = Message("запланировано", "planned")

COMPARED: Mapping[str, Message] = {
    "firings": Message("срабатываний", "firings"),
    "mails": Message("писем", "mails"),
    "notices": Message("уведомлений", "notices"),
    "held": Message("задержано", "held"),
    "recipients": Message("получатели", "recipients"),
    "expected": Message("ожидаемое вознаграждение", "expected commission"),
    "earned": Message("вознаграждение", "commission"),
    "invoiced": Message("выставлено", "invoiced"),
    "only_new": Message("новое правило", "a new rule"),
    "only_old": Message("правила больше нет", "the rule is gone"),
    "same": Message("без изменений", "no change"),
}
